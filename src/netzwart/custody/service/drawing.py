"""An auditor's draw: freeze the list, draw by the seed, poll what was drawn now, settle it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import SYSTEM, Actor
from netzwart.accounts.audit import record_audit
from netzwart.clock import today, utcnow
from netzwart.custody import queries
from netzwart.custody.binding import CLOSED, NOT_YET, heads_of
from netzwart.custody.draw_queries import told_since
from netzwart.custody.forms import DrawForm
from netzwart.custody.queries import DeviceRow
from netzwart.custody.rules.drawing import NOT_SHOWN, drawn, frozen_list, hash_of_list, verdict
from netzwart.custody.tables import AuditDraw, AuditDrawLine, DrawnState
from netzwart.database import table_of
from netzwart.errors import ConflictError, InvalidInputError
from netzwart.funding.queries import load_grant
from netzwart.jobs import JobContext, Task, enqueue
from netzwart.network.service import request_poll
from netzwart.network.tables import Node

_lines = table_of(AuditDrawLine)
_nodes = table_of(Node)
LOOK_AGAIN = timedelta(seconds=3)
MOST_DRAWN = 200
SHORTEST_SEED = 6


class ListChangedError(ConflictError):
    """The list was another one when its hash was told to the auditor."""


class CannotDrawError(InvalidInputError):
    """More is to be drawn than there is, or the seed is none."""


class DrawIsClosedError(ConflictError):
    """What a closed draw found does not change any more."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """The list as it is now, with the device each line means."""

    grant: str
    """File number of the grant."""
    text: str
    devices: Mapping[str, DeviceRow]
    """By line."""

    @property
    def sha256(self) -> str:
        """Return the hash the list is known by."""
        return hash_of_list(self.text)


async def freeze_list(session: AsyncSession, actor: Actor, grant_id: int) -> Frozen:
    """Return what stands for the grant's devices today: bought, there, and not accounted for.

    A device that was swapped is stood for by its successor.

    Raises:
        NotFoundError: the actor may not know of the grant.
    """
    grant = await load_grant(session, grant_id, actor, today())
    devices = await queries.load_devices(session)
    heads = heads_of(devices)
    standing = {heads[one.id] for one in grant.devices if one.id in heads}
    rows = [devices[one] for one in standing if devices[one].status not in CLOSED | NOT_YET]
    by_line = {frozen_list([(row.inventory_number, row.serial)]).strip("\n"): row for row in rows}
    text = frozen_list((row.inventory_number, row.serial) for row in rows)
    return Frozen(grant.head.number, text, by_line)


async def draw_sample(
    session: AsyncSession, actor: Actor, grant_id: int, form: DrawForm
) -> AuditDraw:
    """Draw, and let the nodes of what was drawn be asked now.

    Raises:
        NotFoundError: the actor may not know of the grant.
        ListChangedError: the list is not the one whose hash was told.
        CannotDrawError: the list is shorter than the sample, or the seed too short.
    """
    frozen = await freeze_list(session, actor, grant_id)
    _check(form, len(frozen.devices))
    if form.list_sha256 != frozen.sha256:
        raise ListChangedError(
            "Die Liste hat sich inzwischen geändert. Bitte die Seite neu laden, der Prüfung den "
            "neuen Fingerabdruck nennen und noch einmal ziehen."
        )
    draw = AuditDraw(
        grant_id=grant_id,
        seed=form.seed,
        listed=frozen.text,
        list_sha256=frozen.sha256,
        population=len(frozen.devices),
        size=form.size,
        drawn_at=utcnow(),
        drawn_by_id=actor.user_id,
    )
    session.add(draw)
    await session.flush()
    lines = await _add_lines(session, draw, frozen)
    await _poll_now(session, lines)
    told = {"seed": form.seed, "list_sha256": draw.list_sha256, "size": form.size}
    await record_audit(
        session, actor, "sample_drawn", "audit_draw", draw.id,
        changes={key: [None, value] for key, value in told.items()},
    )  # fmt: skip
    await _look_later(session, draw.id)
    return draw


def _check(form: DrawForm, population: int) -> None:
    problems: dict[str, str] = {}
    most = min(population, MOST_DRAWN)
    if not 1 <= form.size <= most:
        problems["size"] = f"Ziehen lassen sich 1 bis {most} Geräte."
    if len(form.seed) < SHORTEST_SEED or not form.seed.isprintable() or "|" in form.seed:
        problems["seed"] = (
            f"Die Losung hat mindestens {SHORTEST_SEED} Zeichen, keine Umbrüche und keinen "
            "senkrechten Strich."
        )
    if problems:
        raise CannotDrawError(" ".join(problems.values()), problems)


async def _add_lines(session: AsyncSession, draw: AuditDraw, frozen: Frozen) -> list[AuditDrawLine]:
    nodes = await queries.nodes_of_devices(session)
    lines = [
        AuditDrawLine(
            draw_id=draw.id,
            position=position,
            device_id=frozen.devices[line].id,
            inventory_number=frozen.devices[line].inventory_number,
            serial=frozen.devices[line].serial,
            node_id=nodes.get(frozen.devices[line].id),
            state=DrawnState.WAITING,
        )
        for position, line in enumerate(drawn(draw.listed, draw.seed, draw.size), start=1)
    ]
    session.add_all(lines)
    await session.flush()
    return lines


async def _poll_now(session: AsyncSession, lines: list[AuditDrawLine]) -> None:
    wanted = {line.node_id for line in lines if line.node_id is not None}
    asked = await session.execute(
        select(_nodes.c.id).where(_nodes.c.id.in_(wanted), _nodes.c.is_enabled.is_(True))
    )
    for node_id in asked.scalars():
        await request_poll(session, SYSTEM, node_id)


async def settle_draw(session: AsyncSession, draw_id: int) -> bool:
    """Write down what is known of the lines that wait; returns whether to look again soon.

    What is settled stays: a device that was off when it was asked is not found, even if somebody
    switches it on a minute later. Who wants that counted draws again.
    """
    draw = await session.get(AuditDraw, draw_id, with_for_update=True)
    if draw is None or draw.closed_at is not None:
        return False
    waiting = await _waiting(session, draw_id)
    told = await told_since(session, waiting, draw.drawn_at)
    now = utcnow()
    for line in waiting:
        known = told[line.device_id]
        found = verdict(known.asked, draw.drawn_at, now)
        if found is None:
            continue
        is_found, line.told = found[0], found[1][:500]
        line.state = DrawnState.FOUND if is_found else DrawnState.NOT_FOUND
        line.raw = dict(known.raw)
        if is_found:
            line.evidence_class, line.seen_at = known.asked.seen, known.seen_at
    await session.flush()
    left = [line for line in waiting if line.state is DrawnState.WAITING]
    if not left:
        await _close(session, SYSTEM, draw)
    return any(line.node_id is not None for line in left)


async def close_draw(session: AsyncSession, actor: Actor, draw_id: int) -> None:
    """End a draw: what has not shown up by now is not found.

    Raises:
        DrawIsClosedError: it is over.
    """
    await settle_draw(session, draw_id)
    draw = await session.get_one(AuditDraw, draw_id)
    if draw.closed_at is not None:
        return
    waiting = await _waiting(session, draw_id)
    if any(line.node_id is not None for line in waiting):
        raise DrawIsClosedError("Die Abfrage läuft noch; bitte einen Augenblick warten.")
    for line in waiting:
        line.state, line.told = DrawnState.NOT_FOUND, NOT_SHOWN
    await _close(session, actor, draw)


async def _close(session: AsyncSession, actor: Actor, draw: AuditDraw) -> None:
    draw.closed_at = utcnow()
    await session.flush()
    rows = await session.execute(
        select(_lines.c.inventory_number, _lines.c.state)
        .where(_lines.c.draw_id == draw.id)
        .order_by(_lines.c.position)
    )
    result = {row.inventory_number: [None, str(row.state)] for row in rows}
    await record_audit(session, actor, "sample_settled", "audit_draw", draw.id, changes=result)


async def _waiting(session: AsyncSession, draw_id: int) -> list[AuditDrawLine]:
    found = await session.execute(
        select(AuditDrawLine)
        .where(_lines.c.draw_id == draw_id, _lines.c.state == DrawnState.WAITING)
        .order_by(_lines.c.position)
    )
    return list(found.scalars())


async def _look_later(session: AsyncSession, draw_id: int) -> None:
    await enqueue(
        session, SETTLE_DRAW, {"draw_id": draw_id},
        queueing_lock=f"settle-draw:{draw_id}", scheduled_at=utcnow() + LOOK_AGAIN,
    )  # fmt: skip


async def _settle(context: JobContext, arguments: Mapping[str, Any]) -> None:
    """Settle what can be settled, and come back while somebody is waited for."""
    draw_id = int(arguments["draw_id"])
    async with context.database.session() as session:
        if await settle_draw(session, draw_id):
            await _look_later(session, draw_id)


SETTLE_DRAW = Task("settle_draw", _settle, max_attempts=5)

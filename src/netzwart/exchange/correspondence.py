"""Sections of the bundle about what passes between city and authority, and money that came in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.exchange.bundle_fields import Row
from netzwart.exchange.bundle_forms import Bundle
from netzwart.exchange.references import References, named
from netzwart.exchange.upserting import Action, Outcome, PlannedRow, Wanted, upsert
from netzwart.funding.programmes.loading import get_programme
from netzwart.funding.purchase_tables import Payment
from netzwart.funding.tables import (
    AuthorityMessage,
    Clawback,
    Drawdown,
    GrantApplication,
    GrantNotice,
    Income,
    ProofSubmission,
    RuleOverride,
)

Path = tuple[str | int, ...]
NOTICE_FIELDS = {
    "number": "notice_number",
    "issued_on": "issued_on",
    "amount": "amount",
    "reason": "reason",
    "changes": "changes",
}
DRAWDOWN_FIELDS = ("number", "requested_on", "amount", "received_on")
INCOME_FIELDS = ("kind", "received_on", "payer", "reason", "amount")
APPLICATION_FIELDS = ("programme", "applied_on", "requested", "reference")
MESSAGE_FIELDS = ("occasion", "due_on", "sent_on", "text")
CLAWBACK_FIELDS = ("demanded_on", "amount", "interest", "reason", "paid_on")
SUBMISSION_FIELDS = ("submitted_on", "as_of", "document_sha256")
_PAYMENT = "payment"


async def place_notices(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring notices to what the bundle says; a grant without any gets the one that announced it."""
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.notices):
        path: Path = ("notices", index)
        grant_id = _grant(refs, row.grant, path)
        if grant_id is None:
            continue
        values = named(row, NOTICE_FIELDS) | {"grant_id": grant_id}
        values.setdefault("amount", row.amount)
        label = f"{row.grant} {row.number}"
        wanted.append(Wanted("notices", path, label, (grant_id, row.number), values))
    await upsert(session, GrantNotice, ["grant_id", "notice_number"], wanted, outcome)
    # The award of a grant that was amended is the sum of its notices, not the first one's amount.
    amended = {row.grant for row in bundle.notices} | await _amended(session, refs)
    first = [
        Wanted(
            "grants",
            ("grants", index),
            row.number,
            (refs.all_of("grant")[row.number,], row.number),
            {
                "grant_id": refs.all_of("grant")[row.number,],
                "notice_number": row.number,
                "issued_on": row.issued_on,
                "amount": row.awarded,
            },
            counts=False,
        )
        for index, row in enumerate(bundle.grants)
        if row.number not in amended
    ]
    await upsert(session, GrantNotice, ["grant_id", "notice_number"], first, outcome)


async def _amended(session: AsyncSession, refs: References) -> set[str]:
    table = table_of(GrantNotice)
    query = select(table.c.grant_id).group_by(table.c.grant_id).having(func.count() > 1)
    found = set((await session.scalars(query)).all())
    return {str(key[0]) for key, grant_id in refs.all_of("grant").items() if grant_id in found}


async def place_rules(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Add the values of notices that do not hold yet; old ones stay, the newest counts."""
    table = table_of(RuleOverride)
    query = select(table.c.grant_id, table.c.key, table.c.value).order_by(table.c.id)
    holding = {(row.grant_id, row.key): row.value for row in await session.execute(query)}
    awards = {row.number: row for row in bundle.grants}
    for index, row in enumerate(bundle.rules):
        path: Path = ("rules", index)
        grant_id = _grant(refs, row.grant, path)
        if grant_id is None:
            continue
        label = f"{row.grant} {row.key}"
        before = holding.get((grant_id, row.key))
        if before == row.value:
            outcome.rows.append(PlannedRow("rules", label, Action.SKIP))
            continue
        if row.grant in awards:
            _check_rule(awards[row.grant].programme, row.key, row.value, path, outcome)
        holding[grant_id, row.key] = row.value
        session.add(
            RuleOverride(grant_id=grant_id, key=row.key, value=row.value, reason=row.reason)
        )
        changes = {"value": (before, row.value)}
        action = Action.CREATE if before is None else Action.UPDATE
        outcome.rows.append(PlannedRow("rules", label, action, changes))
    await session.flush()


def _check_rule(programme: str, key: str, value: str, path: Path, outcome: Outcome) -> None:
    try:
        get_programme(programme).with_overrides({key: value})
    except NotFoundError:
        return  # said of the grant itself
    except InvalidInputError as error:
        outcome.fault((*path, "key"), error.message)


async def place_money_received(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring drawdowns and incomes to what the bundle says."""
    drawdowns: list[Wanted] = []
    for index, row in enumerate(bundle.drawdowns):
        path: Path = ("drawdowns", index)
        grant_id = _grant(refs, row.grant, path)
        if grant_id is None:
            continue
        values = _named(row, DRAWDOWN_FIELDS) | {"grant_id": grant_id}
        if "basis" in row.model_fields_set:
            values["basis"] = row.basis.model_dump(mode="json") if row.basis else {}
        label = f"{row.grant} Nr. {row.number}"
        drawdowns.append(Wanted("drawdowns", path, label, (grant_id, row.number), values))
    await upsert(session, Drawdown, ["grant_id", "number"], drawdowns, outcome)
    incomes: list[Wanted] = []
    for index, income in enumerate(bundle.incomes):
        path = ("incomes", index)
        grant_id = _grant(refs, income.grant, path)
        if grant_id is None:
            continue
        values = _named(income, INCOME_FIELDS) | {
            "grant_id": grant_id,
            "device_id": _device(refs, income.device, path, outcome),
        }
        key = (grant_id, income.received_on, income.payer, income.amount, values["device_id"])
        label = f"{income.payer} {income.amount}"
        incomes.append(Wanted("incomes", path, label, key, values))
    columns = ["grant_id", "received_on", "payer", "amount", "device_id"]
    await upsert(session, Income, columns, incomes, outcome)


async def place_correspondence(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring applications, messages, clawbacks and submitted proofs to what the bundle says."""
    await _applications(session, bundle, refs, outcome)
    await _messages(session, bundle, refs, outcome)
    clawbacks: list[Wanted] = []
    for index, row in enumerate(bundle.clawbacks):
        path: Path = ("clawbacks", index)
        if (grant_id := _grant(refs, row.grant, path)) is not None:
            values = _named(row, CLAWBACK_FIELDS) | {"grant_id": grant_id}
            key = (grant_id, row.demanded_on, row.amount)
            label = f"{row.grant} {row.demanded_on}"
            clawbacks.append(Wanted("clawbacks", path, label, key, values))
    await upsert(session, Clawback, ["grant_id", "demanded_on", "amount"], clawbacks, outcome)
    await _submissions(session, bundle, refs, outcome)


async def _applications(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.applications):
        path: Path = ("applications", index)
        try:
            get_programme(row.programme)
        except NotFoundError as error:
            outcome.fault((*path, "programme"), error.message)
        values = _named(row, APPLICATION_FIELDS)
        values.setdefault("reference", row.reference)
        if "grant" in row.model_fields_set:
            values["grant_id"] = _grant(refs, row.grant, path)
        key = (row.programme, row.applied_on, row.reference)
        label = f"{row.programme} {row.applied_on}"
        wanted.append(Wanted("applications", path, label, key, values))
    columns = ["programme", "applied_on", "reference"]
    await upsert(session, GrantApplication, columns, wanted, outcome)


async def _messages(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.messages):
        path: Path = ("messages", index)
        grant_id = _grant(refs, row.grant, path)
        if row.due_on is None and row.sent_on is None:
            outcome.fault(
                path, "Eine Mitteilung braucht einen Termin oder den Tag, an dem sie abging."
            )
            continue
        if grant_id is None:
            continue
        values = _named(row, MESSAGE_FIELDS) | {
            "grant_id": grant_id,
            "device_id": _device(refs, row.device, path, outcome),
            "due_on": row.due_on,
            "text": row.text,
        }
        key = (grant_id, row.occasion, row.due_on, row.text, values["device_id"])
        label = f"{row.grant} {row.occasion}"
        wanted.append(Wanted("messages", path, label, key, values))
    columns = ["grant_id", "occasion", "due_on", "text", "device_id"]
    await upsert(session, AuthorityMessage, columns, wanted, outcome)


async def _submissions(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    payments = table_of(Payment)
    found = await session.execute(select(payments.c.receipt_number, payments.c.id))
    receipts = {str(row.receipt_number): f"{row.id:012d}" for row in found}
    wanted: list[Wanted] = []
    for index, row in enumerate(bundle.submissions):
        path: Path = ("submissions", index)
        figures = {
            _renamed(name, receipts, path, outcome): str(amount)
            for name, amount in row.figures.items()
        }
        if (grant_id := _grant(refs, row.grant, path)) is not None:
            values = _named(row, SUBMISSION_FIELDS) | {"grant_id": grant_id, "figures": figures}
            key = (grant_id, row.submitted_on, row.as_of)
            label = f"{row.grant} {row.submitted_on}"
            wanted.append(Wanted("submissions", path, label, key, values))
    columns = ["grant_id", "submitted_on", "as_of"]
    await upsert(session, ProofSubmission, columns, wanted, outcome)


def _renamed(name: str, receipts: Mapping[str, str], path: Path, outcome: Outcome) -> str:
    area, _, rest = name.partition(".")
    receipt, _, what = rest.rpartition(".")
    if area != _PAYMENT:
        return name
    if receipt not in receipts:
        outcome.fault((*path, "figures"), f"Den Beleg „{receipt}“ gibt es nicht.")
    return f"{area}.{receipts.get(receipt, receipt)}.{what}"


def with_receipts(figures: Mapping[str, str], receipts: Mapping[str, str]) -> dict[str, str]:
    """Return the figures of a submission with payments named by receipt, not by their id here."""
    told: dict[str, str] = {}
    for name, amount in figures.items():
        area, _, rest = name.partition(".")
        key, _, what = rest.rpartition(".")
        is_payment = area == _PAYMENT and key in receipts
        told[f"{area}.{receipts[key]}.{what}" if is_payment else name] = amount
    return told


def _named(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    return named(row, {name: name for name in names})


def _grant(refs: References, number: str | None, path: Path) -> int | None:
    return refs.find("grant", (number,), (*path, "grant"), "Die Bewilligung")


def _device(refs: References, number: str | None, path: Path, outcome: Outcome) -> int | None:
    if outcome.problems and (number,) not in refs.all_of("device"):
        return None  # devices do not come in where something is wrong; that is said already
    return refs.find("device", (number,), (*path, "device"), "Das Gerät")

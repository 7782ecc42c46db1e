"""Euro coverage per grant and school, down to each device's evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from litestar import Controller, get
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor, Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_reader
from netzwart.clock import today
from netzwart.custody.coverage import (
    KEYS,
    CoverageLine,
    CoveredAmount,
    Key,
    by_category,
    by_key,
    by_school,
    covered,
)
from netzwart.database import DbSession
from netzwart.errors import ConflictError, InvalidInputError
from netzwart.funding.queries import EVIDENCE_WINDOW_DAYS, load_grant, load_grants
from netzwart.funding.queries.records import SeenDevice
from netzwart.funding.settlement import SettledGrant, can_be_settled, settle_grant
from netzwart.proofs import wording
from netzwart.schools.queries import get_school
from netzwart.web.components import ShareBar

_PAGE = 100
WINDOWS = {"30": "30 Tage", "90": "90 Tage", "365": "ein Jahr"}
LABELS = {
    "A": "Am Gerät gelesen (A)",
    "B": "Vom Controller gemeldet (B)",
    "C": "Nur Adresse gesehen (C)",
    "D": "Von Hand erfasst (D)",
    "none": "Gerät nicht gesehen",
    "no_device": "Ohne Gerät (Leistungen)",
}
_COLOURS = {"none": "0", "no_device": "muted"}


class GrantNotComputableError(ConflictError):
    """Neither programme nor notice says how the grant is financed."""


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device with the euros that hang on it and what proves it."""

    id: int
    inventory_number: str
    model: str
    serial: str | None
    place: str
    amount: Decimal
    key: str
    seen: SeenDevice | None
    grant: str


@dataclass(frozen=True, slots=True)
class CoverageAddress:
    """The query string of a coverage page."""

    path: str
    window: str = str(EVIDENCE_WINDOW_DAYS)
    as_of: str = ""
    school: str = ""
    key: str = ""
    after: str = ""

    def day(self) -> date:
        """Return the day it is asked for.

        Raises:
            InvalidInputError: a window or class that nobody offers, or no day of the past.
        """
        problems: dict[str, str] = {}
        if self.window not in WINDOWS:
            problems["window"] = "Diesen Zeitraum gibt es nicht."
        if self.key and self.key not in LABELS:
            problems["key"] = "Diese Klasse gibt es nicht."
        day = today()
        if self.as_of:
            try:
                day = date.fromisoformat(self.as_of)
            except ValueError:
                problems["as_of"] = "Bitte einen Tag angeben."
            if day > today():
                problems["as_of"] = "Der Stichtag liegt in der Zukunft."
        if problems:
            raise InvalidInputError(" ".join(problems.values()), problems)
        return day

    def href(self, *, school: str | None = None, key: str = "", after: str = "") -> str:
        """Return the address that shows the devices of a school and class."""
        pairs = {
            "window": self.window,
            "as_of": self.as_of,
            "school": self.school if school is None else school,
            "key": key,
            "after": after,
        }
        return f"{self.path}?{'&'.join(f'{k}={v}' for k, v in pairs.items() if v)}#geraete"


class CoverageController(Controller):
    """How well the euros of grants and schools are proven."""

    guards = [requires_funding_reader]  # noqa: RUF012 - Litestar reads a plain attribute

    @get("/foerderung/{grant_id:int}/abdeckung")
    async def of_grant(
        self,
        session: DbSession,
        actor: CurrentActor,
        grant_id: FromPath[int],
        window: FromQuery[str] = "90",
        as_of: FromQuery[str] = "",
        school: FromQuery[str] = "",
        key: FromQuery[str] = "",
        after: FromQuery[str] = "",
    ) -> Template:
        """Show one grant's coverage by school and category."""
        path = f"/foerderung/{grant_id}/abdeckung"
        address = CoverageAddress(path, window, as_of, school, key, after)
        day = address.day()
        record = await load_grant(session, grant_id, actor, day, int(window))
        if not can_be_settled(record):
            raise GrantNotComputableError(
                "Programm und Bescheid nennen weder Finanzierungsart noch Fördersatz."
            )
        grant = settle_grant(record, day)
        crumbs = [("Förderung", "/foerderung"), (record.head.number, f"/foerderung/{grant_id}")]
        return _page(address, [grant], {"crumbs": crumbs, "day": day})

    @get("/schulen/{school_id:int}/abdeckung")
    async def of_school(
        self,
        session: DbSession,
        actor: CurrentActor,
        school_id: FromPath[int],
        window: FromQuery[str] = "90",
        as_of: FromQuery[str] = "",
        key: FromQuery[str] = "",
        after: FromQuery[str] = "",
    ) -> Template:
        """Show the coverage of all grants' money at one school."""
        path = f"/schulen/{school_id}/abdeckung"
        found = await get_school(session, school_id, actor.scope(Right.READ_SCHOOLS))
        address = CoverageAddress(path, window, as_of, found.number, key, after)
        day = address.day()
        grants = await _grants(session, actor, day, int(window))
        crumbs = [("Schulen", "/schulen"), (found.name, f"/schulen/{school_id}")]
        return _page(address, grants, {"crumbs": crumbs, "day": day, "only": found.number})


async def _grants(
    session: AsyncSession, actor: Actor, day: date, window: int
) -> list[SettledGrant]:
    records = await load_grants(session, actor, day, window_days=window)
    return [settle_grant(record, day) for record in records if can_be_settled(record)]


def _page(
    address: CoverageAddress, grants: Sequence[SettledGrant], more: Mapping[str, Any]
) -> Template:
    amounts = [one for grant in grants for one in covered(grant)]
    if only := more.get("only"):
        amounts = [one for one in amounts if one.school == only]
    devices = _devices(amounts, grants, address)
    context: dict[str, Any] = {
        "address": address,
        "windows": WINDOWS,
        "keys": KEYS,
        "labels": LABELS,
        "colours": _COLOURS,
        "bar": _bar(by_key(amounts)),
        "sums": CoverageLine("Summe", None, by_key(amounts)),
        "schools": by_school(amounts, _names(grants)),
        "categories": by_category(amounts, _categories(grants)),
        "devices": devices[:_PAGE],
        "more": devices[_PAGE - 1].inventory_number if len(devices) > _PAGE else None,
        "only": None,
        **more,
    }
    return Template("custody/coverage.html", context=context)


def _names(grants: Sequence[SettledGrant]) -> Mapping[str | None, str]:
    return {
        measure.school: measure.school_name or measure.school
        for grant in grants
        for measure in grant.record.measures
        if measure.school is not None
    }


def _categories(grants: Sequence[SettledGrant]) -> Mapping[str, str]:
    return {
        measure.category: wording.category_label(grant.programme, measure.category)
        for grant in grants
        for measure in grant.record.measures
    }


def _bar(amounts: Mapping[Key, Decimal]) -> ShareBar:
    return ShareBar.of(
        [(LABELS[key], _COLOURS.get(key, key), amount) for key, amount in amounts.items() if amount]
    )


def _devices(
    amounts: Sequence[CoveredAmount], grants: Sequence[SettledGrant], address: CoverageAddress
) -> list[DeviceLine]:
    """Return the devices of the chosen school and class by number, after the last one shown."""
    seen = {grant.record.head.number: grant.record.evidence for grant in grants}
    lines: dict[tuple[str, int], DeviceLine] = {}
    for one in amounts:
        if one.device is None or not _is_chosen(one, address):
            continue
        device = one.device
        before = lines.get((one.grant, device.id))
        place = " · ".join(filter(None, (device.school_short, device.room)))
        lines[one.grant, device.id] = DeviceLine(
            device.id,
            device.inventory_number,
            f"{device.manufacturer} {device.model}",
            device.serial,
            place,
            one.amount + (before.amount if before else Decimal(0)),
            one.key,
            seen[one.grant].get(device.id),
            one.grant,
        )
    ordered = sorted(lines.values(), key=lambda line: (line.inventory_number, line.grant))
    return [line for line in ordered if line.inventory_number > address.after][: _PAGE + 1]


def _is_chosen(one: CoveredAmount, address: CoverageAddress) -> bool:
    fits_school = not address.school or one.school == address.school
    return fits_school and (not address.key or one.key == address.key)

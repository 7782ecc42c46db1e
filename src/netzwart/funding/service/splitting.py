"""A line's cost, split over the measures that bear it; the key and its day are kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.clock import today
from netzwart.database import table_of
from netzwart.errors import InvalidInputError, NotFoundError
from netzwart.funding.forms import InvoiceLineForm, ShareForm
from netzwart.funding.rules.sharing import ShareKey, WeightFacts, share_costs
from netzwart.funding.tables import Measure
from netzwart.inventory.tables import Device, DeviceStatus
from netzwart.money import ZERO, format_euro, total
from netzwart.network.tables import Interface, Node
from netzwart.schools.tables import Room, School

_MEASURE = table_of(Measure)
_SCHOOL = table_of(School)
_ROOM = table_of(Room)
_DEVICE = table_of(Device)
_NODE = table_of(Node)
_INTERFACE = table_of(Interface)
_GONE = (DeviceStatus.LOST, DeviceStatus.DISPOSED)


class SharesDoNotSumError(InvalidInputError):
    """The shares of a line are not the line."""


class SplitKeyError(InvalidInputError):
    """A split counts something that the data does not know of one of the schools."""


async def split_lines(
    session: AsyncSession, lines: Sequence[InvoiceLineForm], grosses: Sequence[Decimal]
) -> list[list[dict[str, Any]]]:
    """Return per line the columns of its cost shares, adding up to the line to the cent.

    Raises:
        NotFoundError: when a measure does not exist.
        SharesDoNotSumError: when amounts do not add up, or amounts and weights are mixed.
        WeightsUnusableError: when weights cannot carry a split.
    """
    schools = await _schools_of_measures(session, lines)
    return [
        _shares(index, line, gross, schools)
        for index, (line, gross) in enumerate(zip(lines, grosses, strict=True))
    ]


async def shares_by_key(
    session: AsyncSession, measure_ids: Sequence[int], key: ShareKey, on: date | None = None
) -> tuple[ShareForm, ...]:
    """Return the shares of these measures, weighted by what their schools have today.

    Raises:
        SplitKeyError: when a school's number is unknown, a measure has no school, or the key is
            `manual`, which nobody can look up.
    """
    weights = await _weights(session, measure_ids, key)
    return tuple(
        ShareForm(
            measure_id=measure_id,
            weight=weights[measure_id],
            share_key=key,
            weighted_on=on or today(),
        )
        for measure_id in measure_ids
    )


async def _weights(
    session: AsyncSession, measure_ids: Sequence[int], key: ShareKey
) -> Mapping[int, Decimal]:
    if key is ShareKey.EQUAL:
        return dict.fromkeys(measure_ids, Decimal(1))
    counted = {
        ShareKey.PUPILS: _SCHOOL.c.pupils,
        ShareKey.ROOMS: _count(_ROOM.c.school_id),
        ShareKey.DEVICES: _count(_DEVICE.c.school_id, _DEVICE.c.status.not_in(_GONE)),
        ShareKey.PORTS: _ports(),
    }.get(key)
    if counted is None:
        message = "Ein Schlüssel von Hand braucht ein Gewicht je Maßnahme."
        raise SplitKeyError(message, {"share_key": message})
    rows = await session.execute(
        select(_MEASURE.c.id, _SCHOOL.c.name, counted.label("weight"))
        .select_from(_MEASURE.outerjoin(_SCHOOL, _SCHOOL.c.id == _MEASURE.c.school_id))
        .where(_MEASURE.c.id.in_(measure_ids))
    )
    weights: dict[int, Decimal] = {}
    for row in rows:
        if row.name is None or row.weight is None:
            message = (
                f"Für {row.name or 'eine Maßnahme ohne Schule'} fehlt die Zahl des Schlüssels."
            )
            raise SplitKeyError(message, {"share_key": message})
        weights[row.id] = Decimal(row.weight)
    if missing := set(measure_ids) - weights.keys():
        raise NotFoundError("Diese Maßnahme gibt es nicht.", measures=sorted(missing))
    return weights


def _count(school_id: Any, *conditions: Any) -> Any:  # noqa: ANN401 - columns of any table
    return select(func.count()).where(school_id == _SCHOOL.c.id, *conditions).scalar_subquery()


def _ports() -> Any:  # noqa: ANN401 - a scalar subquery
    """Count the Ethernet ports that the school's nodes report (IANAifType 6)."""
    return (
        select(func.count())
        .select_from(_INTERFACE.join(_NODE, _NODE.c.id == _INTERFACE.c.node_id))
        .where(_NODE.c.school_id == _SCHOOL.c.id, _INTERFACE.c.type == _ETHERNET)
        .scalar_subquery()
    )


_ETHERNET = 6


async def _schools_of_measures(
    session: AsyncSession, lines: Sequence[InvoiceLineForm]
) -> Mapping[int, str]:
    wanted = {share.measure_id for line in lines for share in line.shares}
    rows = await session.execute(
        select(_MEASURE.c.id, _SCHOOL.c.number)
        .select_from(_MEASURE.outerjoin(_SCHOOL, _SCHOOL.c.id == _MEASURE.c.school_id))
        .where(_MEASURE.c.id.in_(wanted))
    )
    schools = {row.id: row.number or "" for row in rows}
    if missing := wanted - schools.keys():
        raise NotFoundError("Diese Maßnahme gibt es nicht.", measures=sorted(missing))
    return schools


def _shares(
    index: int, line: InvoiceLineForm, gross: Decimal, schools: Mapping[int, str]
) -> list[dict[str, Any]]:
    shares = line.shares
    if not shares:
        return []
    if len({share.measure_id for share in shares}) != len(shares):
        _refuse_shares(index, f"Position {line.number} nennt eine Maßnahme zweimal.")
    amounts = [share.amount for share in shares if share.amount is not None]
    if len(amounts) == len(shares):
        if total(amounts) != gross:
            _refuse_shares(
                index,
                f"Position {line.number} kostet {format_euro(gross)}, die Anteile ergeben "
                f"{format_euro(total(amounts))}; es fehlen {format_euro(gross - total(amounts))}.",
            )
        return [_row(share, share.amount or ZERO) for share in shares]
    if amounts or any(share.weight is None for share in shares):
        _refuse_shares(
            index,
            f"Position {line.number}: Anteile stehen alle als Betrag oder alle als Gewicht da.",
        )
    return _weighted(shares, gross, schools)


def _weighted(
    shares: Sequence[ShareForm], gross: Decimal, schools: Mapping[int, str]
) -> list[dict[str, Any]]:
    weights = [
        WeightFacts(str(share.measure_id), schools[share.measure_id], share.weight or Decimal(0))
        for share in shares
    ]
    parts = share_costs(gross, weights)
    return [_row(share, parts[str(share.measure_id)]) for share in shares]


def _row(share: ShareForm, amount: Decimal) -> dict[str, Any]:
    key = share.share_key or (ShareKey.MANUAL if share.weight is not None else None)
    return {
        "measure_id": share.measure_id,
        "amount": amount,
        "weight": share.weight,
        "share_key": key,
        "weighted_on": share.weighted_on,
    }


def _refuse_shares(index: int, message: str) -> None:
    raise SharesDoNotSumError(message, {f"lines.{index}.shares": message})

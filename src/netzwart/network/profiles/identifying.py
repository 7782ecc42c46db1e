"""Asks one device who it is and how it is: the system group, then only what its profile needs."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from netzwart.network.profiles import matching, questions, standard
from netzwart.network.profiles.answers import SYSTEM_SCALARS, Answers, Questions
from netzwart.network.profiles.assembling import facts_from
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.profiles.schema import DeviceProfile
from netzwart.network.protocols.replies import (
    Index,
    NoAnswerError,
    Oid,
    SnmpTarget,
    SnmpValue,
    SnmpWire,
    WireError,
)

_PATIENCE = 4
"""Silences in a device that has answered before it is given up; a silence is already a retry."""


async def identify(
    target: SnmpTarget, wire: SnmpWire, known: Knowledge, *, full: bool
) -> DeviceFacts:
    """Return what the device says about itself; `full` adds its health.

    A device that does not answer is data: `reachable` is False and `error` says why. One that
    stops half-way gives what it gave, and `error` says so. Raises nothing.
    """
    try:
        system = Answers(scalars=await wire.get(target, SYSTEM_SCALARS))
        profile, proofs = await _recognised(target, wire, known, system)
    except WireError as error:
        return DeviceFacts(reachable=False, error=str(error) or type(error).__name__)
    answers, problem = await _ask(target, wire, _wanted(profile, full=full), proofs)
    facts = facts_from(answers, profile, known.maker_of(answers.object_id))
    return facts if problem is None else replace(facts, error=problem)


async def _recognised(
    target: SnmpTarget, wire: SnmpWire, known: Knowledge, system: Answers
) -> tuple[DeviceProfile | None, Answers]:
    """Return the profile, and the answers so far with what was asked to decide."""
    found = matching.candidates(known.profiles.values(), system)
    needed = matching.proofs_needed(found)
    more: Mapping[Oid, SnmpValue] = await wire.get(target, needed) if needed else {}
    answers = Answers(scalars={**system.scalars, **more})
    profile = matching.best_match(found, answers)
    return profile and matching.settled(profile, answers.object_id), answers


def _wanted(profile: DeviceProfile | None, *, full: bool) -> Questions:
    asked = [standard.IDENTITY]
    if full:
        asked.append(standard.HEALTH)
    if profile is not None:
        asked.append(questions.identity_questions(profile))
        if full:
            asked.append(questions.health_questions(profile))
    return Questions.joined(asked)


async def _ask(
    target: SnmpTarget, wire: SnmpWire, wanted: Questions, before: Answers
) -> tuple[Answers, str | None]:
    """Return all answers that came, and why the rest did not.

    A table that fails is asked again after the others: on a lossy line the rest of the device
    must not vanish with it. A device that fails `_PATIENCE` times is given up.
    """
    scalars = dict(before.scalars)
    columns: dict[Oid, Mapping[Index, SnmpValue]] = {}
    wanted_scalars = tuple(oid for oid in wanted.scalars if oid not in scalars)
    open_tables = deque([(), *tables(wanted.columns)])
    failures: list[WireError] = []
    given_up: list[WireError] = []
    while open_tables and len(failures) < _PATIENCE:
        table = open_tables.popleft()
        try:
            if table:
                columns |= await wire.walk(target, table)
            elif wanted_scalars:
                scalars |= await wire.get(target, wanted_scalars)
        except NoAnswerError as error:
            failures.append(error)
            open_tables.append(table)
        except WireError as error:
            given_up.append(error)
    if open_tables:
        given_up.append(failures[-1])
    problem = (str(given_up[-1]) or type(given_up[-1]).__name__) if given_up else None
    return Answers(scalars, columns), problem


def tables(columns: Iterable[Oid]) -> list[tuple[Oid, ...]]:
    """Return columns by table, because rows of one table are cheapest to fetch together."""
    by_table: dict[str, list[Oid]] = {}
    for column in columns:
        by_table.setdefault(column.rpartition(".")[0], []).append(column)
    return [tuple(table) for table in by_table.values()]

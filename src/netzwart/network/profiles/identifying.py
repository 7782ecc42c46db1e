"""Asks one device who it is and how it is: the system group, then only what its profile needs."""

from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from pydantic import SecretStr

from netzwart.network.profiles import matching, parts, questions, standard
from netzwart.network.profiles.answers import SYSTEM_SCALARS, Answers, Questions
from netzwart.network.profiles.assembling import facts_from
from netzwart.network.profiles.facts import DeviceFacts
from netzwart.network.profiles.loading import Knowledge
from netzwart.network.profiles.schema import DeviceProfile, Read
from netzwart.network.protocols.replies import (
    Index,
    NoAnswerError,
    Oid,
    SnmpTarget,
    SnmpValue,
    SnmpVersion,
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
    otherwise = known.otherwise(profile)
    wanted = _wanted(profile, otherwise, full=full)
    answers, problem = await _ask(target, wire, wanted, proofs)
    if profile is not None and problem is None:
        answers = await _ask_contexts(target, wire, profile, wanted, answers)
    maker = known.maker_of(answers.object_id) or known.maker_in(answers.description)
    facts = facts_from(answers, profile, maker, otherwise)
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


def _wanted(profile: DeviceProfile | None, otherwise: Read, *, full: bool) -> Questions:
    reads = (otherwise,) if profile is None else (profile.read, otherwise)
    asked = [standard.IDENTITY, *map(questions.identity_questions, reads)]
    if full:
        asked += [standard.HEALTH, parts.QUESTIONS, *map(questions.health_questions, reads)]
    return Questions.joined(asked)


async def _ask_contexts(
    target: SnmpTarget,
    wire: SnmpWire,
    profile: DeviceProfile,
    wanted: Questions,
    answers: Answers,
) -> Answers:
    """Return the answers with what the agent keeps in another SNMP context.

    Only tables that were wanted and came back empty are asked again. An agent that knows no such
    context stays silent or refuses; that is no failure of the device.
    """
    columns = dict(answers.columns)
    for context in profile.contexts:
        missing = [Oid(oid) for oid in context.columns if Oid(oid) in wanted.columns]
        if missing and not any(columns.get(column) for column in missing):
            with suppress(WireError):
                columns |= await wire.walk(within(target, context.name), missing)
    return replace(answers, columns=columns)


def within(target: SnmpTarget, context: str) -> SnmpTarget:
    """Return the target in a context: v3 names it, older versions hang it on the community."""
    if target.version is SnmpVersion.V3:
        return replace(target, context=context)
    community = target.community.get_secret_value() if target.community else ""
    return replace(target, community=SecretStr(f"{community}@{context}"), retries=0)


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

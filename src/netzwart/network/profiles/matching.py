"""Decides which profile knows a device: sysObjectID, then sysDescr, then what it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from netzwart.network.profiles.answers import Answers, is_below
from netzwart.network.profiles.interpreting import compiled
from netzwart.network.profiles.questions import health_questions, identity_questions
from netzwart.network.profiles.schema import DeviceProfile, Match, Probe
from netzwart.network.profiles.vocabulary import OWN
from netzwart.network.protocols.replies import Oid


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """How exactly a match fits; a longer object id beats a pattern, a pattern beats nothing."""

    object_id_length: int
    proofs: int
    patterns: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One match of one profile that sysObjectID and sysDescr allow."""

    profile: DeviceProfile
    match: Match
    rank: Rank


def candidates(profiles: Iterable[DeviceProfile], answers: Answers) -> list[Candidate]:
    """Return every match that the system group allows, the most exact first."""
    found = [
        Candidate(profile, match, rank)
        for profile in profiles
        for match in profile.match
        if (rank := _rank(match, answers)) is not None
    ]
    return sorted(found, key=lambda candidate: candidate.rank, reverse=True)


def proofs_needed(found: Iterable[Candidate]) -> tuple[Oid, ...]:
    """Return the instances whose existence must be known to decide."""
    wanted = {Oid(probe.oid): None for candidate in found for probe in candidate.match.exists}
    return tuple(wanted)


def proven(found: Iterable[Candidate], answers: Answers) -> list[Candidate]:
    """Return the candidates whose proofs hold, in the same order."""
    return [
        candidate
        for candidate in found
        if all(_holds(probe, answers) for probe in candidate.match.exists)
    ]


def best_match(found: Iterable[Candidate], answers: Answers) -> DeviceProfile | None:
    """Return the profile of the most exact proven candidate."""
    fitting = proven(found, answers)
    return fitting[0].profile if fitting else None


def settled(profile: DeviceProfile, object_id: str) -> DeviceProfile:
    """Return the profile with `~` in its OIDs replaced by the device's sysObjectID."""
    return (
        _settled(profile.model_dump_json(exclude_unset=True), object_id)
        if _has_own(profile)
        else profile
    )


@lru_cache(maxsize=512)
def _settled(profile: str, object_id: str) -> DeviceProfile:
    # sysObjectID came from the device; anything but digits and dots would break the text apart.
    is_numeric = object_id.replace(".", "").isdigit()
    own = object_id if is_numeric else "0.0"
    return DeviceProfile.model_validate_json(profile.replace(f'"{OWN}.', f'"{own}.'))


def _has_own(profile: DeviceProfile) -> bool:
    questions = (identity_questions(profile.read), health_questions(profile.read))
    return any(
        oid.startswith(OWN) for asked in questions for oid in (*asked.scalars, *asked.columns)
    )


def equals(found: Iterable[Candidate], answers: Answers) -> frozenset[str]:
    """Return the names of all profiles that fit equally well; more than one is an overlap."""
    fitting = proven(found, answers)
    return frozenset(
        candidate.profile.name for candidate in fitting if candidate.rank == fitting[0].rank
    )


def _rank(match: Match, answers: Answers) -> Rank | None:
    prefixes = [oid for oid in match.object_id if is_below(answers.object_id, oid)]
    if match.object_id and not prefixes:
        return None
    description = answers.description
    if match.description and not any(
        compiled(pattern).search(description) for pattern in match.description
    ):
        return None
    if any(compiled(pattern).search(description) for pattern in match.description_unless):
        return None
    return Rank(
        object_id_length=max((oid.count(".") for oid in prefixes), default=0),
        proofs=len(match.exists),
        patterns=bool(match.description) + bool(match.description_unless),
    )


def _holds(probe: Probe, answers: Answers) -> bool:
    if answers.scalar(probe.oid) is None:
        return False
    if probe.pattern is None:
        return True
    return compiled(probe.pattern).search(answers.text(probe.oid) or "") is not None

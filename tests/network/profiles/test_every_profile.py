import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from netzwart.network.profiles import matching
from netzwart.network.profiles.answers import Answers
from netzwart.network.profiles.identifying import identify
from netzwart.network.profiles.interpreting import compiled
from netzwart.network.profiles.loading import (
    ANY_DEVICE,
    UNKNOWN_DEVICE,
    knowledge,
    profiles_directory,
    write_schema,
)
from netzwart.network.profiles.questions import health_questions, identity_questions
from netzwart.network.protocols.replies import SnmpTarget
from tests.network.recorded_wire import RecordedWire, read_recording

DIRECTORY = profiles_directory()
PROFILES = knowledge().profiles
RECORDINGS = sorted(DIRECTORY.glob("*/recordings/*.snmprec"))
TARGET = SnmpTarget("192.0.2.1")


def named(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.stem}"


@pytest.mark.parametrize("recording", RECORDINGS, ids=named)
async def test_each_recording_gives_its_expected_reading(recording: Path):
    expected = yaml.safe_load(recording.with_suffix(".expected.yaml").read_text(encoding="utf-8"))

    facts = await identify(TARGET, RecordedWire.of(recording), knowledge(), full=True)

    # Once through JSON, because that is what a reader of the line gets.
    line = json.loads(json.dumps(facts.as_line("t1", full=True)))
    assert {key: line.get(key) for key in expected} == expected
    assert line["error"] is None


@pytest.mark.parametrize("recording", RECORDINGS, ids=named)
def test_no_two_profiles_match_one_recording_equally(recording: Path):
    answers = Answers(scalars=RecordedWire(read_recording(recording)).replies)

    found = matching.candidates(PROFILES.values(), answers)

    assert matching.equals(found, answers) == {recording.parent.parent.name}


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_each_profile_asks_a_bounded_number_of_questions(name: str):
    profile = PROFILES[name]
    asked = (identity_questions(profile.read), health_questions(profile.read))

    assert sum(len(questions.columns) for questions in asked) <= 40
    assert sum(len(questions.scalars) for questions in asked) <= 40


HOSTILE = [
    word * (2000 // len(word))
    for word in ("a", "A1-", "1.", "1 ", "(", "a ", "A1 ", 'x"', "aB1/", "x,", "x; ", "HP ", "v1 (")
]


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_no_pattern_of_a_profile_can_be_made_slow(name: str):
    """A device chooses its sysDescr; none may hold up the poller."""
    for pattern in patterns_of(PROFILES[name]):
        for text in HOSTILE:
            started = time.process_time()
            compiled(pattern).search(text)
            assert time.process_time() - started < 0.25, pattern


PATTERN_FIELDS = {"description", "description_unless", "pattern", "unless", "matches", "index"}


def patterns_of(value: object, field: str = "") -> Iterator[str]:
    if isinstance(value, str) and field in PATTERN_FIELDS:
        yield value
    for name, part in parts_of(value, field):
        yield from patterns_of(part, name)


def parts_of(value: object, field: str) -> list[tuple[str, object]]:
    if isinstance(value, BaseModel):
        return [(name, getattr(value, name)) for name in type(value).model_fields]
    if isinstance(value, tuple):
        return [(field, item) for item in value]
    if isinstance(value, dict):
        if field == "replace":
            return [("pattern", key) for key in value]
        return [("", item) for item in value.values()]
    return []


def test_only_profiles_that_serve_as_a_base_have_no_match():
    without = {name for name, profile in PROFILES.items() if not profile.match}

    bases = {profile.based_on for profile in PROFILES.values()}
    assert without <= {*bases, ANY_DEVICE, UNKNOWN_DEVICE}


def test_each_recording_stands_beside_its_expectation():
    missing = [
        named(path) for path in RECORDINGS if not path.with_suffix(".expected.yaml").exists()
    ]

    assert not missing


def test_each_profile_that_recognises_a_device_has_a_recording_of_one():
    recorded = {path.parent.parent.name for path in RECORDINGS}

    assert {name for name, profile in PROFILES.items() if profile.match} <= recorded


def test_the_schema_for_editors_is_what_the_models_say(tmp_path: Path):
    fresh = write_schema(tmp_path / "schema.json")

    assert fresh.read_text(encoding="utf-8") == (DIRECTORY / "schema.json").read_text(
        encoding="utf-8"
    ), "run `make fix`"

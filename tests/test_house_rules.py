"""The rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted((ROOT / "src").rglob("*.html"))
NO_ROOMS = {"utils", "helpers", "common", "core", "base", "misc", "manager"}
LONGEST_MODULE = 400
LONGEST_TEMPLATE = 160


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _where(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_no_module_is_longer_than_400_lines():
    long = [path for path in SOURCES + TESTS if len(_text(path).splitlines()) > LONGEST_MODULE]
    assert _where(long) == []


def test_no_template_is_longer_than_a_screen_or_two():
    long = [path for path in TEMPLATES if len(_text(path).splitlines()) > LONGEST_TEMPLATE]
    assert _where(long) == []


def test_no_module_is_a_drawer_for_everything():
    drawers = [path for path in SOURCES if path.stem in NO_ROOMS or path.parent.name in NO_ROOMS]
    assert _where(drawers) == []


def test_only_the_database_commits():
    committing = [
        path
        for path in SOURCES
        if re.search(r"\.commit\(\)", _text(path)) and path.parent.name != "database"
    ]
    allowed = [ROOT / "src/netzwart/schema.py"]  # migrations are their own transaction
    assert _where([path for path in committing if path not in allowed]) == []


def test_nobody_uses_postponed_annotations():
    users = [p for p in SOURCES + TESTS if "\nfrom __future__ import" in _text(p)]
    assert _where(users) == []


def test_broad_except_stands_in_known_places_only():
    broad = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(ast.parse(_text(path)))
        if isinstance(node, ast.ExceptHandler)
        and isinstance(node.type, ast.Name)
        and node.type.id == "Exception"
    ]
    assert set(broad) <= {
        "src/netzwart/network/polling/cycle.py",
        "src/netzwart/jobs/embedded.py",
        "src/netzwart/jobs/engine.py",
    }


def test_environment_is_read_by_the_settings_alone():
    readers = [p for p in SOURCES if re.search(r"os\.(environ|getenv)", _text(p))]
    assert _where(readers) == ["src/netzwart/settings.py"]


def test_now_comes_from_the_clock_alone():
    callers = [
        path
        for path in SOURCES
        if re.search(r"datetime\.(utc)?now\(|date\.today\(", _text(path))
        and path.name != "clock.py"
    ]
    assert _where(callers) == []


def test_decision_records_are_numbered_once_and_listed():
    records = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    numbers = [record.name[:4] for record in records]
    assert len(numbers) == len(set(numbers))
    index = _text(ROOT / "docs/decisions/README.md")
    assert [record.name for record in records if record.name not in index] == []


def test_migrations_form_one_chain_in_the_order_of_their_names():
    scripts = sorted((ROOT / "migrations/versions").glob("[0-9]*.py"))
    says = re.compile(r'^(\w*revision) = "?(\w+)"?$', re.MULTILINE)
    said = [dict(says.findall(_text(script))) for script in scripts]
    numbers = [script.name[:4] for script in scripts]
    assert [one["revision"] for one in said] == numbers
    assert [one["down_revision"] for one in said] == ["None", *numbers[:-1]]
    assert numbers == [f"{index:04d}" for index in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_no_inline_script_or_style(path: Path):
    text = _text(path)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"https?://(?!www\.w3\.org)", text)


def test_words_of_the_glossary_are_classes_of_the_code():
    glossary = _text(ROOT / "docs/glossary.md")
    wanted = set(re.findall(r"\| `([A-Z][A-Za-z]+)`", glossary))
    defined = {
        node.name
        for path in SOURCES
        for node in ast.walk(ast.parse(_text(path)))
        if isinstance(node, ast.ClassDef)
    }
    assert wanted
    assert sorted(wanted - defined) == []


def test_no_file_names_a_machine_or_a_person():
    suspicious = re.compile(r"/home/\w+|/root/|/work/")
    found = [p for p in SOURCES + TESTS + TEMPLATES if suspicious.search(_text(p))]
    assert _where([path for path in found if path.name != "test_house_rules.py"]) == []

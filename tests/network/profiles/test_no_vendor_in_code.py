"""What is known about hardware is data: no maker is named in the code that reads it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from netzwart.network.profiles.loading import knowledge

ROOT = Path(__file__).parents[3]
SOURCES = sorted((ROOT / "src/netzwart/network").rglob("*.py"))
EVERYDAY_WORDS = {"planet", "delta", "fs", "digi", "moxa", "snr"}
STANDARDS = re.compile(r"CISCO-[A-Z-]+MIB")
"""A MIB is cited by its name, whoever wrote it."""


def makers() -> set[str]:
    known = knowledge()
    names = {*known.enterprises.values(), *(p.vendor for p in known.profiles.values() if p.vendor)}
    return {name.lower() for name in names} - EVERYDAY_WORDS


LONGEST_FIRST = "|".join(map(re.escape, sorted(makers(), key=len, reverse=True)))
NAMES = re.compile(rf"(?<![a-z])({LONGEST_FIRST})(?![a-z])")


def words_of(tree: ast.Module) -> Iterator[str]:
    """Give every name and every text of the code; docstrings may cite their sources."""
    cited = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in cited:
            yield node.value
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name


def named_in(text: str) -> list[str]:
    return [
        found.group()
        for word in words_of(ast.parse(text))
        for found in NAMES.finditer(STANDARDS.sub("", word).lower())
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_maker_is_named_in_the_code_of_the_network(path: Path):
    assert named_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    ["if vendor == 'Cisco':\n    pass", "def read_lancom():\n    pass", "KYOCERA_OID = '1.3'"],
)
def test_a_maker_in_the_code_would_be_found(text: str):
    assert named_in(text)

"""Turns a file into plain dicts and lists, and remembers which line each value stood in.

Scalars stay text (YAML would read `version: 10.10` as 10.1 and `NO` as false); only a bare `null`,
`true` or `false` is taken for what it says. Aliases are refused: they can blow up a file a
millionfold.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from netzwart.exchange.problems import BrokenImportError, ImportProblem

Path = tuple[str | int, ...]
_WORDS: Mapping[str, bool | None] = {
    "null": None,
    "~": None,
    "": None,
    "true": True,
    "false": False,
}
MAX_DEPTH = 12


@dataclass(slots=True)
class ReadFile:
    """The content of a file and the line of each path."""

    content: dict[str, Any]
    lines: dict[Path, int] = field(default_factory=dict[Path, int])
    key_lines: dict[str, int] = field(default_factory=dict[str, int])
    """JSON has no line marks; there the first line in which a key stands must do."""

    def line_of(self, path: Path) -> int | None:
        """Return the line of a path, or of the nearest thing around it."""
        if path and path[-1] in self.key_lines:
            return self.key_lines[str(path[-1])]
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return None


def read_yaml(data: bytes) -> ReadFile:
    """Return the mapping that a YAML file holds.

    Raises:
        BrokenImportError: not YAML, aliases, doubled keys, or no mapping on top.
    """
    try:
        for event in yaml.parse(data, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else None
                raise _broken("Verweise (&, *) sind nicht erlaubt.", line)
        node = yaml.compose(data, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise _broken(
            "Die Datei ist kein gültiges YAML. Bitte Einrückung und Doppelpunkte prüfen.",
            mark.line + 1 if mark else None,
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _broken("Die Datei ist kein gültiges YAML in UTF-8.") from error
    if not isinstance(node, yaml.MappingNode):
        raise _broken("Die Datei ist leer oder beginnt nicht mit „netzwart: bundle/1“.")
    read = ReadFile({})
    read.content = _mapping(node, (), read)
    return read


def read_json(data: bytes) -> ReadFile:
    """Return the object that a JSON file holds; numbers keep their digits.

    Raises:
        BrokenImportError: not JSON, doubled keys, or no object on top.
    """
    text = _utf8(data)
    try:
        content = json.loads(
            text, parse_float=str, parse_int=str, object_pairs_hook=_without_doubles
        )
    except json.JSONDecodeError as error:
        raise _broken("Die Datei ist kein gültiges JSON.", error.lineno) from error
    except RecursionError as error:
        raise _broken("Die Datei ist zu tief verschachtelt.") from error
    if not isinstance(content, dict):
        raise _broken("Die Datei ist leer oder beginnt nicht mit {.")
    read = ReadFile(content)  # pyright: ignore[reportUnknownArgumentType] - json.loads is untyped
    for number, line in enumerate(text.splitlines(), start=1):
        for found in re.finditer(r'"([^"\\]+)"\s*:', line):
            read.key_lines.setdefault(found[1], number)
    return read


def _utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _broken("Die Datei ist nicht in UTF-8 gespeichert.") from error


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _broken(f"Der Schlüssel „{key}“ steht doppelt da.")
        found[key] = value
    return found


def _broken(message: str, line: int | None = None) -> BrokenImportError:
    return BrokenImportError([ImportProblem("", message, line)])


def _value(node: yaml.Node, path: Path, read: ReadFile) -> object:
    read.lines[path] = node.start_mark.line + 1
    if len(path) > MAX_DEPTH:
        raise _broken("Die Datei ist zu tief verschachtelt.", node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, read)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, number), read) for number, item in enumerate(node.value)]
    text = str(node.value)
    is_bare = isinstance(node, yaml.ScalarNode) and not node.style
    return _WORDS.get(text, text) if is_bare else text


def _mapping(node: yaml.MappingNode, path: Path, read: ReadFile) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise _broken("Ein Schlüssel muss ein einfaches Wort sein.", line)
        key = str(key_node.value)
        if key in found:
            raise _broken(f"Der Schlüssel „{key}“ steht doppelt da.", line)
        found[key] = _value(value_node, (*path, key), read)
        read.lines[*path, key] = line
    return found

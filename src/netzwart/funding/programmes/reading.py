"""YAML as text: no guessed types, no doubled keys, and every path knows its line.

YAML's own guesses turn `0.90` into a float and `NO` into a bool; here every scalar stays the text
that stands in the file, and pydantic converts it.
"""

from pathlib import Path

import yaml
from pydantic import ValidationError

from netzwart.errors import InvalidInputError

Tree = dict[str, object] | list[object] | str
Lines = dict[str, int]


class ProgrammeFileError(InvalidInputError):
    """A rule file is broken; the message names file, line and path."""


def read_tree(path: Path) -> tuple[Tree, Lines]:
    """Return the file as dicts, lists and texts, and the line of every dotted path.

    Raises:
        ProgrammeFileError: when the file is no YAML, or a key stands there twice.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise ProgrammeFileError(f"{_name(path)}: {error}") from error
    if root is None:
        raise ProgrammeFileError(f"{_name(path)}: die Datei ist leer")
    lines: Lines = {}
    return _plain(root, "", path, lines), lines


def refusal(
    path: Path, lines: Lines, error: ValidationError, prefix: str = ""
) -> ProgrammeFileError:
    """Return the error that names file, line, path and reason of each complaint."""
    fields: dict[str, str] = {}
    for complaint in error.errors():
        spot = ".".join([*([prefix] if prefix else []), *map(str, complaint["loc"])])
        line = _line_of(spot, lines)
        fields[spot] = f"{_name(path)}:{line}: {spot}: {complaint['msg']}"
    return ProgrammeFileError("; ".join(fields.values()), fields)


def _plain(node: yaml.Node, spot: str, path: Path, lines: Lines) -> Tree:
    lines[spot] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        plain: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in plain:
                line = key_node.start_mark.line + 1
                raise ProgrammeFileError(f"{_name(path)}:{line}: „{key}“ steht zweimal da")
            plain[key] = _plain(value_node, f"{spot}.{key}".lstrip("."), path, lines)
        return plain
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(child, f"{spot}.{index}".lstrip("."), path, lines)
            for index, child in enumerate(node.value)
        ]
    return str(node.value)


def _line_of(spot: str, lines: Lines) -> int:
    while spot and spot not in lines:
        spot = spot.rpartition(".")[0]
    return lines.get(spot, 1)


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"

"""From what a file holds to forms that hold, with every fault named by line."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from netzwart.exchange.bundle_fields import Row
from netzwart.exchange.bundle_forms import Bundle
from netzwart.exchange.problems import BrokenImportError, ImportProblem, unknown_key
from netzwart.exchange.reading import Path, ReadFile, read_json, read_yaml
from netzwart.exchange.spreadsheets import read_workbook

_SENTENCES = {
    "missing": "fehlt.",
    "date_from_datetime_parsing": "ist kein Tag (JJJJ-MM-TT).",
    "date_parsing": "ist kein Tag (JJJJ-MM-TT).",
    "datetime_from_date_parsing": "ist kein Zeitpunkt (JJJJ-MM-TTThh:mm:ssZ).",
    "datetime_parsing": "ist kein Zeitpunkt (JJJJ-MM-TTThh:mm:ssZ).",
    "decimal_parsing": "ist keine Zahl (Punkt statt Komma, ohne Tausenderpunkte).",
    "int_parsing": "ist keine ganze Zahl.",
    "int_from_float": "ist keine ganze Zahl.",
    "bool_parsing": "ist weder true noch false.",
    "string_type": "ist kein Text.",
    "list_type": "ist keine Liste.",
    "tuple_type": "ist keine Liste.",
    "dict_type": "ist kein Block mit Schlüsseln.",
    "model_type": "ist kein Block mit Schlüsseln.",
    "model_attributes_type": "ist kein Block mit Schlüsseln.",
    "string_too_short": "ist leer.",
    "string_pattern_mismatch": "hat nicht die erwartete Form.",
}
_BOUNDS = {
    "greater_than": ("ist nicht größer als", "gt"),
    "greater_than_equal": ("ist kleiner als", "ge"),
    "less_than_equal": ("ist größer als", "le"),
    "string_too_long": ("ist länger als (Zeichen):", "max_length"),
    "decimal_max_digits": ("hat mehr Stellen als", "max_digits"),
}


def read_bundle_file(data: bytes, file_name: str) -> tuple[Bundle, ReadFile]:
    """Return the checked bundle of a YAML, JSON, XLSX or ODS file, and where things stood in it.

    Raises:
        BrokenImportError: names every fault with line and path.
    """
    suffix = file_name.lower().rpartition(".")[2]
    if suffix in {"xlsx", "ods"} or data[:2] == b"PK":
        read = read_workbook(data, list(section_forms()))
    elif suffix == "json" or data.lstrip()[:1] == b"{":
        read = read_json(data)
    else:
        read = read_yaml(data)
    return _checked(read), read


def bundle_from(content: dict[str, Any]) -> tuple[Bundle, ReadFile]:
    """Return the checked bundle of a mapping made by a program."""
    read = ReadFile(content)
    return _checked(read), read


def _checked(read: ReadFile) -> Bundle:
    try:
        return Bundle.model_validate(read.content)
    except ValidationError as error:
        raise BrokenImportError(_problem(fault, read) for fault in error.errors()) from error


def _problem(fault: ErrorDetails, read: ReadFile) -> ImportProblem:
    path: Path = tuple(fault["loc"])
    if fault["type"] == "extra_forbidden":
        message = unknown_key(str(path[-1]), _known_keys(path[:-1]))
    else:
        message = f"{path[-1] if path else 'Datei'} {_sentence(fault)}"
    return ImportProblem(".".join(map(str, path)), message, read.line_of(path))


def _sentence(fault: ErrorDetails) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"{words} {context[key]}."
    if kind in {"enum", "literal_error"}:
        return f"muss einer dieser Werte sein: {context['expected']}."
    if kind == "value_error":
        return f"ist {context['error']}."
    return _SENTENCES.get(kind, f"ist nicht gültig ({fault['msg']}).")


def _known_keys(path: Sequence[str | int]) -> list[str]:
    """Return the keys that are allowed at a path of the bundle."""
    form: type[BaseModel] = Bundle
    for step in path:
        if isinstance(step, int):
            continue
        inner = (
            _inner_form(form.model_fields[step].annotation) if step in form.model_fields else None
        )
        if inner is None:
            return []
        form = inner
    return list(form.model_fields)


def _inner_form(annotation: object) -> type[BaseModel] | None:
    arguments: tuple[Any, ...] = getattr(annotation, "__args__", ())
    for argument in (annotation, *arguments):
        if isinstance(argument, type) and issubclass(argument, BaseModel):
            return argument
    return None


def section_forms() -> dict[str, type[Row]]:
    """Return the row form of each list of the bundle."""
    forms: dict[str, type[Row]] = {}
    for name, info in Bundle.model_fields.items():
        arguments: tuple[Any, ...] = getattr(info.annotation, "__args__", ())
        if arguments and isinstance(arguments[0], type) and issubclass(arguments[0], Row):
            forms[name] = arguments[0]
    forms.pop("operator", None)
    return forms

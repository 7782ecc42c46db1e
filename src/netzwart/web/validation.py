"""German sentences for what pydantic and msgspec say about input; never the input itself."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_SENTENCES: Mapping[str, str] = {
    "missing": "Die Angabe fehlt.",
    "extra_forbidden": "Dieses Feld gibt es nicht.",
    "string_type": "Hier wird ein Text erwartet.",
    "string_too_short": "Mindestens {min_length} Zeichen.",
    "string_too_long": "Höchstens {max_length} Zeichen.",
    "string_pattern_mismatch": "Die Schreibweise passt nicht.",
    "int_type": "Hier wird eine ganze Zahl erwartet.",
    "int_parsing": "Hier wird eine ganze Zahl erwartet.",
    "int_parsing_size": "Die Zahl ist zu groß.",
    "int_from_float": "Hier wird eine ganze Zahl erwartet.",
    "float_type": "Hier wird eine Zahl erwartet.",
    "float_parsing": "Hier wird eine Zahl erwartet.",
    "finite_number": "Hier wird eine endliche Zahl erwartet.",
    "decimal_type": "Hier wird eine Zahl erwartet.",
    "decimal_parsing": "Hier wird eine Zahl erwartet.",
    "decimal_max_places": "Höchstens {decimal_places} Nachkommastellen.",
    "decimal_max_digits": "Höchstens {max_digits} Ziffern.",
    "decimal_whole_digits": "Höchstens {whole_digits} Ziffern vor dem Komma.",
    "bool_type": "Hier wird ja oder nein erwartet.",
    "bool_parsing": "Hier wird ja oder nein erwartet.",
    "date_type": "Hier wird ein Tag erwartet (JJJJ-MM-TT).",
    "date_parsing": "Hier wird ein Tag erwartet (JJJJ-MM-TT).",
    "date_from_datetime_parsing": "Hier wird ein Tag erwartet (JJJJ-MM-TT).",
    "date_from_datetime_inexact": "Hier wird ein Tag ohne Uhrzeit erwartet.",
    "datetime_type": "Hier wird ein Zeitpunkt erwartet.",
    "datetime_parsing": "Hier wird ein Zeitpunkt erwartet.",
    "datetime_from_date_parsing": "Hier wird ein Zeitpunkt erwartet.",
    "timezone_aware": "Dem Zeitpunkt fehlt die Zeitzone.",
    "greater_than": "Größer als {gt}.",
    "greater_than_equal": "Mindestens {ge}.",
    "less_than": "Kleiner als {lt}.",
    "less_than_equal": "Höchstens {le}.",
    "multiple_of": "Ein Vielfaches von {multiple_of}.",
    "enum": "Möglich ist: {expected}.",
    "literal_error": "Möglich ist: {expected}.",
    "list_type": "Hier wird eine Liste erwartet.",
    "tuple_type": "Hier wird eine Liste erwartet.",
    "set_type": "Hier wird eine Liste erwartet.",
    "too_short": "Mindestens {min_length} Einträge.",
    "too_long": "Höchstens {max_length} Einträge.",
    "dict_type": "Hier wird ein Objekt erwartet.",
    "model_type": "Hier wird ein Objekt erwartet.",
    "model_attributes_type": "Hier wird ein Objekt erwartet.",
    "mapping_type": "Hier wird ein Objekt erwartet.",
    "json_invalid": "Das ist kein gültiges JSON.",
    "uuid_parsing": "Hier wird eine UUID erwartet.",
    "url_parsing": "Hier wird eine Adresse erwartet.",
    "url_scheme": "Die Adresse beginnt mit {expected_schemes}.",
    "url_too_long": "Höchstens {max_length} Zeichen.",
}
_OTHERWISE = "Die Angabe passt nicht."
_OWN_WORDS = frozenset({"value_error", "assertion_error"})

_MSGSPEC: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"missing required (?:field|argument)"), "Die Angabe fehlt."),
    (re.compile(r"contains unknown field"), "Dieses Feld gibt es nicht."),
    # What names a bound stands before what names a type, since a bound's sentence names both.
    (re.compile(r"Expected `\w+` >= (\S+)"), "Mindestens {0}."),
    (re.compile(r"Expected `\w+` <= (\S+)"), "Höchstens {0}."),
    (re.compile(r"Expected `(?:\w+ \| )?int"), "Hier wird eine ganze Zahl erwartet."),
    (re.compile(r"Expected `(?:decimal|float)"), "Hier wird eine Zahl erwartet."),
    (re.compile(r"Expected `bool"), "Hier wird ja oder nein erwartet."),
    (re.compile(r"Expected `array"), "Hier wird eine Liste erwartet."),
    (re.compile(r"Expected `object"), "Hier wird ein Objekt erwartet."),
    (re.compile(r"Invalid RFC3339 encoded date\b"), "Hier wird ein Tag erwartet (JJJJ-MM-TT)."),
    (re.compile(r"Invalid RFC3339 encoded datetime"), "Hier wird ein Zeitpunkt erwartet."),
    (re.compile(r"Invalid enum value"), "Diesen Wert gibt es hier nicht."),
    (re.compile(r"Invalid UUID"), "Hier wird eine UUID erwartet."),
    (re.compile(r"Invalid decimal"), "Hier wird eine Zahl erwartet."),
    (re.compile(r"of length <= (\d+)"), "Höchstens {0} Zeichen."),
    (re.compile(r"of length >= (\d+)"), "Mindestens {0} Zeichen."),
    (re.compile(r"Expected `str"), "Hier wird ein Text erwartet."),
)


def pydantic_sentence(error: Mapping[str, Any]) -> str:
    """Return the German sentence of one entry of `ValidationError.errors()`.

    Sentences that our own validators raise as `ValueError` come through as they are.
    """
    kind = str(error["type"])
    context: Mapping[str, Any] = error.get("ctx") or {}
    if kind in _OWN_WORDS:
        return str(context.get("error", _OTHERWISE))
    if kind not in _SENTENCES:
        return _OTHERWISE
    plain = {key: _german_list(str(value)) for key, value in context.items()}
    return _SENTENCES[kind].format_map(plain)


def pydantic_field(error: Mapping[str, Any]) -> str:
    """Return the path of the field an entry is about: `lines.0.quantity`."""
    return ".".join(str(part) for part in error["loc"])


def msgspec_sentence(message: str) -> str:
    """Return the German sentence for what msgspec says."""
    for pattern, sentence in _MSGSPEC:
        found = pattern.search(message)
        if found is not None:
            return sentence.format(*found.groups())
    return _OTHERWISE


def _german_list(text: str) -> str:
    return text.replace("' or '", "', '").replace("'", "")

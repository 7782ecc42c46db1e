"""Forms made from a resource: what may be sent, in the columns' own lengths and kinds."""

import difflib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar, cast

import msgspec
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
    create_model,
)
from pydantic import Field as FormField

from netzwart.web.listing import BadQueryError
from netzwart.web.resources import Field, Kind, Resource
from netzwart.web.resources.referring import writable_references
from netzwart.web.validation import pydantic_field, pydantic_sentence

KEY = 2**63 - 1
INTEGER = 2**31 - 1
_KEY: Any = Annotated[int, FormField(ge=1, le=KEY)]
_DIGITS = {2: 12, 3: 12, 4: 14, 6: 7}
"""Digits of a decimal by its places: Money, Quantity, UnitPrice, Rate."""


class BadFormError(BadQueryError):
    """What was sent has not the form that is asked for; the errors name each field."""


class Form(BaseModel):
    """Base of all forms: unknown fields are refused, text is trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


def create_form(resource: Resource, writable: str, base: type[Form] | None = None) -> type[Form]:
    """Return the form of a new row: columns that need a value are required."""
    return _form(resource, writable, base or Form, f"{resource.subject}Create", partial=False)


def patch_form(resource: Resource, writable: str, base: type[Form] | None = None) -> type[Form]:
    """Return the form of a change: every field may be left out."""
    return _form(resource, writable, base or Form, f"{resource.subject}Patch", partial=True)


def _form(
    resource: Resource, writable: str, base: type[Form], name: str, *, partial: bool
) -> type[Form]:
    references = writable_references(resource)
    parts: dict[str, Any] = {}
    for public in writable.split():
        if public in references:
            text = resource.fields[public]
            parts[public] = (_type_of(text) | None, None)
            parts[f"{public}_id"] = (_KEY | None, None)
        else:
            parts[public] = _part(resource, resource.fields[public], partial=partial)
    return create_model(name, __base__=base, **parts)


def _part(resource: Resource, field: Field, *, partial: bool) -> tuple[Any, Any]:
    kind = _type_of(field)
    allowed = kind | None if field.nullable else kind
    declared = resource.record.model_fields[column_of(field)]
    if partial or not declared.is_required():
        return allowed, None if partial else declared.get_default(call_default_factory=True)
    return allowed, ...


def column_of(field: Field) -> str:
    """Return the name of the record's attribute behind a plain field."""
    return str(getattr(field.column, "name", field.name))


def _type_of(field: Field) -> Any:  # noqa: ANN401 - a type
    match field.kind:
        case Kind.TEXT:
            return Annotated[str, StringConstraints(max_length=field.max_length)]
        case Kind.INTEGER:
            return Annotated[int, FormField(ge=-INTEGER, le=INTEGER)]
        case Kind.DECIMAL:
            return Annotated[
                Decimal,
                FormField(max_digits=_DIGITS[field.places], decimal_places=field.places),
            ]
        case Kind.CHOICE:
            return Literal[field.choices]
        case _:
            return _SIMPLE[field.kind]


_SIMPLE: Mapping[Kind, Any] = {
    Kind.DAY: date,
    Kind.MOMENT: AwareDatetime,
    Kind.BOOLEAN: bool,
    Kind.OBJECT: dict[str, Any],
}


def read_json(body: bytes) -> Any:  # noqa: ANN401 - whatever was sent
    """Return the JSON of a request body.

    Raises:
        BadFormError: it is no JSON, or holds a character that no database keeps.
    """
    try:
        sent = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadFormError("Der Inhalt ist kein gültiges JSON.") from error
    if b"\\u0000" in body and _has_null(sent):
        raise BadFormError("Ein Nullzeichen ist nicht erlaubt.")
    return sent


def _has_null(value: object) -> bool:
    return "\x00" in str(value) or "\\x00" in repr(value)


def validate(
    form: type[Form], sent: object, prefix: str = ""
) -> tuple[Form | None, dict[str, str]]:
    """Return the filled form, or what is wrong with it: field path → German sentence."""
    if not isinstance(sent, dict):
        return None, {prefix.rstrip(".") or "body": "Hier steht kein Objekt."}
    try:
        return form.model_validate(sent), {}
    except ValidationError as error:
        return None, {
            prefix + pydantic_field(problem): _sentence(form, problem)
            for problem in error.errors(include_url=False, include_input=False)
        }


def _sentence(form: type[Form], problem: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    if problem["type"] == "extra_forbidden":
        return _unknown(form, problem["loc"])
    return pydantic_sentence(problem)


def _unknown(form: type[Form], place: tuple[Any, ...]) -> str:
    near = difflib.get_close_matches(str(place[-1])[:80], form.model_fields, n=1, cutoff=0.6)
    hint = f" Gemeint ist vielleicht „{near[0]}“." if near and len(place) == 1 else ""
    return f"Dieses Feld gibt es nicht.{hint}"


def refuse(errors: Mapping[str, str]) -> None:
    """Raise if there are errors.

    Raises:
        BadFormError: with each of them.
    """
    if errors:
        raise BadFormError("Die Angaben sind nicht vollständig oder nicht gültig.", errors)


Filled = TypeVar("Filled", bound=BaseModel)


def filled(form: type[Filled], values: Mapping[str, Any]) -> Filled:
    """Return a domain's own form, filled with checked values.

    Raises:
        BadFormError: the domain asks for more than the columns do.
    """
    try:
        return form.model_validate({name: values[name] for name in values})
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        errors = {pydantic_field(found) or "body": pydantic_sentence(found) for found in problems}
        raise BadFormError("Die Angaben sind nicht gültig.", errors) from error


def decoded(form: type[Filled], body: bytes) -> Filled:
    """Return a form filled from a request's body.

    Raises:
        BadFormError: it is no JSON object, or not of this form.
    """
    sent = read_json(body)
    if not isinstance(sent, dict):
        raise BadFormError("Hier steht kein Objekt.", {"body": "Hier steht kein Objekt."})
    return filled(form, cast("dict[str, Any]", sent))

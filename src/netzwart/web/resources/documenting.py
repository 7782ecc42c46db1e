"""What a resource means in OpenAPI 3.1: parameters, schemas and answers, from its declaration."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from litestar.openapi.spec import Operation

from netzwart.web.listing import DEFAULT_LIMIT, LARGEST_LIMIT
from netzwart.web.resources.declaring import Resource
from netzwart.web.resources.fields import Field, Kind, Op

Schema = dict[str, Any]

_HOISTED = "x-netzwart-schemas"

_MOMENT = "2026-11-24T08:00:00Z"
_KINDS: Mapping[Kind, Schema] = {
    Kind.TEXT: {"type": "string"},
    Kind.INTEGER: {"type": "integer", "format": "int64"},
    Kind.DECIMAL: {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "examples": ["750870.00"]},
    Kind.DAY: {"type": "string", "format": "date", "examples": ["2026-11-24"]},
    Kind.MOMENT: {"type": "string", "format": "date-time", "examples": [_MOMENT]},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.CHOICE: {"type": "string"},
    Kind.OBJECT: {"type": "object", "additionalProperties": True},
}


class Doing(StrEnum):
    """What an operation does with a resource."""

    LIST = "list"
    SHOW = "show"
    CREATE = "create"
    CHANGE = "change"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Forms:
    """JSON schemas of what may be sent."""

    create: Schema | None = None
    change: Schema | None = None


def raw_operation(document: Schema, schemas: Mapping[str, Schema] | None = None) -> type[Operation]:
    """Return an operation class that says exactly `document`, with the schemas it refers to."""

    class Documented(Operation):
        said: ClassVar[Schema] = {**document, _HOISTED: dict(schemas or {})}

        def to_schema(self) -> Schema:
            kept = {"tags": self.tags, "operationId": self.operation_id, "summary": self.summary}
            known = {name: value for name, value in kept.items() if value}
            said = {**known, **copy.deepcopy(self.said)}
            return {**said, "security": self.security} if self.security else said

    return Documented


def operation_of(doing: Doing, resource: Resource, forms: Forms | None = None) -> type[Operation]:
    """Return the operation class of one of a resource's routes."""
    forms = forms or Forms()
    document, schemas = _DOCUMENTS[doing](resource, forms)
    return raw_operation(document, schemas)


def answer_operation(
    properties: Schema,
    *,
    status: str = "200",
    is_list: bool = False,
    body: Schema | None = None,
    parameters: tuple[Schema, ...] = (),
) -> type[Operation]:
    """Return the operation class of a route that is no resource's: what it takes and answers.

    A path parameter `row_id` is documented where `is_list` is false.
    """
    item: Schema = {"type": "object", "properties": properties, "required": list(properties)}
    document: Schema = {
        "parameters": [*([] if is_list else [_id_parameter()]), *parameters],
        "responses": {
            status: _answer({"type": "array", "items": item} if is_list else item),
            **_problems("400", "401", "403", "404"),
        },
    }
    if body is not None:
        document["requestBody"] = _body(body)
    return raw_operation(document)


def stream_operation(properties: Schema) -> type[Operation]:
    """Return the operation class of a stream of server-sent events: what each `data` line holds."""
    item: Schema = {"type": "object", "properties": properties, "required": list(properties)}
    seen: Schema = {
        "name": "Last-Event-ID",
        "in": "header",
        "description": "continue after this event",
        "schema": {"type": "string"},
    }
    streamed: Schema = {
        "description": "An event stream (HTML, 9.2); the schema is that of one event's data",
        "content": {"text/event-stream": {"schema": item}},
    }
    return raw_operation(
        {"parameters": [seen], "responses": {"200": streamed, **_problems("400", "401", "403")}}
    )


def _listed(resource: Resource, forms: Forms) -> tuple[Schema, dict[str, Schema]]:
    del forms
    subject = resource.subject
    page: Schema = {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {"type": "array", "items": _ref(subject)},
            "next": {
                "type": ["string", "null"],
                "description": "cursor of the next page; null on the last",
            },
            "total": {"type": "integer", "description": "with count=true"},
        },
    }
    document = {
        "parameters": [*_list_parameters(resource), *_filter_parameters(resource)],
        "responses": {"200": _answer(_ref(f"{subject}Page")), **_problems("400", "401", "403")},
    }
    return document, {subject: _item(resource), f"{subject}Page": page}


def _shown(resource: Resource, forms: Forms) -> tuple[Schema, dict[str, Schema]]:
    del forms
    none_match = _parameter("If-None-Match", {"type": "string"}, "an ETag seen before", "header")
    document = {
        "parameters": [_id_parameter(), *_shape_parameters(resource), none_match],
        "responses": {
            "200": _answer(_ref(resource.subject), etag=True),
            "304": {"description": "unchanged"},
            **_problems("400", "401", "403", "404"),
        },
    }
    return document, {resource.subject: _item(resource)}


def _created(resource: Resource, forms: Forms) -> tuple[Schema, dict[str, Schema]]:
    subject = resource.subject
    form = f"{subject}Create"
    one_or_many = [_ref(form), {"type": "array", "items": _ref(form), "minItems": 1}]
    items: Schema = {
        "type": "object",
        "required": ["items"],
        "properties": {"items": {"type": "array", "items": _ref(subject)}},
    }
    key = _parameter("Idempotency-Key", {"type": "string", "maxLength": 200},
                     "the same key within 24 hours gives the same answer", "header")  # fmt: skip
    document = {
        "parameters": [key],
        "requestBody": _body({"oneOf": one_or_many}),
        "responses": {
            "201": _answer({"oneOf": [_ref(subject), items]}, etag=True),
            **_problems("400", "401", "403", "409", "422"),
        },
    }
    return document, {subject: _item(resource), form: forms.create or {"type": "object"}}


def _changed(resource: Resource, forms: Forms) -> tuple[Schema, dict[str, Schema]]:
    form = f"{resource.subject}Patch"
    document = {
        "parameters": [_id_parameter(), _if_match()],
        "requestBody": _body(_ref(form)),
        "responses": {
            "200": _answer(_ref(resource.subject), etag=True),
            **_problems("400", "401", "403", "404", "409", "412", "422", "428"),
        },
    }
    return document, {
        resource.subject: _item(resource),
        form: forms.change or {"type": "object"},
    }


def _deleted(resource: Resource, forms: Forms) -> tuple[Schema, dict[str, Schema]]:
    del resource, forms
    document = {
        "parameters": [_id_parameter(), _if_match()],
        "responses": {
            "204": {"description": "deleted"},
            **_problems("401", "403", "404", "409", "412", "428"),
        },
    }
    return document, {}


_DOCUMENTS = {
    Doing.LIST: _listed,
    Doing.SHOW: _shown,
    Doing.CREATE: _created,
    Doing.CHANGE: _changed,
    Doing.DELETE: _deleted,
}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(schema: Schema, *, etag: bool = False) -> Schema:
    answer: Schema = {"description": "done", "content": {"application/json": {"schema": schema}}}
    if etag:
        answer["headers"] = {"ETag": {"schema": {"type": "string"}}}
    return answer


def _body(schema: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _problems(*statuses: str) -> Schema:
    return {
        status: {
            "description": _MEANINGS[status],
            "content": {"application/problem+json": {"schema": _ref("Problem")}},
        }
        for status in statuses
    }


_MEANINGS = {
    "400": "not understood; errors name each parameter or field",
    "401": "nobody is signed in",
    "403": "no right to do this",
    "404": "not there, or not to be seen",
    "409": "the present state forbids it",
    "412": "changed since it was read",
    "422": "understood, but not acceptable; errors name each field",
    "428": "If-Match is missing",
}


def _parameter(name: str, schema: Schema, description: str = "", place: str = "query") -> Schema:
    said: Schema = {"name": name, "in": place, "required": place == "path", "schema": schema}
    return {**said, "description": description} if description else said


def _id_parameter() -> Schema:
    return _parameter("row_id", {"type": "integer", "format": "int64"}, place="path")


def _if_match() -> Schema:
    said = _parameter("If-Match", {"type": "string"}, "the ETag the change is for", "header")
    return {**said, "required": True}


def _names(known: list[str]) -> Schema:
    """Return the schema of a comma-separated list."""
    return {"type": "array", "items": {"type": "string", "enum": known}}


def _name_list(name: str, known: list[str], description: str) -> Schema:
    said = _parameter(name, _names(known), description)
    return {**said, "style": "form", "explode": False}


def _shape_parameters(resource: Resource) -> list[Schema]:
    shown = [*resource.fields, *resource.children]
    found = [_name_list("fields", shown, "only these fields")]
    if resource.joins:
        found.append(_name_list("expand", [*resource.joins], "these references as objects"))
    return found


def _list_parameters(resource: Resource) -> list[Schema]:
    sortable = [name for name, field in resource.fields.items() if field.is_sortable]
    sorts = [f"{sign}{name}" for name in sortable for sign in ("", "-")]
    limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT}
    found = [
        _parameter("limit", limit),
        _parameter("cursor", {"type": "string"}, "`next` of the page before"),
        _name_list("sort", sorts, f"up to five; {resource.sort} if left out"),
        _parameter("count", {"type": "boolean", "default": False}, "adds total"),
        *_shape_parameters(resource),
    ]
    if resource.search:
        found.append(_parameter("q", {"type": "string", "maxLength": 200}, "every word occurs"))
    if "changed_at" in resource.fields:
        since = {**_KINDS[Kind.MOMENT]}
        found.append(_parameter("updated_since", since, "changed then or later"))
    return found


def _filter_parameters(resource: Resource) -> list[Schema]:
    found: list[Schema] = []
    for field in resource.fields.values():
        found += [_filter_parameter(field, op) for op in field.ops]
    return found


def _filter_parameter(field: Field, op: Op) -> Schema:
    name = f"{field.name}__{op}" if op else field.name
    if op is Op.ISNULL:
        return _parameter(name, {"type": "boolean"})
    value = _value(field)
    if op is Op.IN:
        said = _parameter(name, {"type": "array", "items": value, "minItems": 1})
        return {**said, "style": "form", "explode": False}
    if op is Op.CONTAINS:
        return _parameter(name, {"type": "string"})
    return _parameter(name, value)


def _value(field: Field) -> Schema:
    said = dict(_KINDS[field.kind])
    if field.kind is Kind.CHOICE:
        said["enum"] = list(field.choices)
    return said


def _field(field: Field) -> Schema:
    said = _value(field)
    if field.nullable:
        said["type"] = [said["type"], "null"]
        if "enum" in said:
            said["enum"] = [*said["enum"], None]
    return said


def _item(resource: Resource) -> Schema:
    properties = {name: _field(field) for name, field in resource.fields.items()}
    for name, join in resource.joins.items():
        expanded = {field.name: _field(field) for field in join.shown}
        properties[name] = {
            "anyOf": [properties[name], {"type": "object", "properties": expanded}],
            "description": f"an object with expand={name}",
        }
    for name, child in resource.children.items():
        inner = _item(child.resource)
        items = inner["properties"][child.only] if child.only else inner
        properties[name] = {"type": "array", "items": items}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def hoisted(document: Schema) -> Schema:
    """Return the document with each operation's schemas moved to `components.schemas`."""
    document = copy.deepcopy(document)
    schemas: Schema = document.setdefault("components", {}).setdefault("schemas", {})
    for path in document.get("paths", {}).values():
        for operation in path.values():
            if isinstance(operation, dict):
                schemas.update(operation.pop(_HOISTED, {}))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - JSON
    return document

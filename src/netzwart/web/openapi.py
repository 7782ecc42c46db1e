"""The OpenAPI document: generated from the routes, with the problem answers every route shares."""

from typing import Any

from litestar import Request, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from netzwart.web.problems import PROBLEM_JSON
from netzwart.web.resources.documenting import hoisted

OPENAPI_URL = "/api/openapi.json"

_DESCRIPTION = (
    "Everything netzwart knows, for other programs. Amounts are decimal strings, days YYYY-MM-DD, "
    "moments RFC 3339 in UTC. What a role may not see does not exist (404)."
)
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "instance", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/problems/not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
_PROBLEM_ANSWER: dict[str, Any] = {
    "description": "A problem",
    "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class _WithProblems(JsonRenderPlugin):
    """Renders the document; each operation's `default` answer is a problem."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return the document as JSON."""
        return self.render_json(  # pyright: ignore[reportUnknownMemberType] - bare Request
            request, with_problems(hoisted(openapi_schema))
        )


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the problem schema and a `default` answer for each operation."""
    components: dict[str, Any] = dict(document.get("components", {}))
    components["schemas"] = {**components.get("schemas", {}), "Problem": _PROBLEM_SCHEMA}
    paths: dict[str, Any] = {
        path: {
            method: _with_default(operation) if method in _METHODS else operation
            for method, operation in item.items()
        }
        for path, item in document.get("paths", {}).items()
    }
    return {**document, "components": components, "paths": paths}


def openapi_config(version: str) -> OpenAPIConfig:
    """Return what `Litestar(openapi_config=…)` wants; the document itself is public."""
    return OpenAPIConfig(
        title="netzwart",
        version=version,
        description=_DESCRIPTION,
        path=OPENAPI_URL,
        use_handler_docstrings=True,
        security=[{"bearer": []}],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(
                    type="http", scheme="bearer", description="A token `nw_…`, made by an admin."
                )
            }
        ),
        # The second path is one that Litestar would otherwise fill by itself.
        render_plugins=[_WithProblems(path=["/", "/openapi.json"])],
        openapi_router=Router(
            OPENAPI_URL, route_handlers=[], include_in_schema=False, opt={"public": True}
        ),
    )


def _with_default(operation: dict[str, Any]) -> dict[str, Any]:
    responses = {**operation.get("responses", {})}
    # Litestar describes its own error format, which ours replaces.
    for status, answer in list(responses.items()):
        if str(answer.get("description", "")).startswith("Bad request syntax"):
            responses[status] = _PROBLEM_ANSWER
    responses.setdefault("default", _PROBLEM_ANSWER)
    return {**operation, "responses": responses}

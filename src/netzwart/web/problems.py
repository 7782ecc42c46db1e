"""One answer to whatever goes wrong: problem+json (RFC 9457), a page, or a fragment for HTMX."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast
from urllib.parse import quote, urlsplit

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect, Template

from netzwart.errors import InvalidInputError, NetzwartError, UnavailableError
from netzwart.web.validation import msgspec_sentence, pydantic_field, pydantic_sentence

log = structlog.get_logger()

PROBLEM_JSON = "application/problem+json"
SIGN_IN_URL = "/anmelden"
_UNAUTHORISED = 401
_FIRST_SERVER_ERROR = 500
_JSON_ONLY = ("/api/", "/metrics", "/health/")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its name in the address, its title, and what to do about it."""

    name: str
    title: str
    explanation: str


_KINDS = {
    400: Kind(
        "bad-request",
        "Die Anfrage ist nicht verständlich",
        "Ein Parameter, ein Feld oder der Aufbau der Anfrage passt nicht. "
        "Die Liste der Fehler nennt die Stelle.",
    ),
    401: Kind(
        "not-signed-in",
        "Bitte anmelden",
        "Dafür ist eine Anmeldung nötig: im Browser mit Name und Passwort, "
        "in Programmen mit einem Token „Authorization: Bearer nw_…“.",
    ),
    403: Kind(
        "forbidden",
        "Das ist nicht erlaubt",
        "Die Rolle reicht dafür nicht aus. Wer Benutzer verwaltet, kann weitere Rollen vergeben.",
    ),
    404: Kind(
        "not-found",
        "Nicht gefunden",
        "Das Gesuchte gibt es nicht, oder es gehört zu einer Schule oder Zuwendung, "
        "die du nicht einsehen darfst.",
    ),
    405: Kind(
        "method-not-allowed",
        "So geht das hier nicht",
        "Die Adresse gibt es, aber nicht für diese Methode.",
    ),
    409: Kind(
        "conflict",
        "Das geht im jetzigen Zustand nicht",
        "Die Anfrage ist in Ordnung, aber der gespeicherte Stand steht ihr entgegen.",
    ),
    412: Kind(
        "stale",
        "Inzwischen geändert",
        "Jemand hat den Eintrag geändert, seit du ihn gelesen hast. "
        "Lies ihn neu und versuche es noch einmal.",
    ),
    413: Kind(
        "too-large", "Zu groß", "Die Datei oder Anfrage ist größer, als hier angenommen wird."
    ),
    415: Kind(
        "unsupported-media-type",
        "Dieses Format geht hier nicht",
        "Der Inhalt hat ein Format, das diese Adresse nicht liest.",
    ),
    422: Kind(
        "invalid-input",
        "Bitte prüfen",
        "Die Angaben sind lesbar, passen aber nicht. Die Liste der Fehler nennt jedes Feld.",
    ),
    428: Kind(
        "precondition-required",
        "Der gelesene Stand fehlt",
        "Zum Ändern und Löschen gehört der Kopf If-Match mit dem ETag des gelesenen Stands.",
    ),
    429: Kind(
        "too-many-requests",
        "Zu viele Versuche",
        "Bitte warte, bis die angegebene Zeit vorbei ist.",
    ),
    500: Kind(
        "internal",
        "Das war unser Fehler",
        "netzwart hat einen Fehler gemacht; er ist im Protokoll "
        "unter der Vorgangsnummer zu finden.",
    ),
    503: Kind(
        "unavailable",
        "Gerade nicht erreichbar",
        "Etwas außerhalb von netzwart antwortet nicht. "
        "Später noch einmal versuchen hilft meistens.",
    ),
}


class Audience(StrEnum):
    """Who reads the answer."""

    PROGRAM = "program"
    PAGE = "page"
    FRAGMENT = "fragment"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, ready to be told."""

    kind: str
    title: str
    status: int
    detail: str
    errors: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def explained_kinds() -> dict[str, tuple[int, Kind]]:
    """Return every problem kind with its status, domain errors included, keyed by name."""
    found = {kind.name: (status, kind) for status, kind in _KINDS.items()}
    for error in _error_types(NetzwartError):
        family = _KINDS.get(error.status, _KINDS[500])
        name = error.kind.fget(error.__new__(error))  # type: ignore[misc]
        found.setdefault(name, (error.status, family))
    return found


def answer_problem(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer any exception; the one handler of the application.

    Somebody unknown who opened a page is sent to sign in and comes back from there.
    """
    problem = _understand(error)
    _log(request, problem, error)
    audience = _audience(request)
    if problem.status == _UNAUTHORISED:
        return _ask_to_sign_in(request, problem, audience)
    return _tell(request, problem, audience)


def _tell(request: Request[Any, Any, Any], problem: Problem, audience: Audience) -> Response[Any]:
    headers = dict(problem.headers)
    request_id = str(request.scope["state"].get("request_id", ""))
    if audience is Audience.PROGRAM:
        body = _as_json(request, problem, request_id)
        return Response(body, status_code=problem.status, headers=headers, media_type=PROBLEM_JSON)
    template = "web/problem.html" if audience is Audience.PAGE else "web/_problem.html"
    context = {"problem": problem, "errors": problem.errors, "request_id": request_id}
    return Template(
        template_name=template, context=context, status_code=problem.status, headers=headers
    )


def _as_json(
    request: Request[Any, Any, Any], problem: Problem, request_id: str
) -> dict[str, object]:
    return {
        "type": f"/problems/{problem.kind}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
        "request_id": request_id,
        "errors": list(problem.errors),
    }


def _ask_to_sign_in(
    request: Request[Any, Any, Any], problem: Problem, audience: Audience
) -> Response[Any]:
    if audience is Audience.PAGE:
        # What was sent by POST cannot be sent again after sign-in, so that leads to the start page.
        path = request.url.path if request.method == "GET" else "/"
        query = f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
        return Redirect(_sign_in_url(path + query), status_code=303)
    answer = _tell(request, problem, audience)
    answer.headers["WWW-Authenticate"] = 'Bearer realm="netzwart"'
    if audience is Audience.FRAGMENT:
        current = urlsplit(request.headers.get("hx-current-url", ""))
        query = f"?{current.query}" if current.query else ""
        answer.headers["HX-Redirect"] = _sign_in_url((current.path or "/") + query)
    return answer


def _sign_in_url(path: str) -> str:
    return f"{SIGN_IN_URL}?weiter={quote(path, safe='/')}"


def _audience(request: Request[Any, Any, Any]) -> Audience:
    if request.url.path.startswith(_JSON_ONLY):
        return Audience.PROGRAM
    if request.headers.get("hx-request") == "true" and "hx-boosted" not in request.headers:
        return Audience.FRAGMENT
    if "text/html" in request.headers.get("accept", ""):
        return Audience.PAGE
    return Audience.PROGRAM


def _understand(error: Exception) -> Problem:
    if isinstance(error, NetzwartError):
        return _own_problem(error)
    if isinstance(error, HTTPException):
        return _http_problem(error)
    return _internal_problem()


def _own_problem(error: NetzwartError) -> Problem:
    title = _KINDS.get(error.status, _KINDS[500]).title
    errors: list[dict[str, str]] = []
    headers: dict[str, str] = {}
    if isinstance(error, InvalidInputError):
        errors = [{"field": name, "message": text} for name, text in error.fields.items()]
    retry_after_s = error.retry_after_s if isinstance(error, UnavailableError) else None
    if retry_after_s is not None:
        headers["Retry-After"] = str(retry_after_s)
    kind = _KINDS[500].name if type(error) is NetzwartError else error.kind
    return Problem(kind, title, error.status, error.message, errors, headers)


def _http_problem(error: HTTPException) -> Problem:
    """Put Litestar's own refusals into our words; their English detail stays in the log."""
    status = error.status_code
    if status >= _FIRST_SERVER_ERROR:
        return _internal_problem()
    kind = _KINDS.get(status, _KINDS[400])
    errors = _field_errors(error) if isinstance(error, ValidationException) else []
    headers = {name: str(value) for name, value in (error.headers or {}).items()}
    return Problem(kind.name, kind.title, status, kind.explanation, errors, headers)


def _internal_problem() -> Problem:
    kind = _KINDS[500]
    return Problem(kind.name, kind.title, 500, kind.explanation)


def _field_errors(error: ValidationException) -> list[dict[str, str]]:
    """Return field and sentence for each error that pydantic or msgspec found."""
    entries = getattr(error.__cause__, "errors", None)
    if isinstance(entries, list):
        found = cast("list[Any]", entries)
        return [
            {
                "field": pydantic_field(entry).removeprefix("data."),
                "message": pydantic_sentence(entry),
            }
            for entry in found
        ]
    if not isinstance(error.extra, list):
        return []
    return [
        {"field": str(entry.get("key", "")), "message": msgspec_sentence(str(entry["message"]))}
        for entry in cast("list[dict[str, Any]]", error.extra)
    ]


def _log(request: Request[Any, Any, Any], problem: Problem, error: Exception) -> None:
    if problem.status >= _FIRST_SERVER_ERROR and not isinstance(error, UnavailableError):
        log.error("request_failed", path=request.url.path, exc_info=error)
        return
    context = error.context if isinstance(error, NetzwartError) else {}
    log.info("request_refused", kind=problem.kind, status=problem.status, context=context)


def _error_types(root: type[NetzwartError]) -> list[type[NetzwartError]]:
    found: list[type[NetzwartError]] = []
    for child in root.__subclasses__():
        found += [child, *_error_types(child)]
    return found

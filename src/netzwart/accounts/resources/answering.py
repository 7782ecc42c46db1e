"""Answers of the API: JSON with its ETag, and the conditions a request may put on it."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from litestar import Request, Response
from litestar.datastructures import State

from netzwart.errors import NetzwartError
from netzwart.web.listing import BadQueryError
from netzwart.web.resources.reading import Item, encode

ApiRequest = Request[Any, Any, State]

MOST_PARAMETERS = 100
JSON = "application/json"


class MissingConditionError(NetzwartError):
    """A change without `If-Match`: whoever sends it has not said which version it is for."""

    status: ClassVar[int] = 428


class StaleVersionError(NetzwartError):
    """The row changed since the sender read it."""

    status: ClassVar[int] = 412


def query_pairs(request: ApiRequest) -> list[tuple[str, str]]:
    """Return the query string's names and values, in order, doubled ones included.

    Raises:
        BadQueryError: there are too many.
    """
    raw = request.scope["query_string"].decode("latin-1")
    try:
        return parse_qsl(raw, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError as error:
        raise BadQueryError(f"Höchstens {MOST_PARAMETERS} Parameter sind erlaubt.") from error


def refuse_query(request: ApiRequest) -> None:
    """Refuse any query parameter, where none is known.

    Raises:
        BadQueryError: names each.
    """
    wrong = {name: "Diesen Parameter gibt es hier nicht." for name, _ in query_pairs(request)}
    if wrong:
        raise BadQueryError("Die Anfrage wurde nicht verstanden.", wrong)


def json_answer(
    body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """Return a response with these bytes of JSON, kept by nobody but the reader."""
    kept = {"Cache-Control": "private, no-cache", **(headers or {})}
    return Response(body, status_code=status, media_type=JSON, headers=kept)


def etag_of(version: int, body: bytes) -> str:
    """Return the tag of one representation: the row's version, then what was shown of it."""
    return f'"{version}-{hashlib.sha256(body).hexdigest()[:16]}"'


def item_answer(
    request: ApiRequest, item: Item, version: int, status: int = 200, location: str = ""
) -> Response[bytes]:
    """Return one row with its ETag; 304 if the reader has it already."""
    body = encode(item)
    tag = etag_of(version, body)
    headers = {"ETag": tag, "Vary": "Authorization, Cookie"}
    if location:
        headers["Location"] = location
    if request.method == "GET" and tag in _tags(request.headers.get("if-none-match", "")):
        return Response(b"", status_code=304, media_type=JSON, headers=headers)
    return json_answer(body, status, headers)


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def check_version(request: ApiRequest, version: int) -> None:
    """Compare `If-Match` with the row's present version.

    Raises:
        MissingConditionError: there is no `If-Match`.
        StaleVersionError: the sender read another version.
    """
    header = request.headers.get("if-match")
    if not header:
        raise MissingConditionError("Die Anfrage braucht If-Match mit dem ETag des Eintrags.")
    present = {tag.strip('"').partition("-")[0] for tag in _tags(header)}
    if header.strip() != "*" and str(version) not in present:
        raise StaleVersionError("Der Eintrag wurde inzwischen geändert; bitte neu laden.")

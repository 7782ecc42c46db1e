"""Reading a page's form: what was typed, what is wrong with it, and the checked form."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.response import Redirect
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import explain
from netzwart.errors import InvalidInputError
from netzwart.web.components import Tone
from netzwart.web.flash import flash
from netzwart.web.validation import pydantic_field, pydantic_sentence

FormT = TypeVar("FormT", bound=BaseModel)

_NEVER_SHOWN_AGAIN = (
    "password",
    "current",
    "new",
    "repeated",
    "word",
    "community",
    "key",
    "auth_key",
    "privacy_key",
    "private_key",
    "enable_secret",
)
"""Names of fields that hold secrets."""


def go_to(path: str, message: str = "", tone: Tone = Tone.OK) -> Redirect:
    """Return the answer to a POST that worked: read this page, with this message above it."""
    return Redirect(path, status_code=303, cookies=[flash(message, tone)] if message else None)


class TypedValues(dict[str, Any]):
    """Typed texts by field; a field that was not sent is an empty text, for strict templates."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(slots=True)
class Entered(Generic[FormT]):
    """A form as it was sent; `form` is None when it is not acceptable.

    `values` gives every text back to the page, except secrets; a field that was not sent is "".
    """

    form: FormT | None
    values: TypedValues
    errors: dict[str, str] = field(default_factory=dict[str, str])
    made: Any = None
    """What the act returned, where `enter` did it."""

    @property
    def status(self) -> int:
        """Return 200, or 422 once something is wrong."""
        return 422 if self.errors else 200

    @asynccontextmanager
    async def attempt(self, session: AsyncSession) -> AsyncGenerator[None]:
        """Run acts that may be refused; a refusal becomes `errors` and leaves no trace.

        Example:
            ```
            entered = await read_form(request, RoomForm)
            if entered.form is not None:
                async with entered.attempt(session):
                    await add_room(session, actor, entered.form)
            if entered.errors:
                return the page again
            ```
        """
        try:
            async with session.begin_nested():
                yield
                await session.flush()
        except InvalidInputError as refusal:
            self._refuse(refusal)
        except IntegrityError as error:
            spoken = explain(error)
            if spoken is None:
                raise
            if not isinstance(spoken, InvalidInputError):
                raise spoken from error
            self._refuse(spoken)

    def _refuse(self, refusal: InvalidInputError) -> None:
        self.errors.update(refusal.fields or {"": refusal.message})


async def enter(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    form_type: type[FormT],
    act: Callable[[FormT], Awaitable[Any]],
) -> Entered[FormT]:
    """Read a form and do what it asks for; what the act returns stands in `made`.

    Example:
        ```
        entered = await enter(request, session, RoomForm, lambda form: add_room(session, form))
        if entered.errors:
            return the page again
        ```
    """
    entered = await read_form(request, form_type)
    if entered.form is not None:
        async with entered.attempt(session):
            entered.made = await act(entered.form)
    return entered


def nothing_entered() -> Entered[Any]:
    """Return the form of a page that is opened for the first time."""
    return Entered(None, TypedValues())


async def read_form(request: Request[Any, Any, Any], form_type: type[FormT]) -> Entered[FormT]:
    """Read and check the form of a request; several values under one name become a list.

    Empty texts of fields with a default count as not sent, as a browser sends every field.
    """
    sent = await request.form()
    raw = {name: _one_or_all(sent.getall(name)) for name in dict.fromkeys(sent)}
    optional = {name for name, info in form_type.model_fields.items() if not info.is_required()}
    given = {name: value for name, value in raw.items() if value != "" or name not in optional}
    texts = {
        name: value
        for name, value in raw.items()
        if not isinstance(value, UploadFile) and name not in _NEVER_SHOWN_AGAIN
    }
    try:
        return Entered(form_type.model_validate(given), TypedValues(texts))
    except ValidationError as refusal:
        errors = {
            pydantic_field(entry): _sentence(entry, given)
            for entry in refusal.errors(include_url=False, include_input=False)
        }
        return Entered(None, TypedValues(texts), errors)


def _sentence(entry: Any, given: Mapping[str, Any]) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    field_name = pydantic_field(entry)
    if given.get(field_name) == "":
        return "Die Angabe fehlt."
    return pydantic_sentence(entry)


def _one_or_all(values: list[Any]) -> Any:  # noqa: ANN401 - texts and files
    return values[0] if len(values) == 1 else values

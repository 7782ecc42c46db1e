"""What can go wrong, as five kinds that every caller can tell apart.

Domain errors subclass one of the five beside the code that raises them. `message` is German and
safe to show; `context` goes to the log only.
"""

import re
from collections.abc import Mapping
from typing import ClassVar


class NetzwartError(Exception):
    """Base of every error that netzwart raises on purpose."""

    status: ClassVar[int] = 500

    def __init__(self, message: str, **context: object) -> None:
        super().__init__(message)
        self.message = message
        self.context = context

    @property
    def kind(self) -> str:
        """Return the problem type's last segment, e.g. `drawdown-exceeds-grant`."""
        name = type(self).__name__.removesuffix("Error")
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


class NotFoundError(NetzwartError):
    """The thing does not exist, or this user may not know that it does."""

    status = 404


class ForbiddenError(NetzwartError):
    """The user is known but may not do this."""

    status = 403


class ConflictError(NetzwartError):
    """The request is well-formed, but the present state forbids it."""

    status = 409


class InvalidInputError(NetzwartError):
    """The form is well-typed, but its content is not acceptable.

    `fields` maps a field's path (`lines.0.quantity`) to a German sentence.
    """

    status = 422

    def __init__(
        self, message: str, fields: Mapping[str, str] | None = None, **context: object
    ) -> None:
        super().__init__(message, **context)
        self.fields = dict(fields or {})


class UnavailableError(NetzwartError):
    """Something outside did not answer; trying again later may help."""

    status = 503

    def __init__(self, message: str, retry_after_s: int | None = None, **context: object) -> None:
        super().__init__(message, **context)
        self.retry_after_s = retry_after_s

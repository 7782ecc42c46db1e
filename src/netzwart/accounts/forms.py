"""What people and programs send about accounts."""

from datetime import date
from typing import Annotated, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=2, max_length=120, pattern=r"^[\w.@+\-]+$"),
]
"""A sign-in or token name: letters, digits and . @ + - _"""

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


OptionalDay = Annotated[date | None, BeforeValidator(_empty_is_none)]
OptionalId = Annotated[int | None, BeforeValidator(_empty_is_none)]
OptionalText = Annotated[str | None, BeforeValidator(_empty_is_none), Field(max_length=40)]


class Form(BaseModel):
    """A form: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SignInForm(Form):
    """Name and password; `weiter` is the path to go on to."""

    name: str = Field(max_length=200)
    password: SecretStr
    weiter: str = Field(default="/", max_length=2000)


class UserForm(Form):
    """A new user with a first role."""

    name: Name
    display_name: Title
    password: SecretStr
    role: str = Field(min_length=1, max_length=32)
    school_id: OptionalId = None
    expires_on: OptionalDay = None


class UserChangeForm(Form):
    """What may change about a user."""

    display_name: Title
    expires_on: OptionalDay = None


class RoleForm(Form):
    """One more role: everywhere, or at a school, or for a grant or programme."""

    role: str = Field(min_length=1, max_length=32)
    school_id: OptionalId = None
    grant_id: OptionalId = None
    programme: OptionalText = None


class PasswordForm(Form):
    """A person's own new password."""

    current: SecretStr
    new: SecretStr
    repeated: SecretStr


class NewPasswordForm(Form):
    """A password set by the administration."""

    new: SecretStr


class TokenForm(Form):
    """A new API token."""

    name: Name
    role: str = Field(min_length=1, max_length=32)
    school_id: OptionalId = None
    expires_on: OptionalDay = None


GrantId = Annotated[int, Field(ge=1)]


def _as_list(value: object) -> object:
    return cast("object", value) if isinstance(value, list | tuple) else [value]


class InvitationForm(Form):
    """An auditor to invite: an office rather than a person, some grants, and until when."""

    name: Name
    display_name: Title
    grant_ids: Annotated[tuple[GrantId, ...], BeforeValidator(_as_list), Field(min_length=1)]
    expires_on: date


class AcceptForm(Form):
    """The one-time word, and the password its owner chooses."""

    name: str = Field(max_length=200)
    word: SecretStr
    new: SecretStr
    repeated: SecretStr

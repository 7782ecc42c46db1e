"""What people and programs send about nodes and credentials."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from netzwart.network.protocols.replies import AuthProtocol, PrivacyProtocol

_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

Address = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._:%\-]+$")
]
Port = Annotated[int, Field(ge=1, le=65_535)]
Secret = Annotated[SecretStr, Field(max_length=10_000)]


SECRET_NAMES = (
    "community",
    "auth_key",
    "privacy_key",
    "password",
    "private_key",
    "enable_secret",
)
"""Fields of credentials that are sealed."""


class NodeForm(BaseModel):
    """A node as somebody wants it."""

    model_config = _STRICT

    address: Address
    """IPv4 or IPv6 address, or a name; never a URL."""
    port: Port = 161
    name: str = Field(min_length=1, max_length=200)
    school_id: int
    credential_id: int | None = None
    ssh_credential_id: int | None = None
    ssh_port: Port = 22
    ssh_platform: str | None = Field(default=None, max_length=80, pattern=r"^[a-z0-9_]+$")
    is_enabled: bool = True
    poll_interval_s: int | None = Field(default=None, ge=30, le=86_400)


class _CredentialFields(BaseModel):
    """What new and changed credentials have in common."""

    model_config = _STRICT

    name: str = Field(min_length=1, max_length=80)
    user_name: str | None = Field(default=None, max_length=80)
    auth: AuthProtocol | None = None
    privacy: PrivacyProtocol | None = None
    community: Secret | None = None
    auth_key: Secret | None = None
    privacy_key: Secret | None = None
    password: Secret | None = None
    private_key: Secret | None = None
    enable_secret: Secret | None = None
    read_timeout_s: int | None = Field(default=None, ge=5, le=120)
    """Seconds that an SSH session waits for each answer."""
    fast_cli: bool = True
    school_id: int | None = None
    note: str = Field(default="", max_length=500)

    def secrets(self) -> dict[str, str]:
        """Return what has to be sealed."""
        given: dict[str, SecretStr | None] = {name: getattr(self, name) for name in SECRET_NAMES}
        return {
            name: value.get_secret_value()
            for name, value in given.items()
            if value is not None and value.get_secret_value()
        }


class CredentialForm(_CredentialFields):
    """Credentials as somebody wants them; secrets come in and never go out again."""

    kind: str = Field(pattern=r"^(snmp_v1|snmp_v2c|snmp_v3|ssh)$")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        missing = self.missing()
        if missing is not None:
            raise ValueError(missing)
        return self

    def missing(self) -> str | None:
        """Return what this kind of credentials lacks, as a German sentence."""
        if self.kind in {"snmp_v1", "snmp_v2c"}:
            return None if _given(self.community) else "SNMP v1 und v2c brauchen eine Community."
        if not self.user_name:
            return "Bitte einen Benutzernamen angeben."
        if self.kind == "ssh":
            has_way = _given(self.password) or _given(self.private_key)
            return None if has_way else "SSH braucht ein Passwort oder einen Schlüssel."
        return self._missing_in_v3()

    def _missing_in_v3(self) -> str | None:
        if (self.auth is None) == _given(self.auth_key):
            return "Prüfverfahren und Prüfschlüssel gehören zusammen."
        if (self.privacy is None) == _given(self.privacy_key):
            return "Verschlüsselung und ihr Schlüssel gehören zusammen."
        if self.privacy is not None and self.auth is None:
            return "Verschlüsselung braucht ein Prüfverfahren."
        if any(_given(key) and len(key.get_secret_value()) < 8 for key in self._keys()):  # noqa: PLR2004 - RFC 3414
            return "Schlüssel von SNMPv3 haben mindestens acht Zeichen (RFC 3414)."
        return None

    def _keys(self) -> tuple[SecretStr, ...]:
        return tuple(key for key in (self.auth_key, self.privacy_key) if key is not None)


class CredentialChangeForm(_CredentialFields):
    """A change of credentials; a secret that is not given stays as it is sealed."""

    forget_secrets: bool = False
    """Drop what is sealed first: to change from a password to a key, say."""


def _given(secret: SecretStr | None) -> bool:
    return secret is not None and bool(secret.get_secret_value())

"""Credentials: sealed when they come in, opened only to ask a node."""

from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.database import table_of
from netzwart.errors import InvalidInputError
from netzwart.network.forms import SECRET_NAMES, CredentialChangeForm, CredentialForm
from netzwart.network.protocols.replies import (
    AuthProtocol,
    PrivacyProtocol,
    SnmpTarget,
    SnmpVersion,
    SshTarget,
)
from netzwart.network.tables import Credential, CredentialKind
from netzwart.secrets import BrokenSealError, SecretBox

SSH_PATIENCE_S = 20
"""Seconds that a session waits for each answer where the credentials name no other time."""

_credentials = table_of(Credential)
_VERSIONS = {
    CredentialKind.SNMP_V1: SnmpVersion.V1,
    CredentialKind.SNMP_V2C: SnmpVersion.V2C,
    CredentialKind.SNMP_V3: SnmpVersion.V3,
}


class UnusableCredentialError(Exception):
    """A node cannot be asked; the message is German and safe to show."""


@dataclass(frozen=True, slots=True)
class SealedCredential:
    """One row of `credential`, still closed."""

    id: int
    kind: CredentialKind
    user_name: str | None
    auth: str | None
    privacy: str | None
    secrets_encrypted: bytes
    read_timeout_s: int | None = None
    fast_cli: bool = True


def purpose_of(credential_id: int) -> str:
    """Return what the secrets of this row are sealed for: they do not open in another row."""
    return f"credential:{credential_id}"


async def store_credential(
    session: AsyncSession, box: SecretBox, form: CredentialForm
) -> Credential:
    """Write new credentials, sealed for their own row."""
    credential = Credential(
        name=form.name,
        kind=CredentialKind(form.kind),
        user_name=form.user_name,
        auth=form.auth,
        privacy=form.privacy,
        school_id=form.school_id,
        note=form.note,
        read_timeout_s=form.read_timeout_s,
        fast_cli=form.fast_cli,
        secrets_encrypted=b"",
    )
    session.add(credential)
    await session.flush()
    credential.secrets_encrypted = box.seal(form.secrets(), purpose_of(credential.id))
    await session.flush()
    return credential


def changed_secrets(
    box: SecretBox, credential: Credential, form: CredentialChangeForm
) -> dict[str, str]:
    """Return the secrets after a change: those given, and those sealed that still serve.

    Raises:
        InvalidInputError: together they do not make credentials of this kind.
    """
    kept = {} if form.forget_secrets else _still_serving(_opened(box, credential), form)
    secrets = kept | form.secrets()
    plain = form.model_dump(exclude={*SECRET_NAMES, "forget_secrets"})
    sealed = {name: SecretStr(value) for name, value in secrets.items()}
    wanted = CredentialForm.model_construct(None, kind=str(credential.kind), **plain, **sealed)
    missing = wanted.missing()
    if missing is not None:
        raise InvalidInputError(missing, {"": missing})
    return secrets


def _opened(box: SecretBox, credential: Credential) -> dict[str, str]:
    try:
        opened = box.open(credential.secrets_encrypted, purpose_of(credential.id))
    except BrokenSealError:
        # Sealed with a key that is lost: only new secrets help.
        return {}
    return {name: value.get_secret_value() for name, value in opened.items()}


def _still_serving(secrets: dict[str, str], form: CredentialChangeForm) -> dict[str, str]:
    """Leave out keys whose procedure was taken away."""
    gone = {
        name
        for name, procedure in (("auth_key", form.auth), ("privacy_key", form.privacy))
        if procedure is None
    }
    return {name: value for name, value in secrets.items() if name not in gone}


async def sealed_credentials(
    session: AsyncSession, ids: frozenset[int]
) -> dict[int, SealedCredential]:
    """Return these credentials by id, still closed."""
    if not ids:
        return {}
    columns = (
        _credentials.c.id,
        _credentials.c.kind,
        _credentials.c.user_name,
        _credentials.c.auth,
        _credentials.c.privacy,
        _credentials.c.secrets_encrypted,
        _credentials.c.read_timeout_s,
        _credentials.c.fast_cli,
    )
    rows = await session.execute(select(*columns).where(_credentials.c.id.in_(ids)))
    return {row.id: SealedCredential(*row) for row in rows}


def open_target(
    address: str, port: int, sealed: SealedCredential | None, box: SecretBox
) -> SnmpTarget:
    """Return what the wire takes.

    Raises:
        UnusableCredentialError: no credentials, not for SNMP, or sealed with another key.
    """
    if sealed is None:
        raise UnusableCredentialError("Für diesen Knoten sind keine Zugangsdaten hinterlegt.")
    version = _VERSIONS.get(CredentialKind(sealed.kind))
    if version is None:
        raise UnusableCredentialError("Diese Zugangsdaten sind nicht für SNMP.")
    try:
        secrets = box.open(sealed.secrets_encrypted, purpose_of(sealed.id))
    except BrokenSealError as error:
        raise UnusableCredentialError(
            "Die Zugangsdaten lassen sich nicht entschlüsseln; bitte neu eingeben."
        ) from error
    empty: SecretStr | None = None
    return SnmpTarget(
        host=address,
        port=port,
        version=version,
        community=secrets.get("community", empty),
        user=sealed.user_name,
        auth=AuthProtocol(sealed.auth) if sealed.auth else None,
        auth_key=secrets.get("auth_key", empty),
        privacy=PrivacyProtocol(sealed.privacy) if sealed.privacy else None,
        privacy_key=secrets.get("privacy_key", empty),
    )


def open_shell_target(
    address: str,
    port: int,
    platform: str | None,
    sealed: SealedCredential,
    host_keys: frozenset[str],
    box: SecretBox,
) -> SshTarget:
    """Return what the shell's wire takes; only `host_keys` are trusted.

    Raises:
        UnusableCredentialError: no platform or user, or sealed with another key.
    """
    if platform is None:
        raise UnusableCredentialError("Für SSH fehlt die Plattform; bitte am Knoten eintragen.")
    try:
        secrets = box.open(sealed.secrets_encrypted, purpose_of(sealed.id))
    except BrokenSealError as error:
        raise UnusableCredentialError(
            "Die Zugangsdaten lassen sich nicht entschlüsseln; bitte neu eingeben."
        ) from error
    empty: SecretStr | None = None
    return SshTarget(
        host=address,
        platform=platform,
        user=sealed.user_name or "",
        port=port,
        password=secrets.get("password", empty),
        private_key=secrets.get("private_key", empty),
        enable_secret=secrets.get("enable_secret", empty),
        host_keys=host_keys,
        timeout_s=float(sealed.read_timeout_s or SSH_PATIENCE_S),
        fast_cli=sealed.fast_cli,
    )

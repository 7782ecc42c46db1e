"""One pysnmp engine per credential, its sockets, and what its answers mean here.

pysnmp's high-level calls look names up in MIBs; this goes one floor lower, to its command
generators, which take and give plain OIDs. An engine knows a user by name only and an answer by
number only: hence one engine per credential, and sockets that drop what nobody asked for.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from pyasn1.error import PyAsn1Error
from pydantic import SecretStr
from pysnmp.carrier.asyncio.dgram import udp, udp6  # pyright: ignore[reportMissingTypeStubs] - it ships none
from pysnmp.entity import config  # pyright: ignore[reportMissingTypeStubs] - it ships none
from pysnmp.entity import engine as engines  # pyright: ignore[reportMissingTypeStubs] - it ships none
from pysnmp.entity.rfc3413 import cmdgen  # pyright: ignore[reportMissingTypeStubs] - it ships none
from pysnmp.error import PySnmpError  # pyright: ignore[reportMissingTypeStubs] - it ships none
from pysnmp.proto import errind  # pyright: ignore[reportMissingTypeStubs] - it ships none

from netzwart.network.protocols.datagrams import Endpoint
from netzwart.network.protocols.pysnmp_values import (
    Arcs,
    Foreign,
    PysnmpAnswer,
    PysnmpQuestion,
    QuestionKind,
    read_answer,
)
from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    AuthProtocol,
    MalformedReplyError,
    NoAnswerError,
    PrivacyProtocol,
    RefusedError,
    SnmpTarget,
    SnmpVersion,
    WireError,
)
from netzwart.network.protocols.usm import KeyExtension

Place = tuple[str, int]

_PROCESSING_MODELS = {SnmpVersion.V1: 0, SnmpVersion.V2C: 1, SnmpVersion.V3: 3}
AUTH_PROTOCOLS = {
    AuthProtocol.MD5: config.USM_AUTH_HMAC96_MD5,
    AuthProtocol.SHA1: config.USM_AUTH_HMAC96_SHA,
    AuthProtocol.SHA224: config.USM_AUTH_HMAC128_SHA224,
    AuthProtocol.SHA256: config.USM_AUTH_HMAC192_SHA256,
    AuthProtocol.SHA384: config.USM_AUTH_HMAC256_SHA384,
    AuthProtocol.SHA512: config.USM_AUTH_HMAC384_SHA512,
}
PRIVACY_PROTOCOLS = {
    (PrivacyProtocol.DES, KeyExtension.REEDER): config.USM_PRIV_CBC56_DES,
    (PrivacyProtocol.AES128, KeyExtension.REEDER): config.USM_PRIV_CFB128_AES,
    (PrivacyProtocol.AES192, KeyExtension.REEDER): config.USM_PRIV_CFB192_AES,
    (PrivacyProtocol.AES256, KeyExtension.REEDER): config.USM_PRIV_CFB256_AES,
    (PrivacyProtocol.AES192, KeyExtension.BLUMENTHAL): config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    (PrivacyProtocol.AES256, KeyExtension.BLUMENTHAL): config.USM_PRIV_CFB256_AES_BLUMENTHAL,
}
_SECURITY_NAME = "netzwart"
_PARAMETERS = "parameters"
_SLACK_S = 1.0
_MAX_DISCOVERY_TURNS = 6
"""Discovery, its repetitions and the answer: what pysnmp sends at most beyond our retries."""
_MAX_PLACES = 256
"""Agents one engine may have asked; pysnmp keeps a table row for each and never drops one."""

_AUTHENTICATION_ERRORS = {
    errind.UnsupportedSecurityLevel: "security level not allowed for this user",
    errind.UnknownUserName: "unknown user",
    errind.UnknownSecurityName: "unknown user",
    errind.WrongDigest: "wrong authentication key or protocol",
    errind.AuthenticationFailure: "wrong authentication key or protocol",
    errind.DecryptionError: "wrong privacy key or protocol",
}
CRASHES = (
    PySnmpError,
    PyAsn1Error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
)
"""What pysnmp raises on hostile octets; its own loop would log them, community included."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What an engine is made for; equal for all targets that are asked with the same keys."""

    version: SnmpVersion
    name: SecretStr
    """Community or user."""
    auth: AuthProtocol | None = None
    auth_key: SecretStr | None = None
    privacy: PrivacyProtocol | None = None
    privacy_key: SecretStr | None = None
    extension: KeyExtension = KeyExtension.REEDER

    @classmethod
    def of(cls, target: SnmpTarget, extension: KeyExtension) -> "Credential":
        """Return the target's credential; an empty password means that its level is not used.

        Raises:
            AuthenticationFailedError: when community or user are missing.
        """
        if target.version is not SnmpVersion.V3:
            if target.community is None:
                raise AuthenticationFailedError("the target has no community")
            return cls(target.version, target.community)
        if not target.user:
            raise AuthenticationFailedError("the target has no user")
        user = SecretStr(target.user)
        if target.auth is None or not target.auth_key:
            return cls(target.version, user)
        if target.privacy is None or not target.privacy_key:
            return cls(target.version, user, target.auth, target.auth_key)
        return cls(
            target.version,
            user,
            target.auth,
            target.auth_key,
            target.privacy,
            target.privacy_key,
            extension,
        )

    @property
    def security_level(self) -> str:
        """Return the level in pysnmp's words."""
        if self.auth is None:
            return "noAuthNoPriv"
        return "authNoPriv" if self.privacy is None else "authPriv"


@dataclass(slots=True)
class _Hearing:
    """What came from a place while one question to it was open."""

    datagrams: int = 0
    is_unreadable: bool = False


class _Ears:
    """Lets through what comes from a place that is being asked, and nothing else."""

    def __init__(self) -> None:
        self._open: dict[Place, list[_Hearing]] = {}

    @contextmanager
    def listening(self, place: Place) -> Generator[_Hearing]:
        hearing = _Hearing()
        self._open.setdefault(place, []).append(hearing)
        try:
            yield hearing
        finally:
            # By identity: two hearings of the same place may be equal.
            rest = [other for other in self._open[place] if other is not hearing]
            if rest:
                self._open[place] = rest
            else:
                del self._open[place]

    def hear(self, transport: Foreign, address: tuple[Foreign, ...], datagram: bytes) -> None:
        """Give the datagram to pysnmp, if its sender is being asked."""
        hearings = self._open.get((str(address[0]).partition("%")[0], int(address[1])), ())
        receive = transport._callback_function  # noqa: SLF001 -- pysnmp has no other way in
        if not hearings or receive is None:
            return
        for hearing in hearings:
            hearing.datagrams += 1
        try:
            receive(transport, address, datagram)
        except CRASHES:
            for hearing in hearings:
                hearing.is_unreadable = True


class _Udp4(udp.UdpAsyncioTransport):
    ears: _Ears

    def datagram_received(self, datagram: bytes, transportAddress: Foreign) -> None:  # noqa: N803
        self.ears.hear(self, transportAddress, datagram)


class _Udp6(udp6.Udp6AsyncioTransport):
    ears: _Ears

    def datagram_received(self, datagram: bytes, transportAddress: Foreign) -> None:  # noqa: N803
        self.ears.hear(self, transportAddress, datagram)


class PysnmpEngine:
    """Asks agents with one credential."""

    def __init__(self, credential: Credential) -> None:
        """Make the engine; that takes some 60 ms, in which pysnmp reads its MIBs."""
        self._credential = credential
        self._engine: Foreign = engines.SnmpEngine()
        self._ears = _Ears()
        self._places: dict[tuple[Foreign, ...], str] = {}
        self._domains: set[Arcs] = set()
        self._asking = 0
        self._is_retired = False
        self._is_closed = False
        self.is_worn = False
        """True when it has asked too many agents, or lost an answer: make a new one."""
        self._configure()

    def _configure(self) -> None:
        credential, settings = self._credential, config
        name = credential.name.get_secret_value().encode()
        security_name: str | bytes = _SECURITY_NAME
        if credential.version is SnmpVersion.V3:
            security_name = name
            settings.add_v3_user(
                self._engine,
                name,
                AUTH_PROTOCOLS[credential.auth] if credential.auth else config.USM_AUTH_NONE,
                _secret(credential.auth_key),
                PRIVACY_PROTOCOLS[credential.privacy, credential.extension]
                if credential.privacy
                else config.USM_PRIV_NONE,
                _secret(credential.privacy_key),
            )
        else:
            settings.add_v1_system(self._engine, _SECURITY_NAME, name)
        settings.add_target_parameters(
            self._engine,
            _PARAMETERS,
            security_name,
            credential.security_level,
            _PROCESSING_MODELS[credential.version],
        )

    async def ask(
        self, target: SnmpTarget, endpoint: Endpoint, question: PysnmpQuestion
    ) -> PysnmpAnswer:
        """Return the response, whose error-status the caller judges.

        Raises:
            NoAnswerError, AuthenticationFailedError, RefusedError, MalformedReplyError.
        """
        future: asyncio.Future[tuple[Foreign, PysnmpAnswer]]
        future = asyncio.get_running_loop().create_future()

        def take(*answer: Foreign) -> None:
            _, _, indication, status, index, varbinds, _ = answer
            if not future.done():
                future.set_result((indication, read_answer(status, index, varbinds)))

        self._asking += 1
        try:
            with self._ears.listening((endpoint.host, endpoint.port)) as hearing:
                try:
                    self._send(target, endpoint, question, take)
                    indication, answer = await self._patiently(target, future)
                except PySnmpError as problem:
                    raise RefusedError(f"pysnmp: {type(problem).__name__}") from None
        finally:
            self._asking -= 1
            self._close_when_idle()
        if indication is None:
            return answer
        raise self._failure(indication, hearing, target)

    async def _patiently(
        self, target: SnmpTarget, future: "asyncio.Future[tuple[Foreign, PysnmpAnswer]]"
    ) -> tuple[Foreign, PysnmpAnswer]:
        """Wait for pysnmp's verdict, but not for ever: an answer it crashes on never comes."""
        attempts = 1 + max(0, target.retries)
        if target.version is SnmpVersion.V3:
            attempts += _MAX_DISCOVERY_TURNS
        try:
            async with asyncio.timeout(attempts * target.timeout_s + _SLACK_S):
                return await future
        except TimeoutError:
            self.is_worn = True
            return errind.requestTimedOut, PysnmpAnswer(0, 0, ())

    def _send(
        self, target: SnmpTarget, endpoint: Endpoint, question: PysnmpQuestion, take: Foreign
    ) -> None:
        place = self._place(target, endpoint)
        head = (self._engine, place, None, target.context.encode())
        names = [(name, None) for name in question.names]
        if question.kind is QuestionKind.BULK:
            generator: Foreign = cmdgen.BulkCommandGeneratorSingleRun()
            generator.send_varbinds(*head, 0, question.repetitions, names, take)
            return
        single = {
            QuestionKind.GET: cmdgen.GetCommandGenerator,
            QuestionKind.NEXT: cmdgen.NextCommandGeneratorSingleRun,
        }
        generator = single[question.kind]()
        generator.send_varbinds(*head, names, take)

    def _place(self, target: SnmpTarget, endpoint: Endpoint) -> str:
        """Return pysnmp's name for where and how patiently to ask."""
        address = (endpoint.host, endpoint.port)
        key = (*address, target.timeout_s, target.retries)
        known = self._places.get(key)
        if known is not None:
            return known
        is_ipv4 = ":" not in endpoint.host
        domain: Arcs = udp.DOMAIN_NAME if is_ipv4 else udp6.DOMAIN_NAME
        settings: Foreign = config
        if domain not in self._domains:
            transport: Foreign = _Udp4() if is_ipv4 else _Udp6()
            transport.ears = self._ears
            settings.add_transport(self._engine, domain, transport.open_client_mode())
            self._domains.add(domain)
        name = f"place-{len(self._places)}"
        settings.add_target_address(
            self._engine,
            name,
            domain,
            address,
            _PARAMETERS,
            max(1, round(target.timeout_s * 100)),
            max(0, target.retries),
        )
        self._places[key] = name
        self.is_worn = self.is_worn or len(self._places) >= _MAX_PLACES
        return name

    def _failure(self, indication: Foreign, hearing: _Hearing, target: SnmpTarget) -> WireError:
        for kind, reason in _AUTHENTICATION_ERRORS.items():
            if isinstance(indication, kind):
                return AuthenticationFailedError(reason)
        if not isinstance(indication, errind.RequestTimedOut):
            return RefusedError(f"pysnmp: {type(indication).__name__}")
        if hearing.is_unreadable or (hearing.datagrams and self._credential.privacy is None):
            return MalformedReplyError("the answer is not readable")
        if hearing.datagrams:
            return AuthenticationFailedError(
                "the engine answers discovery only: probably a wrong privacy key"
            )
        attempts = 1 + max(0, target.retries)
        return NoAnswerError(f"no answer within {target.timeout_s:g} s, {attempts} attempts")

    def retire(self) -> None:
        """Close the sockets as soon as the last open question has its answer."""
        self._is_retired = True
        self._close_when_idle()

    @property
    def is_closed(self) -> bool:
        """Tell whether its sockets are gone."""
        return self._is_closed

    def close(self) -> None:
        """Close the sockets at once; may be called again."""
        self._is_closed = True
        for domain in self._domains:
            transport = config.get_transport(self._engine, domain)
            if transport is not None:
                transport.close_transport()
        self._domains.clear()
        self._engine.close_dispatcher()

    def _close_when_idle(self) -> None:
        if self._is_retired and not self._asking:
            self.close()


def _secret(secret: SecretStr | None) -> bytes | None:
    return secret.get_secret_value().encode() if secret else None

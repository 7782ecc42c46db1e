"""One question and its answer in each version; for v3 also who and when an engine is.

The steps of a v3 dialogue, in this order, because each needs the one before:

1. discover: an empty question makes the engine report its id, boots and time (RFC 3414, 4);
2. ask with keys localized to that id; a report says what the engine dislikes;
3. not in time window: take the engine's (authenticated) time and ask again;
4. unknown engine id: the device was replaced or reset, discover again.
"""

import time
from dataclasses import dataclass

from netzwart.network.protocols.ber import BerError, decode_oid
from netzwart.network.protocols.datagrams import DatagramPort, Endpoint
from netzwart.network.protocols.engines import (
    DECRYPTION_ERRORS,
    NOT_IN_TIME_WINDOWS,
    REPORTS,
    TIME_WINDOW_S,
    UNKNOWN_ENGINE_IDS,
    Engine,
    keys_at,
)
from netzwart.network.protocols.messages import (
    FLAG_AUTH,
    FLAG_PRIVACY,
    FLAG_REPORTABLE,
    GET,
    REPORT,
    RESPONSE,
    VERSION_1,
    VERSION_2C,
    CommunityMessage,
    Pdu,
    SecureHeader,
    SecureMessage,
    decode_scoped_pdu,
    encode_community_message,
    encode_pdu,
    encode_scoped_pdu,
    encode_secure_message,
    question_varbinds,
)
from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    MalformedReplyError,
    NoAnswerError,
    RefusedError,
    SnmpTarget,
    SnmpVersion,
)
from netzwart.network.protocols.usm import (
    DecryptionError,
    KeyExtension,
    SecurityKeys,
    extension_matters,
)

_MAX_TURNS = 5
"""Time, one lost engine, the other key extension, the answer: no honest agent needs more."""
_MIN_ENGINE_ID_OCTETS = 5
_LEVEL = FLAG_AUTH | FLAG_PRIVACY


@dataclass(frozen=True, slots=True)
class Question:
    """A PDU to send; of a GETBULK `repetitions` is max-repetitions, otherwise 0."""

    kind: int
    names: tuple[bytes, ...]
    repetitions: int = 0

    def encode(self, request_id: int) -> bytes:
        """Return the PDU with this request-id and no non-repeaters."""
        return encode_pdu(self.kind, request_id, 0, self.repetitions, question_varbinds(self.names))


class Dialogue:
    """Asks agents through one port and remembers the v3 engines it met."""

    def __init__(self, port: DatagramPort) -> None:
        self._port = port
        self._engines: dict[tuple[str, int], Engine] = {}

    async def ask(self, target: SnmpTarget, endpoint: Endpoint, question: Question) -> Pdu:
        """Return the response PDU, whose error-status the caller judges.

        Raises:
            NoAnswerError, AuthenticationFailedError, RefusedError, MalformedReplyError.
        """
        if target.version is SnmpVersion.V3:
            return await self._ask_securely(target, endpoint, question)
        if target.community is None:
            raise AuthenticationFailedError("the target has no community")
        version = VERSION_1 if target.version is SnmpVersion.V1 else VERSION_2C
        community = target.community.get_secret_value().encode()
        message = await self._port.ask(
            endpoint,
            lambda number: encode_community_message(version, community, question.encode(number)),
            timeout_s=target.timeout_s,
            retries=target.retries,
        )
        if not isinstance(message, CommunityMessage) or message.version != version:
            raise MalformedReplyError("answer in another version")
        if message.pdu.kind != RESPONSE:
            raise MalformedReplyError("answer is not a response")
        return message.pdu

    def engine_at(self, endpoint: Endpoint) -> Engine | None:
        """Return the engine met at this address that has answered with our keys, if any."""
        engine = self._engines.get((endpoint.host, endpoint.port))
        return engine if engine is not None and engine.has_answered else None

    async def _ask_securely(
        self, target: SnmpTarget, endpoint: Endpoint, question: Question
    ) -> Pdu:
        key = (endpoint.host, endpoint.port)
        for _ in range(_MAX_TURNS):
            engine = self._engines.get(key)
            if engine is None:
                engine = self._engines[key] = await self._discover(target, endpoint)
            try:
                pdu = await self._turn(target, endpoint, engine, question)
            except NoAnswerError as silence:
                self._after_silence(target, key, engine, silence)
                continue
            if pdu.kind == RESPONSE:
                engine.has_answered = True
                return pdu
            self._heed_report(target, key, engine, pdu)
        raise RefusedError("the engine does not settle on an id and a time")

    async def _discover(self, target: SnmpTarget, endpoint: Endpoint) -> Engine:
        if not target.user:
            raise AuthenticationFailedError("the target has no user")

        def build(number: int) -> bytes:
            pdu = encode_scoped_pdu(b"", b"", Question(GET, ()).encode(number))
            return encode_secure_message(SecureHeader(number, FLAG_REPORTABLE), pdu)[0]

        message = await self._port.ask(
            endpoint, build, timeout_s=target.timeout_s, retries=target.retries
        )
        if not isinstance(message, SecureMessage):
            raise MalformedReplyError("answer in another version")
        if len(message.engine_id) < _MIN_ENGINE_ID_OCTETS:
            raise MalformedReplyError("the engine does not tell its id")
        return Engine(message.engine_id, message.boots, message.engine_time, time.monotonic())

    async def _turn(
        self, target: SnmpTarget, endpoint: Endpoint, engine: Engine, question: Question
    ) -> Pdu:
        """Return a response or a report that passed every check of RFC 3414, 3.2."""
        keys = keys_at(target, engine)

        def build(number: int) -> bytes:
            return _seal(target, engine, keys, question, number)

        message = await self._port.ask(
            endpoint, build, timeout_s=target.timeout_s, retries=target.retries
        )
        if not isinstance(message, SecureMessage):
            raise MalformedReplyError("answer in another version")
        return _unseal(message, engine, keys)

    def _after_silence(
        self,
        target: SnmpTarget,
        key: tuple[str, int],
        engine: Engine,
        silence: NoAnswerError,
    ) -> None:
        """Explain why an engine says nothing: many agents drop what they cannot decrypt."""
        self._engines.pop(key, None)
        if engine.has_answered or target.privacy is None or target.auth is None:
            raise silence
        if not self._try_other_extension(target, key, engine):
            raise AuthenticationFailedError(
                "the engine answers discovery only: probably a wrong privacy key"
            ) from silence

    def _try_other_extension(
        self, target: SnmpTarget, key: tuple[str, int], engine: Engine
    ) -> bool:
        if target.auth is None or target.privacy is None:
            return False
        if engine.extension is not KeyExtension.REEDER:
            return False
        if not extension_matters(target.auth, target.privacy):
            return False
        engine.extension = KeyExtension.BLUMENTHAL
        self._engines[key] = engine
        return True

    def _heed_report(
        self, target: SnmpTarget, key: tuple[str, int], engine: Engine, pdu: Pdu
    ) -> None:
        """Prepare the next turn, or raise what the report means."""
        reason = decode_oid(pdu.varbinds[0][0]) if pdu.varbinds else ""
        if reason == NOT_IN_TIME_WINDOWS:
            return
        if reason == UNKNOWN_ENGINE_IDS:
            self._engines.pop(key, None)
            return
        if reason == DECRYPTION_ERRORS and self._try_other_extension(target, key, engine):
            return
        if reason in REPORTS:
            raise AuthenticationFailedError(REPORTS[reason])
        raise RefusedError(f"report {reason or 'without reason'}")


def _seal(
    target: SnmpTarget, engine: Engine, keys: SecurityKeys, question: Question, number: int
) -> bytes:
    payload = encode_scoped_pdu(engine.engine_id, target.context.encode(), question.encode(number))
    engine_time = engine.time_now()
    flags = FLAG_REPORTABLE | (FLAG_AUTH if keys.auth else 0)
    salt = b""
    if keys.privacy:
        flags |= FLAG_PRIVACY
        payload, salt = keys.encrypt(payload, engine.boots, engine_time)
    header = SecureHeader(
        identity=number,
        flags=flags,
        engine_id=engine.engine_id,
        boots=engine.boots,
        engine_time=engine_time,
        user=(target.user or "").encode(),
        salt=salt,
        digest_size=keys.digest_size,
    )
    message, position = encode_secure_message(header, payload)
    return keys.sign(message, position)


def _unseal(message: SecureMessage, engine: Engine, keys: SecurityKeys) -> Pdu:
    is_authenticated = bool(message.flags & FLAG_AUTH)
    if is_authenticated:
        if not keys.verifies(message.whole, message.digest_position, message.digest):
            raise MalformedReplyError("the answer's digest is wrong")
        _check_time(message, engine)
    pdu = _open_payload(message, keys)
    if pdu.kind == RESPONSE:
        wanted = (FLAG_AUTH if keys.auth else 0) | (FLAG_PRIVACY if keys.privacy else 0)
        if message.flags & _LEVEL != wanted or message.engine_id != engine.engine_id:
            raise MalformedReplyError("the answer is less secure than the question")
        if pdu.request_id != message.identity:
            raise MalformedReplyError("the answer belongs to another question")
    elif pdu.kind != REPORT:
        raise MalformedReplyError("answer is neither response nor report")
    elif is_authenticated or keys.auth is None:
        engine.hear(message)
    return pdu


def _check_time(message: SecureMessage, engine: Engine) -> None:
    """Refuse a replayed answer (RFC 3414, 3.2, 7b); a newer time becomes ours."""
    earliest = (engine.boots, engine.time_now() - TIME_WINDOW_S)
    if message.engine_id == engine.engine_id and (message.boots, message.engine_time) < earliest:
        raise MalformedReplyError("the answer is older than the time window")
    if (message.boots, message.engine_time) > (engine.boots, engine.engine_time):
        engine.hear(message)


def _open_payload(message: SecureMessage, keys: SecurityKeys) -> Pdu:
    payload = message.payload
    try:
        if message.flags & FLAG_PRIVACY:
            if keys.privacy is None:
                raise MalformedReplyError("encrypted answer to a plain question")
            payload = keys.decrypt(payload, message.salt, message.boots, message.engine_time)
        return decode_scoped_pdu(payload)[2]
    except (BerError, DecryptionError) as problem:
        raise MalformedReplyError("the answer's content is not readable") from problem

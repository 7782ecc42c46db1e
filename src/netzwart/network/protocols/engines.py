"""What is known of SNMPv3's authoritative engines: who they are and what time it is there."""

import time
from dataclasses import dataclass

from netzwart.network.protocols.messages import SecureMessage
from netzwart.network.protocols.replies import SnmpTarget
from netzwart.network.protocols.usm import KeyExtension, SecurityKeys, localized_keys

TIME_WINDOW_S = 150

_USM_STATS = "1.3.6.1.6.3.15.1.1."
NOT_IN_TIME_WINDOWS = _USM_STATS + "2.0"
UNKNOWN_ENGINE_IDS = _USM_STATS + "4.0"
DECRYPTION_ERRORS = _USM_STATS + "6.0"
REPORTS = {
    _USM_STATS + "1.0": "security level not allowed for this user",
    _USM_STATS + "3.0": "unknown user",
    _USM_STATS + "5.0": "wrong authentication key or protocol",
    DECRYPTION_ERRORS: "wrong privacy key or protocol",
}
"""usmStats of RFC 3414, 5, that mean wrong credentials."""


@dataclass(slots=True)
class Engine:
    """What is known of an authoritative engine, and since when."""

    engine_id: bytes
    boots: int
    engine_time: int
    heard_at: float
    extension: KeyExtension = KeyExtension.REEDER
    has_answered: bool = False

    def time_now(self) -> int:
        """Return the engine's time as far as it can be told from here."""
        return self.engine_time + int(time.monotonic() - self.heard_at)

    def hear(self, message: SecureMessage) -> None:
        """Take the engine's boots and time from its own word."""
        self.set_time(message.boots, message.engine_time)

    def set_time(self, boots: int, engine_time: int) -> None:
        """Take boots and time as told just now."""
        self.boots, self.engine_time = boots, engine_time
        self.heard_at = time.monotonic()


def keys_at(target: SnmpTarget, engine: Engine) -> SecurityKeys:
    """Return the target's keys, localized to the engine."""
    return localized_keys(
        engine.engine_id,
        target.auth,
        target.auth_key.get_secret_value() if target.auth_key else "",
        target.privacy,
        target.privacy_key.get_secret_value() if target.privacy_key else "",
        engine.extension,
    )

"""Which notifications send somebody to look, and how soon; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netzwart.network.protocols.replies import Oid

LOOKS: Mapping[Oid, str] = {
    Oid("1.3.6.1.6.3.1.1.5.1"): "coldStart",
    Oid("1.3.6.1.6.3.1.1.5.2"): "warmStart",
    Oid("1.3.6.1.6.3.1.1.5.3"): "linkDown",
    Oid("1.3.6.1.6.3.1.1.5.4"): "linkUp",
    Oid("1.3.6.1.2.1.47.2.0.1"): "entConfigChange",
    Oid("1.0.8802.1.1.2.0.0.1"): "lldpRemTablesChange",
    Oid("1.3.6.1.2.1.17.0.1"): "newRoot",
    Oid("1.3.6.1.2.1.17.0.2"): "topologyChange",
    Oid("1.3.6.1.2.1.105.0.1"): "pethPsePortOnOffNotification",
    Oid("1.3.6.1.2.1.33.2.0.1"): "upsTrapOnBattery",
}
"""Notifications of standard MIBs that a poll can verify (SNMPv2-MIB, IF-MIB, ENTITY-MIB, LLDP-MIB,
BRIDGE-MIB, POWER-ETHERNET-MIB, UPS-MIB). All others are counted and no more: a WLAN controller
sends one for each telephone that walks by."""

FOLLOW_UP_S = 5.0
"""After the first look a second one: some agents answer from a cache that is seconds old."""
_QUICK_LOOKS = 6
_WINDOW_S = 60.0
_SLOW_S = 10.0


def pause_before_look(recent: Sequence[float], now: float) -> float:
    """Return the seconds until a node may be looked at again because of a notification.

    The first six looks of a minute are at once, so that a change is seen in under two seconds; a
    port that flaps for hours is looked at every ten seconds.

    Args:
        recent: Moments of the looks before, in seconds of any steady clock.
        now: This moment on the same clock.
    """
    lately = [at for at in recent if now - at < _WINDOW_S]
    if len(lately) < _QUICK_LOOKS:
        return 0.0
    return max(0.0, max(lately) + _SLOW_S - now)


@dataclass(slots=True)
class Allowance:
    """So many messages at once, refilled steadily; a flood gets no more than that."""

    burst: float
    per_s: float
    left: float
    at: float

    def take(self, now: float) -> bool:
        """Take one message's worth; False if nothing is left."""
        self.left = min(self.burst, self.left + (now - self.at) * self.per_s)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True

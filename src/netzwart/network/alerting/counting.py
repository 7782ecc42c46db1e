"""How many notifications this process heard, by what became of them: for Prometheus."""

from collections import Counter
from collections.abc import Mapping
from typing import Protocol
from weakref import WeakSet

from netzwart.network.protocols.traps import Refusal


class Counting(Protocol):
    """Whoever hears notifications and counts them."""

    @property
    def counts(self) -> dict[str, int]:
        """Return how many datagrams were accepted, and how many refused for which reason."""
        ...


_listening: WeakSet[Counting] = WeakSet()
_KNOWN = ("accepted", "answered", *Refusal)


def follow(listener: Counting) -> None:
    """Let a listener's numbers count until it is gone."""
    _listening.add(listener)


def notification_counts() -> Mapping[str, int]:
    """Return the datagrams of all listeners of this process by outcome; known ones with zero too.

    Where the worker is a process of its own, its numbers stand in its log.
    """
    total = Counter(dict.fromkeys(map(str, _KNOWN), 0))
    for listener in tuple(_listening):
        total.update(listener.counts)
    return total

"""Which devices a seed draws from a list, and what a sample proves; pure.

The algorithm is published in `docs/draw_sample.py`, which reproduces each draw without netzwart.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import comb

from netzwart.evidence.rules import EvidenceClass

CONFIDENCE_PERCENT = 95
PATIENCE = timedelta(minutes=10)
"""So long a drawn device is waited for that a node should answer for."""
_PROVES = frozenset({EvidenceClass.A, EvidenceClass.B, EvidenceClass.D})
"""Classes that read the serial number; an address alone (C) finds nothing."""


def frozen_list(entries: Iterable[tuple[str, str | None]]) -> str:
    """Return the list of (inventory number, serial number) as text, one a line, sorted."""
    return "".join(
        f"{line}\n" for line in sorted(f"{key};{serial or '-'}" for key, serial in entries)
    )


def hash_of_list(listed: str) -> str:
    """Return the SHA-256 by which a frozen list is known."""
    return hashlib.sha256(listed.encode()).hexdigest()


def drawn(listed: str, seed: str, size: int) -> list[str]:
    """Return the lines that a seed draws, in the order in which it draws them.

    Each line's ticket is the SHA-256 of `seed|hash of the list|line`; the smallest tickets win.
    """
    stem = f"{seed}|{hash_of_list(listed)}|"
    tickets = sorted(
        (hashlib.sha256(f"{stem}{line}".encode()).hexdigest(), line) for line in listed.splitlines()
    )
    return [line for _, line in tickets[:size]]


def most_missing(population: int, size: int, missed: int) -> int:
    """Return how many of a population can be missing at most, with 95 % confidence.

    The exact bound of the hypergeometric distribution: the largest number of missing devices with
    which a sample like this one, or a better one, still comes up in 5 % of all draws.
    """
    low, high = missed, population - (size - missed)
    while low < high:
        middle = (low + high + 1) // 2
        if _is_plausible(population, size, missed, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _is_plausible(population: int, size: int, missed: int, missing: int) -> bool:
    """Tell whether at most `missed` of the sample are missing in 5 % of the draws; in integers."""
    worst = min(missed, missing)
    ways = sum(
        comb(missing, one) * comb(population - missing, size - one) for one in range(worst + 1)
    )
    return ways * 100 >= comb(population, size) * (100 - CONFIDENCE_PERCENT)


@dataclass(frozen=True, slots=True)
class Proven:
    """What a sample proves of the list it was drawn from."""

    population: int
    size: int
    found: int

    @property
    def missed(self) -> int:
        """Return how many of the sample were not found."""
        return self.size - self.found

    @property
    def most_missing(self) -> int:
        """Return how many of the list can be missing at most, with 95 % confidence."""
        return most_missing(self.population, self.size, self.missed)

    def sentence(self) -> str:
        """Say it in German."""
        head = f"{self.found} von {self.size} gezogenen Geräten gefunden. "
        if self.size == self.population:
            return head + "Das sind alle Geräte der Liste."
        bound = self.most_missing
        # With one more missing the sample would be too good to be true.
        beyond = _percent(bound + 1, self.population)
        told = f"weniger als {beyond} %" if bound + 1 <= self.population else "bis zu alle"
        return (
            f"{head}Mit {CONFIDENCE_PERCENT} % Sicherheit fehlen {told} der {self.population} "
            f"Geräte der Liste (höchstens {bound}; exakte Schranke der hypergeometrischen "
            "Verteilung)."
        )


def _percent(part: int, whole: int) -> str:
    """Return a share rounded up to a tenth of a percent, so that the bound stays true."""
    tenths = -(-part * 1000 // whole)
    return f"{tenths // 10},{tenths % 10}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a drawn device since it was drawn."""

    seen: EvidenceClass | None = None
    """The strongest class since then."""
    has_node: bool = False
    node_name: str = ""
    polled_at: datetime | None = None
    answered_at: datetime | None = None
    error: str | None = None


def verdict(asked: Asked, drawn_at: datetime, now: datetime) -> tuple[bool, str] | None:
    """Return whether the device is found and why, or None while it is still waited for.

    A node that was asked after the draw and did not answer is off: it is not waited for.
    """
    if asked.seen in _PROVES:
        return True, ""
    if not asked.has_node:
        return None
    polled = asked.polled_at is not None and asked.polled_at >= drawn_at
    answered = asked.answered_at is not None and asked.answered_at >= drawn_at
    if polled and not answered:
        return False, f"Knoten {asked.node_name} antwortet nicht: {asked.error or 'keine Antwort'}"
    if now - drawn_at < PATIENCE:
        return None
    if answered:
        return False, f"Knoten {asked.node_name} antwortet, nennt aber diese Seriennummer nicht."
    return False, f"Knoten {asked.node_name} wurde in zehn Minuten nicht abgefragt."


NOT_SHOWN = "Nicht am Netz abfragbar und bis zum Abschluss weder gescannt noch gemeldet."


def sizes_for(population: int) -> Sequence[tuple[int, int]]:
    """Return sample sizes to choose from, with the percentage that finding all of them excludes."""
    sizes = sorted({min(size, population) for size in (10, 30, 60, 100)})
    return [(size, most_missing(population, size, 0)) for size in sizes if size > 0]

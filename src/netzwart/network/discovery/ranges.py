"""Which addresses a search covers: what was typed, checked, and never the internet; pure."""

import ipaddress
import re
from collections.abc import Iterator

from netzwart.errors import InvalidInputError

MOST_ADDRESSES = 4096
"""A /20: more than a school has, and done within minutes."""

_ALLOWED = tuple(
    ipaddress.ip_network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7")
)
"""Private and loopback ranges: RFC 1918, RFC 4193, RFC 1122. Nobody else's network is searched."""
_SHORT_END = re.compile(r"(?P<head>(?:\d+\.){3})(?P<first>\d+)-(?P<last>\d+)")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UnusableRangeError(InvalidInputError):
    """The ranges cannot be searched; the message says which and why."""


def parse_ranges(text: str) -> list[Address]:
    """Return the addresses of `10.1.0.0/24, 10.1.2.10-40` in order, each once.

    A network's own and its broadcast address are left out, as no device has them.

    Raises:
        UnusableRangeError: not understood, not private, or too many.
    """
    parts = [part for part in re.split(r"[\s,;]+", text.strip()) if part]
    if not parts:
        raise _refused("Bitte einen Adressbereich angeben, z. B. 10.1.0.0/24.")
    found: dict[Address, None] = {}
    for part in parts:
        first, last = _bounds(part)
        _check_private(part, first, last)
        # Before anything is listed: a mistyped /8 must not fill the memory.
        if int(last) - int(first) >= MOST_ADDRESSES:
            raise _too_many()
        found |= dict.fromkeys(_between(first, last))
        if len(found) > MOST_ADDRESSES:
            raise _too_many()
    return sorted(found, key=lambda address: (address.version, int(address)))


def _refused(message: str) -> UnusableRangeError:
    return UnusableRangeError(message, {"ranges": message})


def _too_many() -> UnusableRangeError:
    return _refused(
        f"Das sind mehr als {MOST_ADDRESSES} Adressen. Bitte den Bereich aufteilen (höchstens /20)."
    )


def _bounds(part: str) -> tuple[Address, Address]:
    try:
        if "/" in part:
            return _network_bounds(part)
        short = _SHORT_END.fullmatch(part)
        if short:
            head = short["head"]
            first, last = head + short["first"], head + short["last"]
        else:
            first, _, last = part.partition("-")
        bounds = ipaddress.ip_address(first), ipaddress.ip_address(last or first)
    except ValueError as error:
        raise _refused(
            f"„{part[:60]}“ ist kein Adressbereich. Möglich sind 10.1.0.0/24, 10.1.0.10-40 "
            "und einzelne Adressen."
        ) from error
    if bounds[0].version != bounds[1].version or int(bounds[0]) > int(bounds[1]):
        raise _refused(f"Bei „{part[:60]}“ liegt das Ende vor dem Anfang.")
    return bounds


def _network_bounds(part: str) -> tuple[Address, Address]:
    network = ipaddress.ip_network(part, strict=False)
    first, last = network.network_address, network.broadcast_address
    has_edges = network.version == 4 and network.prefixlen < 31  # noqa: PLR2004 - RFC 3021
    return (first + 1, last - 1) if has_edges else (first, last)


def _check_private(part: str, first: Address, last: Address) -> None:
    for allowed in _ALLOWED:
        if first.version == allowed.version and first in allowed and last in allowed:
            return
    raise _refused(
        f"„{part[:60]}“ liegt nicht im eigenen Netz. Durchsucht werden nur private Bereiche "
        "(10.x, 172.16–31.x, 192.168.x, fc00::/7)."
    )


def _between(first: Address, last: Address) -> Iterator[Address]:
    for number in range(int(first), int(last) + 1):
        yield type(first)(number)

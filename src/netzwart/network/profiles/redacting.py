"""Takes out of a device's answers what nobody may learn who gets the recording.

Secrets stand in objects of which nothing is kept (`device_profiles/redaction.yaml`), and in texts;
so every text is also searched for the community, for keys, for `password=…`, for mail addresses
and for the names in sysContact. Names that owners give become numbered words, public addresses
become addresses from the documentation ranges, the same one always the same.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from netzwart.network.profiles.answers import is_below
from netzwart.network.profiles.cleaning import DESCRIPTION_LIMIT, text_of
from netzwart.network.profiles.schema import Redaction
from netzwart.network.protocols.replies import Oid, SnmpValue

REMOVED = "entfernt"
"""What stands where a secret stood."""

_SYS_CONTACT = "1.3.6.1.2.1.1.4"
_ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
_MAKERS_WORDS = ("1.3.6.1.2.1.1.1", f"{_ENTITY}.2", f"{_ENTITY}.12", f"{_ENTITY}.13")
"""sysDescr, entPhysicalDescr, entPhysicalMfgName, entPhysicalModelName."""
_IPV4_OCTETS = 4
_IPV6_OCTETS = 16
_SHORTEST_WORD = 4
_SECRETS = (
    re.compile(r"-----BEGIN [A-Z ]{1,40}-----.*?(?:-----END [A-Z ]{1,40}-----|$)", re.DOTALL),
    re.compile(r"\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S{1,20}) [A-Za-z0-9+/=]{16,}\S*"),
    re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{32,}(?![0-9A-Fa-f])"),
    re.compile(r"(?<![\w+/])(?=[A-Za-z+/]{0,80}\d)[A-Za-z0-9+/]{40,}={0,2}(?![\w+/])"),
)
_NAMED_SECRET = re.compile(
    r"(?i)\b(pass(?:word|wd|phrase|wort)?|secret|community|(?:pre-?shared-?|psk|wpa|api|auth|priv)?"
    r"-?_?key|psk|token|kennwort|pin)(\s*[=:]\s*|\s+(?:\d\s+)?)(\"[^\"]*\"|[^\s,;]+)"
)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{1,4}:){2,7}(?::?[0-9a-fA-F]{1,4}){1,7}(?![\w:])")
_WORD = re.compile(r"[^\W\d_]{4,}")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(slots=True)
class Redactor:
    """Rewrites one device's answers; what it has replaced once it replaces alike ever after.

    `secrets` are texts that must not appear anywhere: the community, and what the user names.
    """

    rules: Redaction
    secrets: tuple[str, ...] = ()
    _words: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    _counts: Counter[str] = field(default_factory=Counter[str])
    _given: re.Pattern[str] | None = None
    _addresses: dict[_Address, _Address] = field(default_factory=dict[_Address, _Address])
    _people: re.Pattern[str] | None = None

    def redacted(self, answers: Mapping[Oid, SnmpValue]) -> dict[Oid, SnmpValue]:
        """Return the answers without what they must not give away."""
        kept = {oid: value for oid, value in answers.items() if not self.is_skipped(oid)}
        self._learn(kept)
        values = {oid: self._value(oid, value) for oid, value in kept.items()}
        # Only now every public address is known that an index may repeat.
        return {self._instance(oid): value for oid, value in values.items()}

    def is_skipped(self, oid: str) -> bool:
        """Return whether an object is never recorded."""
        return any(is_below(oid, subtree) for subtree in self.rules.skip)

    def _learn(self, answers: Mapping[Oid, SnmpValue]) -> None:
        """Note who is named in sysContact and every text an owner wrote, before one is replaced."""
        people: list[str] = []
        for oid, value in answers.items():
            if is_below(oid, _SYS_CONTACT):
                people += _WORD.findall(_MAIL.sub("", text_of(value) or ""))
            word = self._pseudonym_for(oid)
            text = text_of(value, DESCRIPTION_LIMIT)
            if word is not None and text is not None:
                self._named(word, text)
        self._people = _any_of(people)
        self._given = _any_of(name for _, name in self._words if len(name) >= _SHORTEST_WORD)

    def _pseudonym_for(self, oid: str) -> str | None:
        return next((w for tree, w in self.rules.pseudonyms.items() if is_below(oid, tree)), None)

    def _named(self, word: str, text: str) -> str:
        if (word, text) not in self._words:
            self._counts[word] += 1
            self._words[word, text] = f"{word}-{self._counts[word]}"
        return self._words[word, text]

    def _value(self, oid: Oid, value: SnmpValue) -> SnmpValue:
        if not isinstance(value, bytes):
            return value
        word = self._pseudonym_for(oid)
        text = text_of(value, DESCRIPTION_LIMIT)
        if word is not None and text is not None:
            return self._named(word, text).encode()
        address = _address_in(value)
        if address is not None:
            return self._substitute(address).packed
        return value if text is None or not _is_text(value) else self._text(oid, value)

    def _text(self, oid: Oid, value: bytes) -> bytes:
        text = value.decode("utf-8", "replace")
        for secret in self.secrets:
            text = re.sub(re.escape(secret), REMOVED, text, flags=re.IGNORECASE)
        text = _NAMED_SECRET.sub(lambda found: f"{found[1]}{found[2]}{REMOVED}", text)
        for pattern in _SECRETS:
            text = pattern.sub(REMOVED, text)
        text = _MAIL.sub(f"{REMOVED}@example.org", text)
        text = _IPV4.sub(lambda found: self._written(found.group()), text)
        text = _IPV6.sub(lambda found: self._written(found.group()), text)
        # A maker's own words in sysContact must not blank out what the maker calls the device.
        if not any(is_below(oid, tree) for tree in _MAKERS_WORDS):
            text = self._without_names(text)
        return value if text == value.decode("utf-8", "replace") else text.encode()

    def _without_names(self, text: str) -> str:
        words = {name.lower(): word for (_, name), word in self._words.items()}
        if self._given is not None:
            text = self._given.sub(lambda found: words.get(found.group().lower(), REMOVED), text)
        return text if self._people is None else self._people.sub(REMOVED, text)

    def _written(self, text: str) -> str:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return text
        return str(self._substitute(address)) if address.is_global else text

    def _substitute(self, address: _Address) -> _Address:
        """Return the documentation address that stands for a public one (RFC 5737, RFC 3849)."""
        number = len(self._addresses) % 250 + 1
        stand_in: _Address = (
            ipaddress.IPv4Address(f"192.0.2.{number}")
            if isinstance(address, ipaddress.IPv4Address)
            else ipaddress.IPv6Address(f"2001:db8::{number:x}")
        )
        return self._addresses.setdefault(address, stand_in)

    def _instance(self, oid: Oid) -> Oid:
        """Return the OID with the public addresses that its index repeats replaced."""
        text: str = oid
        for address, stand_in in self._addresses.items():
            written = ".".join(map(str, address.packed))
            if f".{written}" in text:
                replaced = ".".join(map(str, stand_in.packed))
                text = re.sub(rf"\.{re.escape(written)}(?=\.|$)", f".{replaced}", text)
        return Oid(text)


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern that finds each of the names as whole words, the longest first."""
    longest = sorted({name.lower() for name in names}, key=len, reverse=True)
    if not longest:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE)


def _is_text(value: bytes) -> bool:
    """Return whether octets are meant to be read; binary ones hold no words."""
    return all(octet >= ord(" ") or octet in b"\t\r\n" for octet in value)


def _address_in(value: bytes) -> _Address | None:
    """Return the public address that four or sixteen unreadable octets are."""
    if len(value) not in {_IPV4_OCTETS, _IPV6_OCTETS} or _is_text(value):
        return None
    address = ipaddress.ip_address(value)
    return address if address.is_global else None


def as_recording(answers: Mapping[Oid, SnmpValue]) -> Iterable[str]:
    """Yield the lines of a `.snmprec` file, in the order of the tree.

    The wire does not tell Gauge32 from INTEGER; a number's tag is the smallest type that holds it.
    """
    for oid in sorted(answers, key=lambda one: tuple(map(int, one.split(".")))):
        yield f"{oid}|{_tagged(oid, answers[oid])}"


_TIME_TICKS_COLUMN = "1.3.6.1.2.1.1.3"


def _tagged(oid: str, value: SnmpValue) -> str:
    if isinstance(value, bytes):
        is_plain = all(ord(" ") <= octet < 0x7F for octet in value)  # noqa: PLR2004 - ASCII
        return f"4|{value.decode('ascii')}" if is_plain else f"4x|{value.hex()}"
    if isinstance(value, str):
        return f"6|{value}"
    if is_below(oid, _TIME_TICKS_COLUMN):
        return f"67|{value}"
    if -(2**31) <= value < 2**31:
        return f"2|{value}"
    return f"66|{value}" if 0 <= value < 2**32 else f"70|{value}"

"""What a scanned code means for an order that is being received; pure.

A carton bears several codes: serial number, part number, MAC address. The part number says which
position is meant, the serial number counts, the rest is told apart and passed over.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from netzwart.inventory.rules import normalised_mac, normalised_serial

LONGEST_CODE = 200
_PREFIX = re.compile(
    r"^(?:S/?N|SERIAL(?: ?(?:NO|NUMBER))?|SERIENNUMMER)\s*[:=#. ]\s*", re.IGNORECASE
)
_PAIR = re.compile(r"(S/?N|SERIAL|P/?N|PART|MODEL|MAC)\s*[:=]\s*([^\s;,|&]+)", re.IGNORECASE)


class Verdict(StrEnum):
    """What became of a scan."""

    TAKEN = "taken"
    KNOWN = "known"
    """Taken; a device with this serial number is in the record already and joins the order."""
    POSITION = "position"
    """A part number of the order: from now on its position is scanned."""
    DUPLICATE = "duplicate"
    OVER = "over"
    WRONG_MODEL = "wrong_model"
    NO_SERIAL = "no_serial"


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """A position that waits for devices."""

    number: int
    name: str
    """What is expected, for people."""
    codes: frozenset[str]
    """Its model's part number and name, folded."""
    open: int
    """Pieces that have not come yet."""
    delivered: int = 0
    ordered: int = 0


@dataclass(frozen=True, slots=True)
class KnownSerial:
    """A serial number that somebody recorded before."""

    where: str
    """For people: „auf Lieferschein LS-9“, „als GYM-26-0001“."""
    may_join: bool
    """True for a device that belongs to no other order."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the record knows around an order."""

    lines: Sequence[ExpectedLine]
    other_models: Mapping[str, str] = field(default_factory=dict[str, str])
    """Folded part number or name → model that this order does not have."""
    serials: Mapping[str, KnownSerial] = field(default_factory=dict[str, KnownSerial])
    """Normalised serial number → where it is known from."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one code meant."""

    verdict: Verdict
    sentence: str
    line: int | None
    """The position that is scanned from now on."""
    serial: str | None = None
    """Set where it counts."""


def folded_code(text: str) -> str:
    """Return a code as it is compared: upper case, no blanks."""
    return "".join(text.upper().split())


def serial_in(code: str) -> str:
    """Return the serial number within a code: behind „S/N:“, in a QR code's pairs, or all of it."""
    pairs = {name.upper().replace("/", ""): text for name, text in _PAIR.findall(code)}
    for name in ("SN", "SERIAL"):
        if name in pairs:
            return pairs[name]
    return _PREFIX.sub("", code.strip())


def judge_scan(
    code: str, line: int | None, scanned: Mapping[int, Sequence[str]], around: Surroundings
) -> Scan:
    """Return what a code means after what was scanned before.

    Args:
        code: What the scanner read.
        line: The position being scanned; None when nobody said.
        scanned: Position → serial numbers of this receipt so far.
        around: The order and what is known around it.
    """
    text = code.strip()[:LONGEST_CODE]
    lines = {one.number: one for one in around.lines}
    folded = folded_code(text)
    for one in around.lines:
        if folded in one.codes:
            return Scan(Verdict.POSITION, f"Position {one.number}: {one.name}.", one.number)
    if folded in around.other_models:
        model = around.other_models[folded]
        return Scan(Verdict.WRONG_MODEL, f"{model} ist hier nicht bestellt.", line)
    if _is_written_mac(text):
        return Scan(
            Verdict.NO_SERIAL, "Das ist eine MAC-Adresse. Bitte die Seriennummer scannen.", line
        )
    serial = serial_in(text)
    normalised = normalised_serial(serial)
    if normalised is None or len(serial) > 120:  # noqa: PLR2004 - of the column
        return Scan(Verdict.NO_SERIAL, "Das ist keine Seriennummer.", line)
    if any(normalised == normalised_serial(one) for each in scanned.values() for one in each):
        return Scan(Verdict.DUPLICATE, f"{serial} ist schon gescannt.", line)
    return _counted(serial, line or _first_open(lines, scanned), lines, scanned, around)


def _counted(
    serial: str,
    line: int | None,
    lines: Mapping[int, ExpectedLine],
    scanned: Mapping[int, Sequence[str]],
    around: Surroundings,
) -> Scan:
    known = around.serials.get(normalised_serial(serial) or "")
    if known is not None and not known.may_join:
        return Scan(Verdict.DUPLICATE, f"{serial} kam schon {known.where}.", line)
    if line is None or line not in lines:
        return Scan(Verdict.OVER, "Alles Bestellte ist schon da.", None)
    place = lines[line]
    number = len(scanned.get(line, ())) + 1
    if number > place.open:
        return Scan(
            Verdict.OVER,
            f"Position {line}: mehr als bestellt. {place.open} waren noch offen.",
            line,
        )
    told = f"{number} von {place.open}"
    if known is not None:
        sentence = f"{serial} ist {known.where} in der Kartei und gehört nun dazu: {told}."
        return Scan(Verdict.KNOWN, sentence, line, serial)
    return Scan(Verdict.TAKEN, f"{serial}: {told}.", line, serial)


def _first_open(
    lines: Mapping[int, ExpectedLine], scanned: Mapping[int, Sequence[str]]
) -> int | None:
    return next(
        (number for number, one in lines.items() if len(scanned.get(number, ())) < one.open), None
    )


def _is_written_mac(text: str) -> bool:
    """Tell whether a code is written like a MAC address; twelve bare digits may be a serial."""
    return any(sign in text for sign in ":-.") and normalised_mac(text) is not None

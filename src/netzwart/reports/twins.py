"""The machine-readable twins of a proof: two lists for German spreadsheets, two JSON files."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import msgspec

from netzwart.clock import BERLIN
from netzwart.proofs.serialising import checks_as_json
from netzwart.proofs.values import Expense, ProofOfUse, ProvenDevice

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
"""Without it Excel reads UTF-8 as Windows-1252 and breaks umlauts."""

_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")

EXPENSE_HEADINGS: Final = (
    "lfd_nr",
    "beleg_nr",
    "foerderbereich",
    "schule_nr",
    "schule",
    "empfaenger",
    "rechnung_nr",
    "rechnung_datum",
    "leistung_von",
    "leistung_bis",
    "auftrag_nr",
    "auftrag_datum",
    "vergabeart",
    "grund",
    "betrag_rechnung_brutto",
    "abzug",
    "betrag_gezahlt",
    "zahlung_datum",
    "zuwendungsfaehig",
    "nicht_zuwendungsfaehig",
    "grund_nicht_zuwendungsfaehig",
    "ust_satz_prozent",
    "inventar_nummern",
    "bemerkung",
)
DEVICE_HEADINGS: Final = (
    "inventar_nr",
    "bezeichnung",
    "foerderbereich",
    "hersteller_modell",
    "seriennummer",
    "fruehere_seriennummern",
    "schule_nr",
    "schule",
    "raum",
    "lieferdatum",
    "inbetriebnahme",
    "rechnung_nr",
    "beleg_nr",
    "anschaffungskosten_brutto",
    "davon_zuwendungsfaehig",
    "foerderanteil",
    "az_bescheid",
    "zweckbindung_bis",
    "status",
    "status_seit",
    "status_grund",
    "etikett",
    "nachweisklasse",
    "letzte_sichtung",
    "sichtung_quelle",
    "seriennummer_gelesen",
)


def expenses_csv(proof: ProofOfUse) -> bytes:
    """Return `belegliste.csv`: one line per expense and nothing else, so that columns add up."""
    labels = {group.category: group.label for group in proof.expenses.groups}
    return sheet(EXPENSE_HEADINGS, (_expense(line, labels) for line in proof.expenses.expenses))


def devices_csv(proof: ProofOfUse) -> bytes:
    """Return `inventarliste.csv`: one line per device."""
    return sheet(DEVICE_HEADINGS, (_device(line) for line in proof.devices.devices))


def written(content: object) -> bytes:
    """Return plain values as JSON, indented for people; a hash is over the canonical writing."""
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def checks_json(proof: ProofOfUse) -> bytes:
    """Return `pruefbericht.json`."""
    return written(checks_as_json(proof.checks))


def _expense(line: Expense, labels: Mapping[str, str]) -> tuple[object, ...]:
    return (
        line.number,
        line.receipt_number,
        labels[line.category],
        line.school,
        line.school_name,
        line.supplier,
        line.invoice,
        line.invoiced_on,
        line.service_from,
        line.service_until,
        line.order,
        line.ordered_on,
        line.procedure,
        line.purpose,
        line.invoice_gross,
        line.discount,
        line.paid,
        line.paid_on,
        line.eligible,
        line.ineligible,
        line.ineligible_reason,
        None if line.vat_rate is None else (line.vat_rate * 100).normalize(),
        ", ".join(line.devices),
        line.note,
    )


def _device(line: ProvenDevice) -> tuple[object, ...]:
    evidence = line.evidence
    return (
        line.inventory_number,
        line.description,
        line.category,
        line.model,
        line.serial,
        ", ".join(line.earlier_serials),
        line.school,
        line.school_name,
        line.room,
        line.delivered_on,
        line.commissioned_on,
        line.invoice,
        line.receipt_number,
        line.cost,
        line.eligible_cost,
        line.grant_share,
        line.notice_number,
        line.earmarked_until,
        line.status,
        line.status_on,
        line.status_reason,
        line.has_label,
        evidence.letter,
        evidence.seen_at,
        evidence.source,
        evidence.serial_read,
    )


def sheet(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as CSV for German spreadsheets."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([_written(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + target.getvalue().encode()


def _written(value: object) -> str:
    """Return a value as a German spreadsheet reads it, unable to be taken for a formula."""
    if value is None:
        return ""
    write = _WRITERS.get(type(value))
    return _harmless(str(value)) if write is None else write(value)


def _moment(value: datetime) -> str:
    return f"{value.astimezone(BERLIN):%d.%m.%Y %H:%M:%S}"


@lru_cache(maxsize=4000)
def _day(value: date) -> str:
    return f"{value:%d.%m.%Y}"


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    bool: lambda value: "ja" if value else "nein",
    Decimal: lambda value: f"{value:f}".replace(".", ","),
    datetime: lru_cache(maxsize=4000)(_moment),
    date: _day,
}


def _harmless(text: str) -> str:
    """Return a text that a spreadsheet shows and never runs: a leading quote makes it text.

    Source: OWASP, CSV injection.
    """
    cleaned = text.replace("\x00", "")
    return f"'{cleaned}" if cleaned.lstrip(" ").startswith(_STARTS_FORMULA) else cleaned

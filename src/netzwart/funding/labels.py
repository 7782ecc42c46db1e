"""German words for what funding stores in English, shared by screen and paper."""

from collections.abc import Mapping
from typing import Final

from netzwart.funding.rules.purchasing import Gap, GapKind
from netzwart.money import format_euro
from netzwart.web.formatting import format_pieces

PROCEDURES: Final[Mapping[str, str]] = {
    "open": "Öffentliche Ausschreibung",
    "restricted": "Beschränkte Ausschreibung",
    "negotiated": "Verhandlungsvergabe",
    "direct": "Direktauftrag",
    "framework": "Abruf aus Rahmenvertrag",
}

SOURCE_KINDS: Final[Mapping[str, str]] = {
    "own_share": "Eigenanteil",
    "third_party": "Leistungen Dritter",
    "third_parties": "Leistungen Dritter",
    "other_public": "andere öffentliche Förderung",
    "other_grant": "andere öffentliche Förderung",
    "public": "andere öffentliche Förderung",
}

SOURCE_CHOICES: Final[Mapping[str, str]] = {
    key: SOURCE_KINDS[key] for key in ("own_share", "third_party", "other_public")
}
"""The kinds a form offers; the others are older spellings."""

INCOME_KINDS: Final[Mapping[str, str]] = {
    "insurance": "Versicherung",
    "sale": "Verkauf",
    "third_party": "Leistung Dritter",
    "other_public": "andere öffentliche Förderung",
    "refund": "Erstattung",
    "other": "Sonstige Einnahme",
}

_GAPS: Final[Mapping[GapKind, str]] = {
    GapKind.NOT_DELIVERED: "{count} von {whole} nicht geliefert",
    GapKind.OVERDELIVERED: "{count} mehr geliefert als bestellt",
    GapKind.NO_SERIAL: "{count} von {whole} ohne Seriennummer",
    GapKind.NOT_IN_INVENTORY: "{count} von {whole} nicht im Inventar",
    GapKind.NO_INVOICE: "geliefert, aber keine Rechnung",
    GapKind.PARTLY_INVOICED: "{amount} noch nicht berechnet",
    GapKind.INVOICED_UNDELIVERED: "{count} berechnet, aber nicht geliefert",
    GapKind.INVOICED_MORE: "{amount} mehr berechnet als bestellt",
    GapKind.NOT_PAID: "{amount} noch nicht bezahlt",
    GapKind.OVERPAID: "{amount} zu viel bezahlt",
}


def gap_text(gap: Gap) -> str:
    """Return what is missing in a few words: `3 von 40 ohne Seriennummer`."""
    return _GAPS[gap.kind].format(
        count=format_pieces(gap.count),
        whole=format_pieces(gap.whole),
        amount=format_euro(gap.amount),
    )

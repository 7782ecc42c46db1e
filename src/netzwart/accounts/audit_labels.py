"""Acts and things of the audit trail in German.

An action is named `thing_verb` (`invoice_recorded`), so two short lists speak for all domains; a
word that is not in them is shown as it is.
"""

from collections.abc import Mapping

_WHOLE: Mapping[str, str] = {
    "auditor_invited": "Prüfzugang eingeladen",
    "invitation_accepted": "Einladung angenommen",
    "signed_in": "angemeldet",
    "signed_out": "abgemeldet",
    "rule_overridden": "Regel des Bescheids geändert",
}
_THINGS: Mapping[str, str] = {
    "acceptance": "Abnahme",
    "api_token": "Token",
    "borrower": "Entleiher",
    "component": "Baustein",
    "cost_share": "Kostenanteil",
    "credential": "Zugangsdaten",
    "delivery": "Lieferung",
    "device": "Gerät",
    "device_model": "Modell",
    "discovered_node": "Gefundenes",
    "discovery_run": "Suchlauf",
    "document": "Dokument",
    "drawdown": "Mittelabruf",
    "eligibility": "Zuwendungsfähigkeit",
    "finding": "Befund",
    "funding_grant": "Zuwendung",
    "grant": "Zuwendung",
    "import": "Import",
    "import_profile": "Zuordnung eines Imports",
    "import_run": "Import",
    "incident": "Störung",
    "income": "Einnahme",
    "invoice": "Rechnung",
    "invoice_line": "Rechnungsposition",
    "issued_document": "Nachweis",
    "link": "Verbindung",
    "loan": "Leihe",
    "maintenance_window": "Wartungsfenster",
    "manufacturer": "Hersteller",
    "measure": "Maßnahme",
    "node": "Netzknoten",
    "number_scheme": "Schema der Inventarnummern",
    "order": "Bestellung",
    "password": "Passwort",
    "payment": "Zahlung",
    "project": "Projekt",
    "proof": "Nachweis",
    "purchase_order": "Bestellung",
    "receipt": "Beleg",
    "role": "Rolle",
    "room": "Raum",
    "school": "Schule",
    "serials": "Seriennummern",
    "site_survey": "Begehung",
    "stocktake": "Inventur",
    "supplier": "Lieferant",
    "token": "Token",
    "user": "Benutzer",
    "user_account": "Benutzer",
    "wave": "Welle",
    "webhook": "Webhook",
}
_VERBS: Mapping[str, str] = {
    "accepted": "abgenommen",
    "added": "angelegt",
    "applied": "ausgeführt",
    "attached": "angehängt",
    "cancelled": "abgebrochen",
    "changed": "geändert",
    "closed": "geschlossen",
    "confirmed": "bestätigt",
    "created": "angelegt",
    "deactivated": "gesperrt",
    "decided": "entschieden",
    "deleted": "gelöscht",
    "disposed": "ausgesondert",
    "documented": "dokumentiert",
    "granted": "vergeben",
    "ignored": "übergangen",
    "issued": "ausgestellt",
    "joined": "zugeordnet",
    "lent": "verliehen",
    "moved": "umgesetzt",
    "reactivated": "entsperrt",
    "received": "eingegangen",
    "recorded": "erfasst",
    "removed": "entfernt",
    "returned": "zurückgegeben",
    "revoked": "entzogen",
    "set": "gesetzt",
    "started": "gestartet",
    "swapped": "getauscht",
    "undone": "zurückgenommen",
    "updated": "geändert",
}


def action_label(action: str) -> str:
    """Return `Rechnung erfasst` for `invoice_recorded`."""
    thing, _, verb = action.rpartition("_")
    if action in _WHOLE:
        return _WHOLE[action]
    if thing in _THINGS and verb in _VERBS:
        return f"{_THINGS[thing]} {_VERBS[verb]}"
    return action


def subject_label(subject_type: str) -> str:
    """Return what a thing of the trail is called: `Rechnung` for `invoice`."""
    return _THINGS.get(subject_type, subject_type)


def subject_choices() -> list[tuple[str, str]]:
    """Return (table, label) of things the trail can be filtered by, in the order of the labels."""
    tables = (
        "user_account api_token device node credential finding funding_grant measure"
        " purchase_order delivery invoice invoice_line payment drawdown income school room"
    )
    return sorted(((name, _THINGS[name]) for name in tables.split()), key=lambda pair: pair[1])

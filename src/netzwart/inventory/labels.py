"""What device categories and states are called in lists to choose from, in their usual order."""

from collections.abc import Mapping, Sequence
from typing import Any

from netzwart.inventory.tables import DeviceCategory, DeviceStatus

CATEGORY_LABELS: Mapping[DeviceCategory, str] = {
    DeviceCategory.SWITCH: "Switch",
    DeviceCategory.ACCESS_POINT: "Access Point",
    DeviceCategory.ROUTER: "Router",
    DeviceCategory.FIREWALL: "Firewall",
    DeviceCategory.WLAN_CONTROLLER: "WLAN-Controller",
    DeviceCategory.SERVER: "Server",
    DeviceCategory.STORAGE: "Speicher",
    DeviceCategory.PRINTER: "Drucker",
    DeviceCategory.UPS: "USV",
    DeviceCategory.PDU: "Stromleiste",
    DeviceCategory.CAMERA: "Kamera",
    DeviceCategory.PHONE: "Telefon",
    DeviceCategory.PANEL: "Tafel",
    DeviceCategory.TABLET: "Tablet",
    DeviceCategory.NOTEBOOK: "Notebook",
    DeviceCategory.DESKTOP: "Rechner",
    DeviceCategory.PROJECTOR: "Projektor",
    DeviceCategory.ACCESSORY: "Zubehör",
    DeviceCategory.OTHER: "Sonstiges",
}
STATUS_LABELS: Mapping[DeviceStatus, str] = {
    DeviceStatus.PLANNED: "geplant",
    DeviceStatus.ORDERED: "bestellt",
    DeviceStatus.DELIVERED: "geliefert",
    DeviceStatus.IN_STORAGE: "im Lager",
    DeviceStatus.IN_SERVICE: "im Einsatz",
    DeviceStatus.LENT: "verliehen",
    DeviceStatus.IN_REPAIR: "in Reparatur",
    DeviceStatus.LOST: "verloren",
    DeviceStatus.DISPOSED: "ausgesondert",
}


def choices(labels: Mapping[Any, str]) -> Sequence[tuple[str, str]]:
    """Return (value, label) pairs for a list to choose from."""
    return [(str(value), label) for value, label in labels.items()]

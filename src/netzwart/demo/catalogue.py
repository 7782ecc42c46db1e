"""What the demo city buys and where it puts it; every name, number and price is invented.

School names stand in public sources (see `docs/handbook`); their numbers here begin with 99 and
belong to no school.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """A school of the demo city; `size` is the number of classrooms."""

    number: str
    name: str
    short: str
    kind: str
    pupils: int
    teachers: int
    size: int


@dataclass(frozen=True, slots=True)
class DemoModel:
    """A thing that can be bought, and its price per unit before tax."""

    manufacturer: str
    name: str
    part_number: str
    category: str
    useful_life_years: int
    network: bool
    unit_net: Decimal
    text: str


SCHOOLS = (
    DemoSchool("990001", "Städtisches Gymnasium Herten", "GYM", "Gymnasium", 824, 70, 9),
    DemoSchool("990002", "Rosa-Parks-Schule", "RPS", "Gesamtschule", 960, 88, 10),
    DemoSchool("990003", "Erich-Klausener-Schule", "EKS", "Realschule", 512, 38, 7),
    DemoSchool("990004", "Willy-Brandt-Schule", "WBS", "Realschule", 540, 40, 7),
    DemoSchool("990005", "Martin-Luther-Schule", "MLS", "Sekundarschule", 470, 42, 7),
    DemoSchool("990006", "Grundschule Herten-Mitte", "GHM", "Grundschule", 356, 26, 5),
    DemoSchool("990007", "Ludgerusschule", "LUD", "Grundschule", 248, 18, 4),
    DemoSchool("990008", "Barbaraschule", "BAR", "Grundschule", 216, 16, 4),
    DemoSchool("990009", "Comeniusschule", "COM", "Grundschule", 284, 21, 4),
    DemoSchool("990010", "Goetheschule", "GOE", "Grundschule", 232, 17, 4),
    DemoSchool("990011", "Erfundene Schule am Musterpark", "MUP", "Grundschule", 190, 14, 3),
    DemoSchool("990012", "Erfundene Schule an der Beispielaue", "BEA", "Grundschule", 205, 15, 3),
    DemoSchool(
        "990013",
        "Erfundene Förderschule mit einem sehr langen Namen zum Prüfen der Darstellung",
        "EFS",
        "Förderschule",
        118,
        24,
        3,
    ),
    DemoSchool("990014", "Erfundene Schule Probehausen", "PRO", "Grundschule", 176, 13, 3),
)

SWITCH = DemoModel(
    "Musterswitch", "MS-4800P", "MS-4800P-DE", "switch", 7, network=True,
    unit_net=Decimal("2480.00"), text="Access-Switch MS-4800P, 48 Ports, PoE+",
)  # fmt: skip
ACCESS_POINT = DemoModel(
    "Musterfunk", "MF-660", "MF-660-EU", "access_point", 6, network=True,
    unit_net=Decimal("520.00"), text="Access Point MF-660, Wi-Fi 6",
)  # fmt: skip
PANEL = DemoModel(
    "Tafelwerk", "TW-86i", "TW-86I-2", "panel", 8, network=False,
    unit_net=Decimal("3890.00"), text="Interaktive Tafel TW-86i mit Pylonen",
)  # fmt: skip
TABLET = DemoModel(
    "Beispielpad", "BP-11", "BP-11-128", "tablet", 5, network=False,
    unit_net=Decimal("389.00"), text="Tablet BP-11, 128 GB, mit Hülle und Stift",
)  # fmt: skip
NOTEBOOK = DemoModel(
    "Beispielbuch", "BB-14", "BB-14-16", "notebook", 5, network=False,
    unit_net=Decimal("742.50"), text="Notebook BB-14, 16 GB",
)  # fmt: skip
PRINTER_3D = DemoModel(
    "Musterlabor", "ML-3D", "ML-3D-1", "other", 8, network=False,
    unit_net=Decimal("1685.00"), text="3-D-Drucker ML-3D mit Gehäuse",
)  # fmt: skip
MODELS = (SWITCH, ACCESS_POINT, PANEL, TABLET, NOTEBOOK, PRINTER_3D)

SUPPLIERS = (
    {"name": "Muster Systemhaus GmbH", "vat_id": "DE000000000"},
    {"name": "Beispiel Medientechnik AG", "vat_id": "DE000000000"},
    {"name": "Erfundene Elektro Herten e. K.", "vat_id": "DE000000000"},
)
SYSTEM_HOUSE, MEDIA, ELECTRICIAN = (str(supplier["name"]) for supplier in SUPPLIERS)

VAT = Decimal("0.19")

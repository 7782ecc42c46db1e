"""Sections of the bundle that say where and what: operator, schools, rooms, suppliers, models."""

from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.exchange.bundle_forms import Bundle
from netzwart.exchange.references import References, named
from netzwart.exchange.upserting import Outcome, Wanted, upsert
from netzwart.funding.purchase_tables import Supplier
from netzwart.inventory.tables import DeviceModel, Manufacturer
from netzwart.schools.tables import Building, Room, School, SchoolOperator

SCHOOL_FIELDS = {
    name: name
    for name in (
        "number", "name", "short_name", "kind", "pupils", "teachers", "street", "postcode", "city",
        "phone", "email", "website",
    )
}  # fmt: skip
MODEL_FIELDS = {
    "name": "name",
    "part_number": "part_number",
    "category": "category",
    "useful_life_years": "useful_life_years",
    "network": "is_network",
    "end_of_life_on": "end_of_life_on",
}


async def place_schools(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring operator, schools, buildings and rooms to what the bundle says."""
    operator_id = await _operator(session, bundle, outcome)
    await refs.load("school", School, ["number"])
    wanted = [
        Wanted(
            "schools",
            ("schools", index),
            row.number,
            (row.number,),
            named(row, SCHOOL_FIELDS) | ({"operator_id": operator_id} if operator_id else {}),
        )
        for index, row in enumerate(bundle.schools)
    ]
    refs.put("school", await upsert(session, School, ["number"], wanted, outcome))
    await _buildings(session, bundle, refs, outcome)
    await _rooms(session, bundle, refs, outcome)


async def _operator(session: AsyncSession, bundle: Bundle, outcome: Outcome) -> int | None:
    row = bundle.operator
    if row is None:
        return None
    values = named(row, {name: name for name in type(row).model_fields})
    wanted = [Wanted("operator", ("operator",), row.name, (row.municipality_key,), values)]
    ids = await upsert(session, SchoolOperator, ["municipality_key"], wanted, outcome)
    return ids.get((row.municipality_key,))


async def _buildings(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    names = {
        (refs.all_of("school")[school.number,], room.building)
        for school in bundle.schools
        for room in school.rooms
        if room.building
    }
    wanted = [
        Wanted(
            "schools",
            ("schools",),
            name,
            (school_id, name),
            {"school_id": school_id, "name": name},
            counts=False,
        )
        for school_id, name in sorted(names)
    ]
    await upsert(session, Building, ["school_id", "name"], wanted, outcome)
    await refs.load("building", Building, ["school_id", "name"])


async def _rooms(session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome) -> None:
    wanted: list[Wanted] = []
    for index, school in enumerate(bundle.schools):
        school_id = refs.all_of("school")[school.number,]
        for number, room in enumerate(school.rooms):
            path = ("schools", index, "rooms", number)
            values = named(room, {n: n for n in ("number", "name", "kind", "floor")})
            values["school_id"] = school_id
            if "building" in room.model_fields_set:
                key = (school_id, room.building) if room.building else None
                values["building_id"] = refs.find("building", key, path, "Das Gebäude")
            label = f"{school.short_name} {room.number}"
            wanted.append(Wanted("rooms", path, label, (school_id, room.number), values))
    await upsert(session, Room, ["school_id", "number"], wanted, outcome)
    await refs.load("room", Room, ["school_id", "number"])


async def place_catalogue(
    session: AsyncSession, bundle: Bundle, refs: References, outcome: Outcome
) -> None:
    """Bring suppliers, manufacturers and models to what the bundle says."""
    suppliers = [
        Wanted(
            "suppliers",
            ("suppliers", index),
            row.name,
            (row.name,),
            named(row, {"name": "name", "vat_id": "vat_id"}),
        )
        for index, row in enumerate(bundle.suppliers)
    ]
    await upsert(session, Supplier, ["name"], suppliers, outcome)
    await refs.load("supplier", Supplier, ["name"])
    makers = sorted({row.manufacturer for row in bundle.models})
    wanted = [
        Wanted("models", ("models",), name, (name,), {"name": name}, counts=False)
        for name in makers
    ]
    await upsert(session, Manufacturer, ["name"], wanted, outcome)
    await refs.load("manufacturer", Manufacturer, ["name"])
    models = [_model(index, bundle, refs) for index in range(len(bundle.models))]
    await upsert(session, DeviceModel, ["manufacturer_id", "name"], models, outcome)
    await refs.load("model", DeviceModel, ["manufacturer_id", "name"])


def _model(index: int, bundle: Bundle, refs: References) -> Wanted:
    row = bundle.models[index]
    maker = refs.all_of("manufacturer")[row.manufacturer,]
    return Wanted(
        "models",
        ("models", index),
        f"{row.manufacturer} {row.name}",
        (maker, row.name),
        named(row, MODEL_FIELDS) | {"manufacturer_id": maker},
    )


def find_model(
    refs: References,
    outcome: Outcome,
    name: str | None,
    path: tuple[str | int, ...],
    manufacturer: str | None = None,
) -> tuple[int, int] | None:
    """Return (model id, manufacturer id) of a model's name; two makers of one name need naming."""
    if name is None:
        return None
    maker_id = refs.all_of("manufacturer").get((manufacturer,)) if manufacturer else None
    found = [
        (model_id, int(key[0]))
        for key, model_id in refs.all_of("model").items()
        if key[1] == name and (manufacturer is None or key[0] == maker_id)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        outcome.fault(path, f"Das Modell „{name}“ gibt es bei mehreren Herstellern; bitte nennen.")
    else:
        outcome.fault(path, f"Das Modell „{name}“ gibt es weder in der Datei noch im Bestand.")
    return None

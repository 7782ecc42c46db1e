"""What the API shows of schools and rooms, and how other resources name them."""

from netzwart.accounts.actors import Right
from netzwart.schools.tables import Building, Room, School, SchoolClosure, SchoolOperator
from netzwart.web.resources import Reference, declare

SCHOOL = Reference(
    "school",
    School,
    "school_id",
    key="number",
    shows="name short_name kind",
    right=Right.READ_SCHOOLS,
    school=("id",),
    open_to_grants=True,
)
"""How other resources name a school: by its number."""

ROOM = Reference(
    "room",
    Room,
    "room_id",
    key="number",
    shows="name kind floor",
    right=Right.READ_SCHOOLS,
    school=("school_id",),
    open_to_grants=True,
    within={"school_id": "school_id"},
)
"""How other resources name a room: by its number, within the school."""

SCHOOLS = declare(
    "schools",
    School,
    read=Right.READ_SCHOOLS,
    columns=(
        "number name short_name kind pupils teachers street postcode city municipality_key phone"
        " email website operating_status easting northing is_active retrieved_on"
    ),
    references=(
        Reference("operator", SchoolOperator, "operator_id", key="municipality_key", shows="name"),
        Reference(
            "successor",
            School,
            "successor_id",
            key="number",
            shows="name",
            school=("id",),
            open_to_grants=True,
        ),
    ),
    school=("id",),
    open_to_grants=True,
    search=("number", "name", "short_name", "city"),
    sort="number",
)

ROOMS = declare(
    "rooms",
    Room,
    read=Right.READ_SCHOOLS,
    columns="number name kind floor",
    references=(
        SCHOOL,
        Reference(
            "building",
            Building,
            "building_id",
            key="name",
            school=("school_id",),
            open_to_grants=True,
            within={"school_id": "school_id"},
        ),
    ),
    school=("school_id",),
    open_to_grants=True,
    search=("number", "name"),
    sort="number",
)

CLOSURES = declare(
    "school-closures",
    SchoolClosure,
    read=Right.READ_SCHOOLS,
    columns="from_on until_on reason",
    references=(SCHOOL,),
    school=("school_id",),
    search=("reason",),
    sort="-from_on",
)

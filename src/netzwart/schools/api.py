"""Schools and rooms under `/api/v1`."""

from netzwart.accounts.actors import Right
from netzwart.accounts.resources import Writing, refuse_removal, resource_controller
from netzwart.schools.resources import CLOSURES, ROOMS, SCHOOLS

CONTROLLERS = [
    resource_controller(
        SCHOOLS,
        Writing(
            SCHOOLS,
            Right.EDIT_SCHOOLS,
            "number name short_name kind operator pupils teachers street postcode city"
            " municipality_key phone email website is_active successor",
            may_delete=True,
            remove=refuse_removal,
        ),
    ),
    resource_controller(
        ROOMS,
        Writing(
            ROOMS, Right.EDIT_SCHOOLS, "school building number name kind floor", may_delete=True
        ),
    ),
    resource_controller(
        CLOSURES,
        Writing(CLOSURES, Right.EDIT_SCHOOLS, "school from_on until_on reason", may_delete=True),
    ),
]

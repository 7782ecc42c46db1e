"""Schools and rooms under `/api/v1`."""

from netzwart.accounts.actors import Right
from netzwart.accounts.resources import Writing, refuse_removal, resource_controller
from netzwart.schools.resources import ROOMS, SCHOOLS

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
]

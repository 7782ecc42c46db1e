"""What the API shows of grants and measures, under the bundle's names."""

from netzwart.accounts.actors import Right
from netzwart.database import Record
from netzwart.funding.tables import (
    Drawdown,
    FundingSource,
    Grant,
    GrantingAuthority,
    GrantTranche,
    Income,
    Measure,
    PlanPosition,
)
from netzwart.inventory.resources import DEVICE
from netzwart.schools.resources import SCHOOL
from netzwart.web.resources import Children, Reference, Resource, declare

READ = Right.READ_FUNDING

GRANT = Reference(
    "grant",
    Grant,
    "grant_id",
    key="number",
    shows="title programme",
    right=READ,
    grant=("id",),
)
"""How other resources name a grant: by its notice's file number."""

MEASURE = Reference(
    "measure",
    Measure,
    "measure_id",
    key="key",
    shows="title",
    right=READ,
    school=("school_id",),
    grant=("grant_id",),
)


def part(name: str, record: type[Record], columns: str, sort: str = "id") -> Resource:
    """Return plain rows that are shown inside their parent only."""
    return declare(name, record, read=READ, columns=columns, is_open=True, is_part=True, sort=sort)


GRANTS = declare(
    "grants",
    Grant,
    read=READ,
    columns=(
        "number programme programme_version title issued_on final_on awarded:approved_amount"
        " eligible_planned rate:funding_rate rounding execution_from execution_until"
        " approval_until purpose_fulfilled_on conditions:conditions_version lucom_number"
        " drawdown_mode input_tax_deductible proof_submitted_on"
    ),
    references=(Reference("authority", GrantingAuthority, "authority_id", key="name"),),
    children=(
        Children("plan", part("plan", PlanPosition, "category total eligible"), "grant_id"),
        Children("sources", part("sources", FundingSource, "kind label amount"), "grant_id"),
        Children("tranches", part("tranches", GrantTranche, "year amount", "year"), "grant_id"),
    ),
    grant=("id",),
    search=("number", "title", "programme"),
    sort="number",
)

MEASURES = declare(
    "measures",
    Measure,
    read=READ,
    columns="key category subcategory title started_on finished_on concept_document narrative",
    references=(GRANT, SCHOOL),
    school=("school_id",),
    grant=("grant_id",),
    search=("key", "title"),
    sort="key",
)

DRAWDOWNS = declare(
    "drawdowns",
    Drawdown,
    read=READ,
    columns="number requested_on amount received_on",
    references=(GRANT,),
    grant=("grant_id",),
    sort="-requested_on",
)

INCOMES = declare(
    "incomes",
    Income,
    read=READ,
    columns="kind received_on payer reason amount",
    references=(GRANT, DEVICE),
    grant=("grant_id",),
    search=("payer", "reason"),
    sort="-received_on",
)

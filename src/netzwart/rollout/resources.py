"""What the API shows of projects, waves, planned items, surveys and acceptances."""

from sqlalchemy import String, column, select, table
from sqlalchemy.sql.elements import ColumnElement

from netzwart.accounts.actors import Right
from netzwart.database import Id, table_of
from netzwart.inventory.resources import DEVICE, MODEL
from netzwart.rollout.tables import Acceptance, PlannedItem, Project, SiteSurvey, Wave
from netzwart.schools.resources import ROOM, SCHOOL
from netzwart.web.resources import Reference, Test, declare

READ = Right.READ_ROLLOUT

_GRANT = table("funding_grant", column("id", Id()), column("number", String(80)))
# A stranger on the same floor, known by name as the foreign key knows it.
_PROJECT, _WAVE = table_of(Project), table_of(Wave)
_ITEM, _ACCEPTANCE = table_of(PlannedItem), table_of(Acceptance)


def _project_school(test: Test) -> ColumnElement[bool]:
    """A project belongs to every school it plans something for."""
    planned = (
        select(_WAVE.c.project_id)
        .join(_ITEM, _ITEM.c.wave_id == _WAVE.c.id)
        .where(test(_ITEM.c.school_id))
    )
    return _PROJECT.c.id.in_(planned)


def _wave_school(test: Test) -> ColumnElement[bool]:
    return _WAVE.c.id.in_(select(_ITEM.c.wave_id).where(test(_ITEM.c.school_id)))


PROJECT = Reference("project", Project, "project_id", key="key", shows="title")
WAVE = Reference("wave", Wave, "wave_id", key="number", shows="title")

PROJECTS = declare(
    "projects",
    Project,
    read=READ,
    columns="key title starts_on ends_on",
    references=(
        Reference(
            "grant", _GRANT, "grant_id", key="number", right=Right.READ_FUNDING, grant=("id",)
        ),
    ),
    school=_project_school,
    grant=("grant_id",),
    search=("key", "title"),
    sort="key",
)

WAVES = declare(
    "waves",
    Wave,
    read=READ,
    columns="number title starts_on ends_on",
    references=(PROJECT,),
    school=_wave_school,
    grant=("project_id", Project, "grant_id"),
    search=("title",),
)

PLANNED_ITEMS = declare(
    "planned-items",
    PlannedItem,
    read=READ,
    columns="specification quantity name address vlan",
    references=(WAVE, SCHOOL, ROOM, MODEL, DEVICE),
    school=("school_id",),
    grant=("wave_id", Wave, "project_id", Project, "grant_id"),
    search=("specification", "name", "address"),
)

SITE_SURVEYS = declare(
    "site-surveys",
    SiteSurvey,
    read=READ,
    columns="surveyed_on answers",
    references=(PROJECT, SCHOOL),
    school=("school_id",),
    grant=("project_id", Project, "grant_id"),
    sort="-surveyed_on",
)

ACCEPTANCES = declare(
    "acceptances",
    Acceptance,
    read=READ,
    columns="measured_at requirement result",
    references=(
        WAVE,
        Reference(
            "planned_item",
            PlannedItem,
            "planned_item_id",
            key="specification",
            school=("school_id",),
            open_to_grants=True,
        ),
        DEVICE,
    ),
    school=("planned_item_id", PlannedItem, "school_id"),
    grant=("wave_id", Wave, "project_id", Project, "grant_id"),
    search=("requirement",),
    sort="-measured_at",
)

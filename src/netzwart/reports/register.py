"""The register of issued papers, newest first: filtered, page by page, without their bytes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.database import table_of
from netzwart.errors import InvalidInputError
from netzwart.funding.queries import visible_grants
from netzwart.funding.tables import Grant
from netzwart.reports.kinds import KINDS, PaperKind
from netzwart.reports.proof_files import CHECKS, DEVICES, EXPENSES, PROOF
from netzwart.reports.tables import IssuedDocument, PaperJob, PaperJobState

PAGE: Final = 50
PREFILLED: Final = frozenset({"papier", "bewilligung", "schule"})
"""Names in the address that fill the form for a new paper and filter nothing."""
_LARGEST_ID: Final = 2**63 - 1
_DOCUMENT, _JOB, _GRANT = table_of(IssuedDocument), table_of(PaperJob), table_of(Grant)
_COLUMNS: Final = ("id", "number", "kind", "title", "grant_id", "as_of", "issued_at", "issued_by",
                   "sha256")  # fmt: skip
_PROOF_TWINS: Final = (
    (EXPENSES, "Belegliste CSV"),
    (DEVICES, "Inventarliste CSV"),
    (PROOF, "JSON"),
    (CHECKS, "Prüfbericht"),
)


class BadRegisterFilterError(InvalidInputError):
    """The address asks for something that the register does not know."""

    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFilters:
    """Which papers are listed; None is not given."""

    kind: PaperKind | None = None
    grant: int | None = None
    school: int | None = None
    before: int | None = None
    """The page goes on with papers older than this one."""

    @property
    def is_narrowed(self) -> bool:
        """Return whether any filter is set."""
        return bool(self.kind or self.grant or self.school)

    def query(self, *, before: int | None = None) -> str:
        """Return the query string of another page under the same filters."""
        changed = replace(self, before=before)
        pairs = [(each.name, getattr(changed, each.name)) for each in fields(changed)]
        given = [(name, str(value)) for name, value in pairs if value is not None]
        return f"?{urlencode(given)}" if given else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedRow:
    """One line of the register."""

    id: int
    number: str
    kind: str
    title: str
    grant_id: int | None
    grant_number: str | None
    as_of: date
    issued_at: datetime
    issued_by: str
    sha256: str
    supersedes: str | None
    superseded_by: str | None

    @property
    def label(self) -> str:
        """Return what the paper is called, with its subject where that is no grant."""
        return KINDS[PaperKind(self.kind)].label if self.grant_id else self.title

    @property
    def pdf(self) -> str:
        """Return the file name of the paper."""
        return KINDS[PaperKind(self.kind)].pdf

    @property
    def twins(self) -> tuple[tuple[str, str], ...]:
        """Return file name and label of what machines read."""
        if self.kind == PaperKind.PROOF_OF_USE:
            return _PROOF_TWINS
        return KINDS[PaperKind(self.kind)].twins


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenJob:
    """A paper that is being made."""

    id: int
    label: str
    grant_number: str | None
    stage: str


def read_register_filters(pairs: Iterable[tuple[str, str]]) -> RegisterFilters:
    """Return the filters of an address.

    Raises:
        BadRegisterFilterError: names what is unknown.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    known = {each.name for each in fields(RegisterFilters)}
    for name, text in pairs:
        if not text or name in PREFILLED:
            continue
        if name not in known:
            errors[name[:40]] = f"Den Filter „{name[:40]}“ gibt es nicht."
        elif name == "kind" and text in set(PaperKind):
            values[name] = PaperKind(text)
        elif name != "kind" and text.isascii() and text.isdigit() and _is_id(text):
            values[name] = int(text)
        else:
            errors[name] = f"Mit „{text[:40]}“ ist nichts zu finden."
    if errors:
        raise BadRegisterFilterError("Diese Filter passen nicht zur Liste.", errors)
    return RegisterFilters(**values)


def _is_id(text: str) -> bool:
    return 0 < int(text[:20]) <= _LARGEST_ID


async def list_issued(
    session: AsyncSession, actor: Actor, filters: RegisterFilters | None = None
) -> tuple[list[IssuedRow], int | None]:
    """Return a page of the papers the actor may see, newest first, and where the next goes on."""
    filters = filters or RegisterFilters()
    before, after = _DOCUMENT.alias("before"), _DOCUMENT.alias("after")
    joined = (
        _DOCUMENT.outerjoin(_GRANT, _GRANT.c.id == _DOCUMENT.c.grant_id)
        .outerjoin(before, before.c.id == _DOCUMENT.c.supersedes_id)
        .outerjoin(after, after.c.supersedes_id == _DOCUMENT.c.id)
    )
    wanted = (
        (_DOCUMENT.c.kind, filters.kind),
        (_DOCUMENT.c.grant_id, filters.grant),
        (_DOCUMENT.c.school_id, filters.school),
    )
    query = (
        select(
            *(_DOCUMENT.c[name] for name in _COLUMNS),
            _GRANT.c.number.label("grant_number"),
            before.c.number.label("supersedes"),
            after.c.number.label("superseded_by"),
        )
        .select_from(joined)
        .where(visible_grants(actor), *(column == value for column, value in wanted if value))
        .order_by(_DOCUMENT.c.id.desc())
        .limit(PAGE + 1)
    )
    if filters.before:
        query = query.where(_DOCUMENT.c.id < filters.before)
    keys = (*_COLUMNS, "grant_number", "supersedes", "superseded_by")
    rows = [IssuedRow(**dict(zip(keys, row, strict=True))) for row in await session.execute(query)]
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


async def list_open_jobs(session: AsyncSession, actor: Actor) -> Sequence[OpenJob]:
    """Return the papers being made that the actor may see, the newest first, at most ten."""
    rows = await session.execute(
        select(_JOB.c.id, _JOB.c.kind, _GRANT.c.number, _JOB.c.stage)
        .select_from(_JOB.outerjoin(_GRANT, _GRANT.c.id == _JOB.c.grant_id))
        .where(visible_grants(actor), _JOB.c.state.in_((PaperJobState.TODO, PaperJobState.DOING)))
        .order_by(_JOB.c.id.desc())
        .limit(10)
    )
    return [
        OpenJob(id=row.id, label=KINDS[PaperKind(row.kind)].label, grant_number=row.number,
                stage=row.stage)
        for row in rows
    ]  # fmt: skip

"""The inbox of findings, and one finding with its decision."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, get, post
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Right
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_evidence_reader, requires_findings_decider
from netzwart.database import DbSession
from netzwart.errors import InvalidInputError
from netzwart.evidence import labels, queries
from netzwart.evidence.comparing import find_device_facts, schools_named, side_by_side
from netzwart.evidence.forms import DecisionForm
from netzwart.evidence.queries import FindingFilter, FindingRow
from netzwart.evidence.service import allowed_decisions, decide_finding
from netzwart.evidence.tables import FindingKind, FindingStatus
from netzwart.web.frame import NavItem
from netzwart.web.requests import Entered, go_to, nothing_entered, read_form

_PAGE = 50
_FIELDS = {"decision": "Entscheidung", "reason": "Begründung", "ignored_until": "Zurückstellen bis"}


@dataclass(frozen=True, slots=True)
class FindingListAddress:
    """The query string of the list of findings."""

    status: str = "open"
    kind: str = ""
    severity: str = ""
    school: str = ""
    cursor: str = ""

    def narrowing(self) -> FindingFilter:
        """Return what the list is narrowed to.

        Raises:
            InvalidInputError: a value that no filter offers.
        """
        choices = (
            ("status", self.status, labels.STATUSES),
            ("kind", self.kind, labels.KINDS),
            ("severity", self.severity, labels.SEVERITIES),
        )
        problems = {
            name: "Diesen Wert gibt es nicht."
            for name, value, known in choices
            if value and value not in known
        }
        if self.school and not (self.school.isascii() and self.school.isdigit()):
            problems["school"] = "Diese Schule gibt es nicht."
        if problems:
            raise InvalidInputError("Der Filter ist nicht zu verstehen.", problems)
        return FindingFilter(
            status=FindingStatus(self.status) if self.status else None,
            school_id=int(self.school[:18]) if self.school else None,
            kind=FindingKind(self.kind) if self.kind else None,
            severity=self.severity or None,
        )

    def after(self) -> tuple[int, int] | None:
        """Return priority and id of the row before the first one wanted.

        Raises:
            InvalidInputError: this is no cursor of ours.
        """
        if not self.cursor:
            return None
        priority, _, last_id = self.cursor.partition("-")
        if all(part.isascii() and part.isdigit() for part in (priority, last_id)):
            return int(priority[:18]), int(last_id[:18])
        raise InvalidInputError(
            "Diese Seite der Liste gibt es nicht mehr.", {"cursor": "unbekannt"}
        )

    def href(self, after: FindingRow | None = None) -> str:
        """Return the address of this list, from the row after this one on."""
        given = {
            "status": self.status,
            "kind": self.kind,
            "severity": self.severity,
            "school": self.school,
        }
        query = {name: value for name, value in given.items() if value or name == "status"}
        if after is not None:
            query["cursor"] = f"{after.priority}-{after.id}"
        return f"/befunde?{urlencode(query)}"


class FindingController(Controller):
    """Where record and reality differ."""

    path = "/befunde"

    @get(guards=[requires_evidence_reader])
    async def index(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        status: FromQuery[str] = "open",
        kind: FromQuery[str] = "",
        severity: FromQuery[str] = "",
        school: FromQuery[str] = "",
        cursor: FromQuery[str] = "",
    ) -> Template:
        """List findings by risk and money; the fragment alone for HTMX."""
        address = FindingListAddress(status, kind, severity, school, cursor)
        scope, narrowing = actor.scope(Right.READ_EVIDENCE), address.narrowing()
        rows = await queries.list_findings(
            session, scope, narrowing, after=address.after(), limit=_PAGE + 1
        )
        shown = rows[:_PAGE]
        context: dict[str, Any] = {
            "rows": shown,
            "groups": await queries.group_findings(session, scope, narrowing.school_id),
            "address": address,
            "next_href": address.href(after=shown[-1]) if len(rows) > len(shown) else None,
            "kinds": labels.KINDS,
            "statuses": labels.STATUSES,
            "severities": labels.SEVERITIES,
        }
        if request.htmx:
            return Template("evidence/_finding_table.html", context=context)
        context["schools"] = await queries.school_choices(session, scope)
        return Template("evidence/index.html", context=context)

    @get("/{finding_id:int}", guards=[requires_evidence_reader])
    async def show(
        self, session: DbSession, actor: CurrentActor, finding_id: FromPath[int]
    ) -> Template:
        """Show one finding, with the form to decide it."""
        finding = await queries.get_finding(session, actor.scope(Right.READ_EVIDENCE), finding_id)
        may_decide = actor.may_at(Right.DECIDE_FINDINGS, finding.school_id)
        return await _page(session, finding, nothing_entered(), may_decide=may_decide)

    @post("/{finding_id:int}/entscheiden", guards=[requires_findings_decider])
    async def decide(
        self,
        request: HTMXRequest,
        session: DbSession,
        actor: CurrentActor,
        finding_id: FromPath[int],
    ) -> Template | Redirect:
        """Decide a finding, with a reason."""
        finding = await queries.get_finding(session, actor.scope(Right.DECIDE_FINDINGS), finding_id)
        entered = await read_form(request, DecisionForm)
        form = entered.form
        if form is not None:
            async with entered.attempt(session):
                await decide_finding(
                    session,
                    actor,
                    finding_id,
                    form.decision,
                    form.reason,
                    ignored_until=form.ignored_until,
                )
        if entered.errors:
            return await _page(session, finding, entered, may_decide=True)
        return go_to(f"/befunde/{finding_id}", "Entscheidung festgehalten.")


async def _page(
    session: AsyncSession,
    finding: FindingRow,
    entered: Entered[DecisionForm],
    *,
    may_decide: bool,
) -> Template:
    device = await find_device_facts(session, finding.device_id)
    seen = await queries.list_presence(session, finding.device_id or 0)
    names = await queries.school_names(session, schools_named(finding.facts))
    context = {
        "finding": finding,
        "rows": side_by_side(finding.kind, finding.facts, device, seen, names),
        "seen": seen,
        "values": entered.values,
        "errors": entered.errors,
        "fields": _FIELDS,
        "kinds": labels.KINDS,
        "statuses": labels.STATUSES,
        "decided": labels.decision_label(finding.kind, finding.decision)
        if finding.decision
        else None,
        "decisions": [
            (one.value, labels.decision_label(finding.kind, one))
            for one in allowed_decisions(finding.kind)
        ],
        "may_decide": may_decide and finding.status is FindingStatus.OPEN,
    }
    return Template("evidence/show.html", context=context, status_code=entered.status)


CONTROLLERS = (FindingController,)
NAV: tuple[NavItem, ...] = ()
"""Findings are reached from Heute and from each school; the left bar stays short."""

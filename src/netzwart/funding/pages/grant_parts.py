"""What is added to a grant by hand: measures and incomes."""

from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from pydantic import BeforeValidator, Field
from sqlalchemy.ext.asyncio import AsyncSession

from netzwart.accounts.actors import Actor
from netzwart.accounts.authentication import CurrentActor
from netzwart.accounts.guards import requires_funding_editor
from netzwart.clock import today
from netzwart.database import DbSession
from netzwart.funding import service
from netzwart.funding.forms import IncomeForm, MeasureForm
from netzwart.funding.labels import INCOME_KINDS
from netzwart.funding.programmes.loading import get_programme
from netzwart.funding.queries import get_grant
from netzwart.funding.queries.correspondence import find_device_of_grant
from netzwart.schools.queries import school_choices
from netzwart.web.addresses import RowId
from netzwart.web.requests import Entered, enter, go_to, nothing_entered


def _empty_is_none(value: object) -> object:
    return None if value == "" else value


class IncomeEntryForm(IncomeForm):
    """An income typed on the page of its grant; the device by its inventory number."""

    grant_id: int = 0
    device: Annotated[str, Field(max_length=60)] = ""

    def as_income(self, grant_id: int, device_id: int | None) -> IncomeForm:
        """Return the income as the act takes it."""
        values = self.model_dump(exclude={"device", "grant_id", "device_id"})
        return IncomeForm(**values, grant_id=grant_id, device_id=device_id)


class MeasureEntryForm(MeasureForm):
    """A measure typed on the page of its grant, whose address says which."""

    grant_id: int = 0
    school_id: Annotated[int | None, BeforeValidator(_empty_is_none)] = None


class GrantPartsController(Controller):
    """Forms that add to one grant."""

    path = "/foerderung/{grant_id:int}"
    guards = [requires_funding_editor]  # noqa: RUF012 - Litestar reads a plain attribute

    @get("/einnahmen/neu")
    async def new_income(
        self, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template:
        """Show the form for an income."""
        return await _income_page(session, actor, grant_id, nothing_entered())

    @post("/einnahmen")
    async def create_income(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template | Redirect:
        """Record an income."""
        await get_grant(session, grant_id, actor)

        async def record(form: IncomeEntryForm) -> None:
            device_id = await find_device_of_grant(session, grant_id, form.device)
            await service.record_income(session, form.as_income(grant_id, device_id), actor)

        entered = await enter(request, session, IncomeEntryForm, record)
        if entered.errors:
            return await _income_page(session, actor, grant_id, entered)
        return go_to(f"/foerderung/{grant_id}", "Die Einnahme ist erfasst.")

    @get("/massnahmen/neu")
    async def new_measure(
        self, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template:
        """Show the form for a measure."""
        return await _measure_page(session, actor, grant_id, nothing_entered())

    @post("/massnahmen")
    async def create_measure(
        self, request: HTMXRequest, session: DbSession, actor: CurrentActor, grant_id: RowId
    ) -> Template | Redirect:
        """Record a measure."""
        await get_grant(session, grant_id, actor)
        entered = await enter(
            request,
            session,
            MeasureEntryForm,
            lambda form: service.record_measure(
                session, form.model_copy(update={"grant_id": grant_id}), actor
            ),
        )
        if entered.errors:
            return await _measure_page(session, actor, grant_id, entered)
        return go_to(f"/foerderung/{grant_id}#massnahmen", "Die Maßnahme ist angelegt.")


async def _income_page(
    session: AsyncSession, actor: Actor, grant_id: int, entered: Entered[Any]
) -> Template:
    context = {
        "head": await get_grant(session, grant_id, actor),
        "kinds": list(INCOME_KINDS.items()),
        "values": entered.values,
        "errors": entered.errors,
        "today": today().isoformat(),
    }
    return Template("funding/new_income.html", context=context, status_code=entered.status)


async def _measure_page(
    session: AsyncSession, actor: Actor, grant_id: int, entered: Entered[Any]
) -> Template:
    grant = await get_grant(session, grant_id, actor)
    rules = get_programme(grant.programme, grant.issued_on).rules
    context = {
        "head": grant,
        "schools": await school_choices(session, None),
        "categories": [
            (key, category.name.value or key) for key, category in rules.categories.items()
        ],
        "values": entered.values,
        "errors": entered.errors,
    }
    return Template("funding/new_measure.html", context=context, status_code=entered.status)

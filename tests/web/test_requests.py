"""Reading a page's form, and acts that may be refused without leaving a trace."""

from datetime import date
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, post
from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy import func, select

from netzwart.database import Database, table_of
from netzwart.errors import ConflictError, InvalidInputError
from netzwart.schools.tables import Room, School
from netzwart.web.requests import Entered, TypedValues, go_to, nothing_entered, read_form
from tests.builders import a_school


class LoanForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    until: date
    devices: list[str] = []
    note: str = "–"
    password: SecretStr = SecretStr("")


async def entered_by(fields: dict[str, Any]) -> Entered[LoanForm]:
    """Send fields through a real application and return what the handler read."""
    found: list[Entered[LoanForm]] = []

    @post("/")
    async def handler(request: Request[Any, Any, Any]) -> None:
        found.append(await read_form(request, LoanForm))

    transport = httpx.ASGITransport(Litestar([handler], openapi_config=None))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        await client.post("/", data=fields)
    return found[0]


async def test_good_form_is_read_with_lists_and_defaults():
    entered = await entered_by(
        {"name": "Ä", "until": "2026-12-24", "devices": ["a", "b"], "note": ""}
    )
    assert entered.form == LoanForm(name="Ä", until=date(2026, 12, 24), devices=["a", "b"])
    assert (entered.errors, entered.status) == ({}, 200)


async def test_bad_form_keeps_what_was_typed_but_no_secret():
    entered = await entered_by({"name": "", "until": "morgen", "password": "geheim"})
    assert entered.form is None
    assert entered.status == 422
    assert entered.errors == {"until": "Hier wird ein Tag erwartet (JJJJ-MM-TT)."}
    empty = await entered_by({"name": "x", "until": ""})
    assert empty.errors == {"until": "Die Angabe fehlt."}
    assert entered.values["until"] == "morgen"
    assert entered.values["never sent"] == ""
    assert "geheim" not in str(entered.values)


async def test_unknown_field_is_an_error():
    entered = await entered_by({"name": "x", "until": "2026-12-24", "admin": "1"})
    assert entered.errors == {"admin": "Dieses Feld gibt es nicht."}


async def test_page_opened_for_the_first_time_has_empty_values():
    entered = nothing_entered()
    assert entered.form is None
    assert entered.values["anything"] == ""
    assert entered.status == 200


async def count(database: Database, table: type) -> int:
    async with database.session(writing=False) as session:
        return await session.scalar(select(func.count()).select_from(table_of(table))) or 0


async def test_refused_act_becomes_errors_and_leaves_no_trace(database: Database):
    entered: Entered[Any] = Entered(None, TypedValues())
    async with database.session() as session, entered.attempt(session):
        await a_school(session)
        raise InvalidInputError("Nein.", {"number": "Diese Nummer nicht."})
    assert entered.errors == {"number": "Diese Nummer nicht."}
    assert await count(database, School) == 0


async def test_broken_constraint_speaks_and_the_transaction_goes_on(database: Database):
    entered: Entered[Any] = Entered(None, TypedValues())
    async with database.session() as session:
        school = await a_school(session)
        async with entered.attempt(session):
            session.add(School(number=school.number, name="Zweite", short_name="Z"))
        await a_school(session)
    assert entered.errors == {"number": "Eine Schule mit dieser Schulnummer gibt es schon."}
    assert await count(database, School) == 2


async def test_broken_reference_is_a_conflict(database: Database):
    entered: Entered[Any] = Entered(None, TypedValues())

    async def point_nowhere() -> None:
        async with database.session() as session, entered.attempt(session):
            session.add(Room(school_id=999, number="A1"))

    with pytest.raises(ConflictError):
        await point_nowhere()


def test_going_on_is_a_303_with_a_message():
    answer = go_to("/schulen", "Gespeichert.")
    assert answer.status_code == 303
    assert answer.cookies[0].key == "netzwart_flash"
    assert go_to("/schulen").cookies == []

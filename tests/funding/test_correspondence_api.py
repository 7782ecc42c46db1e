"""What passes between city and authority under `/api/v1`, written through the domain's acts."""

from tests.api_client import Api
from tests.builders import a_grant, a_measure

from netzwart.accounts.tables import Role


async def test_letters_are_written_and_closed_over_the_api(api: Api):
    async with api.database.session() as session:
        grant = await a_grant(session, number="48.02-1")
    officer = await api.caller()
    notice = {"grant": "48.02-1", "number": "Ä1", "issued_on": "2022-06-01", "reason": "mehr"}
    empty = await officer.call("POST", "notices", notice)
    assert empty.status_code == 422, empty.text
    changed = {"amount": "900.00", "eligible_planned": "101000.00", "rate": "0.9"}
    made = await officer.call("POST", "notices", {**notice, **changed})
    assert made.status_code == 201, made.text
    assert made.json()["changes"]["approved_amount"] == ["90000.00", "90900.00"]
    assert (await officer.get(f"grants/{grant.id}"))["awarded"] == "90900.00"
    message = {"grant": "48.02-1", "occasion": "costs_changed", "due_on": "2022-07-01"}
    told = (await officer.call("POST", "messages", message)).json()
    claw = {"grant": "48.02-1", "demanded_on": "2022-08-01", "amount": "10.00", "reason": "zu viel"}
    demanded = (await officer.call("POST", "clawbacks", claw)).json()
    for name, row, change in (
        ("messages", told, {"sent_on": "2022-06-30"}),
        ("clawbacks", demanded, {"paid_on": "2022-09-01"}),
    ):
        where = f"{name}/{row['id']}"
        tag = (await officer.call("GET", where)).headers["etag"]
        closed = await officer.call("PATCH", where, change, {"If-Match": tag})
        assert closed.status_code == 200, closed.text
        assert closed.json() | change == closed.json()
        again = await officer.call("PATCH", where, change, {"If-Match": closed.headers["etag"]})
        assert again.status_code == 409, name
        gone = await officer.call("DELETE", where, None, {"If-Match": closed.headers["etag"]})
        assert gone.status_code == 409, name
    proof = {"grant": "48.02-1", "submitted_on": "2022-12-01", "as_of": "2022-11-30"}
    sent = await officer.call("POST", "submissions", proof)
    assert sent.status_code == 201, sent.text
    assert sent.json()["figures"]["totals.spent"] == "0.00"


async def test_applications_and_supports_are_tied_over_the_api(api: Api):
    async with api.database.session() as session:
        served = await a_grant(session, number="DP-1")
        mine = await a_grant(session, number="AD-1", programme="DPS-ADMIN")
        await a_measure(session, grant_id=served.id, key="wlan")
        await a_measure(session, grant_id=mine.id, key="admin", category="dienstleister")
    officer = await api.caller()
    asked = {"programme": "DPS-ADMIN", "applied_on": "2021-05-03", "requested": "9000.00"}
    made = await officer.call("POST", "applications", asked)
    assert made.status_code == 201, made.text
    where, tag = f"applications/{made.json()['id']}", {"If-Match": made.headers["etag"]}
    wrong = await officer.call("PATCH", where, {"grant": "DP-1"}, tag)
    assert wrong.status_code == 409, wrong.text
    right = await officer.call("PATCH", where, {"grant": "AD-1"}, tag)
    assert (right.status_code, right.json()["grant"]) == (200, "AD-1")
    back = {"measure": "wlan", "supports": "wlan"}
    assert (await officer.call("POST", "measure-supports", back)).status_code == 422
    tied = await officer.call("POST", "measure-supports", {"measure": "admin", "supports": "wlan"})
    assert tied.status_code == 201, tied.text
    support = f"measure-supports/{tied.json()['id']}"
    away = await officer.call("DELETE", support, None, {"If-Match": tied.headers["etag"]})
    assert away.status_code == 204, away.text
    reader = await api.caller(Role.AUDITOR)
    assert (await reader.call("POST", "applications", asked)).status_code == 403

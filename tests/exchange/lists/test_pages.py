"""The pages and the API of lists: through the application, once each."""

from typing import Any

from httpx import Response

from netzwart.accounts.tables import Role
from netzwart.exchange.lists.running import work_on_list
from netzwart.exchange.lists.taking import proposed_values
from netzwart.inventory.import_tables import ImportState
from tests.api_client import Api, Caller
from tests.cast import Cast
from tests.client import Site
from tests.exchange.lists.lists import KEY, a_scene, csv_of, device_of, run_of


async def test_list_goes_from_file_to_record_and_back(site: Site, cast: Cast) -> None:
    await a_scene(site.database)
    browser = site.as_(cast.funding_officer)
    assert "Liste einlesen" in (await browser.get("/import")).text
    data = csv_of("INV-2;AP-635;SN-2;GYM;A101", header="Inventarnummer;Typ;Seriennr;Schule;Ort")
    answer = await browser.post("/import", files={"file": ("liste.csv", data)})
    assert answer.status_code == 303
    here = answer.headers["location"]
    run_id = int(here.rpartition("/")[2])
    mapping = await browser.get(f"{here}/zuordnung")
    assert "Windows-1252" in mapping.text or "UTF-8" in mapping.text
    run = await run_of(site.database, run_id)
    values: dict[str, Any] = proposed_values(run.sheet, run.settings)
    refused = await browser.post(f"{here}/zuordnung", values)
    assert refused.status_code == 422
    assert "„Ort“ ist noch nicht zugeordnet." in refused.text
    values |= {"column_4": "room", "save_as": "Muster Systemhaus"}
    assert (await browser.post(f"{here}/zuordnung", values)).status_code == 303
    assert "Wartet …" in (await browser.get(here)).text
    await work_on_list(site.database, run_id, KEY)
    done = await browser.get(here, htmx=True, headers={"HX-Target": "progress"})
    assert done.headers["hx-refresh"] == "true"
    plan = await browser.get(f"{here}?aktion=create")
    assert "1 neu." in plan.text
    assert "INV-2" in plan.text
    stale = await browser.post(f"{here}/anwenden", {"plan_id": "0" * 32})
    assert stale.status_code == 409
    run = await run_of(site.database, run_id)
    await browser.post(f"{here}/anwenden", {"plan_id": run.plan_id})
    await work_on_list(site.database, run_id, KEY)
    assert await device_of(site.database, "INV-2") is not None
    assert "Import zurücknehmen" in (await browser.get(here)).text
    await browser.post(f"{here}/zuruecknehmen")
    await work_on_list(site.database, run_id, KEY)
    assert await device_of(site.database, "INV-2") is None
    assert "zurückgenommen" in (await browser.get("/import")).text
    again = await browser.post(
        "/import", {"profile": "Muster Systemhaus"}, files={"file": ("neu.csv", data)}
    )
    run = await run_of(site.database, int(again.headers["location"].rpartition("/")[2]))
    assert run.state is ImportState.PLANNING, "a saved mapping that knows every column is enough"


async def test_lists_are_for_importers_and_files_must_be_lists(site: Site, cast: Cast) -> None:
    assert (await site.as_(cast.technician).get("/import")).status_code == 403
    browser = site.as_(cast.admin)
    refused = await browser.post("/import", files={"file": ("x.csv", b"PK\x03\x04")})
    assert refused.status_code == 422
    assert "keine lesbare Tabelle" in refused.text
    assert (await browser.get("/import/999")).status_code == 404


async def sent(caller: Caller, data: bytes) -> Response:
    return await caller.client.post(
        "/api/v1/imports",
        files={"file": ("x.csv", data)},
        headers={"Authorization": f"Bearer {caller.word}"},
    )


async def test_api_plans_applies_and_undoes_a_list(api: Api) -> None:
    await a_scene(api.database)
    caller = await api.caller(Role.ADMIN)
    refused = await sent(caller, csv_of("x", header="Inventarnumer"))
    assert refused.status_code == 422
    assert "Meinten Sie „Inventarnummer“?" in refused.text
    data = csv_of("INV-2;AP-635;SN-2;GYM;A101;im Lager", "INV-1;AP-635;;GYM;A102;")
    answer = await sent(caller, data)
    assert answer.status_code == 202
    here = f"imports/{answer.json()['id']}"
    await work_on_list(api.database, answer.json()["id"], KEY)
    told = await caller.get(here)
    assert told["counts"] == {"create": 1, "update": 1, "skip": 0, "conflict": 0}
    rows = await caller.get(f"{here}/rows?action=update")
    assert rows["items"][0]["changes"] == {"room": ["A101", "A102"]}
    await caller.get(f"{here}/rows?action=no", status=400)
    for verb, body in (("apply", {"plan_id": told["plan_id"]}), ("undo", None)):
        await caller.post(f"{here}/{verb}", body, status=202)
        await work_on_list(api.database, told["id"], KEY)
    assert (await caller.get(here))["state"] == "undone"

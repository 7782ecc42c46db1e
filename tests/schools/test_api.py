from netzwart.accounts.tables import Role
from tests.api_client import Api

SCHOOL = {"number": "990001", "name": "Testschule am Wald", "short_name": "TW", "pupils": 300}


async def test_school_is_created_listed_changed_and_kept(api: Api):
    anna = await api.caller()
    made = await anna.post("schools", SCHOOL)
    assert made["number"] == "990001"
    assert made["pupils"] == 300
    listed = await anna.get("schools")
    assert [item["id"] for item in listed["items"]] == [made["id"]]
    assert listed["next"] is None
    changed = await anna.patch(f"schools/{made['id']}", {"pupils": None})
    assert changed["pupils"] is None
    assert changed["version"] == 2
    refused = await anna.delete(f"schools/{made['id']}", 409)
    assert refused.json()["type"] == "/problems/never-deleted"


async def test_room_of_another_school_is_neither_listed_nor_shown_nor_counted(api: Api):
    anna = await api.caller()
    mine = await anna.post("schools", SCHOOL)
    other = await anna.post("schools", SCHOOL | {"number": "990002", "name": "Andere"})
    rooms = await anna.post(
        "rooms",
        [{"school": "990001", "number": "A1"}, {"school_id": other["id"], "number": "B1"}],
    )
    assert [room["school"] for room in rooms["items"]] == ["990001", "990002"]
    clara = await api.caller(Role.TECHNICIAN, mine["id"])
    seen = await clara.get("rooms?count=true&expand=school")
    assert [item["number"] for item in seen["items"]] == ["A1"]
    assert seen["items"][0]["school"]["name"] == SCHOOL["name"]
    assert seen["total"] == 1
    await clara.get(f"rooms/{rooms['items'][1]['id']}", 404)
    await clara.post("rooms", {"school": "990001", "number": "A2"}, 403)


async def test_list_of_schools_is_written_whole_or_not_at_all(api: Api):
    anna = await api.caller()
    problem = await anna.post("schools", [SCHOOL, SCHOOL | {"number": "1"}], 422)
    assert [error["field"] for error in problem["errors"]] == ["1.number"]
    problem = await anna.post("schools", [SCHOOL, {"numbr": "990002"}], 400)
    named = {error["field"]: error["message"] for error in problem["errors"]}
    assert "„number“" in named["1.numbr"]
    assert {"1.number", "1.name", "1.short_name"} <= set(named)
    assert (await anna.get("schools"))["items"] == []


async def test_closures_are_kept_by_the_administration_and_read_by_the_school(api: Api):
    anna = await api.caller()
    school = await anna.post("schools", SCHOOL)
    closed = {"from_on": "2026-11-23", "until_on": "2026-11-24", "reason": "Studientage"}
    made = await anna.post("school-closures", closed | {"school": SCHOOL["number"]})
    everywhere = await anna.post("school-closures", closed | {"reason": "Sturmwarnung"})
    assert (made["school"], everywhere["school"]) == (SCHOOL["number"], None)
    clara = await api.caller(Role.TECHNICIAN, school["id"])
    assert [one["reason"] for one in (await clara.get("school-closures"))["items"]] == [
        "Studientage"
    ]
    await clara.post("school-closures", closed, 403)
    backwards = closed | {"until_on": "2026-11-20"}
    problem = await anna.post("school-closures", backwards, 422)
    assert problem["errors"][0]["message"] == "Das Ende liegt vor dem Anfang."
    await anna.delete(f"school-closures/{made['id']}", 204)

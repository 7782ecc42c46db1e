from netzwart.accounts.tables import Role
from tests.api_client import Api, Caller

SCHOOLS = [
    {"number": f"99000{n}", "name": f"Testschule {n}", "short_name": f"T{n}"} for n in (1, 2)
]


async def a_city(anna: Caller) -> None:
    await anna.post("schools", SCHOOLS)
    await anna.post("rooms", [{"school": f"99000{n}", "number": "A101"} for n in (1, 2)])
    await anna.post("manufacturers", {"name": "Aruba"})
    await anna.post(
        "device-models",
        {"manufacturer": "Aruba", "name": "AP-635", "category": "access_point", "network": True},
    )


def a_device(number: str, school: str = "990001", **more: object) -> dict[str, object]:
    known = {
        "inventory_number": number,
        "model": "AP-635",
        "school": school,
        "status": "in_service",
    }
    return known | more


async def test_device_is_recorded_with_what_follows_from_it(api: Api):
    anna = await api.caller()
    await a_city(anna)
    made = await anna.post(
        "devices",
        a_device("T-1", room="A101", serial="cn-xx 0001", mac="AA-BB-CC-00-00-01",
                 delivered_on="2022-02-01"),
    )  # fmt: skip
    assert made["manufacturer"] == "Aruba"
    assert made["room"] == "A101"
    assert made["mac"] == "aa:bb:cc:00:00:01"
    assert made["delivered_on"] == "2022-02-01"
    assert made["created_at"].endswith("Z")
    for found_by in ("cnxx0001", "CN-XX", "t-1", "ap-635", "bb:cc cn-xx"):
        found = await anna.get(f"devices?q={found_by}")
        assert [item["id"] for item in found["items"]] == [made["id"]], found_by
    assert (await anna.get("devices?q=nothing"))["items"] == []


async def test_second_device_with_that_serial_is_refused_by_index(api: Api):
    anna = await api.caller()
    await a_city(anna)
    problem = await anna.post(
        "devices", [a_device("T-1", serial="CNXX0001"), a_device("T-2", serial="cn xx-0001")], 422
    )
    assert [error["field"] for error in problem["errors"]] == ["1.serial"]
    assert (await anna.get("devices"))["items"] == []


async def test_room_of_another_school_is_refused(api: Api):
    anna = await api.caller()
    await a_city(anna)
    room = (await anna.get("rooms?school=990002"))["items"][0]
    problem = await anna.post("devices", a_device("T-1", room_id=room["id"]), 422)
    assert [error["field"] for error in problem["errors"]] == ["room"]


async def test_moved_device_leaves_its_room_and_keeps_a_history(api: Api):
    anna = await api.caller()
    await a_city(anna)
    made = await anna.post("devices", a_device("T-1", room="A101"))
    moved = await anna.patch(f"devices/{made['id']}", {"school": "990002", "status": "in_storage"})
    assert (moved["school"], moved["room"], moved["status"]) == ("990002", None, "in_storage")
    events = await anna.get("audit-events?subject_type=device&sort=id")
    assert [event["action"] for event in events["items"]] == ["device_created", "device_changed"]
    assert events["items"][1]["changes"]["status"] == ["in_service", "in_storage"]


async def test_stale_change_is_refused_and_changes_nothing(api: Api):
    anna = await api.caller()
    await a_city(anna)
    made = await anna.post("devices", a_device("T-1"))
    path = f"devices/{made['id']}"
    old = await anna.tag(path)
    assert (await anna.call("PATCH", path, {"note": "a"})).status_code == 428
    await anna.patch(path, {"note": "b"})
    late = await anna.call("PATCH", path, {"note": "c"}, {"If-Match": old})
    assert late.status_code == 412
    assert (await anna.get(path))["note"] == "b"
    seen = await anna.call("GET", path, headers={"If-None-Match": await anna.tag(path)})
    assert seen.status_code == 304
    assert seen.content == b""


async def test_device_is_never_deleted(api: Api):
    anna = await api.caller()
    await a_city(anna)
    made = await anna.post("devices", a_device("T-1"))
    await anna.delete(f"devices/{made['id']}", 409)
    await anna.get(f"devices/{made['id']}")


async def test_technician_cannot_push_a_device_out_of_reach(api: Api):
    anna = await api.caller()
    await a_city(anna)
    first, second = (await anna.get("schools"))["items"]
    clara = await api.caller(Role.TECHNICIAN, first["id"])
    made = await clara.post("devices", a_device("T-1"))
    problem = await clara.call(
        "PATCH",
        f"devices/{made['id']}",
        {"school_id": second["id"]},
        {"If-Match": await clara.tag(f"devices/{made['id']}")},
    )
    assert problem.status_code == 422
    refused = await clara.post("devices", a_device("T-2", school="990002"), 422)
    assert [error["field"] for error in refused["errors"]] == ["school"]
    await clara.post("devices", {**a_device("T-3"), "school": None}, 403)
    viewer = await api.caller(Role.VIEWER)
    await viewer.post("devices", a_device("T-4"), 403)


async def test_repeated_post_is_answered_the_same_and_done_once(api: Api):
    anna = await api.caller()
    await a_city(anna)
    headers = {"Idempotency-Key": "order-17"}
    first = await anna.call("POST", "devices", a_device("T-1"), headers)
    again = await anna.call("POST", "devices", a_device("T-1"), headers)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["etag"] == again.headers["etag"]
    assert first.headers["location"] == again.headers["location"]
    other = await anna.call("POST", "devices", a_device("T-2"), headers)
    assert other.status_code == 422
    assert other.json()["type"] == "/problems/key-reused"
    assert (await anna.get("devices?count=true"))["total"] == 1


async def test_list_costs_the_same_whatever_its_length(api: Api):
    anna = await api.caller()
    await a_city(anna)
    await anna.post("devices", [a_device(f"T-{n:03}", room="A101") for n in range(120)])
    await anna.get("devices?limit=1&expand=school,room,model&count=true")
    few = anna.statements
    page = await anna.get("devices?limit=50&expand=school,room,model&count=true")
    assert len(page["items"]) == 50
    assert anna.statements == few <= 8

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netzwart.inventory.codes import device_id_of, short_code

IDS = st.integers(1, 2**63 - 1)


@pytest.mark.parametrize("device_id", [1, 35, 36, 1_679_615, 1_679_616, 2**63 - 1])
def test_code_leads_back(device_id: int):
    assert device_id_of(short_code(device_id)) == device_id


def test_code_is_short_and_may_be_typed_as_people_type():
    assert len(short_code(1)) == 5
    code = short_code(4711)
    assert device_id_of(f" {code[:2].lower()}-{code[2:].lower()} ") == 4711


@given(IDS, st.data())
def test_one_wrong_character_is_always_found(device_id: int, data: st.DataObject):
    code = short_code(device_id)
    place = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    mistyped = code[:place] + wrong + code[place + 1 :]
    assert (device_id_of(mistyped) is None) == (wrong != code[place])


@pytest.mark.parametrize("code", ["", "0", "00000", "ZZZZZZZZZZZZZ", "ÄÖÜÄÖ", "A" * 5000, "../x"])
def test_nonsense_is_no_device(code: str):
    assert device_id_of(code) is None

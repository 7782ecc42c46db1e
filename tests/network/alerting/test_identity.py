from pathlib import Path

import pytest

from netzwart.network.alerting.identity import FILE_NAME, BrokenIdentityError, next_identity


def test_engine_id_stays_and_boots_grow(tmp_path: Path):
    first, second = next_identity(tmp_path), next_identity(tmp_path)
    assert first.engine_id == second.engine_id
    assert (first.boots, second.boots) == (1, 2)
    assert len(first.engine_id) == 17
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"engine_id": "zz", "boots": 1}', '{"engine_id": "00", "boots": 1}',
             '{"engine_id": "8000000005aa", "boots": -1}'],
)  # fmt: skip
def test_damaged_file_is_named_and_not_replaced(tmp_path: Path, text: str):
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(BrokenIdentityError, match="beschädigt"):
        next_identity(tmp_path)
    assert (tmp_path / FILE_NAME).read_text() == text


def test_worn_out_engine_becomes_a_new_one(tmp_path: Path):
    (tmp_path / FILE_NAME).write_text('{"engine_id": "8000000005aabb", "boots": 2147483646}')
    found = next_identity(tmp_path)
    assert found.boots == 1
    assert found.engine_id.hex() != "8000000005aabb"

import pytest

from netzwart.inventory.rules import model_named

MODELS = [(1, "Aruba AP-635"), (2, "Aruba AP-515"), (3, "Musterswitch MS-4800P"), (4, "X A")]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("Aruba AP-635", 1),
        ("HPE Aruba Networking AP-515 (RW)", 2),
        ("MS-4800P", 3),
        ("musterswitch ms-4800p 48G PoE+", 3),
        ("Cisco C9300", None),
        ("AP-635 AP-515", None),
        ("", None),
        ("A", None),
    ],
)
def test_model_is_recognised_by_what_the_device_calls_itself(told: str, expected: int | None):
    assert model_named(MODELS, told) == expected

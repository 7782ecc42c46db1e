"""What codes on cartons mean, case by case."""

import pytest

from netzwart.funding.goods.judging import (
    ExpectedLine,
    KnownSerial,
    Surroundings,
    Verdict,
    judge_scan,
    serial_in,
)

AROUND = Surroundings(
    lines=(
        ExpectedLine(1, "Aruba AP-635", frozenset({"AP-635", "R7J27A"}), open=2),
        ExpectedLine(2, "Aruba 6300M", frozenset({"JL661A"}), open=1),
    ),
    other_models={"AP-515": "Aruba AP-515"},
    serials={
        "CNOLD1": KnownSerial("auf Lieferschein LS-9", may_join=False),
        "CNCARD1": KnownSerial("als GYM-26-0001", may_join=True),
    },
)


@pytest.mark.parametrize(
    ("code", "line", "scanned", "verdict", "then"),
    [
        ("CN1", None, {}, Verdict.TAKEN, 1),
        ("CN1", 2, {}, Verdict.TAKEN, 2),
        ("S/N: CN1", 1, {}, Verdict.TAKEN, 1),
        ("r7j27a", 2, {}, Verdict.POSITION, 1),
        ("JL661A", None, {}, Verdict.POSITION, 2),
        ("AP-515", 1, {}, Verdict.WRONG_MODEL, 1),
        ("cn-1", 1, {1: ["CN1"]}, Verdict.DUPLICATE, 1),
        ("CN1", 2, {1: ["CN1"]}, Verdict.DUPLICATE, 2),
        ("CNOLD1", 1, {}, Verdict.DUPLICATE, 1),
        ("CNCARD1", 1, {}, Verdict.KNOWN, 1),
        ("CN3", 1, {1: ["CN1", "CN2"]}, Verdict.OVER, 1),
        ("CN3", None, {1: ["CN1", "CN2"]}, Verdict.TAKEN, 2),
        ("CN4", None, {1: ["CN1", "CN2"], 2: ["CN3"]}, Verdict.OVER, None),
        ("CN4", 9, {}, Verdict.OVER, None),
        ("aa:bb:cc:00:00:01", 1, {}, Verdict.NO_SERIAL, 1),
        ("AABBCC000001", 1, {}, Verdict.TAKEN, 1),
        ("n/a", 1, {}, Verdict.NO_SERIAL, 1),
        ("   ", 1, {}, Verdict.NO_SERIAL, 1),
    ],
)
def test_each_code_means_one_thing(
    code: str, line: int | None, scanned: dict[int, list[str]], verdict: Verdict, then: int | None
) -> None:
    scan = judge_scan(code, line, scanned, AROUND)
    assert (scan.verdict, scan.line) == (verdict, then), scan.sentence
    assert (scan.serial is not None) == (verdict in {Verdict.TAKEN, Verdict.KNOWN})
    assert scan.sentence.endswith(".")


@pytest.mark.parametrize(
    ("code", "serial"),
    [
        ("SN: CN12AB", "CN12AB"),
        ("Serial No. CN12AB", "CN12AB"),
        ("PN=R7J27A;SN=CN12AB;MAC=aa:bb", "CN12AB"),
        ("https://example.test/?pn=1&sn=CN12AB&x=2", "CN12AB"),
        ("SNOW1", "SNOW1"),
        ("CN12AB", "CN12AB"),
    ],
)
def test_serial_is_found_within_a_code(code: str, serial: str) -> None:
    assert serial_in(code) == serial

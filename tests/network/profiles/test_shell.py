from netzwart.network.profiles.facts import ComponentKind
from netzwart.network.profiles.loading import knowledge
from netzwart.network.profiles.shell import families_of, parse_rows, read_shell

FORTINET = """\
Version: FortiGate-60F v7.0.7,build0367,221005 (GA.F)
Virus-DB: 90.02571(2022-05-23 20:26)
Serial-Number: FGTDEMO000000001
Hostname: demo-fw-01
Operation Mode: NAT
"""
INVENTORY = """\
NAME: "Switch 1", DESCR: "C9300-24P"
PID: C9300-24P         , VID: V02  , SN: DEMO0000001

NAME: "Switch 2", DESCR: "C9300-24P"
PID: C9300-24P         , VID: V02  , SN: DEMO0000002

NAME: "Switch 1 - FAN 1", DESCR: "Switch 1 - FAN 1"
PID: FAN-DEMO          , VID: V01  , SN: DEMO0000003
"""


def test_output_without_template_gives_no_facts_and_no_error():
    facts = read_shell("cisco_ios", {"show version": "% Invalid input detected"})
    assert facts.reachable
    assert (facts.model, facts.serial, facts.components) == (None, None, ())
    assert parse_rows("gibt_es_nicht", "show version", "x") == []


def test_fortios_line_is_taken_apart():
    family = families_of("fortinet", knowledge())
    facts = read_shell("fortinet", {"get system status": FORTINET}, family)
    assert (facts.model, facts.firmware) == ("FortiGate-60F", "7.0.7")
    assert (facts.name, facts.serial) == ("demo-fw-01", "FGTDEMO000000001")


def test_stack_members_are_chassis_with_a_serial_each():
    facts = read_shell("cisco_ios", {"show inventory": INVENTORY})
    assert [(part.position, part.kind, part.serial) for part in facts.components] == [
        ("Switch 1", ComponentKind.CHASSIS, "DEMO0000001"),
        ("Switch 2", ComponentKind.CHASSIS, "DEMO0000002"),
        ("Switch 1 - FAN 1", ComponentKind.FAN, "DEMO0000003"),
    ]
    assert (facts.model, facts.serial) == ("C9300-24P", "DEMO0000001")


def test_hostile_output_is_cleaned():
    hostile = INVENTORY.replace("DEMO0000001", "<script>\x1b[31m")
    facts = read_shell("cisco_ios", {"show inventory": hostile})
    assert all((part.serial or "").isprintable() for part in facts.components)

from netzwart.network.profiles.evidence import quantities_of, recordings_of, text_of_profile
from netzwart.network.profiles.loading import knowledge


def test_a_profile_s_recordings_say_what_they_must_come_to():
    one, *_ = recordings_of("aruba_aoscx")

    assert one.name == "6300m_10_13"
    assert one.objects > 20
    assert one.expected["model"] == "JL659A"
    assert "interfaces" not in one.expected
    assert recordings_of("net_snmp") == ()


def test_the_text_keeps_the_mib_s_names():
    assert "# arubaWiredTempSensorName" in text_of_profile("aruba_aoscx")


def test_only_what_a_profile_names_is_its_own_quantity():
    profiles = knowledge().profiles

    assert "temperatures" in quantities_of(profiles["aruba_aoscx"])
    assert "ups" not in quantities_of(profiles["aruba_aoscx"])
    assert "ups" in quantities_of(profiles["apc_powernet"])
    assert quantities_of(profiles["zte"]) == []

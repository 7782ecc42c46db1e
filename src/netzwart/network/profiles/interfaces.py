"""Reads ifTable and ifXTable. Source: IF-MIB (RFC 2863)."""

from netzwart.network.profiles.answers import Answers, Questions
from netzwart.network.profiles.cleaning import mac_of
from netzwart.network.profiles.facts import Interface, PortState
from netzwart.network.protocols.replies import Index, Oid

_IF_ENTRY = "1.3.6.1.2.1.2.2.1"
_IF_DESCR = f"{_IF_ENTRY}.2"
_IF_TYPE = f"{_IF_ENTRY}.3"
_IF_SPEED = f"{_IF_ENTRY}.5"
_IF_PHYS_ADDRESS = f"{_IF_ENTRY}.6"
_IF_ADMIN_STATUS = f"{_IF_ENTRY}.7"
_IF_OPER_STATUS = f"{_IF_ENTRY}.8"
_IF_X_ENTRY = "1.3.6.1.2.1.31.1.1.1"
_IF_NAME = f"{_IF_X_ENTRY}.1"
_IF_HIGH_SPEED = f"{_IF_X_ENTRY}.15"
_IF_ALIAS = f"{_IF_X_ENTRY}.18"

QUESTIONS = Questions(
    columns=tuple(
        map(
            Oid,
            (
                _IF_DESCR,
                _IF_TYPE,
                _IF_SPEED,
                _IF_PHYS_ADDRESS,
                _IF_ADMIN_STATUS,
                _IF_OPER_STATUS,
                _IF_NAME,
                _IF_HIGH_SPEED,
                _IF_ALIAS,
            ),
        )
    )
)

_STATES = {
    1: PortState.UP,
    2: PortState.DOWN,
    3: PortState.TESTING,
    4: PortState.UNKNOWN,
    5: PortState.DORMANT,
    6: PortState.NOT_PRESENT,
    7: PortState.LOWER_LAYER_DOWN,
}

_GAUGE_32_FULL = 2**32 - 1
"""ifSpeed above 4.29 Gbit/s; the real speed stands in ifHighSpeed."""

_TYPES = {
    1: "other",
    6: "ethernet_csmacd",
    7: "iso88023_csmacd",
    9: "iso88025_token_ring",
    15: "fddi",
    18: "ds1",
    20: "basic_isdn",
    21: "primary_isdn",
    22: "prop_point_to_point_serial",
    23: "ppp",
    24: "software_loopback",
    26: "ethernet_3_mbit",
    28: "slip",
    32: "frame_relay",
    33: "rs232",
    37: "atm",
    39: "sonet",
    44: "frame_relay_service",
    48: "modem",
    49: "aal5",
    53: "prop_virtual",
    54: "prop_multiplexor",
    56: "fibre_channel",
    62: "fast_ether",
    63: "isdn",
    69: "fast_ether_fx",
    71: "ieee80211",
    75: "isdns",
    76: "isdnu",
    77: "lapd",
    81: "ds0",
    94: "adsl",
    96: "sdsl",
    97: "vdsl",
    100: "voice_em",
    101: "voice_fxo",
    102: "voice_fxs",
    103: "voice_encap",
    104: "voice_over_ip",
    108: "ppp_multilink_bundle",
    117: "gigabit_ethernet",
    118: "hdlc",
    131: "tunnel",
    134: "atm_sub_interface",
    135: "l2vlan",
    136: "l3ipvlan",
    142: "ip_forward",
    150: "mpls_tunnel",
    160: "usb",
    161: "ieee8023ad_lag",
    166: "mpls",
    188: "radio_mac",
    209: "bridge",
    230: "adsl2",
    237: "ieee80216_wman",
    238: "adsl2plus",
    243: "wwan_pp",
    244: "wwan_pp2",
    250: "gpon",
    251: "vdsl2",
}
"""Source: IANAifType-MIB; numbers that no school device shows are left as numbers."""


def read_interfaces(answers: Answers) -> tuple[Interface, ...]:
    """Return every row of ifTable or ifXTable, by ifIndex.

    Gauge32 ifSpeed ends at 4.29 Gbit/s, so ifHighSpeed wins where it is not zero.
    """
    return tuple(
        _interface(answers, index)
        for index in answers.rows(_IF_DESCR, _IF_TYPE, _IF_NAME)
        if index.isdigit()
    )


def _interface(answers: Answers, index: Index) -> Interface:
    type_number = answers.cell_integer(_IF_TYPE, index)
    return Interface(
        index=int(index),
        name=answers.cell_text(_IF_NAME, index) or answers.cell_text(_IF_DESCR, index),
        alias=answers.cell_text(_IF_ALIAS, index),
        type=None if type_number is None else _TYPES.get(type_number, str(type_number)),
        speed_bps=_speed_bps(answers, index),
        admin=_STATES.get(answers.cell_integer(_IF_ADMIN_STATUS, index) or 0),
        oper=_STATES.get(answers.cell_integer(_IF_OPER_STATUS, index) or 0),
        mac=mac_of(answers.cell(_IF_PHYS_ADDRESS, index)),
    )


def _speed_bps(answers: Answers, index: Index) -> int | None:
    high = answers.cell_integer(_IF_HIGH_SPEED, index)
    if high:
        return high * 1_000_000
    speed = answers.cell_integer(_IF_SPEED, index)
    return speed if speed is not None and 0 <= speed < _GAUGE_32_FULL else None


def interface_names(answers: Answers) -> dict[str, str]:
    """Return the shown name of each interface by any name it goes by, folded to lower case."""
    names: dict[str, str] = {}
    for index in reversed(answers.rows(_IF_DESCR, _IF_NAME)):
        shown = answers.cell_text(_IF_NAME, index) or answers.cell_text(_IF_DESCR, index)
        for column in (_IF_ALIAS, _IF_DESCR, _IF_NAME):
            known_as = answers.cell_text(column, index)
            if shown and known_as:
                names[known_as.lower()] = shown
    return names


def first_mac(answers: Answers) -> str | None:
    """Return the lowest MAC address of the device's Ethernet interfaces."""
    macs = (mac_of(value) for value in answers.column(_IF_PHYS_ADDRESS).values())
    return min((mac for mac in macs if mac), default=None)

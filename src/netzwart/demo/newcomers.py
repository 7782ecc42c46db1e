"""What answers in the demo city's network though nobody has recorded it: for the inbox to find."""

from netzwart.demo.agent_descriptions import (
    AgentComponent,
    AgentDescription,
    AgentInterface,
    AgentNeighbour,
)
from netzwart.demo.catalogue import SCHOOLS, SWITCH
from netzwart.demo.nodes import PORT, SimulatedNode
from netzwart.network.protocols.replies import AuthProtocol, PrivacyProtocol

SCHOOL = SCHOOLS[0]
"""Where the newcomers are: the grammar school, whose plan is the first one looks at."""
RANGE = "127.77.1.8-127.77.1.40"
SWITCH_ADDRESS, PRINTER_ADDRESS, UPS_ADDRESS = "127.77.1.30", "127.77.1.31", "127.77.1.32"
ADDRESSES = (SWITCH_ADDRESS, PRINTER_ADDRESS, UPS_ADDRESS)
SWITCH_NAME, SWITCH_MAC = "gym-sw-02", "02:de:00:00:fe:01"
CORE_PORT, SWITCH_UPLINK = 48, 49
"""The new switch hangs on port 48 of the school's first one."""


def newcomers(
    core: SimulatedNode, credentials: dict[str, str], community: str, port: int = PORT
) -> list[AgentDescription]:
    """Return the agents: a switch behind the school's first one, a printer and a UPS."""
    return [_switch(core, credentials, port), _printer(community, port), _ups(community, port)]


def _switch(core: SimulatedNode, credentials: dict[str, str], port: int) -> AgentDescription:
    return AgentDescription(
        host=SWITCH_ADDRESS,
        port=port,
        name=SWITCH_NAME,
        description=f"{SWITCH.manufacturer} {SWITCH.name}, MS-OS 10.4.2 (Demo)",
        location="GYM Nebengebäude",
        mac=SWITCH_MAC,
        user=credentials["user"],
        auth=AuthProtocol.SHA1,
        auth_key=credentials["auth_key"],
        privacy=PrivacyProtocol.AES128,
        privacy_key=credentials["privacy_key"],
        interfaces=tuple(
            AgentInterface(
                index,
                f"1/0/{index}",
                mac=f"02:de:00:00:fd:{index:02x}",
                oper=1 if index in {1, 2, SWITCH_UPLINK} else 2,
            )
            for index in range(1, SWITCH_UPLINK + 1)
        ),
        components=(
            AgentComponent(
                1,
                "Chassis",
                description=f"{SWITCH.manufacturer} {SWITCH.name}",
                manufacturer=SWITCH.manufacturer,
                model=SWITCH.name,
                serial="DEMONEU0001",
                firmware="MS-OS 10.4.2",
            ),
        ),
        neighbours=(AgentNeighbour(SWITCH_UPLINK, core.mac, f"1/0/{CORE_PORT}", core.name),),
        uptime_s=5_400,
    )


def _printer(community: str, port: int) -> AgentDescription:
    return AgentDescription(
        host=PRINTER_ADDRESS,
        port=port,
        name="gym-drucker-lehrerzimmer",
        description="Musterdruck MD-300, Firmware 4.2.1 (Demo)",
        location="Lehrerzimmer",
        community=community,
        interfaces=(AgentInterface(1, "eth0", mac="02:de:00:00:fe:02"),),
        texts={"1.3.6.1.2.1.43.5.1.1.17.1": "DEMODRUCK77"},
        uptime_s=86_400,
    )


def _ups(community: str, port: int) -> AgentDescription:
    return AgentDescription(
        host=UPS_ADDRESS,
        port=port,
        name="gym-usv-keller",
        description="Musterstrom MU-1500, Firmware 1.7 (Demo)",
        location="Serverraum K01",
        community=community,
        interfaces=(AgentInterface(1, "eth0", mac="02:de:00:00:fe:03"),),
        texts={"1.3.6.1.2.1.33.1.1.1.0": "Musterstrom", "1.3.6.1.2.1.33.1.1.2.0": "MU-1500"},
        numbers={"1.3.6.1.2.1.33.1.2.4.0": 97, "1.3.6.1.2.1.33.1.2.3.0": 42},
        uptime_s=864_000,
    )

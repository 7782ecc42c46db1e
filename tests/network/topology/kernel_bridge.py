"""Tells the kernel's MAC table as BRIDGE-MIB, for snmpd's `pass_persist`; run by snmpd alone.

net-snmp's own `snmp-bridge-mib` gives neither dot1dTpFdbPort nor a true dot1dTpFdbStatus.
"""

import json
import subprocess
import sys
from bisect import bisect_right
from pathlib import Path

_BRIDGE = ".1.3.6.1.2.1.17"
_LEARNED, _SELF = 3, 4


def numbers(oid: str) -> tuple[int, ...]:
    return tuple(int(part) for part in oid.strip(".").split("."))


def table() -> dict[tuple[int, ...], int]:
    """Return dot1dBasePortIfIndex, dot1dTpFdbPort and dot1dTpFdbStatus as they are now."""
    ports = {
        one.name: int((one / "ifindex").read_text())
        for one in Path("/sys/class/net").iterdir()
        if (one / "brport").is_dir()
    }
    places = {name: place for place, name in enumerate(sorted(ports), start=1)}
    rows = {numbers(f"{_BRIDGE}.1.4.1.2.{places[name]}"): ports[name] for name in ports}
    told = subprocess.run(
        ["bridge", "-j", "fdb", "show", "br", "br0"], capture_output=True, text=True, check=True
    )
    for entry in json.loads(told.stdout):
        if entry.get("master") != "br0" or entry.get("ifname") not in places:
            continue
        row = ".".join(str(int(octet, 16)) for octet in entry["mac"].split(":"))
        status = _SELF if entry.get("state") == "permanent" else _LEARNED
        rows[numbers(f"{_BRIDGE}.4.3.1.2.{row}")] = places[entry["ifname"]]
        rows[numbers(f"{_BRIDGE}.4.3.1.3.{row}")] = status
    return rows


def answer(verb: str, oid: tuple[int, ...]) -> str:
    rows = table()
    if verb == "getnext":
        ordered = sorted(rows)
        place = bisect_right(ordered, oid)
        oid = ordered[place] if place < len(ordered) else ()
    if oid not in rows:
        return "NONE"
    return f".{'.'.join(map(str, oid))}\ninteger\n{rows[oid]}"


def main() -> None:
    while verb := sys.stdin.readline().strip():
        said = "PONG" if verb == "PING" else answer(verb, numbers(sys.stdin.readline()))
        sys.stdout.write(said + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

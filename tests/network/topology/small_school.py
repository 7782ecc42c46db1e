"""A small school of real daemons: snmpd, lldpd and the kernel's bridges in namespaces.

core ── sw1 ── ap ── tablet, and core ── sw2; the town hall hangs on the core and asks. Each box
is a namespace with a bridge, net-snmp's agent and lldpd as its LLDP sub-agent (AgentX); the
kernel's MAC table is told as BRIDGE-MIB by `kernel_bridge.py`.
"""

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

COMMUNITY = "geheim-lesen"
BOXES = {"core": "10.99.0.1", "sw1": "10.99.0.2", "sw2": "10.99.0.3", "ap": "10.99.0.4"}
ENDS = {"tablet": "10.99.0.50", "town": "10.99.0.100"}
CABLES = (
    ("core", "p1", "sw1", "uplink"),
    ("core", "p2", "sw2", "uplink"),
    ("sw1", "p5", "ap", "eth0"),
    ("ap", "wlan0", "tablet", "eth0"),
    ("core", "p9", "town", "eth0"),
)
TABLET_MAC = "06:00:00:00:00:50"
_BRIDGE_MIB = Path(__file__).with_name("kernel_bridge.py")
_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET, for setns(2); Python has it from 3.12 on."""


@dataclass
class SmallSchool:
    """The namespaces and what runs in them."""

    folder: Path
    prefix: str
    daemons: dict[str, list[subprocess.Popen[bytes]]] = field(
        default_factory=dict[str, list[subprocess.Popen[bytes]]]
    )

    def name(self, box: str) -> str:
        return f"{self.prefix}-{box}"

    def run(self, *words: str) -> str:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=20)
        if done.returncode:
            pytest.fail(f"{' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def ip(self, box: str, *words: str) -> str:
        return self.run("ip", "-n", self.name(box), *words)

    def start(self, box: str, *words: str, **environment: str) -> None:
        log = (self.folder / f"{box}.log").open("ab")
        with log:
            daemon = subprocess.Popen(
                ["ip", "netns", "exec", self.name(box), *words],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "MIBS": "", **environment},
            )
        self.daemons.setdefault(box, []).append(daemon)

    def cut(self, box: str, port: str) -> None:
        """Pull a cable."""
        self.ip(box, "link", "set", port, "down")

    def kill(self, box: str) -> None:
        """Switch a box off; its cables stay."""
        for daemon in self.daemons.pop(box, []):
            daemon.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.wait(timeout=5)
            if daemon.poll() is None:
                daemon.kill()
                daemon.wait()

    def announce(self) -> None:
        """Let every LLDP daemon speak now, whatever its timers say on a busy machine."""
        for box in self.daemons:
            control = str(self.folder / box / "lldpd.sock")
            self.run("ip", "netns", "exec", self.name(box), "lldpcli", "-u", control, "update")

    def talk(self, box: str, address: str) -> None:
        """Send something, so that every bridge on the way learns who is where."""
        with self.inside(box), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
            mouth.sendto(b"hallo", (address, 9))
        time.sleep(0.5)

    @contextlib.contextmanager
    def inside(self, box: str) -> Generator[None]:
        """Open every further socket of this thread in a box's network."""
        libc = ctypes.CDLL(None, use_errno=True)
        with Path("/proc/thread-self/ns/net").open("rb") as home:
            with Path(f"/run/netns/{self.name(box)}").open("rb") as there:
                _enter(libc, there.fileno())
            try:
                yield
            finally:
                _enter(libc, home.fileno())


def _enter(libc: ctypes.CDLL, descriptor: int) -> None:
    if libc.setns(descriptor, _NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def small_school() -> Generator[SmallSchool]:
    """Build the school; without root or one of its parts the test fails and says why."""
    _check_parts()
    folder = Path(tempfile.mkdtemp(prefix="netzwart-school-"))
    folder.chmod(0o755)  # lldpd gives its rights away and still has to reach the agent's socket
    school = SmallSchool(folder, f"nz{os.getpid()}")
    try:
        _build(school)
        yield school
    finally:
        for box in list(school.daemons):
            school.kill(box)
        for box in (*BOXES, *ENDS):
            subprocess.run(["ip", "netns", "del", school.name(box)], check=False,
                           capture_output=True)  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)


def _check_parts() -> None:
    if os.geteuid() != 0:
        pytest.fail("Network namespaces need root; run this test as: sudo make test T=<file>")
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    for part in ("ip", "snmpd", "lldpd", "lldpcli", "bridge"):
        if shutil.which(part, path=path) is None:
            pytest.fail(f"This test needs {part}; `make parts` installs it.")


def _build(school: SmallSchool) -> None:
    for box in (*BOXES, *ENDS):
        school.run("ip", "netns", "add", school.name(box))
        school.ip(box, "link", "set", "lo", "up")
    for box in BOXES:
        school.ip(box, "link", "add", "br0", "type", "bridge")
        school.ip(box, "link", "set", "br0", "up")
    for cable in CABLES:
        _plug_in(school, *cable)
    for box, address in (BOXES | ENDS).items():
        school.ip(box, "addr", "add", f"{address}/24", "dev", "br0" if box in BOXES else "eth0")
    for box in BOXES:
        _start_daemons(school, box)
    # lldpd takes a setting for good only once it has looked at its interfaces.
    time.sleep(4)
    for box in BOXES:
        _configure_lldp(school, box)


def _plug_in(school: SmallSchool, one: str, port: str, other: str, far: str) -> None:
    school.run("ip", "link", "add", port, "netns", school.name(one), "type", "veth",
               "peer", "name", far, "netns", school.name(other))  # fmt: skip
    if other == "tablet":
        school.ip(other, "link", "set", far, "address", TABLET_MAC)
    for box, end in ((one, port), (other, far)):
        if box in BOXES:
            school.ip(box, "link", "set", end, "master", "br0")
        school.ip(box, "link", "set", end, "up")


def _start_daemons(school: SmallSchool, box: str) -> None:
    home = school.folder / box
    home.mkdir(mode=0o755)
    agentx = home / "agentx"
    (home / "snmpd.conf").write_text(
        f"rocommunity {COMMUNITY} 10.99.0.0/24\nsysName {box}\nsysDescr Bruecke {box}\n"
        f"pass_persist .1.3.6.1.2.1.17 {sys.executable} {_BRIDGE_MIB}\n"
        f"master agentx\nagentXSocket {agentx}\n[snmp] persistentDir {home}\n"
    )
    school.start(box, "snmpd", "-f", "-C", "-c", str(home / "snmpd.conf"), "-Lo",
                 "-p", str(home / "pid"), "udp:161",
                 SNMP_PERSISTENT_DIR=str(home), SNMPCONFPATH=str(home))  # fmt: skip
    wait_for(agentx.exists, f"snmpd of {box} does not start")
    control = str(home / "lldpd.sock")
    ports = ",".join(_ports_of(box))
    school.start(box, "lldpd", "-d", "-x", "-X", str(agentx), "-u", control, "-I", ports)
    wait_for(Path(control).exists, f"lldpd of {box} does not start")


def _configure_lldp(school: SmallSchool, box: str) -> None:
    control = str(school.folder / box / "lldpd.sock")
    for setting in (("system", "hostname", box), ("lldp", "tx-interval", "1"),
                    ("lldp", "tx-hold", "60")):  # fmt: skip
        school.run("ip", "netns", "exec", school.name(box), "lldpcli", "-u", control,
                   "configure", *setting)  # fmt: skip


def _ports_of(box: str) -> Sequence[str]:
    ends = [end for one, port, other, far in CABLES for end in ((one, port), (other, far))]
    return [port for owner, port in ends if owner == box]


def wait_for(is_so: object, otherwise: str, seconds: float = 20) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        if time.monotonic() > deadline:
            pytest.fail(otherwise)
        time.sleep(0.05)

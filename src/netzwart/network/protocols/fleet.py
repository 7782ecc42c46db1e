"""The fast wire: one UDP socket per address family asks the whole fleet, without a task per packet.

All of a poll's questions are on their way in a small window, answers find their question by number,
and what an agent says is compared with what it said last (`skeletons.py`). A call-back tells the
end of each poll. What this wire does not understand it gives back as an `Outcome`, and the general
wire (`udp_wire.py`) asks again with all the time it takes.
"""

import asyncio
import heapq
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from netzwart.network.protocols.envelopes import Report, identity_of
from netzwart.network.protocols.fleet_agents import FleetAgent, Outcome, Reading, Scope
from netzwart.network.protocols.sheets import FIRST_IDENTITY

_WINDOW = 4
"""Questions to one agent under way at a time: slow ones drop what they cannot queue."""
_RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024
_FORCED_RECEIVE_BUFFER = 33
"""SO_RCVBUFFORCE of Linux, which needs CAP_NET_ADMIN; Python has no name for it."""
_DATAGRAMS_AT_ONCE = 256
"""Then the rest of the process gets its turn."""
_TICK_S = 0.02
_STEP = 0x2545F491
"""Odd, so that numbers come back only after 2³⁰ others; large, so that the next is not in sight."""
_MASK = FIRST_IDENTITY - 1
_MAX_DATAGRAM = 65_535
_MOST_POLLS = 200
"""Under way at a time, the dead left out; more only queue, here or at the agents."""
_ANSWER_BYTES = 2_304
"""What the kernel counts for a full Ethernet frame that waits to be read."""
_MOST_POSTPONED = 50
"""How often the clock waits for answers that came but have not been read."""


@dataclass(slots=True)
class FleetCounts:
    """What the wire has met so far."""

    sent: int = 0
    received: int = 0
    repeated: int = 0
    """Questions asked again because no answer came."""
    late: int = 0
    """Answers nobody waits for: too late, twice, or to a question never asked."""
    forged: int = 0
    """Answers from another address, with a wrong community, digest or time, or unreadable."""


class FleetWire:
    """Polls any number of agents at once; one instance belongs to one event loop."""

    def __init__(self) -> None:
        self.counts = FleetCounts()
        self._sockets: dict[socket.AddressFamily, socket.socket] = {}
        self._open: dict[int, tuple[FleetAgent, int]] = {}
        self._identity = secrets.randbelow(FIRST_IDENTITY)
        self._buffer = memoryview(bytearray(_MAX_DATAGRAM))
        self._due: list[tuple[float, int, FleetAgent, int]] = []
        """When to look at which agent's which poll, soonest first."""
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._later: deque[tuple[FleetAgent, Scope]] = deque()
        self._most_polls = _MOST_POLLS
        self._postponed = 0
        self.polling = 0
        """Polls under way, beside those that ask whether a dead agent is back."""

    def poll(self, agent: FleetAgent, done: Callable[[FleetAgent], None], scope: Scope) -> None:
        """Ask the agent; `done` is called once, and finds the end in `agent.outcome`.

        Args:
            agent: No poll of it may be under way.
            done: Called from the loop; must not raise.
            scope: How much it is asked.
        """
        if agent.done is not None:
            raise RuntimeError("a poll of this agent is under way")
        agent.done = done
        if scope is Scope.PROBE or self.polling < self._most_polls:
            self._begin(agent, scope)
        else:
            self._later.append((agent, scope))

    def _begin(self, agent: FleetAgent, scope: Scope) -> None:
        self.polling += scope is not Scope.PROBE
        now = time.monotonic()
        agent.begin(scope, now)
        self._set_alarm(agent, now)
        self._send_more(agent)

    async def ask(self, agent: FleetAgent, scope: Scope = Scope.EVERYTHING) -> Outcome:
        """Poll one agent and return how it ended."""
        ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def note(asked: FleetAgent) -> None:
            if not ended.done():
                ended.set_result(asked.outcome)

        self.poll(agent, note, scope)
        return await ended

    async def close(self) -> None:
        """Close the sockets; polls under way never end."""
        if self._timer is not None:
            self._timer.cancel()
        for outlet in self._sockets.values():
            if self._loop is not None:
                self._loop.remove_reader(outlet)
            outlet.close()
        self._sockets.clear()

    # Sending

    def _send_more(self, agent: FleetAgent) -> None:
        asked = agent.asked
        while agent.flying < _WINDOW and agent.next < len(asked):
            place = asked[agent.next]
            agent.next += 1
            agent.flying += 1
            self._send(agent, place)

    def _send(self, agent: FleetAgent, place: int) -> None:
        self._identity = (self._identity + _STEP) & _MASK
        identity = FIRST_IDENTITY | self._identity
        self._open[identity] = (agent, place)
        agent.identities.append(identity)
        self.counts.sent += 1
        data = agent.envelope.seal(agent.questions[place], identity)
        outlet = self._sockets.get(agent.endpoint.family) or self._open_socket(
            agent.endpoint.family
        )
        try:
            outlet.sendto(data, agent.address)
        except OSError:
            # A full buffer or an unreachable network: as if the datagram had been lost.
            return

    def _open_socket(self, family: socket.AddressFamily) -> socket.socket:
        outlet = socket.socket(family, socket.SOCK_DGRAM)
        outlet.setblocking(False)  # noqa: FBT003 - socket's signature
        try:
            outlet.setsockopt(socket.SOL_SOCKET, _FORCED_RECEIVE_BUFFER, _RECEIVE_BUFFER_BYTES)
        except OSError:
            outlet.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        # Whatever the kernel granted must hold the answers of all polls under way.
        granted = outlet.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        room = max(1, granted // (_ANSWER_BYTES * _WINDOW))
        self._most_polls = min(self._most_polls, room)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(outlet, self._receive_all, outlet)
        self._sockets[family] = outlet
        return outlet

    # Receiving

    def _receive_all(self, outlet: socket.socket) -> bool:
        """Take in what has come; True if there may be more."""
        buffer, now = self._buffer, time.monotonic()
        for _ in range(_DATAGRAMS_AT_ONCE):
            try:
                size, address = outlet.recvfrom_into(buffer)
            except BlockingIOError:
                return False
            except OSError:
                continue
            self._receive(bytes(buffer[:size]), address, now)
        return True

    def _receive(self, data: bytes, address: tuple[str | int, ...], now: float) -> None:
        counts = self.counts
        counts.received += 1
        identity = identity_of(data)
        found = self._open.get(identity) if identity is not None else None
        if identity is None or found is None:
            counts.late += 1
            return
        agent, place = found
        if address != agent.address and not _is_same(address, agent.address):
            counts.forged += 1
            return
        opened = agent.envelope.open(data, identity)
        if opened is None:
            counts.forged += 1
            agent.refused += 1
        elif isinstance(opened, Report):
            self._heed(agent, place, identity, opened)
        elif agent.waiting >> place & 1:
            self._take(agent, place, opened, now)
        else:
            counts.late += 1

    def _heed(self, agent: FleetAgent, place: int, identity: int, report: Report) -> None:
        if report.asks_again and agent.waiting >> place & 1:
            del self._open[identity]
            self._send(agent, place)
        else:
            self._end(agent, Outcome.REFUSED)

    def _take(self, agent: FleetAgent, place: int, body: bytes, now: float) -> None:
        reading = agent.take(place, body)
        if reading is Reading.TAKEN:
            if not agent.taken and not agent.tries:
                agent.time_round_trip(now - agent.started_at)
            agent.taken += 1
            agent.values += len(agent.questions[place].names)
            agent.waiting &= ~(1 << place)
            agent.flying -= 1
            agent.tries = 0
            agent.due_at = now + agent.patience_s
            if not agent.waiting:
                self._end(agent, Outcome.ANSWERED)
            elif agent.next < len(agent.asked):
                self._send_more(agent)
        elif reading is Reading.AGAIN:
            self._forget(agent)
            self._send_more(agent)
        elif reading is Reading.IGNORED:
            agent.refused += 1
        else:
            is_refused = reading is Reading.REFUSED
            self._end(agent, Outcome.REFUSED if is_refused else Outcome.RENUMBERED)

    # Waiting

    def _set_alarm(self, agent: FleetAgent, now: float) -> None:
        agent.due_at = now + agent.patience_s
        self._push(agent)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_TICK_S, self._look_at_clock)

    def _push(self, agent: FleetAgent) -> None:
        alarm = min(agent.due_at, agent.deadline_at)
        heapq.heappush(self._due, (alarm, next(self._order), agent, agent.number))

    def _is_behind(self) -> bool:
        """Read what has come before anybody is told that it has not; True if there is more."""
        is_behind = sum(map(self._receive_all, tuple(self._sockets.values()))) > 0
        self._postponed = self._postponed + 1 if is_behind else 0
        return is_behind and self._postponed <= _MOST_POSTPONED

    def _look_at_clock(self) -> None:
        if self._is_behind():
            self._timer = asyncio.get_running_loop().call_later(0, self._look_at_clock)
            return
        now = time.monotonic()
        due = self._due
        while due and due[0][0] <= now:
            _, _, agent, number = heapq.heappop(due)
            if agent.done is None or agent.number != number:
                continue
            if agent.due_at > now and agent.deadline_at > now:
                self._push(agent)
            elif agent.tries >= agent.retries or agent.deadline_at <= now:
                self._give_up(agent)
            else:
                self._repeat(agent, now)
        self._timer = None
        if due:
            self._timer = asyncio.get_running_loop().call_later(_TICK_S, self._look_at_clock)

    def _repeat(self, agent: FleetAgent, now: float) -> None:
        agent.tries += 1
        for place in agent.asked[: agent.next]:
            if agent.waiting >> place & 1:
                self.counts.repeated += 1
                self._send(agent, place)
        # Whoever is slow today gets all the time there is at the last attempt.
        agent.due_at = now + agent.pace.timeout_s
        self._push(agent)

    def _give_up(self, agent: FleetAgent) -> None:
        if agent.taken:
            agent.shrink()
            self._end(agent, Outcome.INCOMPLETE)
        else:
            self._end(agent, Outcome.REFUSED if agent.refused else Outcome.SILENT)

    def _end(self, agent: FleetAgent, outcome: Outcome) -> None:
        self._forget(agent)
        agent.outcome, agent.waiting = outcome, 0
        self.polling -= agent.scope is not Scope.PROBE
        done, agent.done = agent.done, None
        if done is not None:
            done(agent)
        if self._later and self.polling < self._most_polls:
            self._begin(*self._later.popleft())

    def _forget(self, agent: FleetAgent) -> None:
        """Close the agent's questions: answers to them come too late from now on."""
        for identity in agent.identities:
            self._open.pop(identity, None)
        agent.identities.clear()


def _is_same(address: tuple[str | int, ...], wanted: tuple[str | int, ...]) -> bool:
    """Compare host and port alone: IPv6 adds flow and zone, and may put the zone into the host."""
    host = str(address[0]).partition("%")[0]
    return len(address) == len(wanted) and (host, address[1]) == (wanted[0], wanted[1])

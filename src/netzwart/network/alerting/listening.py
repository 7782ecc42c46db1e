"""Listens for notifications of known nodes, and sends the poller to look.

What a notification says is never believed: everybody can send UDP under any address, and v1 and v2c
communities can be overheard. It costs at most a poll that would have come minutes later.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from pydantic import SecretStr

from netzwart.database import Database
from netzwart.network.alerting.counting import follow
from netzwart.network.alerting.looking import DirectedPolls, Look
from netzwart.network.alerting.rules import LOOKS, Allowance
from netzwart.network.alerting.senders import Roll, read_roll
from netzwart.network.protocols.trap_receiver import EngineIdentity, TrapReceiver
from netzwart.network.protocols.traps import Notification, Refusal
from netzwart.secrets import SecretBox

_log = structlog.get_logger()

_REFRESH_S = 30.0
_EAGER_REFRESH_S = 3.0
"""A node that was just recorded may send its first trap before the roll is read again."""
_REPORT_S = 600.0
_TOTAL = (200.0, 50.0)
_EACH = (40.0, 5.0)
"""Burst and messages per second that may reach pysnmp: at most a quarter of a core in all."""


@dataclass(frozen=True, slots=True)
class ListeningPlace:
    """Where to listen, and what all known nodes may use beside their own credentials."""

    address: str
    port: int
    community: SecretStr | None = None


class TrapListener:
    """Runs beside the poll cycle of one worker."""

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        identity: EngineIdentity,
        place: ListeningPlace,
        look: Look,
    ) -> None:
        self._database = database
        self._box = box
        self._place = place
        self._polls = DirectedPolls(look)
        self._roll = Roll()
        self._total = Allowance(*_TOTAL, left=_TOTAL[0], at=time.monotonic())
        self._each: dict[str, Allowance] = {}
        self._receiver = TrapReceiver(identity, self._take, self._may_pass)
        follow(self)
        self.port = 0
        """The bound port, once it is."""

    @property
    def counts(self) -> dict[str, int]:
        """Return how many datagrams were accepted, and how many refused for which reason."""
        return dict(self._receiver.counts)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until told to stop.

        Raises:
            OSError: the address cannot be had.
        """
        await self._refresh()
        self.port = self._receiver.open(self._place.address, self._place.port)
        _log.info("trap_receiver_opened", address=self._place.address, port=self.port)
        try:
            await self._keep_the_roll(stop)
        finally:
            self._receiver.close()
            await self._polls.close()
            self._report()

    async def _keep_the_roll(self, stop: asyncio.Event) -> None:
        read_at = reported_at = time.monotonic()
        unknown = 0
        while not stop.is_set():
            try:
                async with asyncio.timeout(1.0):
                    await stop.wait()
            except TimeoutError:
                now = time.monotonic()
            else:
                return
            strangers = self._receiver.counts[Refusal.UNKNOWN_SENDER]
            limit = _EAGER_REFRESH_S if strangers != unknown else _REFRESH_S
            if now - read_at >= limit:
                read_at, unknown = now, strangers
                await self._refresh()
            if now - reported_at >= _REPORT_S:
                reported_at = now
                self._report()

    async def _refresh(self) -> None:
        async with self._database.session(writing=False) as session:
            self._roll = await read_roll(session, self._box, self._place.community)
        self._receiver.senders = self._roll.senders
        self._each = {one: self._each[one] for one in self._each if one in self._roll.senders}

    def _may_pass(self, address: str) -> bool:
        now = time.monotonic()
        own = self._each.get(address)
        if own is None:
            own = self._each[address] = Allowance(*_EACH, left=_EACH[0], at=now)
        return own.take(now) and self._total.take(now)

    def _take(self, notification: Notification) -> None:
        nodes: Sequence[int] = self._roll.nodes.get(notification.sender, ())
        name = LOOKS.get(notification.kind)
        _log.info(
            "notification_received",
            sender=notification.sender,
            kind=name or notification.kind,
            nodes=len(nodes),
            is_looked_at=name is not None,
        )
        if name is not None:
            for node_id in nodes:
                self._polls.want(node_id)

    def _report(self) -> None:
        counts = {f"{name}_count": number for name, number in sorted(self.counts.items())}
        if counts:
            _log.info("notifications_counted", **counts)

"""The worker: runs jobs and keeps polling, inside the service or as a process of its own.

To add a task: export a `Task` beside its code and name it in `_tasks`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import SQLAlchemyError

from netzwart.custody.service import (
    METER_USE,
    SETTLE_DRAW,
    SYNC_PRESENCE,
    WATCH_CUSTODY,
    WITNESS_CABLES,
)
from netzwart.database import Database
from netzwart.documents.watching import watch_files
from netzwart.evidence.service import VisitMemory
from netzwart.exchange.lists.running import list_task
from netzwart.jobs import JobContext, Task, pause, run_jobs
from netzwart.ledger.sealing import SEAL_DAYS
from netzwart.network.access_checks import CHECK_ACCESS
from netzwart.network.alerting.identity import next_identity
from netzwart.network.alerting.listening import ListeningPlace, TrapListener
from netzwart.network.discovery.searching import Discovery
from netzwart.network.discovery.service import DISCOVER
from netzwart.network.history.condensing import CONDENSE_COUNTERS
from netzwart.network.poll_log import PollCause
from netzwart.network.polling.access_checking import AccessChecker
from netzwart.network.polling.cycle import NodeIsBusyError, PollCycle
from netzwart.network.polling.fast_lane import FastLane
from netzwart.network.polling.settling import settle
from netzwart.network.polling.shell_cycle import ShellCycle
from netzwart.network.profiles.loading import knowledge
from netzwart.network.protocols.replies import SshWire
from netzwart.network.protocols.snmp import open_snmp_wire
from netzwart.network.service import POLL_NODE
from netzwart.network.topology.cycle import TopologyCycle
from netzwart.network.topology.forgetting import FORGET_ENDPOINTS
from netzwart.reports.ordering import paper_task
from netzwart.reports.signing import open_signer
from netzwart.secrets import SecretBox
from netzwart.settings import Settings

_log = structlog.get_logger()

RESTART_AFTER_S = 5.0
"""Seconds until a part whose database went away is started again."""


async def run_worker(
    settings: Settings,
    database: Database,
    *,
    secret_box: SecretBox,
    stopping: asyncio.Event,
    concurrency: int | None = None,
) -> None:
    """Run jobs and poll due nodes until `stopping` is set; any number of workers may do so.

    What is under way then is finished: jobs within 20 s, visits within their time limit.

    Args:
        settings: Poll interval and how many nodes are asked at the same time.
        database: Stays open; its owner closes it.
        secret_box: Opens the credentials.
        stopping: Set from outside.
        concurrency: Nodes asked at the same time, instead of the settings' number.

    Raises:
        ProfileRejectedError: a device profile is broken; nothing was started.
    """
    known = knowledge()
    wire = open_snmp_wire()
    cycle = PollCycle.of(
        database,
        wire,
        secret_box,
        known,
        VisitMemory().record,
        interval_s=settings.poll_interval_s,
        concurrency=concurrency or settings.poll_concurrency,
        lane=FastLane(wire),
    )
    topology = TopologyCycle(database, wire, secret_box, known)
    discovery = Discovery(database, wire, secret_box, known)
    papers = paper_task(open_signer(settings, secret_box))
    shell = _ShellDoor()
    checker = AccessChecker(database, secret_box, known, wire, shell.opened)
    shells = ShellCycle(
        database, shell.opened, secret_box, known, cycle.report, settings.poll_interval_s
    )
    files = watch_files(settings.documents_dir)
    lists = list_task(secret_box.derive("import plan"))
    tasks = [*_tasks(cycle, shells, discovery, checker), papers, files, lists]
    settle()
    _log.info("worker_started", profiles=len(known.profiles), tasks=[task.name for task in tasks])
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_keep_up("polling", cycle.run, stopping))
            if settings.trap_address is not None:
                listener = _trap_listener(settings, settings.trap_address, cycle, secret_box)
                group.create_task(_keep_up("traps", listener, stopping))
            group.create_task(_keep_up("topology", topology.run, stopping))
            group.create_task(_keep_up("shells", shells.run, stopping))
            group.create_task(
                _keep_up("jobs", lambda stop: run_jobs(database, tasks, stop), stopping)
            )
    finally:
        await wire.close()
        await shell.close()
        _log.info("worker_stopped")


class _ShellDoor:
    """The SSH wire, opened when somebody needs it: netmiko costs half a second and 40 MB."""

    def __init__(self) -> None:
        self._wire: Any = None

    def opened(self) -> SshWire:
        """Return the wire."""
        if self._wire is None:
            from netzwart.network.protocols.ssh import open_ssh_wire  # noqa: PLC0415 - see above

            self._wire = open_ssh_wire()
        return self._wire

    async def close(self) -> None:
        """Close it if it was opened."""
        if self._wire is not None:
            await self._wire.close()


def _trap_listener(
    settings: Settings, address: str, cycle: PollCycle, box: SecretBox
) -> Callable[[asyncio.Event], Awaitable[None]]:
    """Return a part that listens for notifications and visits whoever sent one."""
    place = ListeningPlace(address, settings.trap_port, settings.trap_community)
    identity = next_identity(settings.data_dir)

    async def look(node_id: int) -> bool:
        try:
            await cycle.poll_node(node_id, cause=PollCause.TRAP, thoroughly=False)
        except NodeIsBusyError:
            return False
        return True

    async def run(stop: asyncio.Event) -> None:
        await TrapListener(cycle.database, box, identity, place, look).run(stop)

    return run


def _tasks(
    cycle: PollCycle, shells: ShellCycle, discovery: Discovery, checker: AccessChecker
) -> list[Task]:
    async def poll_node(context: JobContext, arguments: Mapping[str, Any]) -> None:
        """Visit one node at once; raises while another worker has it, and is tried again."""
        del context
        node_id = int(arguments["node_id"])
        if not await shells.hurry(node_id):
            await cycle.poll_node(node_id)

    async def discover(context: JobContext, arguments: Mapping[str, Any]) -> None:
        """Go on with a search; after a crash it continues where it was."""
        del context
        await discovery.run(int(arguments["run_id"]))

    async def check_access(context: JobContext, arguments: Mapping[str, Any]) -> None:
        """Try credentials at a node."""
        del context
        await checker.run(int(arguments["check_id"]))

    return [
        Task(CHECK_ACCESS, check_access, max_attempts=2, backoff_s=5),
        Task(POLL_NODE, poll_node, max_attempts=5, backoff_s=2),
        Task(DISCOVER, discover, max_attempts=3, backoff_s=5),
        CONDENSE_COUNTERS,
        FORGET_ENDPOINTS,
        METER_USE,
        SEAL_DAYS,
        SETTLE_DRAW,
        SYNC_PRESENCE,
        WATCH_CUSTODY,
        WITNESS_CABLES,
    ]


async def _keep_up(
    name: str, part: Callable[[asyncio.Event], Awaitable[None]], stopping: asyncio.Event
) -> None:
    """Run a part, and start it again when its database went away."""
    while not stopping.is_set():
        try:
            await part(stopping)
        except* (SQLAlchemyError, ConnectorException, OSError) as problems:
            _log.error("worker_part_failed", part=name, exc_info=problems)
        if not stopping.is_set():
            await pause(stopping, RESTART_AFTER_S)

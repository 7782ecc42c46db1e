"""The worker as it runs: against a real agent, inside the service and as a process."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from netzwart.accounts.actors import SYSTEM
from netzwart.database import Database, table_of
from netzwart.evidence.tables import Finding, Sighting
from netzwart.jobs import queue_health, status
from netzwart.jobs.tables import JobStatus
from netzwart.network.forms import CredentialForm, NodeForm
from netzwart.network.service import create_credential, create_node, request_poll
from netzwart.network.tables import Interface, Node, Reachability
from netzwart.schools.tables import School
from netzwart.secrets import SecretBox, new_key, open_secret_box
from netzwart.settings import Settings
from netzwart.worker import run_worker
from tests.network.conftest import AUTH_KEY, PRIVACY_KEY, Snmpd, snmpd

__all__ = ["snmpd"]


async def a_node(database: Database, box: SecretBox, port: int) -> int:
    async with database.session() as session:
        school = School(number="990001", name="Schule", short_name="S")
        session.add(school)
        await session.flush()
        form = CredentialForm(
            name="v3",
            kind="snmp_v3",
            user_name="sha256aes",
            auth="sha256",  # type: ignore[arg-type]
            auth_key=SecretStr(AUTH_KEY),
            privacy="aes128",  # type: ignore[arg-type]
            privacy_key=SecretStr(PRIVACY_KEY),
        )
        credential = await create_credential(session, SYSTEM, box, form)
        node = await create_node(
            session,
            SYSTEM,
            NodeForm(
                address="127.0.0.1",
                port=port,
                name="snmpd",
                school_id=school.id,
                credential_id=credential.id,
            ),
        )
        node.next_poll_at = node.created_at
        return node.id


async def reachability(database: Database) -> Reachability:
    nodes = table_of(Node)
    async with database.session(writing=False) as session:
        return (await session.execute(select(nodes.c.reachability))).scalar_one()


@asynccontextmanager
async def working(database: Database, box: SecretBox, folder: Path) -> AsyncGenerator[None]:
    stopping = asyncio.Event()
    settings = Settings(data_dir=folder, poll_interval_s=300)
    worker = asyncio.create_task(run_worker(settings, database, secret_box=box, stopping=stopping))
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait_for(worker, 20)


async def test_worker_polls_a_real_agent_with_sealed_v3_credentials(
    database: Database, snmpd: Snmpd, tmp_path: Path
):
    box = SecretBox(new_key())
    node_id = await a_node(database, box, snmpd.port)
    async with working(database, box, tmp_path):
        deadline = time.monotonic() + 60
        while await reachability(database) is not Reachability.UP:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        async with database.session() as session:
            ticket = await request_poll(session, SYSTEM, node_id)
            again = await request_poll(session, SYSTEM, node_id)
            assert again == ticket, "a second click queues no second visit"
        while True:
            async with database.session(writing=False) as session:
                state = await status(session, ticket.id)
            assert state is not None
            if state.status is JobStatus.SUCCEEDED:
                break
            assert time.monotonic() < deadline, state
            await asyncio.sleep(0.05)
    async with database.session(writing=False) as session:
        nodes = table_of(Node)
        node = (await session.execute(select(nodes))).mappings().one()
        interfaces = (await session.execute(select(table_of(Interface)))).all()
        assert (await queue_health(session)).heartbeat_at is not None
        assert (await session.execute(select(table_of(Sighting)))).all() == []
        assert (await session.execute(select(table_of(Finding)))).all() == []
    assert node["sys_name"] == "netzwart-test"
    assert node["identified_at"] is not None
    assert len(interfaces) >= 1


async def test_worker_process_stops_cleanly_on_sigterm(
    sqlite_database: Database, snmpd: Snmpd, tmp_path: Path
):
    box = open_secret_box(None, tmp_path)
    await a_node(sqlite_database, box, snmpd.port)
    environment = {
        "PATH": os.environ["PATH"],
        "NETZWART_DATA_DIR": str(tmp_path),
        "NETZWART_DATABASE_URL": sqlite_database.url.render_as_string(hide_password=False),
    }
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "netzwart", "worker", "--concurrency", "5"),
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + 30
            while await reachability(sqlite_database) is not Reachability.UP:
                assert process.returncode is None, (tmp_path / "log").read_text(encoding="utf-8")
                assert time.monotonic() < deadline
                await asyncio.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 20)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    text = (tmp_path / "log").read_text(encoding="utf-8")
    assert process.returncode == 0, text
    assert "worker_stopped" in text
    assert AUTH_KEY not in text
    assert PRIVACY_KEY not in text

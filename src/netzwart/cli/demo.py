"""`netzwart demo`: a whole city to look at, from nothing, on this machine alone."""

import argparse
import asyncio
import sys
import webbrowser
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

from pydantic import SecretStr

from netzwart import schema
from netzwart.cli.serving import build_app, listen, serve_until_stopped
from netzwart.clock import today
from netzwart.database import Database
from netzwart.demo.city import demo_bundle
from netzwart.demo.loading import PASSWORD, USERS, load_demo
from netzwart.demo.network import TRAP_COMMUNITY
from netzwart.demo.newcomers import ADDRESSES as NEWCOMERS
from netzwart.demo.nodes import PORT, simulated_nodes
from netzwart.demo.ports import reserved_port
from netzwart.errors import UnavailableError
from netzwart.logs import configure_logs
from netzwart.secrets import open_secret_box
from netzwart.settings import Settings
from netzwart.worker import run_worker

_TRAP_HOST, _TRAP_PORT = "127.0.0.1", 10_162


class NoAgentsError(UnavailableError):
    """The simulated network cannot answer on this machine."""


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `demo` to the command line."""
    parser = subparsers.add_parser(
        "demo",
        help="Demostadt mit simuliertem Netz starten",
        description="Lädt eine erfundene Stadt, startet simulierte Geräte auf Loopback, fragt sie "
        "ab und zeigt alles im Browser. Beenden mit Strg+C; die Daten bleiben.",
        epilog="Beispiel: netzwart demo --port 8080 --no-browser",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=8000, help="TCP-Port (Vorgabe 8000)")
    parser.add_argument("--dir", type=Path, default=Path("var/demo"), help="Ordner der Demodaten")
    parser.add_argument("--no-browser", action="store_true", help="keinen Browser öffnen")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Load and serve the demo until it is stopped."""
    # Never the database of a real installation, whatever the environment names.
    settings = Settings(
        data_dir=arguments.dir,
        database_url=None,
        secret_key=None,
        port=arguments.port,
        poll_interval_s=30,
    )
    configure_logs(as_json=False, level="warning")
    with suppress(KeyboardInterrupt):  # while it loads; later the server takes the signal
        asyncio.run(_demo(settings, open_browser=not arguments.no_browser))
    print("\nBeendet.")
    return 0


async def _demo(settings: Settings, *, open_browser: bool) -> None:
    listening = listen(settings.host, settings.port)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database_address)
    agents_file = settings.data_dir / "agents.json"
    try:
        print("Bereite die Demostadt vor …", file=sys.stderr)
        await schema.upgrade(database)
        box = open_secret_box(settings.secret_key, settings.data_dir)

        async def work(stopping: asyncio.Event) -> None:
            await run_worker(hearing, database, secret_box=box, stopping=stopping)

        def tell() -> None:
            _greet(settings, open_browser=open_browser)

        with ExitStack() as stack:
            port = _reserve_agent_port(stack)
            hearing = _hearing_traps(settings, stack)
            await load_demo(database, box, today(), agents_file, port, hearing.trap_port)
            app = await build_app(settings, database, box)
            async with _agents(agents_file):
                await serve_until_stopped(app, listening, companion=work, on_ready=tell)
    finally:
        await database.close()


def _hearing_traps(settings: Settings, stack: ExitStack) -> Settings:
    """Return the settings with the trap receiver on, at a port that no other demo takes."""
    port = stack.enter_context(reserved_port([_TRAP_HOST], _TRAP_PORT))
    said = {
        "trap_address": _TRAP_HOST,
        "trap_port": port,
        "trap_community": SecretStr(TRAP_COMMUNITY),
    }
    return settings.model_copy(update=said)


def _reserve_agent_port(stack: ExitStack) -> int:
    """Return the agents' usual port, or the next one where another demo of this machine runs.

    It stays reserved until the stack closes.
    """
    hosts = [node.address for node in simulated_nodes(demo_bundle(today()))]
    hosts += NEWCOMERS
    try:
        port = stack.enter_context(reserved_port(hosts, PORT))
    except OSError as error:
        raise NoAgentsError(
            f"Das simulierte Netz kann nicht starten: {hosts[0]}:{PORT} lässt sich nicht öffnen "
            f"({error.strerror}). Gebraucht werden Loopback-Adressen aus 127.77.0.0/16."
        ) from error
    if port != PORT:
        print(f"Port {PORT}/udp ist belegt; die Agenten nehmen {port}.", file=sys.stderr)
    return port


@asynccontextmanager
async def _agents(agents_file: Path) -> AsyncGenerator[None]:
    """Run the simulated network in a process of its own, which ends with this one."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "netzwart.demo.agents", "--config", str(agents_file),
        "--with-parent", stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        if process.stdout is not None and not await process.stdout.readline():
            raise NoAgentsError("Das simulierte Netz ist nicht gestartet; der Grund steht darüber.")
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _greet(settings: Settings, *, open_browser: bool) -> None:
    address = f"http://{settings.host}:{settings.port}/"
    width = max(len(user.name) for user in USERS)
    print(f"\nnetzwart läuft: {address}\n")
    print(f"Anmelden (Demodaten, alles erfunden; Passwort für alle: {PASSWORD}):")
    for user in USERS:
        print(f"  {user.name:<{width}}  {user.display_name}")
    print("\nBeenden mit Strg+C.", flush=True)
    if open_browser:
        webbrowser.open(address)

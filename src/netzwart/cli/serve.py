"""`netzwart serve`: the web service; with SQLite the worker runs inside."""

import argparse
import asyncio

from netzwart.cli.installation import open_installation
from netzwart.cli.serving import build_app, listen, serve_until_stopped
from netzwart.logs import configure_logs
from netzwart.worker import run_worker


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `serve` to the command line."""
    parser = subparsers.add_parser(
        "serve",
        help="Webdienst starten",
        description="Startet den Webdienst; auf der eingebetteten Datenbank läuft die "
        "Hintergrundarbeit mit, auf PostgreSQL übernimmt sie „netzwart worker“.",
        epilog="Beispiel: netzwart serve --host 127.0.0.1 --port 8000",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", help="Adresse (Vorgabe NETZWART_HOST, 127.0.0.1)")
    parser.add_argument("--port", type=int, help="TCP-Port (Vorgabe NETZWART_PORT, 8000)")
    parser.add_argument("--no-worker", action="store_true", help="ohne Hintergrundarbeit")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    return asyncio.run(_serve(arguments))


async def _serve(arguments: argparse.Namespace) -> int:
    async with open_installation() as installation:
        settings = installation.settings
        configure_logs(as_json=settings.log_json, level=settings.log_level)
        host = arguments.host or settings.host
        port = arguments.port or settings.port
        listening = listen(host, port)
        app = await build_app(settings, installation.database, installation.secret_box)

        async def work(stopping: asyncio.Event) -> None:
            await run_worker(
                settings,
                installation.database,
                secret_box=installation.secret_box,
                stopping=stopping,
            )

        has_worker = settings.is_embedded and not arguments.no_worker
        await serve_until_stopped(
            app,
            listening,
            companion=work if has_worker else None,
            on_ready=lambda: print(f"netzwart läuft: http://{host}:{port}/", flush=True),
        )
    return 0

"""`netzwart worker`: the job process for PostgreSQL; any number of them."""

import argparse
import asyncio
import signal

from netzwart.cli.installation import open_installation
from netzwart.logs import configure_logs
from netzwart.worker import run_worker


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add `worker` to the command line."""
    parser = subparsers.add_parser(
        "worker",
        help="Hintergrundarbeit ausführen",
        description="Fragt fällige Knoten ab und erledigt Aufträge, bis es beendet wird. Beliebig "
        "viele davon dürfen laufen, auch auf mehreren Maschinen; kein Knoten wird doppelt gefragt.",
        epilog="Beispiel: netzwart worker --concurrency 200",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--concurrency",
        type=_count,
        help="Knoten, die gleichzeitig gefragt werden (Vorgabe NETZWART_POLL_CONCURRENCY, 50)",
    )
    parser.set_defaults(run=run)


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 2000:  # noqa: PLR2004 - the bound of the setting
        raise argparse.ArgumentTypeError("eine Zahl von 1 bis 2000")
    return number


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM or Ctrl-C, then finish what is under way."""
    asyncio.run(_work(arguments.concurrency))
    return 0


async def _work(concurrency: int | None) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with open_installation() as installation:
        settings = installation.settings
        configure_logs(as_json=settings.log_json, level=settings.log_level)
        await run_worker(
            settings,
            installation.database,
            secret_box=installation.secret_box,
            stopping=stopping,
            concurrency=concurrency,
        )

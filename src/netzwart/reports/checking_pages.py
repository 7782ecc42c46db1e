"""/pruefen: anybody who holds a paper learns whether it is genuine and still stands."""

from collections import deque
from typing import Any, Final

from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template

from netzwart.accounts.authentication import actor_of
from netzwart.clock import utcnow
from netzwart.database import DbSession
from netzwart.errors import UnavailableError
from netzwart.reports.signing import PaperSigner
from netzwart.reports.verifying import NotAPdfError, find_by_code, verify_file

FREE_CHECKS: Final = 10
"""Checks that one address has free …"""
PERIOD_S: Final = 60.0
"""… within this many seconds."""
_MOST_ADDRESSES: Final = 10_000


class TooManyChecksError(UnavailableError):
    """Somebody unknown checks more papers than a person would."""

    status = 429


class Turnstile:
    """Counts what each address did within the last minute, in this process."""

    def __init__(self, free: int = FREE_CHECKS, period_s: float = PERIOD_S) -> None:
        self._free = free
        self._period_s = period_s
        self._passed: dict[str, deque[float]] = {}

    def pass_(self, address: str, now: float) -> None:
        """Let one more through.

        Raises:
            TooManyChecksError: the address has used up what is free.
        """
        if len(self._passed) > _MOST_ADDRESSES:
            self._passed.clear()
        passed = self._passed.setdefault(address, deque())
        while passed and passed[0] <= now - self._period_s:
            passed.popleft()
        if len(passed) >= self._free:
            wait = max(1, int(passed[0] + self._period_s - now))
            raise TooManyChecksError(
                f"Das waren viele Prüfungen. Bitte in {wait} Sekunden noch einmal.",
                retry_after_s=wait,
            )
        passed.append(now)


_turnstile = Turnstile()


class CheckPaperController(Controller):
    """The page that the code on a paper leads to; open to everybody, slowed for strangers."""

    path = "/pruefen"

    @get(opt={"public": True})
    async def show(
        self,
        request: HTMXRequest,
        session: DbSession,
        nummer: FromQuery[str] = "",
        summe: FromQuery[str] = "",
    ) -> Template:
        """Show the form, and what the register says about the number and sum of a code."""
        paper = None
        if nummer:
            _slow_down(request)
            paper = await find_by_code(session, nummer[:60], summe[:60])
        context = {"number": nummer[:60], "paper": paper, "found": None, "problem": ""}
        return Template("reports/check_paper.html", context=context)

    @post(opt={"public": True})
    async def check(
        self, request: HTMXRequest, session: DbSession, signer: NamedDependency[PaperSigner]
    ) -> Template:
        """Say what is true of the file that was sent."""
        _slow_down(request)
        sent = (await request.form()).get("datei")
        content = await sent.read() if isinstance(sent, UploadFile) else b""
        if not content.startswith(b"%PDF-"):
            problem = str(NotAPdfError("Bitte eine PDF-Datei wählen.").message)
            context: dict[str, Any] = {"problem": problem, "found": None, "paper": None}
            return Template(
                "reports/check_paper.html", context={**context, "number": ""}, status_code=422
            )
        found = await verify_file(session, content, signer.key_sha256)
        context = {"found": found, "number": "", "paper": found.paper, "problem": ""}
        return Template("reports/check_paper.html", context=context)


def _slow_down(request: HTMXRequest) -> None:
    """Let people who are signed in pass; count the others by their address."""
    if actor_of(request) is None:
        address = request.client.host if request.client else "unknown"
        _turnstile.pass_(address, utcnow().timestamp())

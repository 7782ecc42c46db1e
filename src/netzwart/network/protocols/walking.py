"""How instances and tables are read in packets, whoever encodes the packets.

Both wires go through here, so both have the same bounds and give way to the same refusals: names
are whatever a wire asks with, bindings whatever it answers with.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Generic, Protocol, TypeVar

from netzwart.network.protocols.replies import EndlessTableError, NoAnswerError, RefusedError

TOO_BIG = 1
NO_SUCH_NAME = 2
GEN_ERR = 5
_STATUS_NAMES = {
    1: "tooBig",
    2: "noSuchName",
    3: "badValue",
    4: "readOnly",
    5: "genErr",
    6: "noAccess",
    13: "resourceUnavailable",
    16: "authorizationError",
}
"""Error-status of RFC 3416, 3, as far as a reader can meet it."""

OIDS_PER_GET = 24
COLUMNS_PER_PACKET = 12
VALUES_PER_PACKET = 60
"""About what fits into 1,400 octets: firewalls drop fragments."""
MAX_VALUES = 250_000
MAX_PACKETS = 25_000
MAX_SECONDS = 120.0
"""Bounds of one call, far above any honest table, so that no agent holds a poller for ever."""

NameT = TypeVar("NameT")
BindingT = TypeVar("BindingT")
AnsweredT_co = TypeVar("AnsweredT_co", covariant=True)
AskedT_co = TypeVar("AskedT_co", covariant=True)
TakenT_contra = TypeVar("TakenT_contra", contravariant=True)


class Answer(Protocol[AnsweredT_co]):
    """A response: bindings, or an error-status with the position it complains of (from 1)."""

    @property
    def error_status(self) -> int:
        """0, or what the agent dislikes."""
        ...

    @property
    def error_index(self) -> int:
        """Position of the binding that the agent dislikes, from 1; 0 says none."""
        ...

    @property
    def varbinds(self) -> Sequence[AnsweredT_co]:
        """Bindings in the agent's order."""
        ...


class Column(Protocol[AskedT_co, TakenT_contra]):
    """How far one column has been read."""

    is_done: bool

    @property
    def question(self) -> AskedT_co:
        """Return the name after which to go on."""
        ...

    def take(self, varbind: TakenT_contra) -> None:
        """Keep an instance, or end the column: left behind, at the end, or not increasing."""
        ...


@asynccontextmanager
async def bounded() -> AsyncGenerator[None]:
    """End what one call does after `MAX_SECONDS`.

    Raises:
        NoAnswerError: when the time was over.
    """
    try:
        async with asyncio.timeout(MAX_SECONDS):
            yield
    except TimeoutError as problem:
        raise NoAnswerError(f"not finished after {MAX_SECONDS:g} s") from problem


async def read_instances(
    names: Sequence[NameT], ask: Callable[[Sequence[NameT]], Awaitable[Answer[BindingT]]]
) -> list[BindingT]:
    """Return the bindings that GETs for these names give, in as many packets as it takes.

    Raises:
        RefusedError: when the agent refuses for a reason that smaller questions do not cure.
    """
    chunks = deque(
        list(names[start : start + OIDS_PER_GET]) for start in range(0, len(names), OIDS_PER_GET)
    )
    varbinds: list[BindingT] = []
    while chunks:
        chunk = chunks.popleft()
        answer = await ask(chunk)
        if answer.error_status:
            chunks.extendleft(reversed(_smaller_chunks(chunk, answer)))
        else:
            varbinds += answer.varbinds
    return varbinds


def _refusal(answer: Answer[object]) -> RefusedError:
    status = answer.error_status
    return RefusedError(_STATUS_NAMES.get(status, f"error-status {status}"))


def _smaller_chunks(chunk: list[NameT], answer: Answer[object]) -> list[list[NameT]]:
    status, position = answer.error_status, answer.error_index - 1
    if status == TOO_BIG and len(chunk) > 1:
        half = len(chunk) // 2
        return [chunk[:half], chunk[half:]]
    if status not in (NO_SUCH_NAME, GEN_ERR):
        raise _refusal(answer)
    if len(chunk) == 1:
        return []
    if 0 <= position < len(chunk):
        return [chunk[:position] + chunk[position + 1 :]]
    return [[name] for name in chunk]


class Walk(Generic[NameT, BindingT]):
    """Reads columns side by side and counts what it costs.

    `ask` gets names and max-repetitions; 0 repetitions mean a GETNEXT, for SNMPv1 has no GETBULK.
    """

    def __init__(
        self,
        ask: Callable[[Sequence[NameT], int], Awaitable[Answer[BindingT]]],
        *,
        in_bulk: bool,
    ) -> None:
        self._ask_agent = ask
        self._in_bulk = in_bulk
        self._values_per_packet = VALUES_PER_PACKET
        self._width = COLUMNS_PER_PACKET
        self._packets = 0
        self._values = 0

    async def run(self, columns: Sequence[Column[NameT, BindingT]]) -> None:
        """Fill the columns until each is done.

        Raises:
            EndlessTableError: when the table does not end within reason.
            RefusedError: when the agent refuses for a reason that smaller questions do not cure.
        """
        for start in range(0, len(columns), COLUMNS_PER_PACKET):
            await self._run_together(columns[start : start + COLUMNS_PER_PACKET])

    async def _run_together(self, columns: Sequence[Column[NameT, BindingT]]) -> None:
        # Each answer with a binding moves or ends the first column asked for, so the loop ends.
        while active := [column for column in columns if not column.is_done][: self._width]:
            answer = await self._ask(active)
            if answer.error_status:
                self._yield_to_error(answer, active)
                continue
            if not answer.varbinds:
                return
            for position, varbind in enumerate(answer.varbinds):
                active[position % len(active)].take(varbind)

    async def _ask(self, active: Sequence[Column[NameT, BindingT]]) -> Answer[BindingT]:
        names = [column.question for column in active]
        repetitions = max(1, self._values_per_packet // len(active)) if self._in_bulk else 0
        answer = await self._ask_agent(names, repetitions)
        self._packets += 1
        self._values += len(answer.varbinds)
        if self._packets > MAX_PACKETS or self._values > MAX_VALUES:
            raise EndlessTableError("the table does not end")
        return answer

    def _yield_to_error(
        self, answer: Answer[BindingT], active: Sequence[Column[NameT, BindingT]]
    ) -> None:
        """Ask for less, or end the column that the agent complains of."""
        if answer.error_status == TOO_BIG:
            if self._values_per_packet > len(active):
                self._values_per_packet //= 2
            elif len(active) > 1:
                self._width = len(active) // 2
            else:
                raise _refusal(answer)
            return
        if answer.error_status not in (NO_SUCH_NAME, GEN_ERR):
            raise _refusal(answer)
        position = answer.error_index - 1
        if 0 <= position < len(active):
            active[position].is_done = True
        elif len(active) > 1:
            self._width = 1
        else:
            active[0].is_done = True

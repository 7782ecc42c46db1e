"""SNMP by pysnmp behind the `SnmpWire` surface: for old versions, old ciphers and odd agents."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from netzwart.network.protocols.datagrams import Endpoint, resolve
from netzwart.network.protocols.pysnmp_engine import Credential, PysnmpEngine
from netzwart.network.protocols.pysnmp_values import (
    Arcs,
    Binding,
    PysnmpAnswer,
    PysnmpQuestion,
    QuestionKind,
    is_end_of_mib,
    plain_value,
)
from netzwart.network.protocols.replies import (
    AuthenticationFailedError,
    Index,
    Oid,
    SnmpTarget,
    SnmpValue,
    SnmpVersion,
)
from netzwart.network.protocols.usm import KeyExtension, extension_matters
from netzwart.network.protocols.walking import Walk, bounded, read_instances

_MAX_ENGINES = 16
"""Credentials in use at a time; each engine holds some megabytes of MIB objects and a timer."""
_MAX_REMEMBERED = 4096

ResultT = TypeVar("ResultT")
Ask = Callable[[PysnmpQuestion], Awaitable[PysnmpAnswer]]


class PysnmpWire:
    """Speaks SNMP by pysnmp; one instance belongs to one event loop."""

    def __init__(self) -> None:
        self._engines: dict[Credential, PysnmpEngine] = {}
        self._retired: set[PysnmpEngine] = set()
        self._extensions: dict[tuple[str, int], KeyExtension] = {}

    async def get(self, target: SnmpTarget, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        """Return the instances the agent has, of those asked; any number, split as needed."""
        names = {_arcs(oid): oid for oid in oids}

        async def read(ask: Ask) -> Mapping[Oid, SnmpValue]:
            async def ask_get(wanted: Sequence[Arcs]) -> PysnmpAnswer:
                return await ask(PysnmpQuestion(QuestionKind.GET, wanted))

            values: dict[Oid, SnmpValue] = {}
            for name, value in await read_instances(list(names), ask_get):
                plain = plain_value(value)
                if name in names and plain is not None:
                    values[names[name]] = plain
            return values

        return await self._with_engine(target, read)

    async def walk(
        self, target: SnmpTarget, columns: Sequence[Oid]
    ) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
        """Return each column's instances by index, in the agent's order.

        Raises:
            NoAnswerError: also when the agent falls silent half-way.
            EndlessTableError: when the table does not end within reason.
        """

        async def read(ask: Ask) -> Mapping[Oid, Mapping[Index, SnmpValue]]:
            async def ask_next(names: Sequence[Arcs], repetitions: int) -> PysnmpAnswer:
                kind = QuestionKind.BULK if repetitions else QuestionKind.NEXT
                return await ask(PysnmpQuestion(kind, names, repetitions))

            states = [_Column(oid, _arcs(oid)) for oid in dict.fromkeys(columns)]
            in_bulk = target.version is not SnmpVersion.V1
            await Walk[Arcs, Binding](ask_next, in_bulk=in_bulk).run(states)
            return {state.oid: state.found for state in states}

        return await self._with_engine(target, read)

    async def close(self) -> None:
        """Close the sockets; the wire may not be used afterwards."""
        for engine in (*self._engines.values(), *self._retired):
            engine.close()
        self._engines.clear()
        self._retired.clear()
        # Transports and timers end in the loop's next turn.
        await asyncio.sleep(0)

    async def _with_engine(
        self, target: SnmpTarget, read: Callable[[Ask], Awaitable[ResultT]]
    ) -> ResultT:
        async with bounded():
            endpoint = await resolve(target)
            place = (endpoint.host, endpoint.port)
            *others, last = self._extensions_to_try(target, place)
            for extension in others:
                with suppress(AuthenticationFailedError):
                    return await read(self._asker(target, endpoint, extension))
            result = await read(self._asker(target, endpoint, last))
            self._remember(place, last)
            return result

    def _extensions_to_try(
        self, target: SnmpTarget, place: tuple[str, int]
    ) -> Sequence[KeyExtension]:
        """Return how to lengthen keys: most vendors' way first, then net-snmp's."""
        if target.auth is None or target.privacy is None:
            return [KeyExtension.REEDER]
        if not extension_matters(target.auth, target.privacy):
            return [KeyExtension.REEDER]
        first = self._extensions.get(place, KeyExtension.REEDER)
        return [first, *(other for other in KeyExtension if other is not first)]

    def _remember(self, place: tuple[str, int], extension: KeyExtension) -> None:
        if extension is KeyExtension.REEDER and place not in self._extensions:
            return
        self._extensions[place] = extension
        if len(self._extensions) > _MAX_REMEMBERED:
            del self._extensions[next(iter(self._extensions))]

    def _asker(self, target: SnmpTarget, endpoint: Endpoint, extension: KeyExtension) -> Ask:
        credential = Credential.of(target, extension)

        async def ask(question: PysnmpQuestion) -> PysnmpAnswer:
            return await self._engine(credential).ask(target, endpoint, question)

        return ask

    def _engine(self, credential: Credential) -> PysnmpEngine:
        """Return the credential's engine and keep the `_MAX_ENGINES` used last."""
        engine = self._engines.pop(credential, None)
        if engine is not None and engine.is_worn:
            self._retire(engine)
            engine = None
        self._engines[credential] = engine = engine or PysnmpEngine(credential)
        if len(self._engines) > _MAX_ENGINES:
            self._retire(self._engines.pop(next(iter(self._engines))))
        return engine

    def _retire(self, engine: PysnmpEngine) -> None:
        self._retired = {other for other in self._retired if not other.is_closed}
        engine.retire()
        if not engine.is_closed:
            self._retired.add(engine)


def _arcs(oid: Oid) -> Arcs:
    return tuple(int(part) for part in oid.split("."))


@dataclass(slots=True)
class _Column:
    """How far one column has been read."""

    oid: Oid
    prefix: Arcs
    last: Arcs = ()
    found: dict[Index, SnmpValue] = field(default_factory=dict[Index, SnmpValue])
    is_done: bool = False

    @property
    def question(self) -> Arcs:
        """Return the name after which to go on."""
        return self.prefix + self.last

    def take(self, varbind: Binding) -> None:
        """Keep an instance, or end the column: left behind, at the end, or not increasing."""
        if self.is_done:
            return
        name, value = varbind
        suffix = name[len(self.prefix) :]
        is_behind = is_end_of_mib(value) or name[: len(self.prefix)] != self.prefix
        if is_behind or suffix <= self.last:
            self.is_done = True
            return
        self.last = suffix
        plain = plain_value(value)
        if plain is not None:
            self.found[Index(".".join(map(str, suffix)))] = plain

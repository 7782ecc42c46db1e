"""A small SNMP v2c agent on loopback that plays a recording; pysnmp's own codec speaks for it."""

import socket
import threading
from bisect import bisect_right
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api, rfc1905

from netzwart.network.protocols.replies import SnmpValue
from tests.network.recorded_wire import read_recording

PROTOCOL: Any = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
COMMUNITY = b"public"

Arcs = tuple[int, ...]


@contextmanager
def recorded_agent(recording: Path) -> Generator[int]:
    """Answer GET, GETNEXT and GETBULK for community `public` and yield the port."""
    values = {_arcs(oid): value for oid, value in read_recording(recording).items()}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        port.settimeout(0.05)
        over = threading.Event()
        thread = threading.Thread(target=_serve, args=(port, values, over))
        thread.start()
        try:
            yield int(port.getsockname()[1])
        finally:
            over.set()
            thread.join()


def _serve(port: socket.socket, values: dict[Arcs, SnmpValue], over: threading.Event) -> None:
    order = sorted(values)
    while not over.is_set():
        try:
            data, sender = port.recvfrom(65_535)
        except TimeoutError:
            continue
        answer = _answer(data, values, order)
        if answer is not None:
            port.sendto(answer, sender)


def _answer(data: bytes, values: dict[Arcs, SnmpValue], order: list[Arcs]) -> bytes | None:
    message, _ = decoder.decode(data, asn1Spec=PROTOCOL.Message())
    if bytes(PROTOCOL.apiMessage.get_community(message)) != COMMUNITY:
        return None
    response = PROTOCOL.apiMessage.get_response(message)
    request = PROTOCOL.apiMessage.get_pdu(message)
    asked = [tuple(oid) for oid, _ in PROTOCOL.apiPDU.get_varbinds(request)]
    if request.isSameTypeWith(PROTOCOL.GetRequestPDU()):
        pairs = [(oid, _typed(values.get(oid), missing=rfc1905.noSuchInstance)) for oid in asked]
    else:
        repetitions = 1
        if request.isSameTypeWith(PROTOCOL.GetBulkRequestPDU()):
            repetitions = min(int(PROTOCOL.apiBulkPDU.get_max_repetitions(request)), 20)
        pairs = _following(asked, repetitions, values, order)
    PROTOCOL.apiPDU.set_varbinds(PROTOCOL.apiMessage.get_pdu(response), pairs)
    return encoder.encode(response)


def _following(
    asked: list[Arcs], repetitions: int, values: dict[Arcs, SnmpValue], order: list[Arcs]
) -> list[tuple[Arcs, object]]:
    pairs: list[tuple[Arcs, object]] = []
    heads = list(asked)
    for _ in range(repetitions):
        for place, head in enumerate(heads):
            at = bisect_right(order, head)
            if at < len(order):
                heads[place] = order[at]
                pairs.append((heads[place], _typed(values[heads[place]], missing=None)))
            else:
                pairs.append((head, rfc1905.endOfMibView))
    return pairs


def _typed(value: SnmpValue | None, *, missing: object) -> object:
    if value is None:
        return missing
    if isinstance(value, int):
        return PROTOCOL.Integer32(value) if value < 2**31 else PROTOCOL.Counter64(value)
    if isinstance(value, bytes):
        return PROTOCOL.OctetString(value)
    return PROTOCOL.ObjectIdentifier(_arcs(value))


def _arcs(oid: str) -> Arcs:
    return tuple(int(arc) for arc in oid.split("."))

"""What pysnmp's and pyasn1's own decoders read in a datagram: the oracle for the fast wire."""

from dataclasses import dataclass
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pysnmp.error import PySnmpError
from pysnmp.proto.api import v2c
from pysnmp.proto.mpmod.rfc3412 import ScopedPDU, SNMPv3Message
from pysnmp.proto.secmod.rfc3414.service import SnmpUSMSecurityModel, UsmSecurityParameters

from netzwart.network.protocols.pysnmp_values import plain_value
from netzwart.network.protocols.replies import SnmpValue
from netzwart.network.protocols.usm import SecurityKeys

REFUSALS = (PyAsn1Error, PySnmpError, ValueError, TypeError, LookupError, OverflowError)
"""What pysnmp raises on octets that it does not take; its dispatcher drops the datagram then."""
HMAC_SHA256 = (1, 3, 6, 1, 6, 3, 10, 1, 1, 5)
AES_128 = (1, 3, 6, 1, 6, 3, 10, 1, 2, 4)


@dataclass(frozen=True, slots=True)
class Read:
    """A response, as pysnmp reads it."""

    identity: int
    """The request-id; of SNMPv3 the msgID as well, or it is no answer."""
    status: int
    values: tuple[tuple[tuple[int, ...], SnmpValue | None], ...]


def read_community(data: bytes, community: bytes) -> Read | None:
    """Return the SNMPv2c response in a datagram; None where pysnmp drops it."""
    try:
        message, rest = decoder.decode(data, asn1Spec=v2c.Message())
        if rest or int(message[0]) != 1 or bytes(message[1]) != community:
            return None
        return _response(message[2])
    except REFUSALS:
        return None


def read_secure(data: bytes, keys: SecurityKeys, engine_id: bytes) -> Read | None:
    """Return the response by SHA-256 and AES-128 in a datagram; None where pysnmp drops it.

    Time windows and user names are left to the caller; everything else is decoded and checked.
    """
    try:
        number, scoped = _opened(data, keys, engine_id)
        read = _response(scoped[2])
    except REFUSALS:
        return None
    return read if read is not None and read.identity == number else None


def read_question(data: bytes, keys: SecurityKeys, engine_id: bytes) -> tuple[int, bytes]:
    """Return msgID and PDU of a question, as an agent made of pysnmp would see them.

    Raises:
        ValueError: it is for another engine, or not to be opened.
    """
    number, scoped = _opened(data, keys, engine_id)
    return number, encoder.encode(scoped[2].getComponent())


def _opened(data: bytes, keys: SecurityKeys, engine_id: bytes) -> tuple[int, Any]:
    message, rest = decoder.decode(data, asn1Spec=SNMPv3Message())
    parameters, _ = decoder.decode(
        message.getComponentByName("msgSecurityParameters").asOctets(),
        asn1Spec=UsmSecurityParameters(),
    )
    header = message.getComponentByName("msgGlobalData")
    flags = bytes(header.getComponentByName("msgFlags"))
    if rest or flags[0] & 3 != 3 or bytes(parameters[0]) != engine_id:
        raise ValueError("not at this level, or of another engine")
    SnmpUSMSecurityModel.AUTH_SERVICES[HMAC_SHA256].authenticate_incoming_message(
        univ.OctetString(keys.auth_key), parameters[4], data
    )
    encrypted = message.getComponentByName("msgData").getComponentByName("encryptedPDU")
    plain = SnmpUSMSecurityModel.PRIV_SERVICES[AES_128].decrypt_data(
        univ.OctetString(keys.privacy_key),
        (parameters[1], parameters[2], parameters[5]),
        encrypted,
    )
    scoped, _ = decoder.decode(plain, asn1Spec=ScopedPDU())
    if bytes(scoped[0]) != engine_id or bytes(scoped[1]):
        raise ValueError("of another context")
    return int(header.getComponentByName("msgID")), scoped


def _response(pdus: Any) -> Read | None:
    pdu = pdus.getComponent()
    if pdu.tagSet != v2c.ResponsePDU.tagSet:
        return None
    values = tuple(
        (tuple(name), plain_value(value)) for name, value in v2c.apiPDU.get_varbinds(pdu)
    )
    return Read(int(v2c.apiPDU.get_request_id(pdu)), int(v2c.apiPDU.get_error_status(pdu)), values)

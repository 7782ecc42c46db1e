"""The one place that knows asn1crypto, which has no types: certificates, keys, time stamps."""

import hashlib
from typing import Any

from asn1crypto import keys, tsp, x509  # pyright: ignore[reportMissingTypeStubs] - it ships none

Certificate = Any
"""An `asn1crypto.x509.Certificate`."""
PrivateKey = Any
"""An `asn1crypto.keys.PrivateKeyInfo`."""
StampResponse = Any
"""An `asn1crypto.tsp.TimeStampResp`."""

_X509: Any = x509
_KEYS: Any = keys
_TSP: Any = tsp


def certificate_from(der: bytes) -> Certificate:
    """Return a certificate from its DER bytes."""
    return _X509.Certificate.load(der)


def private_key_from(der: bytes) -> PrivateKey:
    """Return an unencrypted PKCS#8 key from its DER bytes."""
    return _KEYS.PrivateKeyInfo.load(der)


def stamp_response_from(der: bytes) -> StampResponse:
    """Return a time-stamp answer from its DER bytes; anything else is a ValueError."""
    return _TSP.TimeStampResp.load(der)


def name_of(certificate: Certificate) -> str:
    """Return the common name of a certificate's subject, else its whole name."""
    return str(certificate.subject.native.get("common_name") or certificate.subject.human_friendly)


def issuer_of(certificate: Certificate) -> str:
    """Return the common name of a certificate's issuer, else its whole name."""
    return str(certificate.issuer.native.get("common_name") or certificate.issuer.human_friendly)


def key_sha256_of(certificate: Certificate) -> str:
    """Return the SHA-256 of a certificate's public key information."""
    return hashlib.sha256(certificate.public_key.dump()).hexdigest()

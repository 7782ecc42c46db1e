"""Signers of tests: an installation's own key, and a city's certificate, all invented."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from netzwart.reports.signing import PaperSigner, open_signer
from netzwart.secrets import SecretBox, new_key
from netzwart.settings import Settings

KEY = new_key()
PASSWORD = "geheim-nur-im-test"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def a_signer(**settings: Any) -> PaperSigner:
    """Somebody who signs; every call without settings gives the same key."""
    return open_signer(Settings(**settings), SecretBox(KEY))


def a_certificate(
    folder: Path, *, valid_days: int = 365, for_time: bool = False
) -> tuple[Path, rsa.RSAPrivateKey, x509.Certificate]:
    """A city's certificate with its key as PKCS#12 in a file, issued by an invented authority."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    above = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = _name("Zeitstempeldienst" if for_time else "Stadt Herten, Siegel")
    issuer = _name("Erfundene Zertifizierungsstelle")
    start = NOW - timedelta(days=2)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=valid_days))
    )
    if for_time:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    certificate = builder.sign(above, hashes.SHA256())
    root = (
        x509.CertificateBuilder()
        .subject_name(issuer)
        .issuer_name(issuer)
        .public_key(above.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .sign(above, hashes.SHA256())
    )
    path = folder / "siegel.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"siegel", key, certificate, [root], BestAvailableEncryption(PASSWORD.encode())
        )
    )
    return path, key, certificate


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

"""Signs what is issued: PAdES with the city's certificate, else with a key of this installation.

The installation's key follows from its secret key, so that every process of it signs alike and a
restored backup still knows its own papers. Its certificate vouches for itself only, and the paper
says so. Source: ETSI EN 319 142-1 (PAdES baseline B-B; B-T with a time stamp).
"""

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from netzwart.errors import ConflictError, UnavailableError
from netzwart.reports.asking_for_time import HttpTimeStamper
from netzwart.reports.certificates import (
    Certificate,
    PrivateKey,
    certificate_from,
    issuer_of,
    key_sha256_of,
    name_of,
    private_key_from,
)
from netzwart.secrets import SecretBox
from netzwart.settings import Settings

FIELD: Final = "Ausstellung"
"""Name of the signature field in the PDF."""
OWN_KEY_NOTE: Final = (
    "mit dem Schlüssel dieser Installation; ein Zertifikat der Stadt ist nicht eingerichtet"
)
_SIGNERS: Any = signers  # half of pyHanko's types are unknown
_STORE: Any = SimpleCertificateStore
_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_LAST_DAY = datetime(2075, 12, 31, tzinfo=UTC)
_RESERVED_BYTES = 16_384
"""Room for signature, certificates and time stamp: fixed, so that nothing is signed twice."""
_PURPOSE = "document signing"


class CertificateUnusableError(UnavailableError):
    """The configured certificate cannot be opened or holds no key."""


class CertificateExpiredError(ConflictError):
    """The city's certificate is not valid today, and a signature would be worth nothing."""


class _SameVersionWriter(IncrementalPdfFileWriter):
    """Leaves the file's version as it is: PAdES asks for PDF 2.0, which PDF/A-3 forbids.

    Source: ISO 19005-3, 6.1.2. Readers know the signature by its SubFilter, not by the version.
    """

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class PaperSigner:
    """Who signs papers here, and the address at which a paper can be checked."""

    certificate: Certificate
    key: PrivateKey
    others: tuple[Certificate, ...]
    """The chain above the certificate, embedded for whoever checks offline."""
    check_address: str
    is_own_key: bool
    time_stamper: TimeStamper | None = None

    @property
    def subject(self) -> str:
        """Return the name in the certificate."""
        return name_of(self.certificate)

    @property
    def note(self) -> str:
        """Return what the paper says about its signature."""
        if self.is_own_key:
            return f"{OWN_KEY_NOTE}. Schlüssel {self.key_sha256[:16]}"
        stamp = ", mit Zeitstempel" if self.time_stamper else ""
        return f"PAdES, Zertifikat „{self.subject}“ von „{issuer_of(self.certificate)}“{stamp}"

    @cached_property
    def key_sha256(self) -> str:
        """Return the hash of the public key, by which signatures of this signer are known."""
        return key_sha256_of(self.certificate)

    def sign(self, pdf: bytes, moment: datetime) -> bytes:
        """Return the PDF with an invisible signature added behind its unchanged bytes.

        Raises:
            CertificateExpiredError: when the certificate is not valid at the moment.
            TimeStampMissingError: when a time stamp is wanted and cannot be had.
        """
        self._check_validity(moment)
        signer = _SIGNERS.SimpleSigner(
            signing_cert=self.certificate,
            signing_key=self.key,
            cert_registry=_STORE.from_certs(self.others),
        )
        about = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            name=self.subject,
            reason="Ausstellung",
        )
        target = io.BytesIO()
        _SIGNERS.sign_pdf(
            _SameVersionWriter(io.BytesIO(pdf)),
            about,
            signer,
            timestamper=self.time_stamper,
            new_field_spec=fields.SigFieldSpec(FIELD),
            bytes_reserved=_RESERVED_BYTES,
            output=target,
        )
        return target.getvalue()

    def _check_validity(self, moment: datetime) -> None:
        if not self.certificate.not_valid_before <= moment <= self.certificate.not_valid_after:
            raise CertificateExpiredError(
                f"Das Zertifikat „{self.subject}“ gilt vom "
                f"{self.certificate.not_valid_before:%d.%m.%Y} bis zum "
                f"{self.certificate.not_valid_after:%d.%m.%Y}. Ausgestellt wurde nichts."
            )


def open_signer(settings: Settings, box: SecretBox) -> PaperSigner:
    """Return who signs here.

    Raises:
        CertificateUnusableError: when the configured PKCS#12 file cannot be used.
    """
    address = settings.base_url or f"http://{settings.host}:{settings.port}"
    check_address = f"{address.rstrip('/')}/pruefen"
    stamper = HttpTimeStamper(settings.timestamp_url) if settings.timestamp_url else None
    if settings.signing_certificate is None:
        certificate, key = _own(box)
        return PaperSigner(
            certificate, key, (), check_address, is_own_key=True, time_stamper=stamper
        )
    certificate, key, others = _configured(settings)
    return PaperSigner(
        certificate, key, others, check_address, is_own_key=False, time_stamper=stamper
    )


def _configured(
    settings: Settings,
) -> tuple[Certificate, PrivateKey, tuple[Certificate, ...]]:
    path, password = settings.signing_certificate, settings.signing_password
    try:
        content = path.read_bytes() if path is not None else b""
        signer = _SIGNERS.SimpleSigner.load_pkcs12_data(
            content,
            other_certs=[],
            passphrase=password.get_secret_value().encode() if password else None,
        )
    except (OSError, ValueError) as error:
        raise CertificateUnusableError(
            "Das Signaturzertifikat lässt sich nicht öffnen: Datei (PKCS#12) oder Passwort stimmen "
            "nicht. Siehe NETZWART_SIGNING_CERTIFICATE und NETZWART_SIGNING_PASSWORD."
        ) from error
    certificate = signer.signing_cert
    if certificate is None:
        raise CertificateUnusableError("Die PKCS#12-Datei enthält kein Zertifikat zum Schlüssel.")
    others = [one for one in signer.cert_registry if one.dump() != certificate.dump()]
    return certificate, signer.signing_key, tuple(others)


def _own(box: SecretBox) -> tuple[Certificate, PrivateKey]:
    """Return the installation's key and a certificate that vouches for itself."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    scalar = int.from_bytes(box.derive(_PURPOSE), "big") % (order - 1) + 1
    private = ec.derive_private_key(scalar, ec.SECP256R1())
    spoken = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = hashlib.sha256(spoken).hexdigest()
    name = certificates.Name(
        [certificates.NameAttribute(NameOID.COMMON_NAME, f"netzwart-Installation {digest[:16]}")]
    )
    usage = certificates.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        certificates.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(int(digest[:30], 16) + 1)
        .not_valid_before(_FIRST_DAY)
        .not_valid_after(_LAST_DAY)
        .add_extension(certificates.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(private, hashes.SHA256())
    )
    plain = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate = certificate_from(built.public_bytes(serialization.Encoding.DER))
    return certificate, private_key_from(plain)

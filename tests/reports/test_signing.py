"""Signatures as other tools see them: poppler's pdfsig, qpdf, pikepdf's PDF/A rules."""

import io
import subprocess
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from asn1crypto import keys, x509  # pyright: ignore[reportMissingTypeStubs]
from cryptography.hazmat.primitives import serialization
from pikepdf import Pdf, pdfa
from pyhanko.sign.timestamps import DummyTimeStamper

from netzwart.reports.asking_for_time import HttpTimeStamper, TimeStampMissingError
from netzwart.reports.examining import Insides, examine, look_inside
from netzwart.reports.proof_files import PDF, build_proof_files
from netzwart.reports.signing import (
    CertificateExpiredError,
    CertificateUnusableError,
    PaperSigner,
)
from tests.ports import free_tcp_port
from tests.reports.builders import a_proof
from tests.reports.reading import qpdf_complaints
from tests.reports.signing import NOW, PASSWORD, a_certificate, a_signer


@cache
def paper() -> bytes:
    return build_proof_files(a_proof(2, 2))[PDF]


@cache
def signed() -> bytes:
    return a_signer().sign(paper(), NOW)


def test_unsigned_bytes_stand_unchanged_before_the_signature():
    assert signed().startswith(paper())


def test_signature_of_the_installation_is_intact_and_covers_the_file(tmp_path: Path):
    inside = look_inside(signed())
    assert inside.signature is not None
    assert inside.signature.is_intact
    assert inside.signature.covers_all
    assert inside.signature.key_sha256 == a_signer().key_sha256
    assert inside.number == "VN-2024-0001"
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed())
    seen = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in seen.stdout
    assert "ETSI.CAdES.detached" in seen.stdout
    assert "Total document signed" in seen.stdout
    assert qpdf_complaints(signed(), tmp_path) == ""


def test_signed_file_breaks_no_rule_of_pdf_a_3():
    report = pdfa.validate_written(io.BytesIO(signed()), "3b")
    assert [one for one in report.findings if one.kind == "violation"] == []
    with Pdf.open(io.BytesIO(signed())) as pdf:
        assert "/Version" not in pdf.Root
        [field] = pdf.Root.AcroForm.Fields
        assert [float(edge) for edge in field.Rect] == [0, 0, 0, 0]
        assert int(field.F) & 4  # printed, as ISO 19005-3, 6.3.2 wants of every annotation


@pytest.mark.parametrize("place", [20_000, 30_000])
def test_one_changed_byte_breaks_the_signature(place: int):
    changed = bytearray(signed())
    changed[place] ^= 1
    inside = look_inside(bytes(changed))
    assert inside.signature is not None
    assert not inside.signature.is_intact


def test_something_added_behind_is_noticed():
    inside = look_inside(signed() + b"\n% more")
    assert inside.signature is not None
    assert not inside.signature.covers_all


def test_paper_says_that_only_the_installation_vouches():
    assert "Zertifikat der Stadt ist nicht eingerichtet" in a_signer().note
    assert a_signer().key_sha256[:16] in a_signer().note


def test_city_signs_with_its_certificate_and_the_chain_travels_along(tmp_path: Path):
    path, _, _ = a_certificate(tmp_path)
    signer = a_signer(signing_certificate=path, signing_password=PASSWORD)
    assert "Stadt Herten, Siegel" in signer.note
    assert "Erfundene Zertifizierungsstelle" in signer.note
    inside = look_inside(signer.sign(paper(), NOW))
    assert inside.signature is not None
    assert inside.signature.is_intact
    assert inside.signature.subject == "Stadt Herten, Siegel"
    assert inside.signature.issuer == "Erfundene Zertifizierungsstelle"
    assert len(signer.others) == 1


def test_expired_certificate_signs_nothing(tmp_path: Path):
    path, _, _ = a_certificate(tmp_path, valid_days=30)
    signer = a_signer(signing_certificate=path, signing_password=PASSWORD)
    with pytest.raises(CertificateExpiredError, match="gilt vom"):
        signer.sign(paper(), NOW + timedelta(days=40))


@pytest.mark.parametrize("content", [b"", b"kein PKCS#12"])
def test_broken_certificate_file_stops_the_start(tmp_path: Path, content: bytes):
    path = tmp_path / "broken.p12"
    path.write_bytes(content)
    with pytest.raises(CertificateUnusableError, match="NETZWART_SIGNING"):
        a_signer(signing_certificate=path)


def test_wrong_password_stops_the_start(tmp_path: Path):
    path, _, _ = a_certificate(tmp_path)
    with pytest.raises(CertificateUnusableError):
        a_signer(signing_certificate=path, signing_password="falsch")


def test_time_stamp_is_kept_and_read(tmp_path: Path):
    _, key, certificate = a_certificate(tmp_path, for_time=True)
    stamper = DummyTimeStamper(
        x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        keys.PrivateKeyInfo.load(
            key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        ),
        fixed_dt=NOW,
    )
    own = a_signer()
    signer = PaperSigner(own.certificate, own.key, (), "x", is_own_key=True, time_stamper=stamper)
    inside = look_inside(signer.sign(paper(), NOW))
    assert inside.signature is not None
    assert inside.signature.stamped_at == NOW.isoformat()


def test_silent_time_stamp_service_leaves_nothing_signed():
    own = a_signer()
    stamper = HttpTimeStamper(f"http://127.0.0.1:{free_tcp_port()}/")
    signer = PaperSigner(own.certificate, own.key, (), "x", is_own_key=True, time_stamper=stamper)
    with pytest.raises(TimeStampMissingError):
        signer.sign(paper(), NOW)


async def test_strangers_bytes_are_read_by_a_child_that_may_fail():
    assert await examine(b"%PDF-1.7 nothing in it") is None
    assert await examine(paper()) == Insides(
        number="VN-2024-0001", content_sha256=look_inside(paper()).content_sha256
    )

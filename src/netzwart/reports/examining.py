"""Looks into a PDF that anybody may have sent: its signature, and the data it carries.

A PDF can be made to unpack into gigabytes, so the bytes are read by a child process with little
memory and little time (`python -m netzwart.reports.examining < file.pdf`); what it says comes back
as JSON. Whatever it stumbles over is its own end only.
"""

import asyncio
import hashlib
import io
import json
import resource
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import structlog

_MEMORY_BYTES: Final = 768 * 1024 * 1024
_CPU_S: Final = 20
_WALL_S: Final = 40

_TWINS: Final = ("nachweis.json", "papier.json")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSignature:
    """The last signature in a PDF."""

    is_intact: bool
    """The signed bytes are those that were signed, and the signature fits its certificate."""
    covers_all: bool
    """Nothing was added behind the signed bytes."""
    subject: str
    issuer: str
    key_sha256: str
    signed_at: str | None
    """As the signer says; RFC 3339."""
    stamped_at: str | None
    """As an intact time stamp says."""

    @property
    def signed_moment(self) -> datetime | None:
        """Return when it was signed, as pages show moments."""
        return None if self.signed_at is None else datetime.fromisoformat(self.signed_at)

    @property
    def stamped_moment(self) -> datetime | None:
        """Return when it was stamped, as pages show moments."""
        return None if self.stamped_at is None else datetime.fromisoformat(self.stamped_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Insides:
    """What a PDF says about itself; nothing of it is believed without the register."""

    signature: FoundSignature | None = None
    number: str | None = None
    """Of the embedded JSON twin."""
    content_sha256: str | None = None
    """Computed over that file, not the one it claims."""


async def examine(pdf: bytes) -> Insides | None:
    """Return what is inside, or None where that cannot be read."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "netzwart.reports.examining",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_WALL_S):
            said, _ = await child.communicate(pdf)
    except TimeoutError:
        child.kill()
        await child.wait()
        said = b""
    if child.returncode != 0 or not said:
        log.info("paper_unreadable", size_bytes=len(pdf), return_code=child.returncode)
        return None
    found = json.loads(said)
    signature = found.pop("signature")
    return Insides(signature=FoundSignature(**signature) if signature else None, **found)


def look_inside(pdf: bytes) -> Insides:
    """Return what is inside a PDF, in this very process; raises whatever its readers raise."""
    number, content_sha256 = _embedded(pdf)
    return Insides(signature=_signature(pdf), number=number, content_sha256=content_sha256)


def _signature(pdf: bytes) -> FoundSignature | None:
    # Imported by the child only: it takes a second, and the service verifies nothing itself.
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko.sign.validation.settings import KeyUsageConstraints  # noqa: PLC0415
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415
    from pyhanko_certvalidator.context import ValidationContext  # noqa: PLC0415

    from netzwart.reports.certificates import issuer_of, key_sha256_of, name_of  # noqa: PLC0415

    found = list(PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures)
    if not found:
        return None
    nobody = ValidationContext(trust_roots=[], allow_fetching=False)
    status: Any = validate_pdf_signature(
        found[-1],
        signer_validation_context=nobody,
        ts_validation_context=nobody,
        key_usage_settings=KeyUsageConstraints(key_usage=set()),
        skip_diff=True,
    )
    certificate = status.signing_cert
    stamp = status.timestamp_validity
    stamped = stamp.timestamp if stamp is not None and stamp.intact and stamp.valid else None
    reported = status.signer_reported_dt
    return FoundSignature(
        is_intact=bool(status.intact and status.valid),
        covers_all=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        subject=name_of(certificate),
        issuer=issuer_of(certificate),
        key_sha256=key_sha256_of(certificate),
        signed_at=reported.isoformat() if reported is not None else None,
        stamped_at=stamped.isoformat() if stamped is not None else None,
    )


def _embedded(pdf: bytes) -> tuple[str | None, str | None]:
    from pikepdf import Pdf  # noqa: PLC0415 - by the child only

    from netzwart.proofs.serialising import canonical  # noqa: PLC0415

    with Pdf.open(io.BytesIO(pdf)) as opened:
        name = next((one for one in _TWINS if one in opened.attachments), None)
        if name is None:
            return None, None
        twin = opened.attachments[name].get_file().read_bytes()
    content = json.loads(twin)
    content.pop("sha256", None)
    return str(content.get("number")), hashlib.sha256(canonical(content)).hexdigest()


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    sys.stdout.write(json.dumps(asdict(look_inside(sys.stdin.buffer.read()))))


if __name__ == "__main__":
    _main()

"""PDF/A by a validator of its own house: Apache PDFBox preflight, which knows part 1.

No validator for part 3 is to be had from Debian or PyPI beside pikepdf's. Fonts, colours, metadata
and structure of the pages obey the same rules in parts 1 and 3, so the body is validated as
PDF/A-1b; what part 3 adds is checked in `test_pdf_a.py`.
"""

import io
import subprocess
from pathlib import Path

from pikepdf import ObjectStreamMode, Pdf

_JARS = (
    "preflight",
    "pdfbox2",
    "xmpbox",
    "fontbox2",
    "commons-logging",
    "javax.activation",
    "jaxb-api",
)


def body_as_part_1(pdf_a_3: bytes) -> bytes:
    """Return the file without what part 1 does not know: attachments and object streams."""
    target = io.BytesIO()
    with Pdf.open(io.BytesIO(pdf_a_3)) as pdf:
        for key in ("/AF", "/Names"):
            if key in pdf.Root:
                del pdf.Root[key]
        said = pdf.Root.Metadata.read_bytes()
        pdf.Root.Metadata.write(said.replace(b"<pdfaid:part>3<", b"<pdfaid:part>1<"))
        pdf.save(target, force_version="1.4", object_stream_mode=ObjectStreamMode.disable)
    return target.getvalue()


def complaints(pdf: bytes, folder: Path) -> str:
    """Return what preflight finds wrong, nothing when it is content."""
    path = folder / "body.pdf"
    path.write_bytes(pdf)
    paths = ":".join(f"/usr/share/java/{jar}.jar" for jar in _JARS)
    words = ["java", "-XX:TieredStopAtLevel=1", "-cp", paths]
    done = subprocess.run(
        [*words, "org.apache.pdfbox.preflight.Validator_A1b", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr

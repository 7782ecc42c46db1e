"""PDF/A-3b: a drawn PDF with its twins inside, in the form that archives keep.

Written here and not by `pikepdf.pdfa.save`, which stamps the time of writing; the same value must
give the same bytes. The tests hold the result against pikepdf's PDF/A validator.
"""

import hashlib
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Final
from xml.sax.saxutils import escape

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, Stream, String

from netzwart.clock import BERLIN

PRODUCER: Final = "netzwart"

_XMP: Final = """\
<?xpacket begin="\N{ZERO WIDTH NO-BREAK SPACE}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
   <pdfaid:part>3</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
   <dc:description>
    <rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt>
   </dc:description>
   <dc:language><rdf:Bag><rdf:li>de-DE</rdf:li></rdf:Bag></dc:language>
   <pdf:Producer>{producer}</pdf:Producer>
   <pdf:Keywords>{keywords}</pdf:Keywords>
   <xmp:CreatorTool>{creator}</xmp:CreatorTool>
   <xmp:CreateDate>{moment}</xmp:CreateDate>
   <xmp:ModifyDate>{moment}</xmp:ModifyDate>
   <xmp:MetadataDate>{moment}</xmp:MetadataDate>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels inside the PDF."""

    name: str
    content: bytes
    media_type: str
    description: str
    relationship: str
    """`Data`, `Source`, `Supplement` … Source: ISO 32000-2, 7.11.3."""


def as_pdf_a(drawn: bytes, attachments: Sequence[Attachment], as_of: date) -> bytes:
    """Return the drawn PDF as PDF/A-3b with the attachments as associated files.

    The dates in the file are midnight in Berlin on the proof's day: a file says what it holds, and
    when it was issued stands in the record. The result's bytes depend on the arguments only.
    """
    moment = datetime(as_of.year, as_of.month, as_of.day, tzinfo=BERLIN).astimezone(UTC)
    with Pdf.open(io.BytesIO(drawn)) as pdf:
        information = _described(pdf, moment)
        _output_intent(pdf)
        pdf.Root.Metadata = _metadata(pdf, information, moment)
        pdf.Root.Lang = String("de-DE")
        pdf.Root.MarkInfo = Dictionary(Marked="/StructTreeRoot" in pdf.Root)
        for index, page in enumerate(pdf.pages):
            page.obj.StructParents = index
            # reportlab writes an empty transition for slide shows into each page.
            del page.obj["/Trans"]
        _attach(pdf, attachments, moment)
        target = io.BytesIO()
        pdf.save(
            target,
            min_version="1.7",
            object_stream_mode=ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return target.getvalue()


def attached_files(pdf_bytes: bytes) -> dict[str, bytes]:
    """Return the associated files of a PDF by name."""
    with Pdf.open(io.BytesIO(pdf_bytes)) as pdf:
        return {
            name: attached.get_file().read_bytes() for name, attached in pdf.attachments.items()
        }


@cache
def _srgb() -> bytes:
    return files("pikepdf").joinpath("pdfa/data/sRGB.icc").read_bytes()


def _described(pdf: Pdf, moment: datetime) -> Mapping[str, str]:
    """Set the document information to exactly what the XMP will say, and return it."""
    old = pdf.docinfo
    named = {
        key: str(old.get(f"/{key}", ""))
        for key in ("Title", "Author", "Subject", "Keywords", "Creator")
    }
    for key in list(old.keys()):
        del old[key]
    for key, text in {**named, "Producer": PRODUCER}.items():
        old[f"/{key}"] = String(text)
    stamp = f"D:{moment:%Y%m%d%H%M%S}+00'00'"
    old["/CreationDate"] = String(stamp)
    old["/ModDate"] = String(stamp)
    return named


def _metadata(pdf: Pdf, information: Mapping[str, str], moment: datetime) -> Stream:
    packet = _XMP.format(
        title=escape(information["Title"]),
        author=escape(information["Author"]),
        subject=escape(information["Subject"]),
        keywords=escape(information["Keywords"]),
        creator=escape(information["Creator"]),
        producer=PRODUCER,
        moment=moment.isoformat(timespec="seconds"),
    )
    return Stream(pdf, packet.encode(), Type=Name.Metadata, Subtype=Name.XML)


def _output_intent(pdf: Pdf) -> None:
    profile = pdf.make_indirect(Stream(pdf, _srgb(), N=3, Alternate=Name.DeviceRGB))
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB IEC61966-2.1"),
        DestOutputProfile=profile,
    )
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])


def _attach(pdf: Pdf, attachments: Sequence[Attachment], moment: datetime) -> None:
    """List the files twice, as the standard wants: in the name tree and as associated files."""
    stamp = String(f"D:{moment:%Y%m%d%H%M%S}+00'00'")
    names = Array([])
    associated = Array([])
    for attachment in sorted(attachments, key=lambda each: each.name):
        parameters = Dictionary(
            Size=len(attachment.content),
            ModDate=stamp,
            CreationDate=stamp,
            CheckSum=String(hashlib.md5(attachment.content, usedforsecurity=False).digest()),
        )
        stream = Stream(
            pdf,
            # Compressed here: qpdf would copy the whole file first.
            zlib.compress(attachment.content),
            Filter=Name.FlateDecode,
            Type=Name.EmbeddedFile,
            Subtype=Name(f"/{attachment.media_type}"),
            Params=parameters,
        )
        file = pdf.make_indirect(stream)
        specification = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=String(attachment.name),
                UF=String(attachment.name),
                Desc=String(attachment.description),
                AFRelationship=Name(f"/{attachment.relationship}"),
                EF=Dictionary(F=file, UF=file),
            )
        )
        names.append(String(attachment.name))
        names.append(specification)
        associated.append(specification)
    tree = pdf.Root.get("/Names", Dictionary())
    tree.EmbeddedFiles = Dictionary(Names=names)
    pdf.Root.Names = tree
    pdf.Root.AF = associated

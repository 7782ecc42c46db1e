"""The stored files of an issued paper, given back byte for byte."""

import io
import zipfile
from collections.abc import Mapping
from typing import Final

from litestar import Response

from netzwart.errors import NotFoundError
from netzwart.reports.compiling import pdf_name
from netzwart.reports.tables import IssuedDocument

_MEDIA_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
}


def file_names(document: IssuedDocument) -> list[str]:
    """Return the names of the paper and its twins, the paper first."""
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        return [pdf_name(document.kind), *archive.namelist()]


def stored_file(document: IssuedDocument, name: str) -> bytes:
    """Return the bytes of paper or twin as they were stored.

    Raises:
        NotFoundError: when the document has no file of that name.
    """
    if name == pdf_name(document.kind):
        return document.pdf
    with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
        if name not in archive.namelist():
            raise NotFoundError("Diese Datei gehört nicht zum Nachweis.")
        return archive.read(name)


def served(name: str, content: bytes, file_name: str, *, inline: bool = False) -> Response[bytes]:
    """Return a file as an answer."""
    kind = "inline" if inline else "attachment"
    return Response(
        content,
        media_type=_MEDIA_TYPES[name.rpartition(".")[2]],
        headers={
            "Content-Disposition": f'{kind}; filename="{file_name}"',
            "Cache-Control": "private, no-cache",
        },
    )

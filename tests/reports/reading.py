"""Reading a PDF as an auditor's tools do: poppler's text, qpdf's structure."""

import io
import subprocess
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from pikepdf import Pdf

from netzwart.money import parse_amount


def text_of(pdf: bytes, *, layout: bool = False, pages: tuple[int, int] | None = None) -> str:
    """Return the text in reading order, or as it is laid out."""
    command = ["pdftotext", "-enc", "UTF-8"]
    if layout:
        command.append("-layout")
    if pages is not None:
        command += ["-f", str(pages[0]), "-l", str(pages[1])]
    done = subprocess.run([*command, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def outline_of(pdf: bytes) -> list[tuple[str, int]]:
    """Return the bookmarks with their page numbers."""
    with Pdf.open(io.BytesIO(pdf)) as opened, opened.open_outline() as outline:
        pages = [page.obj.objgen for page in opened.pages]
        found: list[tuple[str, int]] = []
        for item in outline.root:
            target: Any = item.destination if item.action is None else item.action.D
            found.append((item.title, pages.index(target[0].objgen) + 1))
        return found


def amounts_after(text: str, label: str) -> list[Decimal]:
    """Return the amounts that stand on the line of a label, laid out."""
    lines = [line for line in text.splitlines() if label in line]
    assert lines, f"no line says {label!r}"
    return list(_amounts(lines[-1].split(label, 1)[1].split()))


def _amounts(words: Iterable[str]) -> Iterable[Decimal]:
    for word in words:
        if "," in word and word[-1].isdigit():
            yield parse_amount(word)


def qpdf_complaints(pdf: bytes, folder: Path) -> str:
    """Return what `qpdf --check` finds wrong, nothing when it is content."""
    path = folder / "checked.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        ["qpdf", "--check", str(path)], capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr

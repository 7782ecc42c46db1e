"""Labels as PDF at exact millimetres, as SVG for the preview, as ZPL for label printers."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, cast
from xml.sax.saxutils import escape, quoteattr

import segno
from reportlab.pdfgen.canvas import Canvas

from netzwart.reports.fonts import REGULAR, STRONG, register_fonts, text_width
from netzwart.reports.labels.formats import LabelFormat
from netzwart.reports.labels.layout import Label, Layout, PlacedCode, lay_out

_MM = 72 / 25.4
_QUIET = 2
"""Modules of white around the code; the label's own white is the rest of the four that ISO/IEC
18004 asks for."""
_DOTS_PER_MM = {203: 8.0, 300: 11.811}
_LARGEST_MAGNIFICATION = 10


def matrix_of(content: str) -> Sequence[Sequence[bool]]:
    """Return the QR code's modules, error correction M (15 %), without a quiet zone."""
    code = segno.make(content, error="m", boost_error=False, micro=False)
    return [[bool(module) for module in row] for row in cast("Any", code.matrix)]


def draw_labels(labels: Sequence[Label], form: LabelFormat, first: int = 1) -> bytes:
    """Return the labels as PDF; the same labels give the same bytes.

    Args:
        labels: In the order of printing.
        form: Sheet or roll.
        first: The place to begin at on a sheet that was used before, counted from 1.
    """
    register_fonts()
    stream = BytesIO()
    size = (form.page_width * _MM, form.page_height * _MM)
    canvas: Any = Canvas(stream, pagesize=size, invariant=1, pageCompression=1, lang="de-DE")
    canvas.setTitle("Etiketten")
    canvas.setAuthor("netzwart")
    page = 0
    for label, slot in zip(labels, form.slots(first), strict=False):
        while page < slot.page:
            canvas.showPage()
            page += 1
        _draw(canvas, lay_out(label, form.width, form.height), slot.x, slot.y, form.page_height)
    canvas.save()
    return stream.getvalue()


def _draw(canvas: Any, layout: Layout, x: float, y: float, page_height: float) -> None:  # noqa: ANN401 - reportlab has no types
    for text in layout.texts:
        canvas.setFont(STRONG if text.is_strong else REGULAR, text.size_pt)
        canvas.drawString((x + text.x) * _MM, (page_height - y - text.y) * _MM, text.text)
    path = canvas.beginPath()
    for column, row, length, module in _runs(layout.code):
        path.rect(
            (x + layout.code.x + column * module) * _MM,
            (page_height - y - layout.code.y - (row + 1) * module) * _MM,
            length * module * _MM,
            module * _MM,
        )
    canvas.drawPath(path, stroke=0, fill=1)


def _runs(code: PlacedCode) -> Sequence[tuple[int, int, int, float]]:
    """Return (column, row, length, module in mm) of each run of dark modules."""
    matrix = matrix_of(code.content)
    module = code.side / (len(matrix) + 2 * _QUIET)
    runs: list[tuple[int, int, int, float]] = []
    for row, modules in enumerate(matrix):
        start: int | None = None
        for column, is_dark in enumerate([*modules, False]):
            if is_dark and start is None:
                start = column
            elif not is_dark and start is not None:
                runs.append((start + _QUIET, row + _QUIET, column - start, module))
                start = None
    return runs


def preview(label: Label, form: LabelFormat) -> str:
    """Return one label as SVG in millimetres, from the same layout as the paper."""
    layout = lay_out(label, form.width, form.height)
    code = layout.code
    parts = [
        f'<rect x="{code.x + column * module:.3f}" y="{code.y + row * module:.3f}" '
        f'width="{length * module:.3f}" height="{module:.3f}"/>'
        for column, row, length, module in _runs(code)
    ]
    for text in layout.texts:
        font = STRONG if text.is_strong else REGULAR
        # The browser's typeface is another one: the measured width keeps it inside the label.
        length = text_width(text.text, font, text.size_pt) / _MM
        parts.append(
            f'<text x="{text.x:.2f}" y="{text.y:.2f}" font-size="{text.size_pt / _MM:.3f}" '
            f'font-weight="{600 if text.is_strong else 400}" textLength="{length:.2f}" '
            f'lengthAdjust="spacingAndGlyphs">{escape(text.text)}</text>'
        )
    title = quoteattr(f"Vorschau: {label.inventory_number}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label={title} '
        f'viewBox="0 0 {form.width} {form.height}" class="nz-label-preview" '
        f'shape-rendering="crispEdges">{"".join(parts)}</svg>'
    )


def zpl(labels: Sequence[Label], form: LabelFormat, dpi: int = 203) -> str:
    """Return the labels in Zebra's ZPL II, UTF-8 (`^CI28`).

    Text goes in as hexadecimal where ZPL reads it as a command, so no device name can give one.
    """
    scale = _DOTS_PER_MM[dpi]
    pages: list[str] = []
    for label in labels:
        layout = lay_out(label, form.width, form.height)
        code = layout.code
        modules = len(matrix_of(code.content)) + 2 * _QUIET
        magnification = max(1, min(_LARGEST_MAGNIFICATION, int(code.side * scale / modules)))
        corner = f"^FO{round(code.x * scale)},{round(code.y * scale)}"
        lines = [
            "^XA^CI28",
            f"^PW{round(form.width * scale)}^LL{round(form.height * scale)}^LH0,0",
            f"{corner}^BQN,2,{magnification}^FH_^FDMA,{_hex(code.content)}^FS",
        ]
        for text in layout.texts:
            dots = round(text.size_pt / _MM * scale)
            top = round((text.y - text.size_pt / _MM * 0.8) * scale)
            wide = max(1, round(dots * 0.85))
            lines.append(
                f"^FO{round(text.x * scale)},{top}^A0N,{dots},{wide}^FH_^FD{_hex(text.text)}^FS"
            )
        pages.append("\n".join([*lines, "^XZ"]))
    return "\n".join(pages) + "\n"


def _hex(text: str) -> str:
    """Return the text with ZPL's own signs as `_xx`, read back by `^FH_`."""
    return "".join(
        f"_{ord(character):02X}" if character in "^~_\\" or ord(character) < ord(" ") else character
        for character in text
    )

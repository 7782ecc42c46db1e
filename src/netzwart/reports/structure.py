"""The tree of headings, paragraphs and tables that a screen reader follows through a PDF.

Source: ISO 32000-1, 14.7 (logical structure) and 14.8 (tagged PDF).
"""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from reportlab.pdfbase import pdfdoc

Kind = Literal["H1", "H2", "H3", "P", "Table", "TR", "TH", "TD", "Div"]

DOCUMENT: Final = 0
"""The root of the tree, parent of what stands by itself."""
ARTIFACT: Final = -1
"""Not in the tree: page numbers, running titles, repeated headings, carried sums."""
MOST_CELLS: Final = 10_000
"""Tables with more cells are one element in reading order: half a million objects help nobody."""

_PDF: Any = pdfdoc  # reportlab has no types
_ELEMENT = "E"


@dataclass(slots=True)
class Structure:
    """Elements in the order they were opened, and which marked content is theirs."""

    kinds: list[str] = field(default_factory=lambda: ["Document"])
    parents: list[int] = field(default_factory=lambda: [DOCUMENT])
    content: dict[int, list[tuple[int, int]]] = field(default_factory=dict[int, Any])
    """Element → (page number from 1, marked-content id)."""
    pages: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    """Page number → element of each marked-content id."""

    def add(self, kind: Kind, parent: int = DOCUMENT) -> int:
        """Open an element and return its number."""
        self.kinds.append(kind)
        self.parents.append(parent)
        return len(self.kinds) - 1

    def mark(self, element: int, page: int) -> int:
        """Return the id of the next marked content of a page, which belongs to an element."""
        elements = self.pages.setdefault(page, [])
        elements.append(element)
        number = len(elements) - 1
        self.content.setdefault(element, []).append((page, number))
        return number

    def write(self, document: Any, page_names: list[str]) -> None:  # noqa: ANN401 - no types
        """Put the tree into a reportlab document, whose page objects have these names."""
        kids: dict[int, list[int]] = {}
        for element in range(len(self.kinds) - 1, 0, -1):
            if element in self.content or element in kids:
                kids.setdefault(self.parents[element], []).append(element)
        for element in (DOCUMENT, *(one for many in kids.values() for one in many)):
            below = kids.get(element, [])[::-1]
            document.Reference(_Element(self, element, below, page_names), f"{_ELEMENT}{element}")
        root = _Root(self)
        document.Catalog.StructTreeRoot = document.Reference(root, "StructTreeRoot")


class _Element(_PDF.PDFObject):
    """One element as PDF text."""

    def __init__(
        self, structure: Structure, element: int, below: list[int], page_names: list[str]
    ) -> None:
        self._structure = structure
        self._element = element
        self._below = below
        self._page_names = page_names

    def format(self, document: Any) -> bytes:  # noqa: ANN401 - reportlab has no types
        structure, element = self._structure, self._element
        kind = structure.kinds[element]
        above = "StructTreeRoot"
        if element != DOCUMENT:
            above = f"{_ELEMENT}{structure.parents[element]}"
        kids = [
            f"<</Type/MCR/Pg {_reference(document, self._page_names[page - 1])}/MCID {number}>>"
            for page, number in structure.content.get(element, ())
        ]
        kids += [_reference(document, f"{_ELEMENT}{one}") for one in self._below]
        scope = "/A<</O/Table/Scope/Column>>" if kind == "TH" else ""
        parent = _reference(document, above)
        inside = " ".join(kids)
        return f"<</Type/StructElem/S/{kind}/P {parent}{scope}/K[{inside}]>>".encode()


class _Root(_PDF.PDFObject):
    """The tree's root with the way back from marked content to elements."""

    def __init__(self, structure: Structure) -> None:
        self._structure = structure

    def format(self, document: Any) -> bytes:  # noqa: ANN401 - reportlab has no types
        numbers = "".join(
            f"{page - 1}[{' '.join(_reference(document, f'{_ELEMENT}{one}') for one in elements)}]"
            for page, elements in sorted(self._structure.pages.items())
        )
        return (
            f"<</Type/StructTreeRoot/K[{_reference(document, f'{_ELEMENT}{DOCUMENT}')}]"
            f"/ParentTree<</Nums[{numbers}]>>/ParentTreeNextKey {len(self._structure.pages) + 1}>>"
        ).encode()


def _reference(document: Any, name: str) -> str:  # noqa: ANN401 - reportlab has no types
    return _PDF.PDFObjectReference(name).format(document).decode()

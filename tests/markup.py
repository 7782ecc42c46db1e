"""A strict look at HTML: what a browser would silently mend is a failure here."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905
)
BLOCKS = frozenset(
    "address article aside blockquote details dialog div dl fieldset figure footer form h1 h2 h3 "  # noqa: SIM905
    "h4 h5 h6 header hr main nav ol p pre section table ul".split()
)
CHILDREN = {
    "tr": {"td", "th"},
    "tbody": {"tr"},
    "thead": {"tr"},
    "ul": {"li"},
    "ol": {"li"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot"},
    "select": {"option", "optgroup", "hr"},
}
NOT_IN_THEMSELVES = frozenset({"a", "button", "form", "label"})
UNLABELLED_TYPES = frozenset({"hidden", "submit", "button", "image", "reset"})
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls")


@dataclass
class Element:
    """A start tag, where it stood, and inside what."""

    tag: str
    attributes: dict[str, str]
    line: int
    inside: tuple[str, ...]


@dataclass
class _Reader(HTMLParser):
    found: list[Element] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    doctype: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"line {line}: <{tag}> has an attribute twice")
        self._check_place(tag, line)
        attributes = {name: value or "" for name, value in attrs}
        self.found.append(Element(tag, attributes, line, tuple(self.stack)))
        if tag not in VOID and "svg" not in self.stack:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if "svg" not in self.stack and tag not in VOID:
            self.problems.append(f"line {self.getpos()[0]}: <{tag}/> does not close in HTML")
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        line = self.getpos()[0]
        if "svg" in self.stack and tag != "svg":
            return
        if not self.stack or self.stack[-1] != tag:
            top = self.stack[-1] if self.stack else "nothing"
            self.problems.append(f"line {line}: </{tag}> closes <{top}>")
            if tag in self.stack:
                while self.stack.pop() != tag:
                    pass
            return
        self.stack.pop()

    def _check_place(self, tag: str, line: int) -> None:
        parent = self.stack[-1] if self.stack else ""
        allowed = CHILDREN.get(parent)
        if allowed and tag not in allowed and tag not in {"script", "template"}:
            self.problems.append(f"line {line}: <{tag}> may not stand in <{parent}>")
        if tag in BLOCKS and "p" in self.stack:
            self.problems.append(f"line {line}: <{tag}> ends the <p> it stands in")
        if tag in NOT_IN_THEMSELVES and tag in self.stack:
            self.problems.append(f"line {line}: <{tag}> inside <{tag}>")


def elements(text: str) -> list[Element]:
    """Return every element of a page or fragment."""
    reader = _Reader()
    reader.feed(text)
    return reader.found


def markup_problems(text: str) -> list[str]:
    """Return what is wrong with a page or fragment; the empty list when nothing is."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    problems = [*reader.problems, *(f"<{tag}> is never closed" for tag in reader.stack)]
    problems += _policy_problems(reader.found)
    problems += _label_problems(reader.found)
    is_page = text.lstrip().lower().startswith("<!doctype") or "<html" in text
    problems += _id_problems(reader.found, is_page=is_page)
    if is_page:
        problems += _page_problems(reader)
    return problems


def _policy_problems(found: list[Element]) -> list[str]:
    """Return what the content security policy would block."""
    problems = []
    for element in found:
        where = f"line {element.line}: <{element.tag}>"
        if element.tag == "style" or "style" in element.attributes:
            problems.append(f"{where} has an inline style")
        if any(re.fullmatch(r"on[a-z]+|hx-on.*", name) for name in element.attributes):
            problems.append(f"{where} has an inline script")
        if element.tag == "script" and not element.attributes.get("src", "").startswith("/static/"):
            problems.append(f"{where} is not one of our scripts")
    return problems


def _label_problems(found: list[Element]) -> list[str]:
    labelled = {e.attributes["for"] for e in found if e.tag == "label" and "for" in e.attributes}
    problems = []
    for element in found:
        attributes = element.attributes
        is_field = element.tag in {"select", "textarea"} or (
            element.tag == "input" and attributes.get("type", "text") not in UNLABELLED_TYPES
        )
        has_label = (
            "label" in element.inside
            or attributes.get("id") in labelled
            or bool(attributes.get("aria-label") or attributes.get("aria-labelledby"))
        )
        if is_field and not has_label:
            problems.append(f"line {element.line}: <{element.tag}> without a label")
        if element.tag == "img" and "alt" not in attributes:
            problems.append(f"line {element.line}: <img> without alt")
    return problems


def _id_problems(found: list[Element], *, is_page: bool) -> list[str]:
    ids = [e.attributes["id"] for e in found if "id" in e.attributes]
    problems = [f"id {name!r} stands {ids.count(name)} times" for name in set(ids)
                if ids.count(name) > 1]  # fmt: skip
    if not is_page:
        return problems
    for element in found:
        for name in REFERENCES:
            for target in element.attributes.get(name, "").split():
                if target not in ids:
                    problems.append(f"line {element.line}: {name} names {target!r}, not there")
    return problems


def _page_problems(reader: _Reader) -> list[str]:
    # A <title> inside a drawing is its tooltip, not the page's name.
    tags = [element.tag for element in reader.found if "svg" not in element.inside]
    problems = []
    if reader.doctype.lower() != "doctype html":
        problems.append("no <!doctype html>")
    problems += [f"{tags.count(tag)} <{tag}>" for tag in ("title", "h1", "main")
                 if tags.count(tag) != 1]  # fmt: skip
    if next((e.attributes.get("lang") for e in reader.found if e.tag == "html"), "") != "de":
        problems.append("the page does not say that it is German")
    forms = [element for element in reader.found if element.tag == "form"]
    tokens = sum(
        1 for e in reader.found if e.tag == "input" and e.attributes.get("name") == "csrf_token"
    )
    posting = sum(1 for form in forms if form.attributes.get("method", "get").lower() == "post")
    if posting != tokens:
        problems.append(f"{posting} forms that post, but {tokens} CSRF fields")
    return problems

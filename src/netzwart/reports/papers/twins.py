"""The machine-readable twins of a list: one JSON file, one CSV file for each table."""

import hashlib
from typing import Final

from netzwart.proofs.serialising import canonical, plain
from netzwart.reports.papers.values import ListPaper, PaperTable
from netzwart.reports.twins import sheet, written

DATA: Final = "papier.json"


def content_of(paper: ListPaper) -> dict[str, object]:
    """Return the paper as plain values with its hash, which stands on each page."""
    content = {
        "format": "netzwart/paper/1",
        "kind": paper.kind.value,
        "number": paper.number,
        "draft": paper.is_draft,
        "demo": paper.is_demo,
        "title": paper.title,
        "subject": paper.subject,
        "grant": paper.grant,
        "as_of": paper.as_of,
        "recipient": paper.recipient,
        "addressee": paper.addressee,
        "facts": dict(paper.facts),
        "paragraphs": paper.paragraphs,
        "tables": [_table(table) for table in paper.tables],
        "rule_notes": paper.rule_notes,
        "generator": f"netzwart {paper.generator_version}",
        "rule_version": paper.rule_version,
        "seal_root": paper.seal_root,
        "signature_note": paper.signature_note,
        "check_address": paper.check_address,
    }
    known = plain(content)
    return {**known, "sha256": hashlib.sha256(canonical(known)).hexdigest()}


def twins_of(paper: ListPaper, content: dict[str, object]) -> dict[str, bytes]:
    """Return the twins by file name."""
    tables = {
        f"{table.key}.csv": sheet(
            [field.key for field in table.fields], (row.values for row in table.rows)
        )
        for table in paper.tables
    }
    return {DATA: written(content), **tables}


def _table(table: PaperTable) -> dict[str, object]:
    names = [field.key for field in table.fields]
    summed = [field.key for field in table.fields if field.is_summed]
    return {
        "key": table.key,
        "title": table.title,
        "rows": [dict(zip(names, row.values, strict=True)) for row in table.rows],
        "totals": dict(zip(summed, table.totals, strict=True)),
    }

"""What all lists have in common: who prints them, under which rules, in which state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import netzwart
from netzwart.funding.settlement import SettledGrant
from netzwart.proofs.compiling import printed_rule_notes, recipient_of
from netzwart.proofs.queries import OperatorRecord
from netzwart.reports.formats import day, euro
from netzwart.reports.kinds import PaperKind
from netzwart.reports.papers.values import ListPaper, PaperTable


@dataclass(frozen=True, slots=True)
class Occasion:
    """For whom, as of when, and whether it is only looked at."""

    operator: OperatorRecord | None
    as_of: date
    is_draft: bool


def grant_paper(
    kind: PaperKind,
    grant: SettledGrant,
    occasion: Occasion,
    tables: Sequence[PaperTable],
    **more: Any,  # noqa: ANN401 - further fields of ListPaper
) -> ListPaper:
    """Return a list about one grant."""
    head, programme = grant.record.head, grant.programme
    facts = (
        ("Aktenzeichen", head.number),
        ("Programm", programme.name),
        ("Bewilligungsbehörde", head.authority),
        ("Bescheid vom", day(head.issued_on)),
        ("bewilligt", euro(head.approved_amount)),
        ("Lucom-Nr.", head.lucom_number or ""),
        *more.pop("facts", ()),
    )
    return ListPaper(
        kind=kind,
        subject=head.title or programme.name,
        grant=head.number,
        as_of=occasion.as_of,
        recipient=recipient_of(occasion.operator),
        facts=facts,
        tables=tuple(tables),
        rule_notes=more.pop("rule_notes", printed_rule_notes(grant)),
        rule_version=f"{programme.key}, Fassung {programme.version}",
        is_draft=occasion.is_draft,
        is_demo=occasion.operator.is_demo if occasion.operator else False,
        generator_version=netzwart.__version__,
        **more,
    )


def plain_paper(
    kind: PaperKind,
    subject: str,
    occasion: Occasion,
    facts: Sequence[tuple[str, str]],
    tables: Sequence[PaperTable],
    **more: Any,  # noqa: ANN401 - further fields of ListPaper
) -> ListPaper:
    """Return a list about no single grant."""
    return ListPaper(
        kind=kind,
        subject=subject,
        as_of=occasion.as_of,
        recipient=recipient_of(occasion.operator),
        facts=tuple(facts),
        tables=tuple(tables),
        is_draft=occasion.is_draft,
        is_demo=occasion.operator.is_demo if occasion.operator else False,
        generator_version=netzwart.__version__,
        **more,
    )

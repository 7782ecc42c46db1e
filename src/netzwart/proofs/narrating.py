"""The Sachbericht: what people wrote about each measure, and the numbers netzwart knows itself."""

from collections import Counter

from netzwart.funding.queries.records import MeasureRecord
from netzwart.funding.settlement import SettledGrant
from netzwart.money import ZERO, format_euro, total
from netzwart.proofs import wording
from netzwart.proofs.values import NarrativeReport, NarrativeSection


def narrative_of(grant: SettledGrant) -> tuple[NarrativeReport, ...]:
    """Return one report per measure, ordered by school. Source: section 4.4."""
    spent = _spent(grant)
    return tuple(
        NarrativeReport(
            measure=measure.title,
            school_name=measure.school_name,
            started_on=measure.started_on,
            finished_on=measure.finished_on,
            sections=(*_written(measure), _numbers(grant, measure, spent)),
        )
        for measure in grant.record.measures
    )


def _spent(grant: SettledGrant) -> dict[str, tuple[str, str]]:
    paid = {measure.key: ZERO for measure in grant.record.measures}
    eligible = dict(paid)
    for expense in grant.settlement.expenses:
        for portion in expense.portions:
            if portion.measure in paid:
                paid[portion.measure] = total([paid[portion.measure], portion.paid])
                eligible[portion.measure] = total([eligible[portion.measure], portion.eligible])
    return {key: (format_euro(paid[key]), format_euro(eligible[key])) for key in paid}


def _written(measure: MeasureRecord) -> tuple[NarrativeSection, ...]:
    blocks = {
        key: text.strip()
        for key, text in measure.narrative.items()
        if isinstance(text, str) and text.strip()
    }
    order = [*wording.NARRATIVE_HEADINGS, *sorted(blocks.keys() - wording.NARRATIVE_HEADINGS)]
    return tuple(
        NarrativeSection(
            heading=wording.NARRATIVE_HEADINGS.get(key, key),
            paragraphs=tuple(part.strip() for part in blocks[key].split("\n\n") if part.strip()),
        )
        for key in order
        if key in blocks
    )


def _numbers(
    grant: SettledGrant, measure: MeasureRecord, spent: dict[str, tuple[str, str]]
) -> NarrativeSection:
    models = Counter(
        f"{wording.CATEGORY[device.category]} {device.model}"
        for device in grant.record.devices
        if device.measure_id == measure.id
    )
    listed = ", ".join(f"{count} × {model}" for model, count in sorted(models.items()))
    paid, eligible = spent[measure.key]
    return NarrativeSection(
        heading="Ergebnis in Zahlen",
        paragraphs=(_sentence(listed, paid, eligible),),
    )


def _sentence(listed: str, paid: str, eligible: str) -> str:
    bought = listed or "keine inventarisierten Geräte"
    return f"Beschafft: {bought}. Ausgaben {paid}, davon zuwendungsfähig {eligible}."

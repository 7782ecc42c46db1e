"""What the programmes' word lists say about the lines of an invoice; people decide."""

from collections.abc import Mapping

from netzwart.funding.programmes.judging import ineligible_words
from netzwart.funding.programmes.loading import get_programme
from netzwart.funding.queries.records import LineRecord
from netzwart.funding.queries.showing import InvoicePage
from netzwart.funding.rules.suggesting import Suggestion, suggest


def suggestions_of(page: InvoicePage) -> Mapping[int, Suggestion]:
    """Return a suggestion for each line that grants within reach bear, by line id.

    Where several measures bear a line, one that speaks against it is enough.
    """
    found: dict[int, Suggestion] = {}
    for line in page.invoice.lines:
        spoken = _spoken(page, line)
        if spoken:
            found[line.id] = min(spoken, key=lambda one: one.is_eligible)
    return found


def _spoken(page: InvoicePage, line: LineRecord) -> list[Suggestion]:
    spoken: list[Suggestion] = []
    for share in line.shares:
        if share.grant_id not in page.programmes:
            continue
        key, issued_on = page.programmes[share.grant_id]
        programme = get_programme(key, issued_on)
        category = programme.rules.categories.get(share.category)
        spoken.append(
            suggest(
                line.text,
                (category.name.value if category else None) or share.category,
                ineligible_words(programme, share.category),
                f"den Ausschlüssen von {programme.key}",
            )
        )
    return spoken

"""Each paper about a grant has its button on the grant's page."""

from netzwart.proofs.pages.grant import PAPERS
from netzwart.reports.kinds import KINDS, PaperScope


def test_grant_page_offers_every_paper_of_a_grant():
    of_grant = {
        kind.value: facts.label for kind, facts in KINDS.items() if facts.scope is PaperScope.GRANT
    }
    assert dict(PAPERS) == of_grant

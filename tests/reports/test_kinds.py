"""Each paper about a grant has its button on the grant's page."""

from netzwart.proofs.pages.grant import PAPERS
from netzwart.reports.kinds import KINDS, PaperKind, PaperScope


def test_grant_page_offers_every_paper_of_a_grant():
    of_grant = {
        kind.value: facts.label for kind, facts in KINDS.items() if facts.scope is PaperScope.GRANT
    }
    # A record of a draw stands at its draw: there is none before something was drawn.
    del of_grant[PaperKind.AUDIT_DRAW.value]
    assert dict(PAPERS) == of_grant

"""/pruefen: open to everybody, slowed for strangers, truthful about each kind of file."""

import re
from datetime import date

import pytest

from netzwart.accounts.actors import SYSTEM
from netzwart.reports.checking_pages import FREE_CHECKS, TooManyChecksError, Turnstile
from netzwart.reports.compiling import PaperOrder, compile_paper
from netzwart.reports.examining import Insides
from netzwart.reports.issuing import issue
from netzwart.reports.tables import IssuedDocument
from netzwart.reports.verifying import ListedPaper, Verdict, judge
from netzwart.secrets import SecretBox, new_key
from tests.cast import Cast
from tests.client import Site
from tests.proofs.test_compiling import a_scene
from tests.reports.signing import a_signer

DAY = date(2022, 12, 31)


async def an_issued_paper(site: Site) -> IssuedDocument:
    async with site.database.session() as session:
        order = PaperOrder(as_of=DAY, grant_id=(await a_scene(session)).grant.id)
        paper = await compile_paper(session, order, SYSTEM, is_draft=False)
        return await issue(session, paper, order, SYSTEM, a_signer())


async def test_code_on_the_paper_leads_to_its_entry(site: Site, cast: Cast):
    document = await an_issued_paper(site)
    stranger = site.as_(None)
    known = f"/pruefen?nummer={document.number}&summe={document.content_sha256[:16]}"
    page = await stranger.get(known)
    assert "Dieses Papier ist verzeichnet" in page.text
    assert document.number in page.text
    for wrong in (f"/pruefen?nummer={document.number}&summe={'0' * 16}", known[:-1]):
        page = await stranger.get(wrong)
        assert "Nicht gefunden" in page.text
        assert document.title not in page.text


async def test_uploaded_paper_is_genuine_and_a_changed_one_is_not(site: Site, cast: Cast):
    document = await an_issued_paper(site)
    browser = site.as_(cast.viewer)
    page = await browser.post("/pruefen", files={"datei": ("x.pdf", document.pdf)})
    assert "Echt und unverändert" in page.text
    assert re.search(r"Signatur</dt><dd[^>]*>\s*gültig", page.text)
    assert re.search(
        r"Signiert am</dt><dd[^>]*>\s*<time[^>]*>\d\d\.\d\d\.\d{4}, \d\d:\d\d", page.text
    )
    page = await browser.post("/pruefen", files={"datei": ("x.pdf", document.pdf + b" ")})
    assert "Inhalt echt, Datei verändert" in page.text
    page = await browser.post("/pruefen", files={"datei": ("x.pdf", b"%PDF-1.4 leer")})
    assert "Nicht von hier" in page.text
    refused = await browser.post("/pruefen", files={"datei": ("x.pdf", b"GIF89a")})
    assert refused.status_code == 422
    assert "PDF-Datei wählen" in refused.text


def test_strangers_are_slowed_down_and_let_in_again():
    gate = Turnstile(free=2, period_s=60)
    gate.pass_("192.0.2.1", 0)
    gate.pass_("192.0.2.1", 1)
    with pytest.raises(TooManyChecksError) as refused:
        gate.pass_("192.0.2.1", 2)
    assert refused.value.retry_after_s == 58
    gate.pass_("192.0.2.2", 2)
    gate.pass_("192.0.2.1", 60)
    assert FREE_CHECKS > 2


PAPER = ListedPaper(
    number="VN-1",
    title="x",
    as_of=DAY,
    issued_at=a_signer().certificate.not_valid_before,
    sha256="a" * 64,
    content_sha256="b" * 64,
    superseded_by=None,
)


@pytest.mark.parametrize(
    ("digest", "inside", "paper", "ours", "verdict"),
    [
        ("a" * 64, Insides(), PAPER, False, Verdict.GENUINE),
        ("c" * 64, Insides(number="VN-1", content_sha256="b" * 64), PAPER, False, "same_content"),
        ("c" * 64, Insides(number="VN-1", content_sha256="d" * 64), PAPER, True, "changed"),
        ("c" * 64, Insides(number="VN-2"), None, True, "not_listed"),
        ("c" * 64, Insides(), None, False, "unknown"),
    ],
)
def test_verdict_follows_from_hash_content_and_register(
    digest: str,
    inside: Insides,
    paper: ListedPaper | None,
    ours: bool,  # noqa: FBT001 - a column of the table of cases
    verdict: str,
):
    assert judge(digest, inside, paper, signed_by_us=ours) == verdict


def test_another_installation_has_another_key():
    from netzwart.reports.signing import open_signer  # noqa: PLC0415
    from netzwart.settings import Settings  # noqa: PLC0415

    other = open_signer(Settings(), SecretBox(new_key()))
    assert other.key_sha256 != a_signer().key_sha256

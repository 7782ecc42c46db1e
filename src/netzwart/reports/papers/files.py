"""A list as PDF/A-3 with its twins inside, and the twins beside it."""

from netzwart.reports.kinds import KINDS
from netzwart.reports.papers.drawing import draw_list_paper
from netzwart.reports.papers.twins import DATA, content_of, twins_of
from netzwart.reports.papers.values import ListPaper
from netzwart.reports.pdf_a import Attachment, as_pdf_a


def build_list_files(paper: ListPaper) -> dict[str, bytes]:
    """Return the files by name; the same paper gives the same bytes."""
    content = content_of(paper)
    twins = twins_of(paper, content)
    titles = {f"{table.key}.csv": table.title for table in paper.tables}
    attachments = [
        Attachment(
            name,
            data,
            "application/json" if name == DATA else "text/csv",
            titles.get(name, "Das Papier als Daten"),
            "Source" if name == DATA else "Data",
        )
        for name, data in twins.items()
    ]
    drawn = draw_list_paper(paper, str(content["sha256"]))
    pdf = as_pdf_a(drawn, attachments, paper.as_of)
    return {KINDS[paper.kind].pdf: pdf, **twins}

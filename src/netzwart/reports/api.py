"""Issued proofs of use under `/api/v1`."""

from datetime import date

from litestar.types import ControllerRouterHandler

from netzwart.accounts.actors import Right
from netzwart.accounts.resources import Act, Form, Values, Writing, resource_controller
from netzwart.clock import today
from netzwart.errors import InvalidInputError
from netzwart.funding.resources import GRANT
from netzwart.proofs.compiling import compile_proof_of_use
from netzwart.reports.issuing import issue
from netzwart.reports.tables import IssuedDocument
from netzwart.web.resources import Reference, declare

PROOFS = declare(
    "proofs",
    IssuedDocument,
    read=Right.READ_FUNDING,
    columns="number kind title as_of issued_at issued_by sha256 content_sha256 seal_root",
    references=(
        GRANT,
        Reference("supersedes", IssuedDocument, "supersedes_id", key="number"),
    ),
    grant=("grant_id",),
    search=("number", "title"),
    sort="-issued_at",
)


class _Day(Form):
    """The day the proof is for."""

    as_of: date


class DayAheadError(InvalidInputError):
    """A proof cannot know what happens tomorrow."""


async def _issue(act: Act, values: Values) -> IssuedDocument:
    """Compile, draw, sign and store a proof; what is issued is never changed."""
    day: date = values["as_of"]
    if day > today():
        message = "Der Stichtag liegt in der Zukunft."
        raise DayAheadError(message, {"as_of": message})
    grant_id: int = values["grant_id"]
    proof = await compile_proof_of_use(act.session, grant_id, day, act.actor, is_draft=False)
    return await issue(act.session, proof, grant_id, act.actor)


CONTROLLERS: list[ControllerRouterHandler] = [
    resource_controller(
        PROOFS,
        Writing(
            PROOFS,
            Right.ISSUE_PROOFS,
            "grant",
            form=_Day,
            create=_issue,
            may_patch=False,
            audits_itself=True,
        ),
    ),
]

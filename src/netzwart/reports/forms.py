"""What users send to order and to check papers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from netzwart.reports.kinds import PaperKind

Key = Annotated[int, Field(ge=1, le=2**63 - 1)]


class PaperOrderForm(BaseModel):
    """A paper that a program wants."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    kind: PaperKind = PaperKind.PROOF_OF_USE
    as_of: date
    grant: Annotated[str, Field(max_length=80)] | None = None
    """The file number; or `grant_id`."""
    grant_id: Key | None = None
    school: Annotated[str, Field(max_length=10)] | None = None
    """The school's number; or `school_id`."""
    school_id: Key | None = None


class PaperRequestForm(BaseModel):
    """A paper that a person wants, and whether it is issued or only looked at."""

    model_config = ConfigDict(extra="forbid")

    papier: PaperKind = PaperKind.PROOF_OF_USE
    bewilligung: Key | None = None
    schule: Key | None = None
    stichtag: date
    art: Literal["entwurf", "tabelle", "ausstellen"] = "entwurf"

"""What people send about findings."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from netzwart.evidence.rules import Decision


class DecisionForm(BaseModel):
    """A decision about a finding."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)

    decision: Decision
    reason: str = Field(min_length=1, max_length=2000)
    ignored_until: date | None = None

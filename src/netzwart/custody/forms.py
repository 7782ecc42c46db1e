"""What people send to draw a sample; what is acceptable the service says, for page and API."""

from pydantic import BaseModel, ConfigDict, Field


class DrawForm(BaseModel):
    """The auditor's seed and how many devices are drawn, from a list known by its hash."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    seed: str = Field(min_length=1, max_length=200)
    size: int
    list_sha256: str = Field(max_length=64)

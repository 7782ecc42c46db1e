"""What people send about rooms."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Line = StringConstraints(strip_whitespace=True)


class RoomForm(BaseModel):
    """A room of a school; its building is named, and made if the school has none of that name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[int, Field(ge=0)] = 0
    """Of the room that is changed; 0 for a new one."""
    number: Annotated[str, Line, Field(min_length=1, max_length=40)]
    name: Annotated[str, Line, Field(max_length=200)] = ""
    kind: Annotated[str, Field(max_length=40)] = "other"
    building: Annotated[str, Line, Field(max_length=80)] = ""
    floor: Annotated[str, Line, Field(max_length=20)] = ""

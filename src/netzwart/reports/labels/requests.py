"""What a labels page is asked for: which devices, on which sheet, from which place on."""

from collections.abc import Iterable
from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from netzwart.errors import InvalidInputError
from netzwart.reports.labels.formats import LabelFormat, get_label_format
from netzwart.web.addresses import LARGEST_ID
from netzwart.web.validation import pydantic_field, pydantic_sentence

Key = Annotated[int | None, Field(ge=1, le=LARGEST_ID)]


class BadLabelRequestError(InvalidInputError):
    """The address asks for something that labels do not know."""

    status = 400


class LabelRequest(BaseModel):
    """A selection of devices and how to print them; the address of the page is its form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    device: Key = None
    school: Key = None
    room: Key = None
    model: Key = None
    order: Key = None
    unlabelled: bool = False
    """Only those that nobody has labelled yet."""
    format: str = "avery_l4770"
    first: int = Field(default=1, ge=1, le=400)
    """The first free place on a sheet that was used before."""
    dpi: Literal["203", "300"] = "203"

    @property
    def selects_nothing(self) -> bool:
        """Tell whether no devices were chosen, which would be every device of the city."""
        return (self.device, self.school, self.room, self.model, self.order) == (None,) * 5

    @property
    def paper(self) -> LabelFormat:
        """Return the sheet or roll.

        Raises:
            UnknownFormatError: when there is none of that name.
        """
        return get_label_format(self.format)

    @property
    def start(self) -> int:
        """Return the first place to use; a place beyond the sheet's last begins a fresh one."""
        return self.first if self.first <= self.paper.per_page else 1

    def query(self) -> str:
        """Return the query string that asks for the same."""
        return "?" + urlencode(self.model_dump(exclude_defaults=True))


def read_label_request(pairs: Iterable[tuple[str, str]]) -> LabelRequest:
    """Return what an address asks for; empty parameters count as not given.

    Raises:
        BadLabelRequestError: names every parameter that is unknown or has an impossible value.
    """
    given = {name: value for name, value in pairs if value != ""}
    try:
        return LabelRequest.model_validate(given)
    except ValidationError as refusal:
        errors = {
            pydantic_field(entry): pydantic_sentence(entry)
            for entry in refusal.errors(include_url=False, include_input=False)
        }
        raise BadLabelRequestError("Diese Angaben passen nicht zu Etiketten.", errors) from refusal

"""The scheme of inventory numbers, and how far each of its series has come."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from netzwart.database import Record
from netzwart.inventory.numbering_rules import USUAL_SCHEME


class NumberScheme(Record, table=True):
    """How new inventory numbers look; one row, changed by the administration."""

    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    scheme: str = Field(default=USUAL_SCHEME, max_length=60)


class NumberSeries(Record, table=True):
    """The last running number of a series; it only ever grows, so that no number comes twice."""

    __table_args__ = (UniqueConstraint("series"),)

    series: str = Field(max_length=60)
    """The number with `#` for its running part: `GYM-26-#`."""
    last: int = 0

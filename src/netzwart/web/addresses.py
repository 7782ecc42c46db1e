"""What stands in an address."""

from typing import Annotated

from litestar.params import PathParameter

LARGEST_ID = 2**63 - 1
"""The largest key that both databases can hold; a larger number in a statement is an error."""

RowId = Annotated[int, PathParameter(ge=1, le=LARGEST_ID)]
"""A row's key in the path; what no row can have is a bad request before the database is asked."""

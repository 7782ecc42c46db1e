"""Each figure of a grant with the rows it is made of; the rows add up to the cent, or it raises.

A figure is named as the grant page names it and may be narrowed to a category, a school or a
measure. Rows lead on: to the payment, the device, the call, or the figure they come from.
"""

from collections.abc import Callable, Mapping
from functools import partial

from netzwart.funding.settlement import SettledGrant
from netzwart.proofs.drilling import devices, whole
from netzwart.proofs.drilling.portions import BY_PORTION, of_portions
from netzwart.proofs.drilling.values import (
    ALL,
    NOBODY,
    Figure,
    FigureDoesNotAddUpError,
    FigureRow,
    Narrowing,
    OpenedFigure,
    UnknownFigureError,
    figure_href,
)

__all__ = [
    "ALL",
    "NOBODY",
    "Figure",
    "FigureDoesNotAddUpError",
    "FigureRow",
    "Narrowing",
    "OpenedFigure",
    "UnknownFigureError",
    "figure_href",
    "open_figure",
]

_WHOLE: Mapping[Figure, Callable[[SettledGrant], OpenedFigure]] = {
    Figure.APPROVED: whole.approved,
    Figure.COMMITTED: whole.bound,
    Figure.PAID: whole.paid,
    Figure.PROVEN: devices.proven,
    Figure.PLANNED: whole.planned,
    Figure.PLANNED_ELIGIBLE: whole.planned_eligible,
    Figure.SOURCES: whole.sources,
    Figure.OWN_SHARE: whole.own_share,
    Figure.CALLED: whole.called,
    Figure.RECEIVED: whole.received,
    Figure.OPEN: whole.still_open,
    Figure.INCOME: whole.income,
    **{figure: partial(devices.covered, figure=figure) for figure in devices.LETTERS},
    Figure.UNSEEN: partial(devices.covered, figure=Figure.UNSEEN),
    Figure.NO_DEVICE: devices.without_device,
}


def open_figure(grant: SettledGrant, figure: Figure, part: Narrowing = ALL) -> OpenedFigure:
    """Return the figure with its rows; pure.

    Raises:
        UnknownFigureError: the figure cannot be narrowed like that.
        FigureDoesNotAddUpError: never, unless there is a bug.
    """
    if figure in BY_PORTION:
        return of_portions(grant, figure, part)
    if part.is_narrow:
        raise UnknownFigureError("Diese Zahl lässt sich nicht aufteilen.")
    return _WHOLE[figure](grant)

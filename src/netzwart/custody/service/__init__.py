"""The watch: looks at everything once a day and settles one finding per cause."""

from netzwart.custody.service.drawing import SETTLE_DRAW
from netzwart.custody.service.metering import METER_USE
from netzwart.custody.service.running import (
    SYNC_PRESENCE,
    WATCH_CUSTODY,
    WITNESS_CABLES,
    run_watch,
)

__all__ = [
    "METER_USE",
    "SETTLE_DRAW",
    "SYNC_PRESENCE",
    "WATCH_CUSTODY",
    "WITNESS_CABLES",
    "run_watch",
]

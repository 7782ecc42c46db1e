"""The watch: looks at everything once a day and settles one finding per cause."""

from netzwart.custody.service.running import (
    SYNC_PRESENCE,
    WATCH_CUSTODY,
    WITNESS_CABLES,
    run_watch,
)

__all__ = ["SYNC_PRESENCE", "WATCH_CUSTODY", "WITNESS_CABLES", "run_watch"]

"""The watch: looks at everything once a day and settles one finding per cause."""

from netzwart.custody.service.running import WATCH_CUSTODY, WITNESS_CABLES, run_watch

__all__ = ["WATCH_CUSTODY", "WITNESS_CABLES", "run_watch"]

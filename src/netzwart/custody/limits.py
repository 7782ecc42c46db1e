"""How long a device may stay unseen: `limits.yaml`, read once and checked."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from netzwart.inventory.tables import DeviceCategory

_FILE = Path(__file__).with_name("limits.yaml")
WAITING = "waiting"


class Limit(BaseModel):
    """School days: of what the wire has seen before, and of what only people see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wire: int = Field(ge=1)
    hand: int = Field(ge=1)


@lru_cache(maxsize=1)
def limits() -> Mapping[str, Limit]:
    """Return the limits by category; each category has one."""
    told = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    found = {str(key): Limit.model_validate(value) for key, value in told.items()}
    missing = {*DeviceCategory, WAITING} - set(found)
    if missing:
        raise LookupError(f"limits.yaml says nothing of {sorted(missing)}")
    return found


def limit_of(category: DeviceCategory, *, on_the_wire: bool, is_waiting: bool) -> int:
    """Return how many school days a device may stay unseen."""
    limit = limits()[WAITING if is_waiting else category]
    return limit.wire if on_the_wire else limit.hand

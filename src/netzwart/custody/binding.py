"""Which devices public money binds, until when and with how many euros; pure.

A swap hands the binding on: the chain's newest device stands for all before it, with their euros.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from netzwart.custody.queries import DeviceRow
from netzwart.funding.settlement import SettledGrant
from netzwart.inventory.tables import DeviceStatus
from netzwart.money import ZERO
from netzwart.proofs.dating import days_of, earmark_of_device

CLOSED = frozenset({DeviceStatus.LOST, DeviceStatus.DISPOSED})
"""Somebody said what became of it, with a reason."""
NOT_YET = frozenset({DeviceStatus.PLANNED, DeviceStatus.ORDERED})


@dataclass(frozen=True, slots=True)
class Binding:
    """What money hangs on a device, of all its grants together."""

    eligible: Decimal
    earmarked_until: date | None
    """None: no rule says until when, so it is bound on and on."""
    grants: tuple[str, ...]

    def is_over(self, day: date) -> bool:
        """Tell whether the last earmark ended before the day."""
        return self.earmarked_until is not None and self.earmarked_until < day

    def joined(self, other: "Binding") -> "Binding":
        """Return both together: the later end, the sum of the euros."""
        ends = (self.earmarked_until, other.earmarked_until)
        until = None if ends[0] is None or ends[1] is None else max(ends[0], ends[1])
        grants = tuple(sorted({*self.grants, *other.grants}))
        return Binding(self.eligible + other.eligible, until, grants)


def bindings_of(grants: Iterable[SettledGrant]) -> dict[int, Binding]:
    """Return what binds each device, by its id."""
    found: dict[int, Binding] = {}
    for grant in grants:
        days, costs = days_of(grant), grant.eligible_of
        for device in grant.record.devices:
            mine = Binding(
                costs.get(device.inventory_number, ZERO),
                earmark_of_device(days, device),
                (grant.record.head.number,),
            )
            found[device.id] = found[device.id].joined(mine) if device.id in found else mine
    return found


def heads_of(devices: Mapping[int, DeviceRow]) -> dict[int, int]:
    """Return for each device the newest one of its chain of swaps; by id.

    Of two that both claim to replace one, the later recorded stands for it.
    """
    successor = {
        row.predecessor_id: row.id
        for row in sorted(devices.values(), key=lambda one: one.id)
        if row.predecessor_id is not None
    }
    heads: dict[int, int] = {}
    for device_id in devices:
        current, seen = device_id, {device_id}
        while (following := successor.get(current)) is not None and following not in seen:
            seen.add(following)
            current = following
        heads[device_id] = current
    return heads


def bound_heads(
    devices: Mapping[int, DeviceRow], bindings: Mapping[int, Binding]
) -> dict[int, Binding]:
    """Return what hangs on the head of each chain, its predecessors' euros included."""
    heads = heads_of(devices)
    found: dict[int, Binding] = {}
    for device_id, binding in bindings.items():
        head = heads.get(device_id)
        if head is not None:
            found[head] = found[head].joined(binding) if head in found else binding
    return found


def open_cases(
    heads: Mapping[int, Binding], devices: Mapping[int, DeviceRow], day: date
) -> Sequence[int]:
    """Return the heads that must be watched on a day: bound, there, and not accounted for."""
    return [
        head
        for head, binding in heads.items()
        if not binding.is_over(day) and devices[head].status not in CLOSED | NOT_YET
    ]

"""Acts on devices: recorded, changed, moved; each leaves a line in the device's history."""

from netzwart.inventory.service.recording_devices import record_device, update_device

__all__ = ["record_device", "update_device"]

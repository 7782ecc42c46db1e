"""What a profile rests on: its own text with the MIB's names, and the recordings it must read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import yaml

from netzwart.network.profiles.loading import profiles_directory
from netzwart.network.profiles.schema import DeviceProfile, PoeSource, UpsSource

_NOT_SHOWN = frozenset({"profile", "category", "uptime_s", "error"})


@dataclass(frozen=True, slots=True)
class ProfileRecording:
    """One hand-made recording of a device, and what it must come to."""

    name: str
    objects: int
    expected: Mapping[str, str]


@lru_cache(maxsize=256)
def recordings_of(name: str) -> Sequence[ProfileRecording]:
    """Return the recordings beside a profile, by file name; none where there are none."""
    folder = profiles_directory() / name / "recordings"
    return tuple(_recording(path) for path in sorted(folder.glob("*.snmprec")))


def _recording(path: Path) -> ProfileRecording:
    lines = path.read_text(encoding="utf-8").splitlines()
    beside = path.with_suffix(".expected.yaml")
    text = beside.read_text(encoding="utf-8") if beside.exists() else "{}"
    said = cast("Mapping[str, Any]", yaml.safe_load(text))
    return ProfileRecording(
        name=path.stem,
        objects=sum("|" in line for line in lines),
        expected={
            key: str(value)
            for key, value in said.items()
            if value is not None and key not in _NOT_SHOWN and not isinstance(value, (list, dict))
        },
    )


@lru_cache(maxsize=256)
def text_of_profile(name: str) -> str:
    """Return the profile as it is written, with the names of its objects as comments."""
    return (profiles_directory() / name / "profile.yaml").read_text(encoding="utf-8")


def quantities_of(profile: DeviceProfile) -> Sequence[str]:
    """Return what the profile says where to read, in the schema's order."""
    read = profile.read
    return [
        name
        for name in type(read).model_fields
        if (value := getattr(read, name)) and value not in (UpsSource(), PoeSource())
    ]

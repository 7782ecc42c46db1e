"""Reads every `device_profiles/*/profile.yaml`; a broken one stops the start and says where."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from netzwart.errors import NetzwartError
from netzwart.network.profiles import schema, vocabulary
from netzwart.network.profiles.schema import DeviceProfile, Enterprises, Read, Redaction

_PACKAGE = Path(__file__).parents[2]
_CHECKOUT = _PACKAGE.parents[1] / "device_profiles"
_INSTALLED = _PACKAGE / "_device_profiles"

ANY_DEVICE = "any_device"
UNKNOWN_DEVICE = "unknown_device"
"""The profiles whose `read` holds last of all: for every device, and for one without a profile."""

Model = TypeVar("Model", bound=BaseModel)


class ProfileRejectedError(NetzwartError):
    """A profile does not say what the schema wants; the message names file and field."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All profiles by name, and the makers behind enterprise numbers."""

    profiles: Mapping[str, DeviceProfile]
    enterprises: Mapping[str, str]

    def otherwise(self, profile: DeviceProfile | None) -> Read:
        """Return what to read where the device's profile and the standards say nothing."""
        last = self.profiles.get(UNKNOWN_DEVICE if profile is None else ANY_DEVICE)
        return last.read if last is not None else Read()

    def maker_of(self, object_id: str) -> str | None:
        """Return who owns the enterprise number in a sysObjectID."""
        parts = object_id.split(".")
        is_private = parts[:6] == ["1", "3", "6", "1", "4", "1"] and len(parts) > len(parts[:6])
        return self.enterprises.get(parts[6]) if is_private else None

    def maker_in(self, description: str) -> str | None:
        """Return the known maker with whose name a sysDescr begins, the longest if several do."""
        said = description.lower().lstrip(' "')
        makers = {maker for maker in self.enterprises.values() if said.startswith(maker.lower())}
        whole = [maker for maker in makers if not said[len(maker) : len(maker) + 1].isalnum()]
        return max(whole, key=len, default=None)


def profiles_directory() -> Path:
    """Return where the profiles are: in the checkout, or in the installed package.

    Raises:
        ProfileRejectedError: Neither place has them; the installation is broken.
    """
    for place in (_CHECKOUT, _INSTALLED):
        if (place / "enterprises.yaml").is_file():
            return place
    raise ProfileRejectedError("Die Geräteprofile fehlen in dieser Installation.")


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """Return what this installation knows about devices, read once.

    Raises:
        ProfileRejectedError: A file is broken; see `load_profile`.
    """
    return load_knowledge(profiles_directory())


def load_knowledge(directory: Path) -> Knowledge:
    """Return everything in a directory of profiles.

    Raises:
        ProfileRejectedError: A file is broken, or a folder and its profile's name differ.
    """
    profiles: dict[str, DeviceProfile] = {}
    for path in sorted(directory.glob("*/profile.yaml")):
        profile = load_profile(path)
        if profile.name != path.parent.name:
            raise ProfileRejectedError(
                f"{path}: name: ist {profile.name!r}, der Ordner heißt {path.parent.name!r}."
            )
        profiles[profile.name] = profile
    profiles = {name: _completed(profile, profiles) for name, profile in profiles.items()}
    enterprises = _load(directory / "enterprises.yaml", Enterprises).enterprises
    return Knowledge(profiles, enterprises)


def _completed(profile: DeviceProfile, others: Mapping[str, DeviceProfile]) -> DeviceProfile:
    """Return the profile with what it leaves open taken from the one it is based on."""
    if profile.based_on is None:
        return profile
    base = others.get(profile.based_on)
    if base is None or base.based_on is not None:
        allowed = ", ".join(name for name, other in others.items() if other.based_on is None)
        raise ProfileRejectedError(
            f"{profile.name}: based_on: {profile.based_on!r} gibt es nicht; erlaubt: {allowed}"
        )
    own = {name: getattr(profile.read, name) for name in profile.read.model_fields_set}
    read = base.read.model_copy(update=own)
    return profile.model_copy(update={"read": read, "ssh": profile.ssh or base.ssh})


def load_profile(path: Path) -> DeviceProfile:
    """Return one profile.

    Raises:
        ProfileRejectedError: The file is no YAML, or a field is wrong. The message names the file,
            the field's path, what is allowed, and for an unknown key the nearest known one.
    """
    return _load(path, DeviceProfile)


def _load(path: Path, model: type[Model]) -> Model:
    try:
        # All scalars stay text: a version 10.10 must not become 10.1, nor `no` become false.
        # BaseLoader builds nothing but text, lists and mappings.
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProfileRejectedError(f"{path}: ist nicht lesbar: {error}") from error
    try:
        return model.model_validate(document)
    except ValidationError as error:
        reasons = "; ".join(_reason(detail, model) for detail in error.errors())
        raise ProfileRejectedError(f"{path}: {reasons}") from error


def _reason(detail: ErrorDetails, model: type[BaseModel]) -> str:
    where = ".".join(map(str, detail["loc"])) or model.__name__
    if detail["type"] == "extra_forbidden":
        key = str(detail["loc"][-1])
        nearest = difflib.get_close_matches(key, _known_keys(), n=1)
        hint = f"; meinten Sie {nearest[0]!r}?" if nearest else ""
        return f"{where}: unbekannter Schlüssel{hint}"
    return f"{where}: {detail['msg']}"


@lru_cache(maxsize=1)
def _known_keys() -> Sequence[str]:
    models = [
        model
        for model in (*vars(schema).values(), *vars(vocabulary).values())
        if isinstance(model, type) and issubclass(model, BaseModel)
    ]
    return sorted({name for model in models for name in model.model_fields})


@lru_cache(maxsize=1)
def redaction() -> Redaction:
    """Return what recordings must not give away.

    Raises:
        ProfileRejectedError: The file is broken.
    """
    return _load(profiles_directory() / "redaction.yaml", Redaction)


def write_schema(path: Path | None = None) -> Path:
    """Write the JSON schema of a profile for editors, and return where it stands."""
    target = path or profiles_directory() / "schema.json"
    text = json.dumps(DeviceProfile.model_json_schema(), indent=2, ensure_ascii=False)
    target.write_text(text + "\n", encoding="utf-8")
    return target


if __name__ == "__main__":  # what `make fix` runs
    write_schema()

"""Which walk a file needs."""

from datetime import date
from pathlib import PurePath

from netzwart.exchange.bundle_forms import Bundle
from netzwart.exchange.reading import ReadFile
from netzwart.exchange.schools_list import (
    as_read_file,
    chosen_schools,
    read_school_list,
    school_list_walk,
)
from netzwart.exchange.service import Walk, bundle_walk
from netzwart.exchange.sightings import sightings_walk
from netzwart.exchange.validating import read_bundle_file
from netzwart.funding.programmes.loading import load_programmes


def prepare_import(
    data: bytes,
    file_name: str,
    *,
    kind: str | None = None,
    municipality_key: str,
    operator_number: str | None,
    retrieved_on: date,
) -> tuple[Walk, ReadFile]:
    """Read a file and return the walk that brings it in.

    Raises:
        BrokenImportError: the file cannot be read; every fault named.
    """
    is_list = kind == "schools" or (kind is None and PurePath(file_name).suffix.lower() == ".csv")
    if is_list:
        chosen = chosen_schools(read_school_list(data), municipality_key, operator_number)
        return school_list_walk(chosen, retrieved_on), as_read_file(chosen)
    bundle, read = read_bundle_file(data, file_name)
    return walk_of(bundle), read


def walk_of(bundle: Bundle) -> Walk:
    """Return the walk of a checked bundle."""
    return bundle_walk(bundle, set(load_programmes()), sightings_walk(bundle))

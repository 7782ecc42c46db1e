"""Keeps Python's cycle collector from walking through what stays for as long as the process."""

import gc

_OBJECTS_PER_COLLECTION = 20_000
_COLLECTIONS_PER_GENERATION = 20


def settle() -> None:
    """Take what is loaded by now out of all later collections, and let these be rarer.

    A program of a quarter of a million objects and the skeletons of a thousand nodes are walked
    through again and again for nothing: what a poll makes is freed without the collector, since
    nothing of it refers to itself. Some tenth of a poll's time went there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(
        _OBJECTS_PER_COLLECTION, _COLLECTIONS_PER_GENERATION, _COLLECTIONS_PER_GENERATION
    )

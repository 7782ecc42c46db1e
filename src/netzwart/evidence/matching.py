"""Makers have many names: which of them mean the same is data, in `manufacturers.yaml`."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import cast

import yaml

_FILE = Path(__file__).with_name("manufacturers.yaml")
_NOT_COUNTED = re.compile(
    r"\b(?:gmbh|mbh|co|kg|ag|se|sa|sia|bv|nv|inc|ltd|llc|corp|corporation|company|limited|"
    r"international|technologies|technology|systems|networks|networking|electronics)\b"
)
_PUNCTUATION = re.compile(r"[^0-9a-zäöüß]+")


def one_spelling(name: str | None) -> str | None:
    """Return the maker's name as serial numbers are compared under it; None if it says nothing."""
    plain = _plain(name or "")
    return _aliases().get(plain, plain) or None


def _plain(name: str) -> str:
    words = _PUNCTUATION.sub(" ", name.casefold())
    kept = _NOT_COUNTED.sub(" ", words).replace(" ", "")
    # A maker called "Technology GmbH" still has a name.
    return kept or words.replace(" ", "")


@lru_cache(maxsize=1)
def _aliases() -> Mapping[str, str]:
    document = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - builds text and lists only
    makers = cast("dict[str, list[str]]", document)
    return {_plain(name): maker for maker, names in makers.items() for name in (maker, *names)}

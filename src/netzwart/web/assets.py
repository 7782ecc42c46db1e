"""Addresses of static files that change with the file, so that browsers may keep them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

STATIC_DIR = Path(__file__).parent / "static"
STATIC_URL = "/static"
MANIFEST_NAME = "manifest.json"
_HASH_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Assets:
    """The static files of one installation, read once at start.

    `hashes` is keyed by path below `static/` (`vendor/htmx.min.js`, `netzwart.css`).
    """

    hashes: Mapping[str, str]
    icons: frozenset[str]

    @classmethod
    def load(cls, directory: Path = STATIC_DIR) -> Self:
        """Read the vendor manifest and hash netzwart's own files.

        Raises:
            FileNotFoundError: the third-party files have not been built.
        """
        manifest_path = directory / "vendor" / MANIFEST_NAME
        if not manifest_path.is_file():
            raise FileNotFoundError(
                f"{manifest_path} is missing: run `python tools/build_assets.py` in the checkout."
            )
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        hashes = {f"vendor/{name}": digest for name, digest in manifest["files"].items()}
        own = (path for path in directory.iterdir() if path.is_file())
        hashes |= {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in own}
        return cls(hashes=hashes, icons=frozenset(manifest["icons"]))

    def url(self, path: str) -> str:
        """Return the address of `path` with its content hash.

        Raises:
            KeyError: no such file; a page that names one is a bug.
        """
        return f"{STATIC_URL}/{path}?v={self.hashes[path][:_HASH_LENGTH]}"

    def icon_url(self, name: str) -> str:
        """Return the address of one icon inside the sprite.

        Raises:
            KeyError: the icon is not in the sprite; add it to `web/icons.txt` and build.
        """
        if name not in self.icons:
            raise KeyError(f"Icon {name!r} is not in web/icons.txt")
        return f"{self.url('vendor/icons.svg')}#{name}"

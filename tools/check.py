"""Run every check and say which one is not clean: `make check`."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BIN = Path(".venv/bin")
TEMPLATES = [str(path) for path in Path("src").rglob("*.html")]
CHECKS = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "lint": ["ruff", "check", "--quiet", "--output-format", "concise", "."],
    "types": ["pyright"],
    "floors": ["lint-imports", "--no-cache"],
    "yaml": ["yamllint", "--strict", "device_profiles", "src", "compose.yaml"],
    "templates": ["djlint", "--lint", "--quiet", *TEMPLATES],
    "spelling": ["codespell", "src", "tests", "docs", "README.md", "CONTRIBUTING.md"],
    "dependencies": ["pip-audit", "--skip-editable", "--progress-spinner", "off", "--local"],
}


def _run(name: str) -> tuple[str, int, str, float]:
    program, *arguments = CHECKS[name]
    start = time.monotonic()
    result = subprocess.run(  # noqa: S603 - our own tools, fixed arguments
        [BIN / program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    return name, result.returncode, result.stdout + result.stderr, time.monotonic() - start


def main() -> int:
    """Return the number of checks that are not clean."""
    wanted = sys.argv[1:] or list(CHECKS)
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, code, output, seconds in pool.map(_run, wanted):
            print(f"{'ok ' if code == 0 else 'NOT'} {name} ({seconds:.1f} s)")
            if code:
                failed += 1
                print(output.strip()[-4000:])
    return failed


if __name__ == "__main__":
    sys.exit(main())

"""Fails unless the tests of the pure money rules take every branch of them.

Part of `make test`. Only the tables of cases run here; the property tests run with all the others.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
RULES = "netzwart.funding.rules"


def main() -> int:
    """Run the rules' own tests under coverage; 100 % of branches or an error."""
    tests = sorted(str(path) for path in (ROOT / "tests/funding").glob("test_rules_*.py"))
    return subprocess.call(  # noqa: S603 - our own interpreter and files
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--no-header",
            "-p",
            "no:cacheprovider",
            "--durations=0",
            "--durations-min=5",
            "-k",
            "not properties",
            f"--cov={RULES}",
            "--cov-branch",
            "--cov-report=term-missing:skip-covered",
            "--cov-fail-under=100",
            *tests,
        ],
        cwd=ROOT,
    )


if __name__ == "__main__":
    sys.exit(main())

"""`python -m netzwart` and the `netzwart` command."""

import sys

from netzwart.cli import run_command_line


def main() -> None:
    """Run the command line and exit with its code: 0 done, 1 failed, 2 wrong usage."""
    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()

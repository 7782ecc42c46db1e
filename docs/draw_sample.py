"""Draws a netzwart sample again, without netzwart: this file and Python's standard library.

    python draw_sample.py liste.txt "SEED" 30

The frozen list has one device a line, `inventory number;serial number`. Each line's ticket is the
SHA-256 of "seed|SHA-256 of the list|line"; the smallest tickets win, in their order.
"""

import hashlib
import sys
from pathlib import Path


def sha256(text: str) -> str:
    """Return the hash of a text as hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def draw(listed: str, seed: str, size: int) -> list[str]:
    """Return the lines that the seed draws, in its order."""
    of_list = sha256(listed)
    tickets = sorted((sha256(f"{seed}|{of_list}|{line}"), line) for line in listed.splitlines())
    return [line for _, line in tickets[:size]]


if __name__ == "__main__":
    path, seed, size = sys.argv[1:]
    listed = Path(path).read_bytes().decode()
    sys.stdout.write(f"SHA-256 der Liste: {sha256(listed)}\n")
    for number, line in enumerate(draw(listed, seed, int(size)), start=1):
        sys.stdout.write(f"{number}\t{line}\n")

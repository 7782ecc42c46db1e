"""What is wrong with a file, where, and what to do about it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from netzwart.errors import InvalidInputError

SHOWN = 200
"""Problems listed at most; a broken file has thousands."""


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One fault: `path` as in `invoices.0.lines.2.vat_rate`, `line` of the file where known."""

    path: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        """Return the fault as one line of text."""
        place = f"Zeile {self.line}: " if self.line is not None else ""
        return f"{place}{self.path}: {self.message}" if self.path else f"{place}{self.message}"


class BrokenImportError(InvalidInputError):
    """The file cannot be taken; nothing was written."""

    def __init__(self, problems: Iterable[ImportProblem]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        noun = "Fehler" if count == 1 else f"{count} Fehler"
        verb = "Ein" if count == 1 else "Die Datei hat"
        sentence = f"{verb} {noun} in der Datei." if count == 1 else f"{verb} {noun}."
        super().__init__(
            f"{sentence} Es wurde nichts übernommen.",
            fields={
                problem.path or str(number): str(problem)
                for number, problem in enumerate(self.problems[:SHOWN])
            },
        )


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ` Meinten Sie „…“?` for the nearest known word, or nothing."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.55)
    return f" Meinten Sie „{found[0]}“?" if found else ""


def unknown_key(word: str, known: Iterable[str]) -> str:
    """Return the sentence for a key or column nobody knows."""
    return f"„{word}“ ist unbekannt.{nearest(word, known)}"

"""One agent of the fleet: what it is asked, what it answered last, how far a poll has got."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from netzwart.network.protocols.ber import BerError, decode_value
from netzwart.network.protocols.datagrams import Endpoint
from netzwart.network.protocols.envelopes import Envelope
from netzwart.network.protocols.replies import Index, Oid, SnmpValue
from netzwart.network.protocols.sheets import (
    Block,
    Question,
    Sheet,
    questions_of,
    rows_per_packet,
)
from netzwart.network.protocols.skeletons import Skeleton, is_news, locate, numbers_at
from netzwart.network.protocols.walking import TOO_BIG

_EXCEPTIONS = 0x80
"""noSuchObject, noSuchInstance and endOfMibView have tags from here on."""
_MAX_FITTINGS = 12
"""How often a poll may begin again with smaller questions; halving 100 rows takes seven."""


class Outcome(StrEnum):
    """How a poll of the fast wire ended."""

    ANSWERED = "answered"
    """All of it came; `has_news` says whether something else than numbers changed."""
    SILENT = "silent"
    """Not one answer."""
    INCOMPLETE = "incomplete"
    """Some questions were answered, others not."""
    RENUMBERED = "renumbered"
    """Other instances came than the sheet names: what the agent has must be learned anew."""
    REFUSED = "refused"
    """An error-status, a report, or answers that nobody can read: the general wire says why."""


class Scope(StrEnum):
    """How much of its sheet an agent is asked."""

    PROBE = "probe"
    """The scalars, once: is it there again?"""
    USUAL = "usual"
    """All but what hardly ever changes."""
    EVERYTHING = "everything"


class Reading(StrEnum):
    """What one answer means for the poll."""

    TAKEN = "taken"
    IGNORED = "ignored"
    AGAIN = "again"
    """The agent fits less into an answer than was asked for; the questions are cut anew."""
    RENUMBERED = "renumbered"
    REFUSED = "refused"


class Answer:
    """The last answer to one question."""

    __slots__ = ("body", "numbers", "skeleton")

    def __init__(self, body: bytes, numbers: tuple[int, ...]) -> None:
        self.body = body
        self.numbers = numbers
        """Counters and ticks, in the answer's order."""
        self.skeleton: Skeleton | None = None
        """Made when the body has differed once: most never do."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long an agent may take."""

    timeout_s: float = 1.5
    """For the first answer of an agent that is not known yet, and at most."""
    retries: int = 1
    deadline_s: float = 20.0
    """For a whole poll, however steadily its answers trickle in."""


class FleetAgent:
    """One agent; made once it has been learned what it has, kept from poll to poll."""

    __slots__ = (
        "address",
        "all_asked",
        "answers",
        "asked",
        "chosen_for",
        "deadline_at",
        "done",
        "due_at",
        "endpoint",
        "envelope",
        "fittings",
        "flying",
        "has_news",
        "identities",
        "limits",
        "next",
        "number",
        "outcome",
        "pace",
        "patience_s",
        "questions",
        "refused",
        "retries",
        "round_trip_s",
        "scope",
        "sheet",
        "started_at",
        "taken",
        "tries",
        "values",
        "waiting",
    )

    def __init__(
        self, endpoint: Endpoint, envelope: Envelope, sheet: Sheet, pace: Pace | None = None
    ) -> None:
        """Prepare the questions; nothing is sent yet.

        Args:
            endpoint: Where the agent listens.
            envelope: Wraps its questions.
            sheet: What it has.
            pace: How long it may take.
        """
        self.endpoint = endpoint
        self.address = endpoint.socket_address
        self.envelope = envelope
        self.sheet = sheet
        self.pace = pace or Pace()
        self.limits: dict[Block, int] = {}
        self.questions: list[Question] = questions_of(sheet, self.limits, envelope.room)
        self.answers: list[Answer | None] = [None] * len(self.questions)
        self.round_trip_s = 0.0
        """Smoothed; 0 while no answer has been timed."""
        self.patience_s = self.pace.timeout_s
        """How long to wait for an answer."""
        self.outcome = Outcome.SILENT
        self.has_news = True
        self.values = 0
        """How many values the last poll brought."""
        self.fittings = 0
        self.done: Callable[[FleetAgent], None] | None = None
        """Called when the poll under way has ended; None between polls."""
        self.identities: list[int] = []
        self.asked: list[int] = []
        self.all_asked = 0
        """The same as bits."""
        self.chosen_for: Scope | None = None
        """The scope for which `asked` was chosen; None when it has to be chosen anew."""
        self.scope = Scope.EVERYTHING
        self.retries = self.pace.retries
        self.next = self.flying = self.tries = self.taken = self.refused = 0
        self.waiting = 0
        """One bit for each question whose answer is still to come."""
        self.number = 0
        """Counts the polls."""
        self.started_at = self.due_at = self.deadline_at = 0.0

    def begin(self, scope: Scope, now: float) -> None:
        """Start a poll."""
        self.scope = scope
        self.retries = 0 if scope is Scope.PROBE else self.pace.retries
        self.number += 1
        self.has_news = False
        self.values = self.fittings = self.refused = 0
        self.started_at, self.deadline_at = now, now + self.pace.deadline_s
        self._choose()

    def _choose(self) -> None:
        if self.chosen_for is not self.scope or None in self.answers:
            self.chosen_for = self.scope
            self.asked = [
                place
                for place, question in enumerate(self.questions)
                if self._is_asked(question, self.answers[place])
            ]
            self.all_asked = sum(1 << place for place in self.asked)
        self.waiting = self.all_asked
        self.next = self.flying = self.tries = self.taken = 0

    def _is_asked(self, question: Question, answer: Answer | None) -> bool:
        if self.scope is Scope.PROBE:
            return question.block is None
        return self.scope is Scope.EVERYTHING or not question.is_slow or answer is None

    def time_round_trip(self, seconds: float) -> None:
        """Note how long an answer took; four times as long is waited for, but at least 0.3 s."""
        before = self.round_trip_s or seconds
        self.round_trip_s = before + (seconds - before) / 8
        self.patience_s = min(max(0.3, 4 * self.round_trip_s), self.pace.timeout_s)

    def take(self, place: int, body: bytes) -> Reading:
        """Keep an answer's body, reading no more of it than has changed."""
        answer = self.answers[place]
        if answer is not None:
            if body == answer.body:
                return Reading.TAKEN
            if answer.skeleton is not None:
                numbers = answer.skeleton.lift(body)
                if numbers is not None:
                    answer.body, answer.numbers = body, numbers
                    return Reading.TAKEN
        return self._read(place, body, answer)

    def _read(self, place: int, body: bytes, answer: Answer | None) -> Reading:
        question = self.questions[place]
        try:
            status, _, places = locate(body)
        except BerError:
            return Reading.IGNORED
        if status:
            is_fit = status == TOO_BIG and self._fit(question, len(question.rows) // 2)
            return Reading.AGAIN if is_fit else Reading.REFUSED
        names = tuple(one[0] for one in places)
        if question.block is not None and any(one[1] >= _EXCEPTIONS for one in places):
            return Reading.RENUMBERED
        if names != question.names:
            is_cut = names == question.names[: len(names)]
            is_fit = is_cut and self._fit(question, len(names) // question.width)
            return Reading.AGAIN if is_fit else Reading.RENUMBERED
        fresh = Answer(body, numbers_at(body, places))
        if answer is None:
            self.has_news = True
        else:
            self.has_news = self.has_news or is_news(body, places, answer.body)
            fresh.skeleton = Skeleton(body, places)
        self.answers[place] = fresh
        return Reading.TAKEN

    def _fit(self, question: Question, rows: int) -> bool:
        """Cut the questions so that answers of this block hold so many rows; False if none fit."""
        block = question.block
        self.fittings += 1
        if block is None or rows < 1 or self.fittings > _MAX_FITTINGS:
            return False
        self.limits[block] = min(rows, self.limits.get(block, rows))
        kept = {
            one: answer
            for one, answer in zip(self.questions, self.answers, strict=True)
            if one.block != block
        }
        self.questions = questions_of(self.sheet, self.limits, self.envelope.room)
        self.answers = [kept.get(one) for one in self.questions]
        self.chosen_for = None
        self._choose()
        return True

    def is_cut_for(self, sheet: Sheet) -> bool:
        """Tell whether this is asked in the packets that the sheet wants, as far as it fits them.

        Counters grow, and with them the answers.
        """
        wanted = questions_of(sheet, self.limits, self.envelope.room)
        return self.sheet == sheet and self.questions == wanted

    def shrink(self) -> None:
        """Ask for half as many rows at a time: some of its answers get lost on their way."""
        for block in self.sheet.blocks:
            rows = self.limits.get(block, rows_per_packet(block, self.envelope.room))
            self.limits[block] = max(1, rows // 2)
        self.questions = questions_of(self.sheet, self.limits, self.envelope.room)
        self.answers = [None] * len(self.questions)
        self.chosen_for = None

    def running(self) -> tuple[tuple[int, ...], list[int]]:
        """Return counters and ticks of the last answers: those of the scalars, those of the blocks.

        In the order of the sheet, row by row within a block.
        """
        scalars: tuple[int, ...] = ()
        rows: list[int] = []
        for question, answer in zip(self.questions, self.answers, strict=True):
            if answer is None:
                continue
            if question.block is None:
                scalars += answer.numbers
            elif answer.numbers:
                rows += answer.numbers
        return scalars, rows

    def scalars(self) -> Mapping[Oid, SnmpValue]:
        """Return the scalars that the agent has, from the last answers."""
        found: dict[bytes, SnmpValue] = {}
        for question, answer in zip(self.questions, self.answers, strict=True):
            if question.block is None and answer is not None:
                found |= _values(answer.body)
        names = [name for one in self.questions if one.block is None for name in one.names]
        return {
            oid: found[name]
            for oid, name in zip(self.sheet.scalars, names, strict=True)
            if name in found
        }

    def table(self) -> dict[Oid, dict[Index, SnmpValue]]:
        """Return all columns of the sheet by index, from the last answers."""
        columns: dict[Oid, dict[Index, SnmpValue]] = {
            column: {} for block in self.sheet.blocks for column in block.columns
        }
        for question, answer in zip(self.questions, self.answers, strict=True):
            if question.block is None or answer is None:
                continue
            found = _values(answer.body)
            for place, name in enumerate(question.names):
                if name in found:
                    column = question.block.columns[place % question.width]
                    columns[column][question.rows[place // question.width]] = found[name]
        return columns


def _values(body: bytes) -> dict[bytes, SnmpValue]:
    values: dict[bytes, SnmpValue] = {}
    for name, tag, start, stop in locate(body)[2]:
        value = decode_value(tag, body[start:stop])
        if value is not None:
            values[name] = value
    return values

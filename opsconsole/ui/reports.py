"""What came of bringing in the past, of working it, and of trying a lesson on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    seen: int
    new: int
    known: int
    broken: int
    is_whole: bool
    """False: it was stopped; what was brought in stays."""
    kinds: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many events of each kind it told of, new or known; rows that are no event are not among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewColumn:
    """A column of a table."""

    name: str
    example: str
    """The first value in it."""
    field: str
    """What it was taken for; empty: it is not used."""
    can_change: bool
    """It has a name of its own, by which it can be said what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPreview:
    """What an import understood, before anything is written."""

    name: str
    what: str
    """What it holds, and how many: `412 tickets`."""
    facts: tuple[tuple[str, str], ...]
    """(of what, how it is read)."""
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first of them, as they would be kept."""
    notes: tuple[str, ...]
    """What was not understood, or may be meant otherwise; what to do."""
    has_answers: bool = True
    """Mail of one's own was found, or it is a table."""
    own_elsewhere: tuple[tuple[str, int], ...] = ()
    """(folder, mails of one's own in it) outside of sent mail: are they sent?"""
    columns: tuple[PreviewColumn, ...] = ()
    """Of a table."""
    fields: tuple[tuple[str, str], ...] = ()
    """What a column may be: (field, in words)."""
    kind: str = ""
    """What its rows are; empty where it is no table, or one that does not say."""
    kinds: tuple[tuple[str, str], ...] = ()
    """What rows may be: (kind, in words)."""


@dataclass(frozen=True, slots=True)
class PastPlan:
    """What of the past an agent would work."""

    agent: str
    name: str
    events: int
    known: int
    """Worked before by this version."""
    days: str
    """From when to when."""
    refused: str = ""
    """Why it cannot be tried on the past."""
    fits: int = 0
    """So much of what was just brought in is of a kind that it watches."""


@dataclass(frozen=True, slots=True)
class ReadyAgent:
    """An agent that comes with the program and fits what was brought in."""

    file: str
    name: str
    summary: str
    fits: int = 0
    """So much of what was just brought in is of a kind that it watches."""


@dataclass(frozen=True, slots=True)
class PastReport:
    """What an agent would have done with the past."""

    done: int
    pairs: int
    agreed: int
    """Of those that prove something: it would have done what people did."""
    counted: int
    """Pairs that prove something."""
    failed: int
    """It did not know what to do: never agreement."""
    is_whole: bool
    """False: it was stopped; what was worked stays, and the next time goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSide:
    """What one of the two files got of the past."""

    right: int
    """Events on which it would have done what people did."""
    severe: int
    rules: Mapping[str, int]
    """What its rules would say of its actions, were it live: `act`, `ask`, `recommend`, `refuse` → how many."""
    cost: float
    """In the workspace's money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonReport:
    """What came of trying a lesson on the past."""

    events: int
    left_out: int
    """Events it was learnt from: they say nothing of it."""
    before: LessonSide
    after: LessonSide
    better: int
    worse: int
    points: tuple[float, float]
    """Bounds of the difference, 95 %; from -100 to 100."""
    off_record: int
    """Events in which it asked what the record does not hold."""
    stopped: str = ""
    """Why it ended before the last event; empty where it did not."""


MODEL_EVENTS = 10
"""Events that a model is asked about when a playbook is tried with it."""
ASKS = "asks you"
"""What a preview says in place of a category where it is unsure."""


@dataclass(frozen=True, slots=True)
class PreviewedEvent:
    """How one event is told apart by an agent's file, and by another one in its place."""

    event: int
    title: str
    was: str
    """Name of the category by the file in use, or that it asks; empty where it never worked it."""
    now: str
    did: str = ""
    """Name of the category that what people did with it says; empty: not known."""


@dataclass(frozen=True, slots=True)
class PlaybookPreview:
    """What a changed file would make of the last events."""

    events: tuple[PreviewedEvent, ...]
    """The newest first."""
    spent: float | None = None
    """What a model's answers cost, in the workspace's money; None where none was asked."""
    stopped: str = ""
    """Why not all were asked about; empty where they were."""

    @property
    def changed(self) -> tuple[PreviewedEvent, ...]:
        """Those that are told apart otherwise."""
        return tuple(event for event in self.events if event.was not in ("", event.now))

    @property
    def against(self) -> int:
        """How many of those are others than what people did says."""
        return sum(bool(event.did) and event.now != event.did for event in self.changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateCard:
    """A template of an agent, with what the workspace has for it."""

    name: str
    title: str
    sentence: str
    most: str
    never: str
    lacks: tuple[str, ...]
    """What it needs and is not connected, in words; empty: it can be used."""
    choices: Mapping[str, tuple[str, tuple[str, ...]]]
    """Slot → (what it is, connections that fit, the likeliest first)."""
    matches: int
    """Of the newest events so many are for it."""
    looked_at: int
    is_in_use: bool
    problem: str
    """Why it cannot be used all the same; empty: nothing stands against it."""

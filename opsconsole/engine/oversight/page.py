"""A page of the team as parts: figures, sentences, tables, a place to sign. Each face (text, HTML, PDF) sets them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Tone = Literal["", "ok", "warn", "danger", "shadow", "muted"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts."""

    caption: str
    value: str
    note: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers beside each other."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences, each on a line of its own; as a list where there are several."""

    lines: tuple[str, ...]
    is_muted: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that has a name."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts below each other."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    share: float
    """Of the width, beside the other columns' shares."""
    is_number: bool = False
    """Figures stand under each other, on the right."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table; with one cell alone it heads those below it."""

    cells: tuple[str, ...]
    tone: Tone = ""
    """Of one of its cells, which then stands out."""
    is_total: bool = False
    toned: int = 1
    """Which cell that is."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under one head, which is repeated on each sheet."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A box to tick."""

    name: str
    note: str
    is_ticked: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """What a person ticks and signs."""

    choices: tuple[Choice, ...]
    lines: tuple[tuple[str, str], ...]
    """(what is to be written on the line, what stands there already)."""


Part = Figures | Lines | Facts | Table | Signature


@dataclass(frozen=True, slots=True)
class Section:
    """Parts under a heading."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page, on as many sheets as it takes."""

    kind: str
    """What it is: `Charter`."""
    title: str
    about: str
    """One line below the title."""
    lead: str
    """What it says in a sentence or two."""
    sections: tuple[Section, ...]
    foot: str
    """On every sheet, beside its number."""
    at: datetime
    """The moment it stands for: no clock decides what is in the file."""
    name: str
    """Of its file, without an ending."""

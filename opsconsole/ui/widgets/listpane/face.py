"""What a list shows of a row, as data: who has rows says their words and measures, the pane does the rest."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

from opsconsole.ui.widgets.basics import Tone

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Pill:
    """A word in a coloured ground."""

    words: str
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The words of a row, by where they stand."""

    title: str
    age: str = ""
    """Right of the title."""
    text: str
    """Under the title, in the lines there are."""
    pills: tuple[Pill, ...]
    """At the foot, from the left."""
    beside: str = ""
    """After the pills."""
    right: str = ""
    """At the right end of the foot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Where things stand on a card, in px from its upper edge where nothing else is said."""

    row: int = 80
    """Height of a row, with the gap to its neighbours."""
    title: int = 9
    lines: int = 1
    """Lines the text may take (a number)."""
    foot: int = 51
    pill: int = 20
    """Height of a pill."""
    bar: int = 10
    """How much shorter than the card the bar of the picked one is, at each end."""
    age: int | None = None
    """Width kept free for the age; None for as much as it takes."""


class RowFace(ABC, Generic[_Row]):
    """Says what is shown of a row; two that are equal say the same of the same row."""

    __slots__ = ()

    @abstractmethod
    def card(self, row: _Row) -> Card:
        """Return what is painted."""

    @abstractmethod
    def text(self, row: _Row) -> str:
        """Return what a screen reader calls it."""

    @abstractmethod
    def description(self, row: _Row) -> str:
        """Return what a screen reader adds."""

    @abstractmethod
    def tip(self, row: _Row) -> str:
        """Return what is told on hover."""

"""What a form of a connection asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in."""

    name: str
    title: str
    hint: str = ""
    is_secret: bool = False
    is_needed: bool = False
    check: Callable[[str], str] | None = None
    """Gives what is wrong with a value; empty where nothing is."""
    is_file: bool = False
    """A file of this computer, which may be chosen instead of typed."""
    is_rare: bool = False
    """Few need it: it is folded away."""
    choices: Sequence[tuple[str, str]] = ()
    """Values and their words, where one of a few is chosen instead of typed."""

    @property
    def stays(self) -> bool:
        """Where a connection is changed, empty leaves what was given before; it cannot be shown."""
        return self.is_secret or self.is_file

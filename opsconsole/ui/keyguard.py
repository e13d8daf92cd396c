"""Keeps letters that were meant as text from being commands."""

import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_Shown = TypeVar("_Shown")
TYPING_S = 0.6
"""So long after a text field had the focus, in seconds, a single key is taken for text that was meant for it."""
TYPING = "Not taken as a command, for you were typing a moment ago. Press it again."
TOO_SOON = "This has only just come. Look at it, then press again."
BUSY = "Your last word is still being written. Press again in a moment."


def is_single(keys: QKeySequence) -> bool:
    """Return whether a shortcut is one key that writes a character."""
    name = keys.toString(QKeySequence.SequenceFormat.PortableText).removeprefix("Shift+")
    return len(name) == 1 or name == "Space"


def is_text_field(widget: QWidget | None) -> bool:
    """Return whether letters typed there are text."""
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit | QAbstractSpinBox):
        return not widget.isReadOnly()
    return isinstance(widget, QComboBox) and widget.isEditable()


class KeyGuard(QObject):
    """Knows whether somebody typed a moment ago, and says so where a key was not taken.

    Each key that is not taken is part of what was being typed: the moment begins anew with it, so that a word whose
    field has gone does nothing to its last letter.

    Signals:
        swallowed: why a key did nothing, in words.
    """

    swallowed = Signal(str)

    def __init__(self, parent: QObject, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._was_in_field = False
        self._typed_at: float | None = None
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)

    @property
    def is_typing(self) -> bool:
        """A text field has the focus, or had it within the last moment."""
        if is_text_field(QApplication.focusWidget()):
            return True
        return self._typed_at is not None and self._clock() - self._typed_at < TYPING_S

    def lets_through(self) -> bool:
        """Return whether a single key may be a command now; where not, it is said."""
        if not self.is_typing:
            return True
        self._typed_at = self._clock()
        self.say(TYPING)
        return False

    def meant(self, shown: _Shown | None, *, is_open: bool, is_busy: bool, nothing: str) -> _Shown | None:
        """Return what a verb is meant for; None, and the reason said, where it may be meant for something else.

        Args:
            shown: what is on the screen.
            is_open: it has been there long enough to be meant.
            is_busy: what was said before is still being written.
            nothing: what to say where nothing is shown.
        """
        if shown is not None and is_open and not is_busy:
            return shown
        self.say(nothing if shown is None else BUSY if is_busy else TOO_SOON)
        return None

    def say(self, why: str) -> None:
        """Say why a key did nothing."""
        self.swallowed.emit(why)

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._was_in_field:
            self._typed_at = self._clock()
        self._was_in_field = is_text_field(now)

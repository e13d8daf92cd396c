"""The foot of a lesson: take it, try it, and what is known before either; and what was taken, with the way back."""

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from opsconsole.ui.panels.shadow.lessons import backtesttext
from opsconsole.ui.panels.shadow.lessons.backtesttext import LessonBacktest
from opsconsole.ui.panels.shadow.lessons.data import Row
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import beside, button, label, repolish, row
from opsconsole.ui.widgets.keybutton import KeyButton

ROOMY, LEAST = 760, 540
"""Width in px from which there is room for the hint, and with which all the rest fits."""


class LessonBar(QFrame):
    """Says what taking makes and what the past says of it, beside the two verbs."""

    def __init__(self, theme: Theme, take: Callable[[], None], try_it: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("actions")
        self.setMinimumHeight(64)
        self.take = KeyButton(theme, "Take it", key="L", icon="check", act=take, kind="accent")
        self.try_it = KeyButton(theme, "Try on the past", key="T", icon="play", act=try_it)
        self._makes, self._past = label("", "small", is_wrapped=True), label("", "small", is_wrapped=True)
        self.hint = label("J / K next, previous", "small")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self._makes)
        words.addWidget(self._past)
        words.addStretch(1)
        line = row(self.take, self.try_it, 6)
        line.addLayout(words, 1)
        line.addWidget(self.hint)
        line.setContentsMargins(28, 8, 28, 8)
        self.setLayout(line)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST, 64)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the hint goes, not the ends of the words."""
        super().resizeEvent(event)
        self.hint.setVisible(self.width() >= ROOMY)

    def show_for(self, lesson_row: Row, trial: LessonBacktest, *, is_busy: bool) -> None:
        """Offer what can be done with a lesson."""
        fault = lesson_row.lesson.fault
        self.take.setEnabled(not is_busy and not fault)
        self.try_it.setEnabled(not trial.is_running and not is_busy and not fault)
        self.try_it.name_it("Try on the past" if trial.report is None else "Try again")
        makes = f"Makes version {lesson_row.makes}; version {lesson_row.number} is in use"
        told, tone = backtesttext.conclusion(trial)
        if fault:
            makes, told, tone = "It cannot be taken", fault[:1].upper() + fault[1:], "danger"
        self._makes.setText(makes)
        self._past.setText(told)
        _tint(self._past, tone)
        self.take.setAccessibleDescription(f"Shortcut L. {makes}. {told}")


class TakenStrip(QFrame):
    """What came of taking a lesson, until something else is in use: and the way back."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self._theme = theme
        self._act: Callable[[], None] | None = None
        self._icon, self._text = QLabel(), label("", is_wrapped=True)
        self.back = button("", self._on_back)
        line = beside(self._text, self.back)
        line.insertWidget(0, self._icon)
        line.setContentsMargins(14, 8, 10, 8)
        line.setSpacing(10)
        self.setLayout(line)
        self.hide()
        self.restyle()

    def say(self, text: str, button_text: str = "", act: Callable[[], None] | None = None) -> None:
        """Say it, with at most one thing to do about it."""
        self._act = act
        self._text.setText(text)
        self.setAccessibleName(text)
        self.back.setText(button_text)
        self.back.setVisible(bool(button_text))
        self.show()

    def restyle(self) -> None:
        """Tint it anew."""
        colors = self._theme.tokens
        self.setStyleSheet(f"#card {{ background: {colors['okSoft']}; border: 1px solid {colors['ok']} }}")
        self._icon.setPixmap(self._theme.pixmap("check", "ok"))

    def _on_back(self) -> None:
        if self._act is not None:
            self._act()


def _tint(made: QLabel, tone: str) -> None:
    if made.property("tone") != tone:
        made.setProperty("tone", tone)
        repolish(made)

"""Cards of what was not done. What agents would have done is dashed and offers nothing to approve."""

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.engine.commands.recommendations import NotExecuted
from opsconsole.ui.widgets.basics import Tone, beside, button, card, label, pill, repolish, row
from opsconsole.ui.widgets.words import VERDICTS, ago, exact, plural, spoken

_LONG = 220
Open = Callable[[NotExecuted], None]


def by_event(found: Sequence[NotExecuted]) -> list[list[NotExecuted]]:
    """Group what one run wanted, newest run first, in the order in which it wanted it."""
    groups: dict[int, list[NotExecuted]] = {}
    for action in found:
        groups.setdefault(action.row.run_id, []).append(action)
    return [list(reversed(group)) for group in groups.values()]


def shadow_card(group: Sequence[NotExecuted], *, now: datetime, open_run: Open) -> QFrame:
    """Make the card of what an agent would have done with one event."""
    first = group[0]
    frame, column = card()
    frame.setProperty("shadow", "true")
    head = beside(label(first.row.event_title or "(no title)", "h3", is_wrapped=True), pill("Shadow", "shadow"))
    column.addLayout(head)
    column.addLayout(_facts(first, now))
    for action in group:
        column.addWidget(_line())
        column.addLayout(_action(action))
    column.addLayout(row(button("Open the run", lambda: open_run(first), kind="link"), None))
    frame.setAccessibleName(f"Shadow: {first.row.agent_name} would have done {plural(len(group), 'thing')}")
    return frame


class RecommendationCard(QFrame):
    """What an agent recommends.

    Signals:
        chosen: the person turned to it.
    """

    chosen = Signal(str)

    def __init__(self, action: NotExecuted, *, now: datetime, open_run: Open) -> None:
        super().__init__()
        self.action = action
        self.setObjectName("card")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addLayout(beside(label(action.sentence, "h3", is_wrapped=True), pill("Recommended", "accent")))
        column.addLayout(_facts(action, now))
        column.addWidget(label(f"On: {action.row.event_title or '(no title)'}", "small", is_wrapped=True))
        _arguments(column, action)
        if action.because:
            column.addWidget(label(f"Because: {action.because}", "muted", is_wrapped=True))
        if action.changes:
            made = label(f"Since then: {'; '.join(action.changes)}", is_wrapped=True)
            made.setProperty("tone", "warn")
            column.addWidget(made)
        column.addLayout(row(button("Open the run", lambda: open_run(action), kind="link"), None))
        self.setAccessibleName(f"Recommended by {action.row.agent_name}: {action.sentence}")

    def set_chosen(self, is_chosen: bool) -> None:
        """Show whether the keys reach this one."""
        self.setProperty("chosen", "true" if is_chosen else "false")
        repolish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit(self.action.row.action_id)
        super().mousePressEvent(event)


def _facts(action: NotExecuted, now: datetime) -> QVBoxLayout:
    parts = [action.row.agent_name, action.row.category_name, action.row.event_sender]
    made = label(" · ".join(part for part in parts if part), "small", is_wrapped=True)
    when = label(ago(action.row.at, now), "small")
    when.setToolTip(exact(action.row.at))
    column = QVBoxLayout()
    column.addLayout(beside(made, when))
    return column


def _action(action: NotExecuted) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    words, tone = VERDICTS.get(action.row.if_live, ("", "plain"))
    head = beside(label(action.sentence, is_wrapped=True))
    if words:
        live = pill(f"If live: {words.lower()}", _tone(tone))
        live.setToolTip("What the gate would say if this were live")
        head.addWidget(live, 0, Qt.AlignmentFlag.AlignTop)
    column.addLayout(head)
    _arguments(column, action)
    if action.because:
        column.addWidget(label(f"Because: {action.because}", "muted", is_wrapped=True))
    return column


def _arguments(column: QVBoxLayout, action: NotExecuted) -> None:
    for name, value in action.args:
        if value in action.sentence:
            continue
        value = " ".join(value.split())
        text = value if len(value) <= _LONG else f"{value[:_LONG].rstrip()}…"
        made = label(f"{spoken(name)}: {text}", "small", is_wrapped=True, is_selectable=True)
        made.setToolTip("" if text == value else "Open the run to read all of it")
        column.addWidget(made)


def _tone(name: str) -> Tone:
    tones: dict[str, Tone] = {"ok": "ok", "warn": "warn", "danger": "danger", "accent": "accent", "shadow": "shadow"}
    return tones.get(name, "plain")


def _line() -> QWidget:
    made = QFrame()
    made.setFrameShape(QFrame.Shape.HLine)
    made.setFixedHeight(1)
    made.setStyleSheet("color: palette(mid); background: palette(mid)")
    return made

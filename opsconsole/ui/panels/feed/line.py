"""One line of the feed: its words, and how it is painted."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from opsconsole.store.queries.views.eventlist import EventRow
from opsconsole.store.queries.views.unseen import DRAWN
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets import painting
from opsconsole.ui.widgets.rowwindow import RowWindow
from opsconsole.ui.widgets.words import ACTION_STATES, exact, run_words, short_span, spoken, stand_words

HEIGHT = 80
INKS = {"plain": "text2", "ok": "ok", "warn": "warn", "danger": "danger", "accent": "accent", "shadow": "shadow"}
GROUNDS = {
    "plain": "sunken",
    "ok": "okSoft",
    "warn": "warnSoft",
    "danger": "dangerSoft",
    "accent": "accentSoft",
    "shadow": "shadowSoft",
}

NOT_YET = "not compared yet"
"""Short: the pill beside it says that it is in shadow, and it must be read whole."""
TRIED = "Tried on the past: see Shadow"
"""What is said of an event on which an agent was only tried."""


def state_of(row: EventRow) -> tuple[str, str]:
    """Return (words, tone) of where a line stands."""
    if row.is_drawn:
        return "Decide first", "accent"
    if row.is_awaited or is_shadow(row):
        return "Shadow", "shadow"
    if row.run_id is None:
        return ("Tried", "shadow") if row.is_tried else ("No agent", "plain")
    return run_words(row.state, [stands for stands, _ in row.actions], row.place, is_left=row.is_left)


def is_shadow(row: EventRow) -> bool:
    """What its agent wanted was only recorded."""
    return bool(row.actions) and all(state == "simulated" for state, _ in row.actions)


def became(row: EventRow) -> tuple[str, str]:
    """Return (words, tone) of what became of an event: `1 refused, 2 done`."""
    if row.is_drawn:
        return DRAWN, "plain"
    if row.actions:
        words = [stand_words(stands, number) for stands, number in row.actions[:3]]
        first = row.actions[0][0]
        return ", ".join(words), ACTION_STATES.get(first, ("", "plain"))[1]
    if row.is_awaited:
        return NOT_YET, "plain"
    if row.run_id is not None:
        return row.outcome or "no action", "plain"
    return (TRIED[:1].lower() + TRIED[1:], "shadow") if row.is_tried else ("nobody works this", "plain")


def words(row: EventRow) -> tuple[str, str]:
    """Return (text, description) for screen readers and the hover."""
    state, _ = state_of(row)
    text = f"{row.title or spoken(row.kind)}, from {row.sender or row.connection}"
    sorted_to = f"{row.agent_name or 'no agent'}, {row.category_name or 'not sorted'}"
    return text, f"{exact(row.at)}\n{sorted_to}, {state}: {became(row)[0]}"


class FeedLine(QStyledItemDelegate):
    """Paints a line straight from its row object."""

    def __init__(self, model: RowWindow[EventRow], theme: Theme, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._model, self._theme, self._now = model, theme, now
        self._colors: dict[str, QColor] = {}
        self.restyle()

    def restyle(self) -> None:
        """Take the tokens that hold now."""
        self._colors = {name: QColor(value) for name, value in self._theme.tokens.items()}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colors, row = self._colors, self._model.row_at(index.row())
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        rect: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        ground = "accentSoft" if is_current else "hover" if state & QStyle.StateFlag.State_MouseOver else ""
        painting.ground(
            painter,
            rect.adjusted(8, 2, -8, -2),
            colors[ground] if ground else None,
            bar=colors["accent"] if is_current else None,
        )
        inner = rect.adjusted(22, 9, -22, -9)
        if row is None:
            self._placeholder(painter, inner)
        else:
            self._content(painter, inner, row)
        painter.restore()

    def _placeholder(self, painter: QPainter, box: QRect) -> None:
        painter.setPen(self._colors["sunken"])
        painter.setBrush(self._colors["sunken"])
        for y, width in ((4, 240), (25, 170), (46, 110)):
            painter.drawRoundedRect(box.x(), box.y() + y, min(width, box.width()), 11, 4, 4)

    def _content(self, painter: QPainter, box: QRect, row: EventRow) -> None:
        colors, x, width = self._colors, box.x(), box.width()
        when = short_span(self._now() - row.at)
        ink = colors["text3"]
        painting.text(painter, QRect(x + width - 44, box.y(), 44, 20), when, size=fonts.SMALL, color=ink, is_right=True)
        title = ("! " if row.is_broken else "") + (row.title or spoken(row.kind))
        painting.text(
            painter, QRect(x, box.y(), width - 52, 20), title, size=fonts.BODY, color=colors["text"],
            weight=fonts.SEMIBOLD,
        )  # fmt: skip
        who = row.sender_name or row.sender or row.connection
        painting.text(
            painter, QRect(x, box.y() + 20, width, 20), f"{who} · {spoken(row.kind)}", size=fonts.SMALL,
            color=colors["text2"],
        )  # fmt: skip
        text, tone = state_of(row)
        used = painting.pill(
            painter, x, box.y() + 51, text, ground=colors[GROUNDS[tone]], ink=colors[INKS[tone]],
            is_dashed=tone == "shadow",
        )  # fmt: skip
        outcome, tone = became(row)
        agent = " · ".join(part for part in (row.agent_name, row.category_name) if part)
        agent += f" +{row.others}" if row.others else ""
        spare = width - used - painting.width_of(agent, fonts.SMALL, fonts.MEDIUM) - 20
        right = min(painting.width_of(outcome, fonts.SMALL, fonts.MEDIUM) + 2, max(width // 2, spare))
        painting.text(
            painter, QRect(x + width - right, box.y() + 41, right, 20), outcome, size=fonts.SMALL,
            color=colors[INKS[tone]], weight=fonts.MEDIUM, is_right=True,
        )  # fmt: skip
        painting.text(
            painter, QRect(x + used + 8, box.y() + 41, width - used - right - 18, 20), agent, size=fonts.SMALL,
            color=colors["text2"],
        )  # fmt: skip

"""The four stages as a staircase: where the agent stands, since when, and who is ready for the next step."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from opsconsole.ui.panels.agents.ladder import lines
from opsconsole.ui.panels.agents.ladder.data import Stair
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets import painting
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import local

FIRST, RISE = 28, 20
"""Height of the lowest step, and how much higher the next one is, in px."""
_GAP, _TOP = 10, 4
_LINES = 2
"""Lines that say who stands on a step."""


class Staircase(QWidget):
    """Painted; says itself in words to who cannot see it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._stairs: tuple[Stair, ...] = ()
        self._caption = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fit()
        self.setAccessibleName("Where it stands")
        theme.changed.connect(self.update)

    def show_stairs(self, stairs: Sequence[Stair]) -> None:
        """Show where an agent stands."""
        self._stairs = tuple(stairs)
        told = [f"{stair.stage.value.capitalize()}: {' · '.join(_told(stair))}" for stair in stairs]
        self.setAccessibleDescription(". ".join(told))
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the words below the steps need at this width."""
        width = self.place(0).width()
        needed = 1
        for stair in self._stairs:
            told = _told(stair)
            needed = max(needed, len(lines.broken(told[0], width, _LINES, fonts.SMALL)) + len(told) - 1)
        self._caption = needed * lines.HEIGHT + 8
        self.setFixedHeight(_TOP + FIRST + 3 * RISE + self._caption)

    def sizeHint(self) -> QSize:
        return QSize(480, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(320, self.height())

    def place(self, at: int) -> QRect:
        """Return where a step stands."""
        number = max(1, len(self._stairs))
        width = (self.width() - (number - 1) * _GAP) // number
        height, foot = FIRST + at * RISE, self.height() - self._caption
        return QRect(at * (width + _GAP), foot - height, width, height)

    def event(self, event: QHelpEvent) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """What is cut stands in the hover."""
        if event.type() == QHelpEvent.Type.ToolTip:
            for at, stair in enumerate(self._stairs):
                place = self.place(at)
                if place.left() <= event.pos().x() <= place.right():
                    every = [", ".join(stair.names), *_told(stair)[1:]] if stair.names else _told(stair)
                    QToolTip.showText(event.globalPos(), tip("\n".join(every)), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at, stair in enumerate(self._stairs):
            self._paint(painter, self.place(at), stair)
        painter.end()

    def _paint(self, painter: QPainter, place: QRect, stair: Stair) -> None:
        color, is_here = self._theme.color, bool(stair.names)
        painter.setPen(QPen(color("accent"), 1.2) if is_here else Qt.PenStyle.NoPen)
        painter.setBrush(color("accentSoft" if is_here else "sunken"))
        painter.drawRoundedRect(QRectF(place).adjusted(0.6, 0.6, -0.6, -0.6), 7, 7)
        ink = "accent" if is_here else "ok" if stair.is_behind else "text2"
        at = QRect(place.left() + 10, place.top() + 5, place.width() - 16, 18)
        words = stair.stage.value.capitalize()
        painting.text(painter, at, words, size=fonts.BODY, color=color(ink), weight=fonts.SEMIBOLD)
        below = QRect(place.left(), place.bottom() + 8, place.width(), self._caption - 8)
        told = _told(stair)
        first = lines.broken(told[0], below.width(), _LINES, fonts.SMALL)
        lines.text(painter, below, told[0], color=color("text2"))
        if len(told) > 1:
            rest = below.adjusted(0, len(first) * lines.HEIGHT, 0, 0)
            tint = "ok" if "ready" in stair.next and not stair.next.startswith("none") else "text2"
            lines.text(painter, rest, told[1], color=color(tint), most=1)


def _told(stair: Stair) -> list[str]:
    """Return what is said below a step: who stands there since when, and who is ready for it."""
    found: list[str] = []
    if stair.names:
        found.append(stair.who + (f" · since {day(stair.since)}" if stair.since is not None else ""))
    elif stair.is_behind:
        found.append("behind it")
    if stair.next:
        found.append(stair.next)
    return found or ["nobody stands here yet"]


def day(at: datetime) -> str:
    """Return a day as people say it."""
    here = local(at)
    return f"{here.day} {here:%B}"

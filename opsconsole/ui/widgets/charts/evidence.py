"""Charts of evidence, painted: an interval, a curve whose points can be opened, a grid of counts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme

_REACH = 14.0
"""A click so near to a point, in px, is meant for it."""


class IntervalBar(QWidget):
    """A share and the bounds it lies between, with the mark that has to be passed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share: float | None = None
        self._low, self._high, self._mark = 0.0, 1.0, 0.0
        self.setFixedHeight(22)
        self.setMinimumWidth(140)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_interval(self, share: float | None, low: float, high: float, *, mark: float) -> None:
        """Show one; None for a share of nothing."""
        self._share, self._low, self._high, self._mark = share, low, high, mark
        words = (
            "nothing counts yet"
            if share is None
            else f"right in {share:.0%}; truly between {low:.0%} and {high:.0%}; asked for: above {mark:.0%}"
        )
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, color = QPainter(self), self._theme.color
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(6, 0, -6, 0)
        middle = box.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("sunken"))
        painter.drawRoundedRect(QRectF(box.left(), middle - 4, box.width(), 8), 4, 4)
        mark = box.left() + self._mark * box.width()
        if self._share is not None:
            ink = color("ok") if self._low > self._mark else color("accent")
            soft = QColor(ink)
            soft.setAlphaF(0.32)
            painter.setBrush(soft)
            left, right = box.left() + self._low * box.width(), box.left() + self._high * box.width()
            painter.drawRoundedRect(QRectF(left, middle - 4, max(3.0, right - left), 8), 4, 4)
            painter.setPen(QPen(color("surface"), 1.5))
            painter.setBrush(ink)
            painter.drawEllipse(QPointF(box.left() + self._share * box.width(), middle), 5.5, 5.5)
        painter.setPen(QPen(color("text2"), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(mark, middle - 10), QPointF(mark, middle + 10))


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of a curve in its own units."""

    x: float
    y: float
    words: str


class Curve(QWidget):
    """Points joined by a line; Left and Right go along it, Enter or a click opens the point.

    Signals:
        opened: (place of a point).
    """

    opened = Signal(int)

    def __init__(
        self,
        theme: Theme,
        title: str,
        *,
        names: tuple[str, str],
        is_log: bool = False,
        is_share: bool = True,
        has_diagonal: bool = False,
        threshold: tuple[float, str] | None = None,
    ) -> None:
        super().__init__()
        self._theme, self._title, self._names = theme, title, names
        self._is_log, self._is_share, self._has_diagonal, self._threshold = is_log, is_share, has_diagonal, threshold
        self._spots: tuple[Spot, ...] = ()
        self._at = -1
        self.setMinimumSize(260, 190)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)
        self.show_spots(())

    def sizeHint(self) -> QSize:
        return QSize(320, 190)

    def show_spots(self, spots: Sequence[Spot]) -> None:
        """Show points, from left to right."""
        self._spots, self._at = tuple(spots), -1
        words = "; ".join(spot.words for spot in spots[:12]) or "nothing yet"
        self.setAccessibleName(f"{self._title}: {words}" + ("; and more" if len(spots) > 12 else ""))
        self.update()

    def place_of(self, number: int) -> QPointF:
        """Return where a point is painted."""
        box, (left, right, low, high) = self._box(), self._bounds()
        spot = self._spots[number]
        x = (spot.x - left) / (right - left) if right > left else 0.5
        y = (self._height(spot.y) - low) / (high - low) if high > low else 0.5
        return QPointF(box.left() + x * box.width(), box.bottom() - y * box.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and self._spots:
            self._at = min(max(0, self._at + step), len(self._spots) - 1)
            self.setAccessibleDescription(self._spots[self._at].words)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at >= 0:
            self.opened.emit(self._at)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        near = self._near(event.position())
        if near != self._at:
            self._at = near
            self.setToolTip(self._spots[near].words if near >= 0 else "")
            self.setCursor(Qt.CursorShape.PointingHandCursor if near >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (near := self._near(event.position())) >= 0:
            self.opened.emit(near)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, color, box = QPainter(self), self._theme.color, self._box()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter, box)
        points = [self.place_of(number) for number in range(len(self._spots))]
        if not points:
            painter.setPen(color("text3"))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), "Nothing yet")
            return
        line = QPainterPath(points[0])
        for point in points[1:]:
            line.lineTo(point)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color("accent"), 1.75, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPath(line)
        size = 3.6 if len(points) <= 40 else 1.6
        painter.setBrush(color("accent"))
        for number, point in enumerate(points):
            painter.setPen(QPen(color("surface"), 1.2) if size > 2 else QPen(Qt.PenStyle.NoPen))
            if number == self._at:
                painter.setPen(QPen(color("focus"), 2))
            painter.drawEllipse(point, size + (2 if number == self._at else 0), size + (2 if number == self._at else 0))

    def _paint_frame(self, painter: QPainter, box: QRectF) -> None:
        color, (_, right, low, high) = self._theme.color, self._bounds()
        painter.setFont(fonts.font(fonts.CAPTION))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, words in self._ticks(low, high):
            y = box.bottom() - (value - low) / (high - low) * box.height()
            painter.setPen(QPen(color("border"), 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(color("text3"))
            painter.drawText(QRectF(0, y - 8, box.left() - 6, 16), int(flags), words)
        if self._has_diagonal:
            painter.setPen(QPen(color("outline"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(box.bottomLeft(), box.topRight())
        if self._threshold is not None:
            share = (self._height(self._threshold[0]) - low) / (high - low)
            y = box.bottom() - share * box.height()
            painter.setPen(QPen(color("ok"), 1.25, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(color("ok"))
            painter.drawText(QRectF(box.left() + 4, y + 1, box.width(), 16), 0, self._threshold[1])
        painter.setPen(color("text3"))
        foot = QRectF(box.left(), box.bottom() + 4, box.width(), 16)
        end = "100%" if self._is_share else f"{right:g}"
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignLeft), "0%" if self._is_share else "0")
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignHCenter), self._names[0])
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignRight), end)
        top = QRectF(box.left(), 0, box.width(), 16)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignLeft), self._names[1])

    def _ticks(self, low: float, high: float) -> list[tuple[float, str]]:
        if not self._is_log:
            return [(low + part * (high - low), f"{low + part * (high - low):.0%}") for part in (0.0, 0.5, 1.0)]
        powers = [(power * math.log(10), f"{10.0**power:g}") for power in range(-3, 13)]
        inside = [power for power in powers if low <= power[0] <= high]
        return inside[:: max(1, len(inside) // 4)]

    def _box(self) -> QRectF:
        return QRectF(self.rect()).adjusted(44, 22, -10, -24)

    def _height(self, value: float) -> float:
        return math.log(max(value, 1e-3)) if self._is_log else value

    def _bounds(self) -> tuple[float, float, float, float]:
        if self._is_share:
            return 0.0, 1.0, 0.0, 1.0
        heights = [self._height(spot.y) for spot in self._spots] or [0.0]
        mark = [] if self._threshold is None else [self._height(self._threshold[0])]
        low, high = min(*heights, *mark, -0.4), max(*heights, *mark, 1.0)
        return 0.0, max([spot.x for spot in self._spots] or [1.0]), low, high + 0.15 * (high - low)

    def _near(self, at: QPointF) -> int:
        def distance(number: int) -> float:
            apart = self.place_of(number) - at
            return math.hypot(apart.x(), apart.y())

        best = min(range(len(self._spots)), key=distance, default=-1)
        return best if best >= 0 and distance(best) <= _REACH else -1

"""Small charts, painted: a sparkline, a stacked bar, horizontal bars. Each tells a screen reader its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme

_GAP = 2.0
_LINE = 22
"""Height of one horizontal bar's row, in px."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole: its name, its number, the token of its colour."""

    name: str
    value: int
    token: str
    is_dashed: bool = False
    """Drawn with a dashed outline: only recorded, not done."""


class _Chart(QWidget):
    """What the charts share: tokens, the repaint when they change, the accessible name."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self.theme = theme
        self.title = title
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.changed.connect(self.update)

    def tell(self, words: str) -> None:
        """Say the numbers: to screen readers and on hover."""
        self.setAccessibleName(f"{self.title}: {words}" if self.title else words)
        self.setToolTip(words)


class Sparkline(_Chart):
    """A line of a few numbers, the last one marked."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__(theme, title)
        self._values: tuple[int, ...] = ()
        self.setFixedHeight(34)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_values(self, values: Sequence[int]) -> None:
        """Show numbers, oldest first."""
        self._values = tuple(values)
        self.tell(", ".join(f"{value:,}" for value in values) or "nothing yet")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(2, 5, -5, -3)
        painter.setPen(QPen(self.theme.color("border"), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if len(self._values) < 2 or not any(self._values):
            return
        top, step = max(self._values), box.width() / (len(self._values) - 1)
        points = [
            QPointF(box.left() + number * step, box.bottom() - value / top * box.height())
            for number, value in enumerate(self._values)
        ]
        line = QPainterPath(points[0])
        for point in points[1:]:
            line.lineTo(point)
        area = QPainterPath(line)
        area.lineTo(box.bottomRight())
        area.lineTo(box.bottomLeft())
        painter.fillPath(area, QBrush(self.theme.color("accentSoft")))
        painter.setPen(QPen(self.theme.color("accent"), 1.75, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPath(line)
        painter.setPen(QPen(self.theme.color("surface"), 1.5))
        painter.setBrush(self.theme.color("accent"))
        painter.drawEllipse(points[-1], 3.2, 3.2)


class StackedBar(_Chart):
    """One bar of several shares; what has no share is not drawn, what has one stays visible."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__(theme, title)
        self._shares: tuple[Share, ...] = ()
        self.setFixedHeight(10)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: Sequence[Share]) -> None:
        """Show shares, in the order in which they stand."""
        self._shares = tuple(share for share in shares if share.value > 0)
        self.tell(", ".join(f"{share.name} {share.value:,}" for share in self._shares) or "nothing yet")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 1.5, -0.5, -1.5)
        clip = QPainterPath()
        clip.addRoundedRect(box, 3.5, 3.5)
        painter.setClipPath(clip)
        painter.fillRect(box, self.theme.color("sunken"))
        total = sum(share.value for share in self._shares)
        room = box.width() - _GAP * max(0, len(self._shares) - 1)
        widths = [max(4.0, room * share.value / total) for share in self._shares]
        scale, left = room / sum(widths) if widths else 0.0, box.left()
        for share, width in zip(self._shares, widths, strict=True):
            part = QRectF(left, box.top(), width * scale, box.height())
            _fill(painter, part, self.theme.color(share.token), is_dashed=share.is_dashed)
            left += width * scale + _GAP


class HorizontalBars(_Chart):
    """Names with bars and numbers, one a row."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__(theme, title)
        self._shares: tuple[Share, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: Sequence[Share]) -> None:
        """Show one row a share."""
        self._shares = tuple(shares)
        self.tell(", ".join(f"{share.name} {share.value:,}" for share in shares) or "nothing yet")
        self.setFixedHeight(max(1, len(self._shares)) * _LINE)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, max(1, len(self._shares)) * _LINE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.font(fonts.SMALL))
        top = max((share.value for share in self._shares), default=0) or 1
        names, figures = self.width() * 0.46, 44.0
        for number, share in enumerate(self._shares):
            row = QRectF(0, number * _LINE, self.width(), _LINE)
            metrics = painter.fontMetrics()
            name = metrics.elidedText(share.name, Qt.TextElideMode.ElideRight, int(names) - 8)
            painter.setPen(self.theme.color("text2"))
            painter.drawText(QRectF(row.left(), row.top(), names, _LINE), Qt.AlignmentFlag.AlignVCenter, name)
            room = row.width() - names - figures
            bar = QRectF(row.left() + names, row.center().y() - 3.5, max(4.0, room * share.value / top), 7)
            _fill(painter, bar, self.theme.color(share.token), is_dashed=share.is_dashed, radius=3.5)
            painter.setPen(self.theme.color("text"))
            place = QRectF(row.right() - figures, row.top(), figures, _LINE)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{share.value:,}")


def _fill(painter: QPainter, box: QRectF, color: QColor, *, is_dashed: bool, radius: float = 0.0) -> None:
    """Fill a bar; what was only recorded is hatched, so that colour never stands alone."""
    painter.setPen(Qt.PenStyle.NoPen)
    if not is_dashed:
        painter.setBrush(color)
        painter.drawRoundedRect(box, radius, radius)
        return
    soft = QColor(color)
    soft.setAlphaF(0.28)
    painter.setBrush(soft)
    painter.drawRoundedRect(box, radius, radius)
    painter.setBrush(QBrush(color, Qt.BrushStyle.BDiagPattern))
    painter.drawRoundedRect(box, radius, radius)

"""How a line of the ladder is painted: the decision, how right it was, what was severe, what is still needed."""

from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from opsconsole.engine.ladder import told
from opsconsole.ui.panels.agents.ladder import lines
from opsconsole.ui.panels.agents.ladder.data import CellRow
from opsconsole.ui.panels.agents.ladder.staircase import day
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets import painting

ROW = 48
"""In px."""
DECISION, RIGHT, SEVERE, STILL = range(4)
_COUNT = 78
"""Width of `139 of 140`, in px."""
_PAD = 12
_STILL = 3
"""Lines that say what is still needed."""
LEAST_SHARE = 0.5
"""Where the bar begins: what is right less often stands at its left end."""
_Index = QModelIndex | QPersistentModelIndex


def under(row: CellRow, now: datetime) -> str:
    """Return what stands below a decision: what holds now, and since when."""
    since = ""
    if row.held is not None:
        at = row.rung.demotion.at if row.rung.demotion is not None else row.held.at
        since = f", since {day(at)}" + (f" {at.year}" if at.year != now.year else "")
    return f"{told.holds_words(row.rung)}{since}"


class CellDelegate(QStyledItemDelegate):
    """Paints a cell of the list; the model gives the line itself by `row_at`."""

    def __init__(self, theme: Theme, table: QTableView) -> None:
        super().__init__(table)
        self._theme, self._table = theme, table
        self.rows: tuple[CellRow, ...] = ()
        self.now: datetime | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(80, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        if index.row() >= len(self.rows) or self.now is None:
            return
        row, rect, color = self.rows[index.row()], QRect(option.rect), self._theme.color  # pyright: ignore[reportAttributeAccessIssue]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:  # pyright: ignore[reportAttributeAccessIssue]
            painter.fillRect(rect, color("accentSoft"))
            if index.column() == DECISION:
                bar = color("focus" if self._table.hasFocus() else "outline")
                painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), bar)
        painter.setPen(QPen(color("border"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        place = rect.adjusted(_PAD, 0, -6, -1)
        (self._decision, self._right, self._severe, self._still)[index.column()](painter, place, row)
        painter.restore()

    def _decision(self, painter: QPainter, place: QRect, row: CellRow) -> None:
        color = self._theme.color
        upper = QRect(place.left(), place.top() + 5, place.width(), 18)
        painting.text(painter, upper, row.title, size=fonts.BODY, color=color("text"), weight=fonts.MEDIUM)
        left, middle = place.left(), place.top() + 33
        if row.rung.is_without_evidence:
            words = told.WITHOUT_EVIDENCE
            left += painting.pill(painter, left, middle, words, ground=color("warnSoft"), ink=color("warn"), height=17)
            left += 6
        if self.now is not None and (room := place.right() - left) > 40:
            at = QRect(left, middle - 9, room, 18)
            painting.text(painter, at, under(row, self.now), size=fonts.SMALL, color=color("text3"))

    def _right(self, painter: QPainter, place: QRect, row: CellRow) -> None:
        color, gate = self._theme.color, row.rung.shown
        if gate is None:
            return
        count = _COUNT if place.width() > 2 * _COUNT else 0
        box = QRectF(place.left() + 6, place.top(), place.width() - count - 16, place.height())
        middle = box.center().y()
        if row.right and not count:
            at = QRect(place.left(), place.bottom() - 17, place.width(), 15)
            painting.text(painter, at, row.right, size=fonts.CAPTION, color=color("text"))
            middle -= 6
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("border" if self._is_dark else "sunken"))
        painter.drawRoundedRect(QRectF(box.left(), middle - 3, box.width(), 6), 3, 3)
        if gate.standing.total:
            self._interval(painter, box, middle, row)
        mark = _at(box, gate.threshold.accuracy)
        painter.setPen(QPen(color("text2"), 1.6))
        painter.drawLine(QPointF(mark, middle - 9), QPointF(mark, middle + 9))
        if count:
            at = QRect(place.right() - count + 4, place.top(), count - 4, place.height())
            words, ink = (row.right, "text") if row.right else ("none yet", "text3")
            painting.text(painter, at, words, size=fonts.BODY, color=color(ink))

    @property
    def _is_dark(self) -> bool:
        return self._theme.color("surface").lightness() < 128

    def _interval(self, painter: QPainter, box: QRectF, middle: float, row: CellRow) -> None:
        gate = row.rung.shown
        if gate is None:
            return
        bounds, color = gate.standing.interval, self._theme.color
        ink = color("ok" if gate.standing.is_open else "accent")
        soft = QColor(ink)
        soft.setAlphaF(0.45)
        painter.setBrush(soft)
        left, right = _at(box, bounds.low), _at(box, bounds.high)
        painter.drawRoundedRect(QRectF(left, middle - 3.5, max(3.0, right - left), 7), 3.5, 3.5)
        painter.setPen(QPen(color("surface"), 1.5))
        painter.setBrush(ink)
        share = gate.standing.right / gate.standing.total
        painter.drawEllipse(QPointF(_at(box, share), middle), 5.5, 5.5)

    def _severe(self, painter: QPainter, place: QRect, row: CellRow) -> None:
        color, at = self._theme.color, None if row.rung.shown is None else row.rung.shown.standing
        if at is not None and at.severe:
            painting.pill(
                painter, place.left() - 4, place.center().y(), row.severe, ground=color("dangerSoft"),
                ink=color("danger"),
            )  # fmt: skip
        else:
            painting.text(painter, place, row.severe, size=fonts.BODY, color=color("text2"))

    def _still(self, painter: QPainter, place: QRect, row: CellRow) -> None:
        ink = "text2" if row.tone == "plain" else row.tone
        at = lines.middle(place, row.still, most=_STILL)
        lines.text(painter, at, row.still, color=self._theme.color(ink), most=_STILL)


def _at(box: QRectF, share: float) -> float:
    return box.left() + max(0.0, share - LEAST_SHARE) / (1 - LEAST_SHARE) * box.width()

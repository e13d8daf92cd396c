"""How a row is painted as a card."""

from functools import lru_cache
from typing import Generic, TypeVar

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTextLayout
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets import painting
from opsconsole.ui.widgets.listpane.face import Card, Measures
from opsconsole.ui.widgets.listpane.model import Index, ListModel
from opsconsole.ui.widgets.plain import one_line

LINE = 18
"""Height of a line, in px."""
_Row = TypeVar("_Row")


class CardDelegate(QStyledItemDelegate, Generic[_Row]):
    """Paints a row straight from its object: title and age, text, pills and what stands beside them."""

    def __init__(self, theme: Theme, model: ListModel[_Row], *, measures: Measures, parent: QListView) -> None:
        super().__init__(parent)
        self._theme, self._model, self._measures = theme, model, measures
        self._colors: dict[str, QColor] = {}
        self.restyle()

    def restyle(self) -> None:
        """Take the tokens that hold now."""
        self._colors = {name: QColor(value) for name, value in self._theme.tokens.items()}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, self._measures.row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card, measures = self._model.face.card(self._model.rows[index.row()]), self._measures
        place = option.rect.adjusted(8, 2, -8, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, place, option.state)
        line = QRect(place.left() + 14, place.top() + measures.title, place.width() - 28, LINE)
        self._paint_title(painter, line, card)
        self._paint_text(painter, line.translated(0, LINE + 1), card.text)
        line.moveTop(place.top() + measures.foot)
        self._paint_foot(painter, line, card)
        painter.restore()

    def _paint_ground(self, painter: QPainter, place: QRect, state: QStyle.StateFlag) -> None:
        colors = self._colors
        if state & QStyle.StateFlag.State_Selected:
            painting.ground(painter, place, colors["accentSoft"], bar=colors["accent"], inset=self._measures.bar)
        elif state & QStyle.StateFlag.State_MouseOver:
            painting.ground(painter, place, colors["hover"], bar=None)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setPen(QPen(colors["focus"], 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), 8, 8)

    def _paint_title(self, painter: QPainter, line: QRect, card: Card) -> None:
        colors, kept = self._colors, 0
        if card.age:
            kept = self._measures.age or painting.width_of(card.age, fonts.SMALL) + 12
            painting.text(painter, line, card.age, size=fonts.SMALL, color=colors["text3"], is_right=True)
        rest = line.adjusted(0, 0, -kept, 0)
        painting.text(painter, rest, card.title, size=fonts.BODY, color=colors["text"], weight=fonts.SEMIBOLD)

    def _paint_text(self, painter: QPainter, line: QRect, text: str) -> None:
        most, color = self._measures.lines, self._colors["text2"]
        for part in (text,) if most == 1 else _broken(text, line.width(), most):
            painting.text(painter, line, part, size=fonts.SMALL, color=color)
            line.translate(0, LINE)

    def _paint_foot(self, painter: QPainter, line: QRect, card: Card) -> None:
        colors, left, middle = self._colors, line.left(), line.top() + LINE // 2
        for pill in card.pills:
            ground, ink = painting.pill_tokens(pill.tone)
            left += painting.pill(
                painter, left, middle, pill.words, ground=colors[ground], ink=colors[ink], height=self._measures.pill
            )
            left += 6
        if card.beside:
            rest = line.adjusted(left - line.left() + 2, 0, 0, 0)
            painting.text(painter, rest, card.beside, size=fonts.SMALL, color=colors["text3"])
        if card.right:
            rest = line.adjusted(left - line.left(), 0, 0, 0)
            painting.text(
                painter, rest, card.right, size=fonts.SMALL, color=colors["text2"], weight=fonts.MEDIUM, is_right=True
            )


@lru_cache(maxsize=512)
def _broken(text: str, width: int, most: int) -> tuple[str, ...]:
    """Break a text into the lines there are; the last holds what is left, and is cut when painted."""
    words, found = one_line(text, 300), list[str]()
    laid = QTextLayout(words, fonts.font(fonts.SMALL))
    laid.beginLayout()
    while (line := laid.createLine()).isValid():
        line.setLineWidth(width)
        start = line.textStart()
        if len(found) == most - 1:
            found.append(words[start:])
            break
        found.append(words[start : start + line.textLength()])
    laid.endLayout()
    return tuple(found)

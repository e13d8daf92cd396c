"""Two sides, field by field, with the words that differ marked."""

import re
from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.diff.words import FieldRow, Span, differing
from opsconsole.ui.widgets.plain import is_right_to_left
from opsconsole.ui.widgets.texts import tip

_Index = QModelIndex | QPersistentModelIndex
PAD_X, PAD_Y, GUTTER, FIELD = 14, 7, 14, 150
NARROW = 640
"""Below this width the column of names is as wide as its widest word, in px."""
_BREAK = "\u200b"


WANTED = "What would be done"


class ChangeModel(QAbstractTableModel):
    """Field, now, after; where nothing was there before, field and after only, unless both sides always count."""

    def __init__(self, sides: tuple[str, str], spoken: tuple[str, str], *, is_two_sided: bool) -> None:
        super().__init__()
        self.is_two_sided = is_two_sided
        self._sides, self._spoken = sides, spoken
        self.changes: tuple[FieldRow, ...] = ()
        self.has_now = True
        self.alone = WANTED
        """The heading where nothing was there before."""

    def show(self, changes: Sequence[FieldRow]) -> None:
        """Show other changes."""
        self.beginResetModel()
        self.changes = tuple(changes)
        self.has_now = self.is_two_sided or any(change.now for change in changes)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.changes)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 3 if self.has_now else 2

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (("Field", *self._sides) if self.has_now else ("Field", self.alone))[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def text(self, index: _Index) -> str:
        """Return what stands in a cell."""
        change = self.changes[index.row()]
        return (change.field, change.now or ("—" if change.is_changed else ""), change.after or "—")[self.part(index)]

    def part(self, index: _Index) -> int:
        """Return 0 for the field, 1 for now, 2 for after."""
        return index.column() if self.has_now or index.column() == 0 else 2

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        change = self.changes[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self.text(index))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if not change.is_changed:
                return f"{change.field}: {change.after}"
            was, becomes = self._spoken
            return (
                f"{change.field}: "
                + ("", f"{was} {change.now or 'empty'}", f"{becomes} {change.after or 'empty'}")[self.part(index)]
            )
        return None


class ChangeDelegate(QStyledItemDelegate):
    """Paints a cell: tint, sign, text with the differing words marked."""

    def __init__(self, theme: Theme, model: ChangeModel, parent: QTableView) -> None:
        super().__init__(parent)
        self._theme, self._model, self._table = theme, model, parent

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        width = self._table.columnWidth(index.column()) - 2 * PAD_X - (GUTTER if index.column() else 0)
        return QSize(80, int(_laid(self._model.text(index), width, [])[1]) + 2 * PAD_Y)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        change, part, place = self._model.changes[index.row()], self._model.part(index), option.rect
        is_changed = change.is_changed and part > 0
        if self._model.is_two_sided and part and not (change.now, change.after)[part - 1]:
            is_changed = False  # a side that has nothing has nothing to mark
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(place)
        if is_changed:
            self._paint_ground(painter, place, part)
        spans = differing(change.now, change.after)[part - 1] if is_changed else []
        left = PAD_X + (GUTTER if part else 0)
        laid, _ = _laid(self._model.text(index), place.width() - left - PAD_X, self._formats(spans, part))
        painter.setPen(self._theme.color("text2" if part == 0 else "text"))
        laid.draw(painter, QPointF(place.left() + left, place.top() + PAD_Y + 1))
        painter.restore()

    def _paint_ground(self, painter: QPainter, place: QRect, part: int) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("delBg" if part == 1 else "addBg"))
        painter.drawRoundedRect(QRectF(place).adjusted(3, 2, -3, -2), 6, 6)
        painter.setPen(self._theme.color("danger" if part == 1 else "ok"))
        painter.setFont(fonts.font(fonts.BODY, fonts.SEMIBOLD))
        sign = QRectF(place.left() + 12, place.top() + PAD_Y - 1, 12, 20)
        painter.drawText(sign, int(Qt.AlignmentFlag.AlignCenter), "−" if part == 1 else "+")

    def _formats(self, spans: list[Span], part: int) -> list[QTextLayout.FormatRange]:
        made: list[QTextLayout.FormatRange] = []
        for start, length in spans:
            marked, look = QTextLayout.FormatRange(), QTextCharFormat()
            look.setBackground(self._theme.color("delWord" if part == 1 else "addWord"))
            look.setForeground(self._theme.color("text"))
            marked.start, marked.length, marked.format = start, length, look
            made.append(marked)
        return made


def breaking_addresses(text: str, formats: list[QTextLayout.FormatRange]) -> tuple[str, list[QTextLayout.FormatRange]]:
    """Let a line end before the @ of an address, with the marks where their words now stand."""
    places = [found.start() for found in re.finditer(r"(?<=\w)@(?=\w)", text)]
    moved: list[QTextLayout.FormatRange] = []
    for marked in formats:
        start, end = (edge + sum(place < edge for place in places) for edge in (marked.start, _end(marked)))
        made = QTextLayout.FormatRange()
        made.start, made.length, made.format = start, end - start, marked.format
        moved.append(made)
    return re.sub(r"(?<=\w)@(?=\w)", f"{_BREAK}@", text), moved


def _end(marked: QTextLayout.FormatRange) -> int:
    return marked.start + marked.length


def _laid(text: str, width: float, formats: list[QTextLayout.FormatRange]) -> tuple[QTextLayout, float]:
    """Lay a text in lines; give it with its height in px."""
    text, formats = breaking_addresses(text.replace("\n", "\u2028"), formats)
    laid = QTextLayout(text, fonts.font())
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setAlignment(Qt.AlignmentFlag.AlignRight if is_right_to_left(text) else Qt.AlignmentFlag.AlignLeft)
    laid.setTextOption(option)
    laid.setFormats(formats)
    height = 0.0
    laid.beginLayout()
    while (line := laid.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, height))
        height += max(20.0, line.height())
    laid.endLayout()
    return laid, height


class ChangeTable(QTableView):
    """As high as what it shows; it never scrolls by itself."""

    def __init__(
        self,
        theme: Theme,
        sides: tuple[str, str] = ("Now", "After approval"),
        *,
        spoken: tuple[str, str] = ("was", "becomes"),
        is_two_sided: bool = False,
    ) -> None:
        super().__init__()
        self.changes = ChangeModel(sides, spoken, is_two_sided=is_two_sided)
        self.setModel(self.changes)
        self.setItemDelegate(ChangeDelegate(theme, self.changes, self))
        self.setAccessibleName("What would change")
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)  # Tab goes on to what follows, not from cell to cell for ever
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def show_changes(self, changes: Sequence[FieldRow], *, alone: str = WANTED) -> None:
        """Show other changes, under `alone` where nothing was there before."""
        self.changes.alone = alone
        self.changes.show(changes)
        self.fit()

    def fit(self) -> None:
        """Share the width out, and be as high as the rows are."""
        width = self.viewport().width()
        names = self._names_width(width)
        self.setColumnWidth(0, names)
        if self.changes.has_now:
            half = (width - names) // 2
            self.setColumnWidth(1, half)
            self.setColumnWidth(2, width - names - half)
        else:
            self.setColumnWidth(1, width - names)
        self.resizeRowsToContents()
        rows = sum(self.rowHeight(place) for place in range(len(self.changes.changes)))
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows + 2)

    def _names_width(self, width: int) -> int:
        if width >= NARROW:
            return FIELD
        words = [word for change in self.changes.changes for word in change.field.split()]
        widest = max((QFontMetrics(fonts.font()).horizontalAdvance(word) for word in ("Field", *words)), default=0)
        return min(FIELD, widest + 2 * PAD_X + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

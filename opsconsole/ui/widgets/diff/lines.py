"""A file beside what would become of it, line by line: what goes, what comes, and what stands around it."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.diff.words import FileLine
from opsconsole.ui.widgets.plain import honest

_Index = QModelIndex | QPersistentModelIndex
_SPOKEN = {"place": "", "same": "", "removed": "removed: ", "added": "added: "}
_LOOKS = {"removed": ("delBg", "delWord", "danger", "−"), "added": ("addBg", "addWord", "ok", "+")}
LINE, PLACE, PAD, GUTTER, ROUND = 20, 26, 14, 18, 6
"""Heights of a line and of what says where it stands, and the room beside the text, in px."""


class LineModel(QAbstractListModel):
    """Rows and roles; the delegate reads the line itself."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[FileLine, ...] = ()

    def show(self, lines: Sequence[FileLine]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.lines)

    def is_alike(self, place: int, by: int) -> bool:
        """Return whether the line beside this one is of the same kind."""
        beside = place + by
        return 0 <= beside < len(self.lines) and self.lines[beside].kind == self.lines[place].kind

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return honest(line.text)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{_SPOKEN[line.kind]}{honest(line.text).strip() or 'empty line'}"
        return None


class LineDelegate(QStyledItemDelegate):
    """Paints a line: tint, sign, text with the differing words marked."""

    def __init__(self, theme: Theme, model: LineModel, parent: QTableView) -> None:
        super().__init__(parent)
        self._theme, self._model, self._table = theme, model, parent

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        line = self._model.lines[index.row()]
        if line.kind == "place":
            return QSize(80, PLACE)
        return QSize(80, _wrapped(honest(line.text), self._table.columnWidth(0) - 2 * PAD - GUTTER, [])[1])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        place, number = option.rect, index.row()
        line = self._model.lines[number]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(place)
        if line.kind == "place":
            painter.setFont(fonts.font(fonts.CAPTION, fonts.SEMIBOLD))
            painter.setPen(self._theme.color("text3"))
            at = place.adjusted(PAD, 0, -PAD, 0)
            painter.drawText(at, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), line.text)
        else:
            if line.kind in _LOOKS:
                self._paint_ground(painter, place, number)
            left, text = PAD + GUTTER, honest(line.text)
            marks = self._marks(line) if text == line.text else []
            laid, _ = _wrapped(text, place.width() - left - PAD, marks)
            painter.setPen(self._theme.color("text2" if line.kind == "same" else "text"))
            laid.draw(painter, QPointF(place.left() + left, place.top()))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._theme.color("focus"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), 4, 4)
        painter.restore()

    def _paint_ground(self, painter: QPainter, place: QRect, number: int) -> None:
        """Lines of one kind that follow each other are one block: only its ends are round."""
        ground, _, ink, sign = _LOOKS[self._model.lines[number].kind]
        above = ROUND if self._model.is_alike(number, -1) else 0
        below = ROUND if self._model.is_alike(number, 1) else 0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(ground))
        painter.drawRoundedRect(QRectF(place).adjusted(0, -above, 0, below), ROUND, ROUND)
        painter.setPen(self._theme.color(ink))
        painter.setFont(fonts.font(fonts.BODY, fonts.SEMIBOLD))
        painter.drawText(QRectF(place.left() + PAD - 4, place.top(), 12, LINE), int(Qt.AlignmentFlag.AlignCenter), sign)

    def _marks(self, file: FileLine) -> list[QTextLayout.FormatRange]:
        made: list[QTextLayout.FormatRange] = []
        for start, length in file.spans:
            marked, look = QTextLayout.FormatRange(), QTextCharFormat()
            look.setBackground(self._theme.color(_LOOKS[file.kind][1]))
            look.setForeground(self._theme.color("text"))
            marked.start, marked.length, marked.format = start, length, look
            made.append(marked)
        return made


def _wrapped(text: str, width: float, formats: list[QTextLayout.FormatRange]) -> tuple[QTextLayout, int]:
    """Lay a line out, what does not fit under its own beginning; give it with its height in px."""
    font = fonts.mono()
    laid = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    laid.setTextOption(option)
    laid.setFormats(formats)
    indent = min(width / 2, QFontMetrics(font).horizontalAdvance(" ") * (len(text) - len(text.lstrip(" -")) or 0))
    height = 0
    laid.beginLayout()
    while (line := laid.createLine()).isValid():
        hangs = indent if height else 0.0
        line.setLineWidth(max(40.0, width - hangs))
        line.setPosition(QPointF(hangs, height + (LINE - line.height()) / 2))
        height += LINE
    laid.endLayout()
    return laid, max(LINE, height)


class LineTable(QTableView):
    """As high as what it shows; it never scrolls by itself."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.lines = LineModel()
        self.setModel(self.lines)
        self.setItemDelegate(LineDelegate(theme, self.lines, self))
        self.setAccessibleName("What would change in the file")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(LINE)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_lines(self, lines: Sequence[FileLine]) -> None:
        """Show other lines."""
        self.lines.show(lines)
        self.fit()

    def fit(self) -> None:
        """Be as wide as there is room, and as high as the lines are."""
        self.setColumnWidth(0, self.viewport().width())
        height, option, delegate = 0, QStyleOptionViewItem(), self.itemDelegate()
        for place in range(len(self.lines.lines)):
            wanted = delegate.sizeHint(option, self.lines.index(place)).height()
            self.setRowHeight(place, wanted)  # `resizeRowsToContents` would make room for a header that is hidden
            height += wanted
        self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

"""The matrix on the screen: a table of levels, each a word in a coloured ground with a sign where a rule holds it."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from opsconsole.domain.enums import Level
from opsconsole.ui.panels.agents.levels import Change, Matrix, SetLevel
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.texts import tip

_Index = QModelIndex | QPersistentModelIndex
ROW, HEADING, COLUMN, LEAST = 42, 32, 148, 118
"""In px."""
NAME = 20
"""So many letters of a category stand over its column; the whole name on hover."""
_LOOKS = {
    Level.AUTONOMOUS: ("okSoft", "ok"),
    Level.APPROVAL: ("warnSoft", "warn"),
    Level.OBSERVE: ("sunken", "text2"),
}


class MatrixModel(QAbstractTableModel):
    """Rows and roles; the delegate reads the cell itself."""

    def __init__(self) -> None:
        super().__init__()
        self.matrix: Matrix | None = None

    def show(self, matrix: Matrix) -> None:
        """Show other levels; where the lines and columns stay, so does what is selected."""
        before = self.matrix
        if before is not None and (before.lines, before.columns) == (matrix.lines, matrix.columns):
            self.matrix = matrix
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
            return
        self.beginResetModel()
        self.matrix = matrix
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.matrix is None else len(self.matrix.lines)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.matrix is None else len(self.matrix.columns)

    def cell(self, index: _Index) -> SetLevel | None:
        """Return the cell at a place."""
        return None if self.matrix is None else self.matrix.cell(index.row(), index.column())

    def change(self, index: _Index) -> Change | None:
        """Return what a cell's level is set for."""
        if self.matrix is None or not self.matrix.lines[index.row()].tool:
            return None
        return self.matrix.lines[index.row()].tool, self.matrix.columns[index.column()][0]

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if self.cell(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell, matrix = self.cell(index), self.matrix
        if cell is None or matrix is None:
            return None
        line, (_, name, stage) = matrix.lines[index.row()], matrix.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.words
        if role == Qt.ItemDataRole.AccessibleTextRole:
            changed = ", not saved" if cell.is_changed else ""
            return f"{line.title}, {name} ({stage}): {cell.words}{changed}"
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return f"Still asks you: {cell.wall}. Only raised by hand, in the file." if cell.wall else ""
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        matrix = self.matrix
        if matrix is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if orientation is Qt.Orientation.Horizontal:
            _, name, stage = matrix.columns[section]
            if role == Qt.ItemDataRole.ToolTipRole:
                return tip(f"{name}: {stage}")
            return f"{name if len(name) <= NAME else name[: NAME - 1].rstrip() + '…'}\n{stage}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return None
        return matrix.lines[section].title


class MatrixDelegate(QStyledItemDelegate):
    """Paints a level."""

    def __init__(self, theme: Theme, model: MatrixModel, parent: QTableView) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(COLUMN, ROW if self._model.cell(index) is not None else HEADING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        cell = self._model.cell(index)
        if cell is None:
            return
        ground, ink = _LOOKS[cell.level]
        place = QRect(option.rect).adjusted(6, 7, -6, -7)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(ground))
        painter.drawRoundedRect(QRectF(place), 6, 6)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color("focus"), 2))
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), 6, 6)
        is_own = cell.is_own or not index.column()
        painter.setFont(fonts.font(fonts.BODY, fonts.SEMIBOLD if is_own else fonts.MEDIUM))
        painter.setPen(self._theme.color(ink if is_own else "text3"))
        text = f"{cell.words} *" if cell.is_changed else cell.words
        at = place.adjusted(10, 0, -10, 0)
        painter.drawText(at, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        if cell.wall:
            painter.drawPixmap(place.right() - 22, place.center().y() - 7, self._theme.pixmap("shield", "warn"))
        painter.restore()


class MatrixTable(QTableView):
    """Levels by action and category; several can be picked."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.levels = MatrixModel()
        self.setModel(self.levels)
        self.setItemDelegate(MatrixDelegate(theme, self.levels, self))
        self.setAccessibleName("Autonomy levels by action and category")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionsClickable(False)
            header.setHighlightSections(False)
            header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setDefaultSectionSize(COLUMN)
        self.horizontalHeader().setMinimumSectionSize(LEAST)
        self.horizontalHeader().setMinimumHeight(48)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def show_matrix(self, matrix: Matrix) -> None:
        """Show other levels."""
        self.levels.show(matrix)
        for place, line in enumerate(matrix.lines):
            self.setRowHeight(place, ROW if line.tool else HEADING)
        if not self.currentIndex().isValid() and len(matrix.lines) > 1:
            self.setCurrentIndex(self.levels.index(1, 0))

    def picked(self) -> list[Change]:
        """Return what is selected."""
        found = (self.levels.change(index) for index in self.selectedIndexes())
        return [change for change in found if change is not None]

"""The matrix on the screen: a table of levels, each a word in a coloured ground with a sign where a rule holds it."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QItemSelection, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView

from opsconsole.ui.panels.agents.levels import Change, Line, Matrix, SetLevel
from opsconsole.ui.panels.agents.matrixlook import HEADING, ROW, Heads, MatrixDelegate, Names
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.texts import tip

_Index = QModelIndex | QPersistentModelIndex
WIDEST, LEAST = 148, 40
"""Of a column, in px. Under the least one the table scrolls sideways, for a number and its signs need it."""


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
            if cell.holds is not None:
                return f"{cell.wall[:1].upper()}{cell.wall[1:]}. It comes back by Ladder, once it is earned anew."
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
            return f"{name}, {stage}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return None
        return matrix.lines[section].title


class MatrixTable(QTableView):
    """Levels by action and category; several can be picked.

    Signals:
        picked_changed: others are picked.
    """

    picked_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.levels = MatrixModel()
        self.setModel(self.levels)
        self._delegate = MatrixDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self._names, self.heads = Names(theme, self), Heads(theme, self)
        self.setVerticalHeader(self._names)
        self.setHorizontalHeader(self.heads)
        self.setAccessibleName("Autonomy levels by action and category")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header in (self.heads, self._names):
            header.setSectionsClickable(False)
            header.setHighlightSections(False)
        self.heads.setMinimumSectionSize(LEAST)
        self.selectionModel().selectionChanged.connect(self._on_selection)

    def show_matrix(self, matrix: Matrix) -> None:
        """Show other levels."""
        for part in (self._delegate, self._names, self.heads):
            part.matrix = matrix
        self.levels.show(matrix)
        for place, line in enumerate(matrix.lines):
            self.setRowHeight(place, ROW if line.tool else HEADING)
        if not self.currentIndex().isValid() and len(matrix.lines) > 1:
            self.setCurrentIndex(self.levels.index(1, 0))
        self._fit()

    def picked(self) -> list[Change]:
        """Return what is selected."""
        found = (self.levels.change(index) for index in self.selectedIndexes())
        return [change for change in found if change is not None]

    def cells(self) -> list[tuple[Line, str, SetLevel]]:
        """Return what is selected: its action, the name of its category, and its level."""
        matrix = self.levels.matrix
        if matrix is None:
            return []
        places = sorted((index.row(), index.column()) for index in self.selectedIndexes())
        found = ((matrix.lines[line], matrix.columns[at][1], matrix.cell(line, at)) for line, at in places)
        return [(line, name, cell) for line, name, cell in found if cell is not None]

    def _on_selection(self, _now: QItemSelection, _before: QItemSelection) -> None:
        self.picked_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give each column its share of the width, so that all stand beside one another."""
        columns = self.levels.columnCount()
        if not columns:
            return
        bar = self.verticalScrollBar().sizeHint().width()
        self._names.fit(self.width())
        width = min(WIDEST, max(LEAST, (self.width() - self._names.width() - bar) // columns))
        self.heads.fit(width)
        for column in range(columns):
            self.setColumnWidth(column, width)

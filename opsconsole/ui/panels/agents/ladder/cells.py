"""The list of cells: one line a step, and which of them is looked at."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from opsconsole.ui.panels.agents.ladder.cellslook import DECISION, RIGHT, ROW, SEVERE, STILL, CellDelegate
from opsconsole.ui.panels.agents.ladder.data import CellRow, LadderView
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.texts import tip

HEADS = ("Decision", "Right so far", "Severe", "Still needed")
MOST_SHOWN = 5
"""Lines that stand at once; of more, it scrolls."""
HEAD = 30
SMALL = 640
"""Width in px below which what is still needed takes the room of the bars."""
_Index = QModelIndex | QPersistentModelIndex


class CellModel(QAbstractTableModel):
    """Lines and what they are called; the delegate reads the line itself."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[CellRow, ...] = ()

    def show(self, rows: tuple[CellRow, ...]) -> None:
        """Show other lines; where they are of the same cells, what is selected stays."""
        if [row.key for row in rows] == [row.key for row in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, STILL))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (row.title, row.right, row.severe, row.still)[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken()
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip("\n".join(row.parts()) if index.column() != STILL else row.still)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


class CellTable(QTableView):
    """One line is looked at.

    Signals:
        picked: (category, tool) another line is looked at.
    """

    picked = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.cells = CellModel()
        self.setModel(self.cells)
        self._look = CellDelegate(theme, self)
        self.setItemDelegate(self._look)
        self.setAccessibleName("What the next step asks for")
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        rows, heads = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setDefaultSectionSize(ROW)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        heads.setSectionsClickable(False)
        heads.setHighlightSections(False)
        heads.setFixedHeight(HEAD)
        heads.setStyleSheet("QHeaderView::section { padding: 0 12px }")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_view(self, view: LadderView, wanted: tuple[str, str] | None) -> CellRow | None:
        """Show an agent's lines with one of them picked; return that one."""
        self._look.rows, self._look.now = view.rows, view.now
        self.cells.show(view.rows)
        shown = max(1, min(len(view.rows), MOST_SHOWN))
        self.setFixedHeight(HEAD + shown * ROW + 2)
        at = next((place for place, row in enumerate(view.rows) if row.key == wanted), 0)
        if not view.rows:
            return None
        if self.currentIndex().row() != at:
            self.blockSignals(True)
            self.selectionModel().setCurrentIndex(
                self.cells.index(at, 0),
                QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
            )
            self.blockSignals(False)
        self.viewport().update()
        return view.rows[at]

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and current.row() != previous.row() and current.row() < len(self.cells.rows):
            self.picked.emit(*self.cells.rows[current.row()].key)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give each column its share of the width, so that all stand beside one another."""
        width = self.viewport().width()
        is_small = width < SMALL
        severe, right = 68 if is_small else 80, max(104, width * (20 if is_small else 25) // 100)
        decision = max(150, width * (36 if is_small else 35) // 100)
        self.setColumnWidth(SEVERE, severe)
        self.setColumnWidth(RIGHT, right)
        self.setColumnWidth(DECISION, decision)
        self.setColumnWidth(STILL, max(120, width - severe - right - decision))

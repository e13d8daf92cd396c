"""A list of a million rows: a vector of ids, pages of rows fetched off the thread, newest first.

Pages are numbered from the oldest row, so that new rows at the head shift none of them. What is not there yet is a
placeholder (`row_at` gives None) and is fetched; 64 pages are kept. Inserts are batched at 10 Hz.
"""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QTableView, QWidget

from opsconsole.ui.widgets.texts import tip

PAGE = 256
KEPT = 64
INSERT_MS = 100
FETCH_AT_ONCE = 4
"""Pages asked for in one go."""
_Row = TypeVar("_Row")
Index = QModelIndex | QPersistentModelIndex


class RowWindow(QAbstractTableModel, Generic[_Row]):
    """The model. Rows are objects; the delegate reads them by `row_at`.

    Signals:
        wanted: rows are on the screen that are not here; the owner takes `take_wanted()` and answers with `fill`.
        grew: (number of rows) new rows came in at the head.
    """

    wanted = Signal()
    grew = Signal(int)

    def __init__(self, words: Callable[[_Row], tuple[str, str]], parent: QWidget | None = None) -> None:
        """`words` gives (text, description) of a row for screen readers and for copying."""
        super().__init__(parent)
        self._words = words
        self.ids: array[int] = array("q")
        self._pages: OrderedDict[int, list[_Row | None]] = OrderedDict()
        self._asked: OrderedDict[int, None] = OrderedDict()
        self._under_way: set[int] = set()
        self._stale: set[int] = set()
        self._coming: array[int] = array("q")
        self._generation = 0
        self._ask = QTimer(self, singleShot=True, interval=0)
        self._ask.timeout.connect(self._on_ask_timeout)
        self._batch = QTimer(self, singleShot=True, interval=INSERT_MS)
        self._batch.timeout.connect(self.flush)

    # --- what the owner does

    def reset_ids(self, ids: "array[int]") -> None:
        """Show other rows: a filter or a search changed."""
        self.beginResetModel()
        self.ids = ids
        self._generation += 1
        for cache in (self._pages, self._asked, self._under_way, self._stale):
            cache.clear()
        self._coming = array("q")
        self.endResetModel()

    def append(self, ids: Iterable[int]) -> None:
        """Take new rows, ascending, newer than all here; they show within a tenth of a second."""
        self._coming.extend(ids)
        if self._coming and not self._batch.isActive():
            self._batch.start()

    def flush(self) -> None:
        """Show the new rows now."""
        coming, self._coming = self._coming, array("q")
        if not coming:
            return
        self.beginInsertRows(QModelIndex(), 0, len(coming) - 1)
        first = len(self.ids)
        self.ids.extend(coming)
        # The page that was the last is longer now.
        if first % PAGE and first // PAGE in self._pages:
            self._stale.add(first // PAGE)
        self.endInsertRows()
        self.grew.emit(len(coming))

    def invalidate(self) -> None:
        """What is here may have changed: it stays on the screen until the new rows are here."""
        self._stale.update(self._pages)
        self.changed_all()

    def changed_all(self) -> None:
        """Have what is on the screen painted again."""
        if self.ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.ids) - 1, 0))

    def take_wanted(self) -> list[tuple[int, int, list[int]]]:
        """Return (page, generation, ids) of pages that are needed; the newest wish first."""
        found: list[tuple[int, int, list[int]]] = []
        while self._asked and len(found) < FETCH_AT_ONCE:
            page, _ = self._asked.popitem()
            self._under_way.add(page)
            found.append((page, self._generation, self.ids[page * PAGE : (page + 1) * PAGE].tolist()))
        return found

    def fill(self, page: int, generation: int, *, ids: Sequence[int], rows: dict[int, _Row]) -> None:
        """Put a fetched page in; an answer to an earlier filter is dropped."""
        if generation != self._generation:
            return
        self._under_way.discard(page)
        self._stale.discard(page)
        if len(ids) < PAGE and len(ids) < len(self.ids) - page * PAGE:
            self._stale.add(page)
        self._pages[page] = [rows.get(number) for number in ids]
        self._pages.move_to_end(page)
        while len(self._pages) > KEPT:
            gone, _ = self._pages.popitem(last=False)
            self._stale.discard(gone)
        top = len(self.ids) - 1 - page * PAGE
        self.dataChanged.emit(self.index(max(0, top - PAGE + 1), 0), self.index(top, 0))

    def give_up(self) -> None:
        """What was asked for could not be had; it may be asked for again."""
        self._under_way.clear()

    # --- what the view and the delegate ask

    def row_at(self, row: int) -> _Row | None:
        """Return the row object on a line; None while it is fetched."""
        place = len(self.ids) - 1 - row
        if place < 0:
            return None
        number, offset = divmod(place, PAGE)
        page = self._pages.get(number)
        if page is None or number in self._stale or offset >= len(page):
            self._want(number)
        if page is None or offset >= len(page):
            return None
        return page[offset]

    def line_of(self, identity: int) -> int | None:
        """Return the line of an id; None where it is not among these."""
        from_, to = 0, len(self.ids)
        while from_ < to:
            middle = (from_ + to) // 2
            if self.ids[middle] < identity:
                from_ = middle + 1
            else:
                to = middle
        return len(self.ids) - 1 - from_ if from_ < len(self.ids) and self.ids[from_] == identity else None

    def id_at(self, row: int) -> int | None:
        """Return the id on a line."""
        return self.ids[len(self.ids) - 1 - row] if 0 <= row < len(self.ids) else None

    def _want(self, page: int) -> None:
        if page in self._under_way:
            return
        self._asked[page] = None
        self._asked.move_to_end(page)
        while len(self._asked) > FETCH_AT_ONCE * 4:
            self._asked.popitem(last=False)  # scrolled past
        if not self._ask.isActive():
            self._ask.start()

    def _on_ask_timeout(self) -> None:
        if self._asked and not self._under_way:
            self.wanted.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.AccessibleDescriptionRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return None
        row = self.row_at(index.row())
        if row is None:
            return "Loading" if role == Qt.ItemDataRole.AccessibleTextRole else None
        text, more = self._words(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(more)
        return more if role == Qt.ItemDataRole.AccessibleDescriptionRole else text


class RowView(QTableView):
    """The view: one column, fixed height, holds its place when rows come in above.

    Signals:
        picked: (id) the current row is another one.
        opened: (id) Enter or a double click.
        fitted: (width) lines are so many px wide.
    """

    picked = Signal(object)
    opened = Signal(object)
    fitted = Signal(int)

    def __init__(self, model: RowWindow[Any], delegate: QStyledItemDelegate, *, height: int, name: str) -> None:
        super().__init__()
        self._rows = model
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setShowGrid(False)
        # The delegate paints the ground of the current row itself.
        self.setStyleSheet("QTableView { selection-background-color: transparent }")
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines = self.verticalHeader()
        lines.hide()
        lines.setMinimumSectionSize(height)
        lines.setDefaultSectionSize(height)
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.height_px = height
        self.setItemDelegate(delegate)
        self.setModel(model)
        model.grew.connect(self._on_model_grew)
        self.activated.connect(self._on_activated)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setColumnWidth(0, self.viewport().width())
        self.fitted.emit(self.viewport().width())

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        self.setColumnWidth(0, max(1, self.viewport().width()))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.picked.emit(self._rows.id_at(current.row()) if current.isValid() else None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        current = self.currentIndex()
        # Qt makes the first line current without selecting it; a line that is shown beside must look chosen.
        if current.isValid() and not self.selectionModel().isSelected(current):
            self.keep_current(current.row())
            self.viewport().update()

    def show_line(self, line: int) -> None:
        """Make a line the current one and bring it on the screen."""
        index = self._rows.index(line, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def keep_current(self, line: int) -> None:
        """Make a line the current one without a word about it and without scrolling."""
        self.blockSignals(True)
        self.selectionModel().setCurrentIndex(
            self._rows.index(line, 0),
            QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
        )
        self.blockSignals(False)

    def step(self, by: int) -> None:
        """Go some lines on or back."""
        current = self.currentIndex().row()
        line = 0 if current < 0 else min(max(current + by, 0), self._rows.rowCount() - 1)
        if self._rows.rowCount():
            self.show_line(line)

    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(self._rows.id_at(index.row()))

    def _on_model_grew(self, number: int) -> None:
        bar = self.verticalScrollBar()
        if bar.value() > 0:
            self.updateGeometries()
            bar.setValue(bar.value() + number * self.height_px)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()

"""The left pane of a panel: a list of cards, under what its panel puts above it."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLayout, QListView, QVBoxLayout

from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.listpane.delegate import CardDelegate
from opsconsole.ui.widgets.listpane.face import Measures, RowFace
from opsconsole.ui.widgets.listpane.filterfield import FilterField
from opsconsole.ui.widgets.listpane.model import ListModel
from opsconsole.ui.widgets.states import States

WIDTH, LEAST_WIDTH = 348, 264
"""In px. It gives room to what stands beside it where the window is narrow."""
_Row = TypeVar("_Row")


class ListPane(QFrame, Generic[_Row]):
    """Shows rows and tells which is picked; it fetches nothing.

    Args:
        face: what is shown of the rows, until `render_rows` brings another.
        name: what a screen reader calls the list.

    Signals:
        picked: the row that became the current one.
    """

    picked = Signal(object)

    def __init__(self, theme: Theme, face: RowFace[_Row], *, measures: Measures, name: str) -> None:
        super().__init__()
        self.setObjectName("listPane")
        self.setMinimumWidth(LEAST_WIDTH)
        self.setMaximumWidth(WIDTH)
        self._is_rendering = False
        self.model, self.view = ListModel(face), QListView()
        self._delegate = CardDelegate(theme, self.model, measures=measures, parent=self.view)
        self._make_view(name)
        self.states = States(self.view)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.states, 1)

    def _make_view(self, name: str) -> None:
        view = self.view
        view.setAccessibleName(name)
        view.setModel(self.model)
        view.setItemDelegate(self._delegate)
        view.setMouseTracking(True)
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.selectionModel().currentChanged.connect(self._on_current_changed)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())

    def put_above(self, line: QLayout, *, margins: tuple[int, int, int, int]) -> None:
        """Put a line over the list, under those that are there; margins in px: left, top, right, bottom."""
        line.setContentsMargins(*margins)
        self._column.insertLayout(self._column.count() - 1, line)

    def render_rows(self, rows: Sequence[_Row], face: RowFace[_Row], *, current: int) -> None:
        """Show these rows, with one of them picked; where you scrolled to stays.

        Args:
            current: the place of the picked row, from 0; -1 for none.
        """
        self._is_rendering = True
        bar = self.view.verticalScrollBar()
        at = bar.value()
        self.model.show(rows, face)
        bar.setValue(at)
        if current >= 0 and self.view.currentIndex().row() != current:
            self.view.setCurrentIndex(self.model.index(current))
            self.view.scrollTo(self.model.index(current))
        self._is_rendering = False
        if rows:
            self.states.show_content()

    def restyle(self) -> None:
        """Paint with the tokens that hold now."""
        for field in self.findChildren(FilterField):
            field.restyle()
        self._delegate.restyle()
        self.view.viewport().update()

    def _on_current_changed(self, index: QModelIndex) -> None:
        if index.isValid() and not self._is_rendering:
            self.picked.emit(self.model.rows[index.row()])

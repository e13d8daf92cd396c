"""The rows of a list pane: frozen, shown as they are given; nothing is fetched."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from opsconsole.ui.widgets.listpane.face import RowFace

Index = QModelIndex | QPersistentModelIndex
_Row = TypeVar("_Row")


class ListModel(QAbstractListModel, Generic[_Row]):
    """Rows and roles; the delegate reads the row object itself."""

    def __init__(self, face: RowFace[_Row]) -> None:
        super().__init__()
        self.rows: tuple[_Row, ...] = ()
        self.face = face

    def show(self, rows: Sequence[_Row], face: RowFace[_Row]) -> None:
        """Show other rows, or the same ones anew; nothing moves where they are the same."""
        if tuple(rows) != self.rows:
            self.beginResetModel()
            self.rows, self.face = tuple(rows), face
            self.endResetModel()
        elif face != self.face:
            self.face = face
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def age(self, row: _Row) -> str:
        """Return the age on a row's card."""
        return self.face.card(row).age

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.face.text(row)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self.face.description(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.face.tip(row)
        return None

"""A row of small parts that goes on in the next line where it is too long: filter chips."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


def flowing(*parts: QWidget, gap: int = 6, line_gap: int | None = None) -> QWidget:
    """Lay parts in a row that goes on in the next line."""
    made = QWidget()
    flow = FlowLayout(made, gap=gap, line_gap=line_gap)
    for part in parts:
        flow.addWidget(part)
    return made


class FlowLayout(QLayout):
    """Lays its parts like words on a page."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 6, line_gap: int | None = None) -> None:
        """Make it; `gap` between the parts of a line and `line_gap` between lines (as `gap` where None), in px."""
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap, self._line_gap = gap, gap if line_gap is None else line_gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem, /) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int, /) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int, /) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int, /) -> int:
        return self._lay(QRect(0, 0, width, 0), is_moving=False)

    def setGeometry(self, rect: QRect, /) -> None:
        super().setGeometry(rect)
        self._lay(rect, is_moving=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _lay(self, rect: QRect, *, is_moving: bool) -> int:
        x, y, height = rect.x(), rect.y(), 0
        for item in self._items:
            part = item.widget()
            if part is not None and part.isHidden():
                continue
            size = item.sizeHint()
            size.setWidth(min(size.width(), rect.width()))  # alone in its line, it takes the line and no more
            if x + size.width() > rect.right() + 1 and height:
                x, y, height = rect.x(), y + height + self._line_gap, 0
            if is_moving:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self._gap
            height = max(height, size.height())
        return y + height - rect.y()

"""The list of lessons: a model over frozen rows, a painted card for each."""

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QTextLayout
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from opsconsole.ui.panels.shadow.lessons.data import Row
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets import painting
from opsconsole.ui.widgets.basics import label, row
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import plural

_Index = QModelIndex | QPersistentModelIndex
WIDTH, ROW, LINES, LINE = 348, 100, 2, 18


class LessonModel(QAbstractListModel):
    """Rows and roles; the delegate reads the row object itself."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Show other rows; nothing moves where they are the same."""
        if tuple(rows) == self.rows:
            return
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{one.name}: {one_line(one.lesson.text)}, {plural(len(one.lesson.pairs), 'pair')}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return f"Makes version {one.makes}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(one.lesson.text)
        return None


class LessonDelegate(QStyledItemDelegate):
    """Paints one lesson as a card."""

    def __init__(self, theme: Theme, model: LessonModel, parent: QListView) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        one, state, color = self._model.rows[index.row()], option.state, self._theme.color
        place = option.rect.adjusted(8, 2, -8, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painting.ground(painter, place, color("accentSoft"), bar=color("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painting.ground(painter, place, color("hover"), bar=None)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setPen(QPen(color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), 8, 8)
        line = QRect(place.left() + 14, place.top() + 9, place.width() - 28, LINE)
        painting.text(painter, line, one.name, size=fonts.BODY, color=color("text"), weight=fonts.SEMIBOLD)
        for part in _lines(one.lesson.text, line.width()):
            line = line.translated(0, LINE if line.top() > place.top() + 9 else LINE + 1)
            painting.text(painter, line, part, size=fonts.SMALL, color=color("text2"))
        middle = place.bottom() - 19
        words = plural(len(one.lesson.pairs), "pair")
        painting.pill(painter, line.left(), middle, words, ground=color("sunken"), ink=color("text2"))
        painter.restore()


@lru_cache(maxsize=512)
def _lines(text: str, width: int) -> tuple[str, ...]:
    """Break a sentence into the lines there are; the last holds what is left, and is cut when painted."""
    words, found = one_line(text, 300), list[str]()
    laid = QTextLayout(words, fonts.font(fonts.SMALL))
    laid.beginLayout()
    while (line := laid.createLine()).isValid():
        line.setLineWidth(width)
        start = line.textStart()
        if len(found) == LINES - 1:
            found.append(words[start:])
            break
        found.append(words[start : start + line.textLength()])
    laid.endLayout()
    return tuple(found)


class LessonList(QFrame):
    """The left pane. It shows rows and tells which is picked; it fetches nothing.

    Signals:
        picked: the place of the row that became the current one, from 0.
    """

    picked = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("listPane")
        self.setFixedWidth(WIDTH)
        self._is_rendering = False
        self.count = label("", "small")
        self.model, self.view = LessonModel(), QListView()
        view = self.view
        view.setAccessibleName("Lessons")
        view.setModel(self.model)
        view.setItemDelegate(LessonDelegate(theme, self.model, view))
        view.setMouseTracking(True)
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.selectionModel().currentChanged.connect(self._on_current_changed)
        head = row(self.count, None)
        head.setContentsMargins(20, 12, 16, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(view, 1)

    def render_rows(self, rows: Sequence[Row], *, current: int) -> None:
        """Show these rows, with one of them picked."""
        self._is_rendering = True
        self.model.show(rows)
        agents = len({row.lesson.agent for row in rows})
        self.count.setText(f"{plural(len(rows), 'lesson')} for {plural(agents, 'agent')}")
        if self.view.currentIndex().row() != current:
            index = self.model.index(current)
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
        self._is_rendering = False

    def restyle(self) -> None:
        """Paint with other tokens."""
        self.view.viewport().update()

    def _on_current_changed(self, index: QModelIndex) -> None:
        if index.isValid() and not self._is_rendering:
            self.picked.emit(index.row())

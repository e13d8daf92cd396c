"""The list of what waits: a model over frozen rows, a painted card for each, a filter."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QIcon, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from opsconsole.ui.panels.approvals.rows import RISKS, Waiting
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button, label, pill, row
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import ago, exact, short_span

_Index = QModelIndex | QPersistentModelIndex
_TONES = {"danger": "dangerSoft", "warn": "warnSoft", "accent": "accentSoft", "plain": "sunken"}
WIDTH, ROW = 348, 80
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


class WaitingModel(QAbstractListModel):
    """Rows and roles; the delegate reads the row object itself."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Waiting, ...] = ()
        self.now: datetime | None = None

    def show(self, rows: Sequence[Waiting], now: datetime) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows, self.now = tuple(rows), now
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            risk = RISKS[one.risk][0]
            kind = risk if one.risk == "ask" else f"{risk} risk"
            return f"{one.title}, {kind}, agent {one.agent}, waiting {self.age(one)} {one.amount}".strip()
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return one.because
        if role == Qt.ItemDataRole.ToolTipRole and self.now is not None:
            asked = f"Asked {ago(one.asked_at, self.now)}: {exact(one.asked_at)}"
            return tip(f"{one_line(one.title)}\n{one_line(one.because)}\n{asked}")
        return None

    def age(self, request: Waiting) -> str:
        """Return how long it waits; where it is put off, until when."""
        if self.now is None:
            return ""
        if request.until is not None and request.until > self.now:
            return f"back in {short_span(request.until - self.now)}"
        return short_span(self.now - request.asked_at)


class CardDelegate(QStyledItemDelegate):
    """Paints one request as a card."""

    def __init__(self, theme: Theme, model: WaitingModel, parent: QListView) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        one, state = self._model.rows[index.row()], option.state
        place = option.rect.adjusted(8, 2, -8, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, place, state)
        inner = QRect(place.left() + 14, place.top() + 10, place.width() - 28, 18)
        self._paint_title(painter, inner, one)
        self._paint_foot(painter, inner.translated(0, 41), one)
        painter.restore()

    def _paint_ground(self, painter: QPainter, place: QRect, state: QStyle.StateFlag) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(self._theme.color("accentSoft"))
            painter.drawRoundedRect(place, 8, 8)
            painter.setBrush(self._theme.color("accent"))
            painter.drawRoundedRect(QRectF(place.left() + 4, place.top() + 12, 3, place.height() - 24), 1.5, 1.5)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(self._theme.color("hover"))
            painter.drawRoundedRect(place, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setPen(QPen(self._theme.color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), 8, 8)

    def _paint_title(self, painter: QPainter, line: QRect, request: Waiting) -> None:
        small, bold = fonts.font(fonts.SMALL), fonts.font(fonts.BODY, fonts.SEMIBOLD)
        age = self._model.age(request)
        width = line.width() - QFontMetrics(small).horizontalAdvance(age) - 12
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(bold)
        painter.setPen(self._theme.color("text"))
        painter.drawText(line, _LEFT, QFontMetrics(bold).elidedText(one_line(request.title, 300), elide, width))
        painter.setFont(small)
        painter.setPen(self._theme.color("text3"))
        painter.drawText(line, _RIGHT, age)
        painter.setPen(self._theme.color("text2"))
        because = QFontMetrics(small).elidedText(one_line(request.because, 300), elide, line.width())
        painter.drawText(line.translated(0, 19), _LEFT, because)

    def _paint_foot(self, painter: QPainter, line: QRect, request: Waiting) -> None:
        word, tone = RISKS[request.risk]
        caption = fonts.font(fonts.CAPTION, fonts.SEMIBOLD)
        width = QFontMetrics(caption).horizontalAdvance(word) + 14
        box = QRectF(line.left(), line.top(), width, 17)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(_TONES[tone]))
        painter.drawRoundedRect(box, 8.5, 8.5)
        painter.setPen(self._theme.color("text2" if tone == "plain" else tone))
        painter.setFont(caption)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), word)
        painter.setFont(fonts.font(fonts.SMALL))
        painter.setPen(self._theme.color("text3"))
        painter.drawText(line.adjusted(width + 8, 0, 0, 0), _LEFT, request.agent)
        if request.amount:
            painter.setFont(fonts.font(fonts.SMALL, fonts.MEDIUM))
            painter.setPen(self._theme.color("text2"))
            painter.drawText(line, _RIGHT, request.amount)


class ListPane(QFrame):
    """The left pane. It shows rows and tells which is picked; it fetches nothing.

    Signals:
        picked: the number of a request that became the current one.
        filter_changed: the filter's text.
        switched: show what is put off, or again what waits.
    """

    picked = Signal(int)
    filter_changed = Signal(str)
    switched = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("listPane")
        self.setFixedWidth(WIDTH)
        self._theme, self._is_rendering = theme, False
        self.count = pill("", "plain")
        self.put_off = button("", self.switched.emit, kind="chip")
        self.put_off.setCheckable(True)
        self.put_off.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by words, agent or sender")
        self.filter.setAccessibleName("Filter what waits")
        self.filter.setClearButtonEnabled(True)
        # Reached by click or its key, never by itself: single keys are verbs, and here they would be letters.
        self.filter.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.filter.textChanged.connect(self.filter_changed)
        self._glass = self.filter.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        self.model, self.view = WaitingModel(), QListView()
        self._make_view()
        self.states = States(self.view)
        head, search = row(label("Approvals", "h2"), None, self.put_off, self.count), row(self.filter)
        head.setContentsMargins(20, 0, 16, 0)
        search.setContentsMargins(16, 12, 16, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(search)
        column.addWidget(self.states, 1)
        self.restyle()

    def _make_view(self) -> None:
        view = self.view
        view.setAccessibleName("Requests that wait")
        view.setModel(self.model)
        view.setItemDelegate(CardDelegate(self._theme, self.model, view))
        view.setMouseTracking(True)
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.selectionModel().currentChanged.connect(self._on_current_changed)

    def render_rows(self, rows: Sequence[Waiting], *, current: int | None, now: datetime) -> None:
        """Show these rows, with one of them picked; where you scrolled to stays."""
        self._is_rendering = True
        bar = self.view.verticalScrollBar()
        at = bar.value()
        self.model.show(rows, now)
        bar.setValue(at)
        places = [place for place, row in enumerate(rows) if row.id == current]
        if places:
            self.view.setCurrentIndex(self.model.index(places[0]))
            self.view.scrollTo(self.model.index(places[0]))
        self._is_rendering = False

    def show_counts(self, waiting: int, put_off: int, *, is_put_off: bool) -> None:
        """Say how many wait and how many are put off, and which of them are listed."""
        self.count.setText(f"{waiting} waiting")
        self.count.setVisible(not is_put_off)
        self.put_off.setText(f"{put_off} put off")
        self.put_off.setChecked(is_put_off)
        self.put_off.setVisible(put_off > 0)
        self.put_off.setToolTip("Show what waits (Z)" if is_put_off else "Show what is put off (Z)")

    def restyle(self) -> None:
        """Tint the icon anew, and paint."""
        self._glass.setIcon(self._theme.icon("search", "text3"))
        self.view.viewport().update()

    def _on_current_changed(self, index: QModelIndex) -> None:
        if index.isValid() and not self._is_rendering:
            self.picked.emit(self.model.rows[index.row()].id)

"""The list of pairs: a model over frozen rows, a painted card for each, a filter."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPen
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

from opsconsole.domain.enums import Agreement, Severity
from opsconsole.engine.evidence.words import SAID, VERDICTS
from opsconsole.store.queries.pairs import PairRow
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets import painting
from opsconsole.ui.widgets.basics import Tone, label, row
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import exact, short_span, spoken

_Index = QModelIndex | QPersistentModelIndex
WIDTH, ROW = 348, 80
TONES: dict[Agreement, Tone] = {
    Agreement.SAME: "ok",
    Agreement.BOTH_NONE: "plain",
    Agreement.DIFFERS: "warn",
    Agreement.MISSING: "warn",
    Agreement.EXTRA: "warn",
}


class PairModel(QAbstractListModel):
    """Rows and roles; the delegate reads the row object itself."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[PairRow, ...] = ()
        self.names: Mapping[str, str] = {}
        self.now: datetime | None = None

    def show(self, rows: Sequence[PairRow], names: Mapping[str, str], now: datetime) -> bool:
        """Show other rows; False where they are the same."""
        if tuple(rows) == self.rows and names == self.names:
            self.now = now
            return False
        self.beginResetModel()
        self.rows, self.names, self.now = tuple(rows), names, now
        self.endResetModel()
        return True

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def whose(self, pair: PairRow) -> str:
        """Return agent and category as words."""
        category = spoken(pair.category) if pair.category else "no category"
        return f"{self.names.get(pair.agent, spoken(pair.agent))} · {category}"

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        one = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            severe = ", severe" if one.severity is Severity.SEVERE else ""
            said = f", judged: {SAID[one.said]}" if one.said else ", not judged"
            return f"{one_line(one.title) or 'No title'}, {self.whose(one)}, {VERDICTS[one.verdict]}{severe}{said}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return one_line(one.sender)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(f"{one_line(one.title)}\n{one_line(one.sender)}\n{exact(one.occurred_at)}")
        return None


class PairDelegate(QStyledItemDelegate):
    """Paints one pair as a card."""

    def __init__(self, theme: Theme, model: PairModel, parent: QListView) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        one, state, color = self._model.rows[index.row()], option.state, self._theme.color
        place = option.rect.adjusted(8, 2, -8, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            painting.ground(painter, place, color("accentSoft"), bar=color("accent"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painting.ground(painter, place, color("hover"), bar=None)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setPen(QPen(color("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), 8, 8)
        inner = QRect(place.left() + 14, place.top() + 9, place.width() - 28, 18)
        age = "" if self._model.now is None else short_span(self._model.now - one.occurred_at)
        painting.text(painter, inner, age, size=fonts.SMALL, color=color("text3"), is_right=True)
        title = inner.adjusted(0, 0, -40, 0)
        words = one.title or "(no title)"
        painting.text(painter, title, words, size=fonts.BODY, color=color("text"), weight=fonts.SEMIBOLD)
        whose = self._model.whose(one)
        painting.text(painter, inner.translated(0, 19), whose, size=fonts.SMALL, color=color("text2"))
        self._paint_foot(painter, inner.translated(0, 42), one)
        painter.restore()

    def _paint_foot(self, painter: QPainter, line: QRect, pair: PairRow) -> None:
        color, middle = self._theme.color, line.center().y() + 1
        tone = TONES[pair.verdict]
        ground, ink = ("sunken", "text2") if tone == "plain" else (f"{tone}Soft", tone)
        words = VERDICTS[pair.verdict]
        width = painting.pill(painter, line.left(), middle, words, ground=color(ground), ink=color(ink))
        if pair.severity is Severity.SEVERE:
            at = line.left() + width + 6
            width += 6 + painting.pill(painter, at, middle, "Severe", ground=color("dangerSoft"), ink=color("danger"))
        if pair.said is not None:
            rest = line.adjusted(width + 6, 0, 0, 0)
            said = f"✓ {SAID[pair.said]}"
            painting.text(
                painter, rest, said, size=fonts.SMALL, color=color("text2"), weight=fonts.MEDIUM, is_right=True
            )


class PairList(QFrame):
    """The left pane. It shows rows and tells which is picked; it fetches nothing.

    Signals:
        picked: the number of a pair that became the current one.
        filter_changed: the filter's text.
    """

    picked = Signal(int)
    filter_changed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("listPane")
        self.setFixedWidth(WIDTH)
        self._theme, self._is_rendering = theme, False
        self.count = label("", "small")
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by words, agent or sender  ( / )")
        self.filter.setAccessibleName("Filter the pairs")
        self.filter.setClearButtonEnabled(True)
        # Reached by click or its key, never by itself: single keys are verdicts, and here they would be letters.
        self.filter.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.filter.textChanged.connect(self.filter_changed)
        self._glass = self.filter.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        self.model, self.view = PairModel(), QListView()
        self._make_view()
        self.states = States(self.view)
        search, head = row(self.filter), row(self.count, None)
        search.setContentsMargins(16, 12, 16, 4)
        head.setContentsMargins(20, 0, 16, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(search)
        column.addLayout(head)
        column.addWidget(self.states, 1)
        self.restyle()

    def _make_view(self) -> None:
        view = self.view
        view.setAccessibleName("Pairs")
        view.setModel(self.model)
        view.setItemDelegate(PairDelegate(self._theme, self.model, view))
        view.setMouseTracking(True)
        view.setUniformItemSizes(True)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.selectionModel().currentChanged.connect(self._on_current_changed)

    def render_rows(
        self, rows: Sequence[PairRow], *, names: Mapping[str, str], current: int | None, now: datetime
    ) -> None:
        """Show these rows, with one of them picked; where you scrolled to stays."""
        self._is_rendering = True
        bar = self.view.verticalScrollBar()
        at = bar.value()
        if self.model.show(rows, names, now):
            bar.setValue(at)
        place = next((place for place, row in enumerate(rows) if row.id == current), None)
        if place is not None and self.view.currentIndex().row() != place:
            self.view.setCurrentIndex(self.model.index(place))
            self.view.scrollTo(self.model.index(place))
        self._is_rendering = False

    def restyle(self) -> None:
        """Tint the icon anew, and paint."""
        self._glass.setIcon(self._theme.icon("search", "text3"))
        self.view.viewport().update()

    def _on_current_changed(self, index: QModelIndex) -> None:
        if index.isValid() and not self._is_rendering:
            self.picked.emit(self.model.rows[index.row()].id)

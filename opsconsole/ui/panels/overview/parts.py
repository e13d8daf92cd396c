"""The parts of the overview: a figure that opens what it counts, and an agent's card."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.engine.ladder.marks import Marks, fallen_words, ready_words
from opsconsole.engine.ladder.told import WITHOUT_EVIDENCE
from opsconsole.store.queries.views.overview import AgentGlance
from opsconsole.ui.panel import Navigator
from opsconsole.ui.panels.overview import words
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button, card, label, pill, repolish, row
from opsconsole.ui.widgets.charts.plain import Share, Sparkline, StackedBar
from opsconsole.ui.widgets.flow import flowing
from opsconsole.ui.widgets.texts import tip
from opsconsole.ui.widgets.words import plural

MOST_TOLD = 8
"""Of what is live without evidence, so many are named in a hover."""
PLACES = (
    ("alone", "Alone", "ok"),
    ("with_you", "With you", "accent"),
    ("shadow", "Shadow", "shadow"),
    ("waiting", "Waiting for you", "warn"),
    ("under_way", "Under way", "text3"),
    ("not_done", "Not done", "text2"),
    ("failed", "Failed", "danger"),
    ("stopped", "Stopped", "borderStrong"),
)
"""Place of an event → (words, colour), as the numbers of an agent's card stand."""


class FigureButton(QPushButton):
    """A big number that opens what it counts."""

    def __init__(self, caption: str, act: Callable[[], None]) -> None:
        super().__init__()
        self.setProperty("kind", "figure")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.caption, self.figure, self.note = label(caption, "cap"), label("–", "figure"), label("", "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(2)
        for part in (self.caption, self.figure, self.note):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(part)
        self.clicked.connect(lambda _=False: act())

    def show_number(self, number: int, note: str, tone: str = "") -> None:
        """Show a number with a line about it."""
        self.figure.setText(f"{number:,}")
        self.note.setText(note)
        if self.figure.property("tone") != tone:
            self.figure.setProperty("tone", tone)
            repolish(self.figure)
        self.setAccessibleName(f"{self.caption.text()}: {number:,}. {note}")

    def sizeHint(self) -> QSize:
        inside = self.layout()
        return super().sizeHint() if inside is None else inside.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class AgentCard:
    """One agent: its counts, its last two weeks, what the gate said to what it wanted."""

    def __init__(self, theme: Theme, navigator: Navigator, agent: str) -> None:
        self.frame, column = card()
        self.frame.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._theme, self._agent, self._go = theme, agent, navigator.go
        self._began_at: datetime | None = None
        self._name = button("", lambda: self._go("feed", agent=agent), kind="link")
        self._name.setStyleSheet("font-size: 13px; font-weight: 600")
        self._state = pill("", "plain")
        self._line = Sparkline(theme, "Events a day, the last 14 days")
        self._bar = StackedBar(theme, "Where its events stand")
        self._places = {name: button("", lambda place=name: self._open(place), kind="link") for name, _, _ in PLACES}
        self.unproven, self.fallen = pill(WITHOUT_EVIDENCE, "warn"), pill("Demoted", "danger")
        column.addLayout(row(self._name, None, self.fallen, self.unproven, self._state))
        self._span = label("", "cap", is_wrapped=True)
        column.addWidget(self._span)
        self.review = button("", lambda: self._go("agents", agent=agent, tab="charter"), kind="link")
        self.ready = button("", lambda: self._go("agents", agent=agent, tab="ladder"), kind="link")
        column.addLayout(row(self.review, None))
        column.addLayout(row(self.ready, None))
        column.addWidget(self._bar)
        column.addWidget(self._legend())
        column.addSpacing(2)
        column.addWidget(label("Events a day, 14 days", "cap"))
        column.addWidget(self._line)
        column.addStretch(1)

    def _legend(self) -> QWidget:
        for place in self._places.values():
            place.setStyleSheet("font-size: 12px; font-weight: 400")
        return flowing(*self._places.values(), gap=10, line_gap=0)

    def _open(self, place: str) -> None:
        if place == "waiting":
            self._go("approvals", agent=self._agent)
        else:
            self._go("feed", agent=self._agent, outcome=place, since=self._began_at)

    def render(self, glance: AgentGlance, marks: Marks, *, since: str, began_at: datetime) -> None:
        """Show what holds now; `since` names the window in words, `began_at` is its begin."""
        self._began_at = began_at
        self._name.setText(glance.name)
        self._name.setAccessibleName(f"{glance.name}: open its events")
        self._state.setVisible(glance.is_paused or glance.is_dismissed)
        self.unproven.setVisible(bool(marks.unproven))
        self.unproven.setToolTip(tip("\n".join(list(marks.unproven.values())[:MOST_TOLD])))
        self.fallen.setVisible(bool(marks.fallen))
        self.fallen.setToolTip(tip("\n".join(f"It {fallen_words(fall)}: {fall.why}" for fall in marks.fallen)))
        self.ready.setVisible(bool(marks.ready))
        self.ready.setText(ready_words(marks))
        self.ready.setAccessibleName(f"{ready_words(marks)}: open the ladder of {glance.name}")
        self.ready.setToolTip(tip("\n".join(list(marks.ready.values())[:MOST_TOLD])))
        due = marks.review
        self.review.setVisible(due is not None and due.is_near)
        if due is not None:
            self.review.setText(due.words)
            self.review.setAccessibleName(f"{due.words}: open the charter of {glance.name}")
            self.review.setToolTip(tip(due.sentence))
        self._state.setText("Dismissed" if glance.is_dismissed else "Paused")
        self._line.show_values(glance.days)
        shares = [
            Share(caption, getattr(glance.outcomes, name), token, is_dashed=name == "shadow")
            for name, caption, token in PLACES
        ]
        self._bar.show_shares(shares)
        total = glance.outcomes.all
        counted = words.counted(glance.outcomes, since)
        self._span.setText(counted)
        self._bar.setVisible(bool(total))
        shown = [(name, share) for (name, _, _), share in zip(PLACES, shares, strict=True) if share.value]
        for name, place in self._places.items():
            place.setVisible(any(name == there for there, _ in shown))
        for name, share in shown:
            made = self._places[name]
            is_other = name == "waiting" and glance.requests != share.value
            made.setText(
                f" {share.name} {share.value:,}" + (f" ({plural(glance.requests, 'request')})" if is_other else "")
            )
            made.setIcon(swatch(self._theme.color(share.token), is_dashed=share.is_dashed))
            made.setIconSize(QSize(9, 9))
        told = ", ".join(f"{share.name} {share.value:,}" for _, share in shown)
        marked = [due.words] if due is not None and due.is_near else []
        marked += ["demoted"] * bool(marks.fallen) + [WITHOUT_EVIDENCE] * bool(marks.unproven)
        self.frame.setAccessibleName(". ".join([f"{glance.name}: {counted}", *marked, told]))


def swatch(color: QColor, *, is_dashed: bool) -> QIcon:
    """Return a small square in a colour; hollow for what was only recorded."""
    drawn = QPixmap(18, 18)
    drawn.setDevicePixelRatio(2.0)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(color)
    if not is_dashed:
        painter.setBrush(color)
    painter.drawRoundedRect(1, 1, 7, 7, 2, 2)
    painter.end()
    return QIcon(drawn)


def side_card(title: str, *, is_shadow: bool = False) -> tuple[QFrame, QVBoxLayout]:
    """Make a card with a title for the column at the side."""
    frame, column = card()
    if is_shadow:
        frame.setProperty("shadow", "true")
    head = row(label(title, "h3"), None)
    if is_shadow:
        head.addWidget(pill("Shadow", "shadow"))
    column.addLayout(head)
    return frame, column


def fact(name: str, made: QWidget) -> QHBoxLayout:
    """Lay a name and what it is in a line."""
    return row(label(name, "muted"), None, made)

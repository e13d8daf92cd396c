"""The parts of the overview: a figure that opens what it counts, and an agent's card."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from opsconsole.store.queries.views.overview import AgentGlance
from opsconsole.ui.panel import Navigator
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button, card, label, pill, repolish, row
from opsconsole.ui.widgets.charts.plain import Share, Sparkline, StackedBar
from opsconsole.ui.widgets.words import plural

VERDICTS = (
    ("ACT", "Acted alone", "ok"),
    ("ASK", "Asked you", "warn"),
    ("RECOMMEND", "Recommended", "accent"),
    ("SIMULATE", "Shadow", "shadow"),
    ("REFUSE", "Refused", "danger"),
)


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
        self._name = button("", lambda: self._go("feed", agent=agent), kind="link")
        self._name.setStyleSheet("font-size: 13px; font-weight: 600")
        self._state = pill("", "plain")
        self._line = Sparkline(theme, "Events a day, the last 14 days")
        self._bar = StackedBar(theme, "What came of the actions it wanted")
        self._counts = {
            "done": button("", lambda: self._go("feed", agent=agent, state="done"), kind="link"),
            "waiting": button("", lambda: self._go("approvals", agent=agent), kind="link"),
            "failed": button("", lambda: self._go("feed", agent=agent, state="failed"), kind="link"),
        }
        self._verdicts = {
            name: button("", lambda verdict=name: self._open_verdict(verdict), kind="link") for name, _, _ in VERDICTS
        }
        column.addLayout(row(self._name, None, self._state))
        column.addLayout(row(*self._counts.values(), None, spacing=14))
        self._span = label("", "cap")
        column.addWidget(label("Events a day, 14 days", "cap"))
        column.addWidget(self._line)
        column.addSpacing(2)
        column.addWidget(self._span)
        column.addWidget(self._bar)
        column.addLayout(self._legend())
        column.addStretch(1)

    def _legend(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(0)
        for verdict in self._verdicts.values():
            verdict.setStyleSheet("font-size: 12px; font-weight: 400")
        self._grid = grid
        return grid

    def _open_verdict(self, verdict: str) -> None:
        if verdict == "SIMULATE":
            self._go("shadow", tab="would", agent=self._agent)
        else:
            self._go("feed", agent=self._agent, verdict=verdict)

    def render(self, glance: AgentGlance, *, since: str) -> None:
        """Show what holds now; `since` names the window in words."""
        self._name.setText(glance.name)
        self._name.setAccessibleName(f"{glance.name}: open its events")
        self._state.setVisible(glance.is_paused)
        self._state.setText("Paused")
        self._counts["done"].setText(f"{glance.done:,} done")
        self._counts["waiting"].setText(f"{glance.waiting:,} for you")
        self._counts["failed"].setText(f"{glance.failed:,} failed")
        self._counts["failed"].setVisible(glance.failed > 0)
        self._line.show_values(glance.days)
        shares = [
            Share(words, glance.verdicts.get(name, 0), token, is_dashed=name == "SIMULATE")
            for name, words, token in VERDICTS
        ]
        self._bar.show_shares(shares)
        wanted = sum(share.value for share in shares)
        self._span.setText(f"{plural(wanted, 'action')} {since}" if wanted else f"No action {since}")
        self._bar.setVisible(bool(wanted))
        shown = [(name, share) for (name, _, _), share in zip(VERDICTS, shares, strict=True) if share.value]
        for verdict in self._verdicts.values():
            self._grid.removeWidget(verdict)
            verdict.hide()
        for place, (name, share) in enumerate(shown):
            made = self._verdicts[name]
            made.setText(f" {share.name} {share.value:,}")
            made.setIcon(swatch(self._theme.color(share.token), is_dashed=share.is_dashed))
            made.setIconSize(QSize(9, 9))
            self._grid.addWidget(made, place // 3, place % 3, Qt.AlignmentFlag.AlignLeft)
            made.show()
        self.frame.setAccessibleName(f"{glance.name}: {plural(glance.done, 'event')} done, {glance.waiting} for you")


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

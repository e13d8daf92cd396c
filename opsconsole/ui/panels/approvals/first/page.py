"""The card of an event that a person decides first: the event, and what they would do. Nothing of the agent's."""

from collections.abc import Callable, Mapping
from datetime import datetime

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QVBoxLayout, QWidget

from opsconsole.ui.panels.approvals.card.detail import Facts
from opsconsole.ui.panels.approvals.card.parts import EventCard
from opsconsole.ui.panels.approvals.first.form import DecideForm
from opsconsole.ui.panels.approvals.firstcards import FirstCard
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button, clamped, label, pill, row
from opsconsole.ui.widgets.columns import scrolled
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.words import ago, exact

BESIDE, ROOMY, ABOVE = 760, 640, 210
"""From this width the form stands beside the event, and the bar has room for its hint, in px; else the event stands
above the form, no higher than that."""
QWIDGETSIZE_MAX = (1 << 24) - 1


class FirstPage(QFrame):
    """Renders a card; what is ticked stays while the same one is shown."""

    def __init__(self, theme: Theme, acts: Mapping[str, Callable[[], None]]) -> None:
        super().__init__()
        self.setObjectName("detail")
        self._shown: FirstCard | None = None
        self.title, self.sub = clamped("h1"), label("", "muted", is_wrapped=True)
        self.place = label("", "small")
        self.facts = Facts(("Agent", "From", "Waiting"))
        self.event_card, self.form = EventCard(lines=3), DecideForm()
        self.decide = KeyButton(theme, "Decide", key="Enter", icon="check", act=acts["decide"], kind="primary")
        self.anyway = button("Show anyway", acts["show"], kind="link")
        self.anyway.setToolTip("Shows what the agent did without your decision, which then proves nothing")
        self.hint = label("J / K next, previous", "small")
        bar = QFrame()
        bar.setObjectName("actions")
        bar.setFixedHeight(60)
        line = row(self.decide, 4, self.hint, None, self.anyway)
        line.setContentsMargins(28, 12, 28, 12)
        bar.setLayout(line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scrolled(self._body()), 1)
        column.addWidget(bar)

    def _body(self) -> QWidget:
        body = QWidget()
        body.setObjectName("page")
        column = QVBoxLayout(body)
        column.setContentsMargins(28, 20, 28, 20)
        column.setSpacing(0)
        head = row(spacing=10)
        head.addWidget(self.title, 1)
        head.addWidget(pill("Decide first", "accent"))
        head.addWidget(self.place)
        column.addLayout(head)
        column.addSpacing(4)
        column.addWidget(self.sub)
        column.addSpacing(14)
        column.addWidget(self.facts)
        column.addSpacing(14)
        self._halves = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._halves.setSpacing(12)
        self._halves.addWidget(self.event_card, 1)
        self._halves.addWidget(self.form, 1)
        column.addLayout(self._halves)
        column.addStretch(1)
        return body

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand side by side where there is room for both, else the form below the event."""
        super().resizeEvent(event)
        ways, is_wide = QBoxLayout.Direction, self.width() >= BESIDE
        self._halves.setDirection(ways.LeftToRight if is_wide else ways.TopToBottom)
        self.event_card.links.setVisible(is_wide)  # the room is the text's
        self.event_card.setMaximumHeight(QWIDGETSIZE_MAX if is_wide else ABOVE)
        self.hint.setVisible(self.width() >= ROOMY)

    def show_card(self, shown: FirstCard, *, place: str, now: datetime) -> None:
        """Show a card; total and idempotent."""
        until = f", decide {ago(shown.expires_at, now)}" if shown.expires_at is not None else ""
        self.facts.show_fact("Waiting", f"Drawn {ago(shown.drawn_at, now)}{until}", exact(shown.drawn_at))
        self.place.setText(place)
        if self._shown is not None and self._shown == shown:
            return
        is_other = self._shown is None or (self._shown.run, self._shown.options) != (shown.run, shown.options)
        self._shown = shown
        self.title.setText(one_line(str(shown.event["title"])) or "(no title)")
        did = "wants to do" if shown.is_asked else "did"
        self.sub.setText(f"Say what you would do. What {one_line(shown.agent, 40)} {did} shows right after.")
        self.facts.show_fact("Agent", shown.agent)
        self.facts.show_fact("From", one_line(str(shown.event["from"]), 60) or "—")
        self.event_card.show_event(shown.event)
        if is_other:
            self.form.show_options(shown.options)

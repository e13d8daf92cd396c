"""All forms of the guardrails on one page that scrolls."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.engine.agents.rails.fields import Offer
from opsconsole.engine.past.guarded import Guarded
from opsconsole.ui.panels.agents.rails.capsform import CapsForm
from opsconsole.ui.panels.agents.rails.draft import Draft, Faults, next_key
from opsconsole.ui.panels.agents.rails.grants import GrantsCard
from opsconsole.ui.panels.agents.rails.hoursform import HoursForm
from opsconsole.ui.panels.agents.rails.railcard import RailCard
from opsconsole.ui.panels.agents.rails.trustform import TrustForm
from opsconsole.ui.panels.agents.rails.typedrail import TypedRail, TypedRow
from opsconsole.ui.widgets.basics import beside, button, card, label, row
from opsconsole.ui.widgets.columns import MARGIN, card_column
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.texts import clear, para

_ABOVE = 12
_NO_RULES = "The gate's own rules hold all the same: levels, first contact, money, what cannot be undone, loops."


class RailForms(QWidget):
    """Cards for the rules, then one for each of the rest; nothing before it is filled.

    Signals:
        changed: something was typed or chosen.
        event_wanted: the number of an event that is to be shown.
        revoke_wanted: the number of a grant.
        file_wanted: it is to be changed in the file.
        again_wanted: what could not be counted is to be counted anew.
    """

    changed = Signal()
    event_wanted = Signal(int)
    revoke_wanted = Signal(int)
    file_wanted = Signal()
    again_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[RailCard] = []
        self._draft, self._offer = Draft(), Offer()
        self._keys = 0
        self.area, self._column = card_column()
        self.area.setAccessibleName("Guardrails")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._failed, self._failure = QWidget(), label("", "error", is_wrapped=True)
        failed = beside(self._failure, button("Try again", self.again_wanted.emit))
        failed.setContentsMargins(MARGIN, 0, MARGIN, 8)
        self._failed.setLayout(failed)
        self._failed.hide()
        outer.addWidget(self._failed)
        outer.addWidget(self.area, 1)

    def fill(self, draft: Draft, offer: Offer, currency: str) -> None:
        """Show a draft."""
        self._draft, self._offer = draft, offer
        self._keys = next_key([rail.key for rail in draft.rails])
        with kept_in(self):
            clear(self._column)
            self._make(draft, currency)

    def _make(self, draft: Draft, currency: str) -> None:
        self._rails = QVBoxLayout()
        self._rails.setSpacing(12)
        self._column.addLayout(self._rails)
        self.cards = []
        self._none, inside = card()
        inside.addWidget(label("No rules of its own", "h3"))
        inside.addWidget(para(_NO_RULES, "muted"))
        self._rails.addWidget(self._none)
        for rail in draft.rails:
            self._add(rail, is_open=False)
        self.caps, self.hours = CapsForm(draft, currency), HoursForm(draft.hours)
        self.trust, self.grants = TrustForm(draft), GrantsCard()
        for form in (self.caps, self.hours, self.trust):
            form.changed.connect(self.changed.emit)
            self._column.addWidget(form)
        self.grants.revoke_wanted.connect(self.revoke_wanted.emit)
        self._column.addWidget(self.grants)
        self._column.addLayout(row(button("Change it in the file", self.file_wanted.emit, kind="link"), None))
        self._none.setVisible(not self.cards)

    def _add(self, rail: TypedRail, *, is_open: bool) -> RailCard:
        made = RailCard(rail, self._offer, is_open=is_open)
        made.changed.connect(self.changed.emit)
        made.event_wanted.connect(self.event_wanted.emit)
        self.cards.append(made)
        self._rails.addWidget(made)
        made.show()  # at once, for it is given the keys
        return made

    def typed(self) -> Draft:
        """Return what is typed."""
        caps, failures = self.caps.typed()
        rails = (made.rail for made in self.cards)
        return replace(
            self._draft,
            rails=tuple(rail for rail in rails if rail.origin is not None or not rail.is_removed),
            hours=self.hours.hours,
            caps=caps,
            failures=failures,
            addresses=self.trust.addresses.toPlainText(),
            domains=self.trust.domains.toPlainText(),
        )

    def add_rail(self) -> None:
        """Add a rule, open to be filled in."""
        fields = self._offer.fields(())
        first = fields[0]
        line = TypedRow(first.name, first.operators[0], "", first.kind == "number")
        made = self._add(TypedRail(self._keys, rows=(line,)), is_open=True)
        self._keys += 1
        self._none.hide()
        if made.form is not None:
            made.form.because.setFocus()
        QTimer.singleShot(0, made, partial(self._bring, made))
        self.changed.emit()

    def _bring(self, made: RailCard) -> None:
        """Scroll to a card."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)  # its place is known only then
        self.area.verticalScrollBar().setValue(made.y() - _ABOVE)

    def ask(self) -> None:
        """Tell from now on also what is still empty, for it was to be saved."""
        for made in self.cards:
            made.is_asked = True

    def show_counts(self, found: Mapping[int, Guarded], *, failure: str) -> None:
        """Say what the rules would have stopped, or why it could not be counted."""
        for made in self.cards:
            made.show_count(found.get(made.rail.key), is_failed=bool(failure))
        self._failure.setText(failure)
        with kept_in(self):
            self._failed.setVisible(bool(failure))

    def show_grants(self, grants: Sequence[dict[str, Any]], now: datetime) -> None:
        """Show the standing grants in force."""
        self.grants.show_grants(grants, now)

    def show_faults(self, faults: Faults) -> None:
        """Say what is wrong, each at its place."""
        for made in self.cards:
            made.show_faults(faults)
        for form in (self.caps, self.hours, self.trust):
            form.show_faults(faults)

"""The playbook as a form: what it is for, when it asks, and a card for each category."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.blank.deeds import Offer
from opsconsole.ui.panels.agents.growing import GrowingText
from opsconsole.ui.panels.agents.parts import captioned, mark
from opsconsole.ui.panels.agents.playbook.category import SURE_WIDTH, CategoryCard
from opsconsole.ui.panels.agents.playbook.thinks import ThinksBox
from opsconsole.ui.panels.agents.playbook.typed import Faults, TypedBook, TypedCategory
from opsconsole.ui.widgets.basics import button, card, label, row
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.texts import clear, para

AT_ONCE = 1
"""Cards that are made before the window is let go on; the others follow."""
_ABOVE = 12
_ASKS = "Less sure than this, it asks you what kind of thing came in; a category may have a limit of its own."


class PlaybookForm(QWidget):
    """Fields above, cards below.

    Signals:
        changed: something was typed.
        file_wanted: the person wants to change it in the file.
    """

    changed = Signal()
    file_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[CategoryCard] = []
        self._typed, self._spec, self._offers = TypedBook(), None, tuple[Offer, ...]()
        self._waiting: list[TypedCategory] = []
        """Categories whose cards are still to be made."""
        self._open: frozenset[str] = frozenset()
        self._keys, self._has_foot, self._place = 0, False, 0
        self._errors: dict[str, QLabel] = {}
        self.more = button("Add a category", self.add, keys="C")
        self.area, self._column = card_column()
        self.area.setAccessibleName("Playbook")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._go_on)

    def fill(self, typed: TypedBook, spec: AgentSpec, *, keeps_place: bool = False) -> None:
        """Show what is typed over a file; cards that stand open stay so, and with `keeps_place` what is in sight."""
        self._place = self.area.verticalScrollBar().value() if keeps_place else 0
        self._open = frozenset(made.typed.name for made in self.cards if made.is_open)
        self._typed, self._spec = typed, spec
        self._keys = max((each.key for each in typed.categories), default=-1) + 1
        with kept_in(self):
            clear(self._column)
            self._column.addWidget(self._head(typed))
            self._cards = QVBoxLayout()
            self._cards.setSpacing(12)
            self._column.addLayout(self._cards)
            self.cards, self._waiting = [], [*typed.categories]
            self._errors["all"] = label("", "error", is_wrapped=True)
            self._errors["all"].hide()
            self._column.addWidget(self._errors["all"])
            self._has_foot = False
            self._go_on()

    def follow(self, spec: AgentSpec) -> None:
        """What is typed is in a file now; everything stays as it is shown."""
        self._spec = spec
        for made in self.cards:
            if made.typed.origin is not None:
                made.follow(spec.playbook.categories[made.typed.origin].steps)

    def offer(self, offers: Sequence[Offer], models: Sequence[str] = ()) -> None:
        """Offer what may happen with a new category, and what it can think with."""
        self._offers = tuple(offers) or self._offers
        self.thinks.offer(models)
        if self._has_foot:
            self.more.setEnabled(bool(self._offers))

    @property
    def is_whole(self) -> bool:
        """Every card is there, with all of its steps."""
        return not self._waiting and all(made.steps is None or made.steps.is_whole for made in self.cards)

    def _go_on(self) -> None:
        """Make some more cards."""
        now, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        for each in now:
            self._add(each, is_open=each.name in self._open)
        if self._waiting:
            self._later.start()
        elif not self._has_foot:  # after the cards, so that Tab comes to it after them
            self._has_foot = True
            self.more = button("Add a category", self.add, keys="C")
            self.more.setEnabled(bool(self._offers))
            file = button("Change it in the file", self.file_wanted.emit, kind="link", keys="Alt+Y")
            self._column.addLayout(row(self.more, 12, file, None))
            QTimer.singleShot(0, self, self._back_to_place)

    def _back_to_place(self) -> None:
        if self._place:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)  # its height is known only then
            self.area.verticalScrollBar().setValue(self._place)

    def typed(self) -> TypedBook:
        """Return what is typed."""
        every = (*(each.typed for each in self.cards), *self._waiting)
        return replace(
            self._typed,
            purpose=self.purpose.typed(),
            tone=self.tone.typed(),
            escalation=self.escalation.typed(),
            threshold=self.threshold.text(),
            models=self.thinks.models,
            categories=tuple(each for each in every if each.origin is not None or not each.is_removed),
        )

    def add(self) -> None:
        """Add a category, open to be filled in."""
        if not self._offers:
            return
        while self._waiting:
            self._go_on()
        made = self._add(TypedCategory(key=self._keys, deed=self._offers[0].id), is_open=True)
        self._keys += 1
        if made.name is not None:
            made.name.show()
            made.name.setFocus()
        QTimer.singleShot(0, made, partial(self._bring, made))
        self.changed.emit()

    def ask(self) -> None:
        """Tell from now on also what is still empty, for it was to be saved."""
        for made in self.cards:
            made.is_asked = True

    def show_faults(self, faults: Faults) -> None:
        """Say what is wrong, each at its place."""
        mark(self.purpose, self._errors["purpose"], faults.get("purpose", ""))
        mark(self.threshold, self._errors["threshold"], faults.get("threshold", ""))
        mark(None, self._errors["all"], faults.get("all", ""))
        for made in self.cards:
            made.show_faults(faults)

    def _head(self, typed: TypedBook) -> QFrame:
        frame, column = card()
        column.setSpacing(10)
        self.purpose = GrowingText(typed.purpose, least=2)
        self.tone, self.escalation = GrowingText(typed.tone), GrowingText(typed.escalation, least=2)
        self.threshold = QLineEdit(typed.threshold)
        self.threshold.setMaximumWidth(SURE_WIDTH)
        titles: Mapping[str, tuple[QWidget, str]] = {
            "purpose": (self.purpose, "What it is for, and how one sees that it works"),
            "tone": (self.tone, "How it writes"),
            "escalation": (self.escalation, "When it asks you besides"),
            "threshold": (self.threshold, "How sure it must be, in %"),
        }
        for name, (field, title) in titles.items():
            field.setAccessibleName(title)
            self._errors[name] = label("", "error", is_wrapped=True)
            column.addLayout(captioned(title, field, self._errors[name]))
        column.addWidget(para(_ASKS, "small"))
        self.thinks = ThinksBox(typed.models)
        self.thinks.activated.connect(self._on_typed)
        column.addLayout(captioned(self.thinks.accessibleName(), self.thinks))
        for field in (self.purpose, self.tone, self.escalation, self.threshold):
            field.textChanged.connect(self._on_typed)
        return frame

    def _on_typed(self) -> None:
        self.changed.emit()

    def _add(self, typed: TypedCategory, *, is_open: bool) -> CategoryCard:
        categories = () if self._spec is None else self._spec.playbook.categories
        steps = () if typed.origin is None else categories[typed.origin].steps
        made = CategoryCard(typed, steps, self._offers, is_open=is_open)
        made.changed.connect(self.changed.emit)
        made.file_wanted.connect(self.file_wanted.emit)
        self.cards.append(made)
        self._cards.addWidget(made)
        made.show()  # at once, for it is given the keys
        return made

    def _bring(self, made: CategoryCard) -> None:
        """Scroll to a card."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)  # its place is known only then
        self.area.verticalScrollBar().setValue(made.y() - _ABOVE)

"""The second question: what shall happen, category by category."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.engine.blank.answers import CategoryAnswer
from opsconsole.ui.panels.agents.blank.category import CategoryCard
from opsconsole.ui.panels.agents.blank.data import Choice
from opsconsole.ui.widgets.basics import button, row
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.texts import para
from opsconsole.ui.widgets.words import plural

ABOUT = (
    "A tick keeps a category or an example; without it, it is thrown out. The names are yours to change. Examples are"
    " what really came in: keep those that are typical."
)
NONE = "No category is proposed here. Add one, and say in a sentence what belongs to it."


class ShallPage(QWidget):
    """A card for each category; what was typed for one source stays while another is looked at.

    Signals:
        changed: something is another now.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._key: tuple[str, str] | None = None
        self._by_source: dict[tuple[str, str], list[CategoryCard]] = {}
        self.cards: list[CategoryCard] = []
        self._choice: Choice | None = None
        area, self._column = card_column()
        area.setAccessibleName("What shall happen")
        self._area = area
        self._about, self._rest = para(ABOUT, "muted"), para("", "small")
        self._add = button("Add a category", self.add)
        self._column.addWidget(self._about)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(12)
        self._column.addLayout(self._cards)
        self._column.addWidget(self._rest)
        self._column.addLayout(row(self._add, None))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def show_choice(self, choice: Choice | None) -> None:
        """Show the categories of what comes in; of those that are known, what was typed stays."""
        self._choice = choice
        if choice is None:
            return
        if choice.key != self._key:
            for shown in self.cards:
                shown.hide()
                self._cards.removeWidget(shown)
        self._key = choice.key
        self.cards = self._by_source.setdefault(choice.key, [])
        self._take(choice, {_place(card): card for card in self.cards if card.proposal})
        for shown in self.cards:
            self._cards.addWidget(shown)
            shown.show()
        self._tell()

    def _take(self, choice: Choice, known: Mapping[tuple[str, str], CategoryCard]) -> None:
        typed = [card for card in self.cards if card.proposal is None]
        found: list[CategoryCard] = []
        for proposal in choice.source.proposals:
            card = known.get((proposal.field, proposal.place))
            if card is None:
                card = self._made(CategoryCard(choice.offers[proposal.id], proposal))
            else:
                card.offer(choice.offers[proposal.id])
            found.append(card)
        kept = [card for card in known.values() if card not in found]
        self.cards[:] = [*found, *kept, *typed]

    def add(self) -> None:
        """Add a category of one's own, and go to its name."""
        if self._choice is not None:
            card = self._made(CategoryCard(self._choice.own))
            card.thrown_out.connect(lambda: self._throw_out(card))
            self.cards.append(card)
            self._cards.addWidget(card)
            card.show()
            self._tell()
            self._go_to(card)
            self.changed.emit()

    def begin(self) -> None:
        """Give the keys to the first category."""
        (self.cards[0].keep if self.cards else self._add).setFocus()

    def answers(self) -> tuple[CategoryAnswer, ...]:
        """Return those that are kept."""
        return tuple(card.answer() for card in self.kept)

    @property
    def kept(self) -> list[CategoryCard]:
        return [card for card in self.cards if card.is_kept]

    def mark(self, place: int | None) -> None:
        """Mark the one of those that are kept that something is wrong with, and go there; None: no single one."""
        for at, card in enumerate(self.kept):
            card.mark(is_wrong=at == place)
            if at == place:
                self._go_to(card)

    def clear(self) -> None:
        """Forget what was answered."""
        for cards in self._by_source.values():
            for card in cards:
                self._cards.removeWidget(card)
                card.hide()
                card.deleteLater()
        self._by_source.clear()
        self._key, self.cards = None, []

    def _go_to(self, card: CategoryCard) -> None:
        card.name.setFocus()
        QTimer.singleShot(0, card, partial(self._area.ensureWidgetVisible, card))  # once it is laid out

    def _made(self, card: CategoryCard) -> CategoryCard:
        card.changed.connect(self.changed)
        return card

    def _throw_out(self, card: CategoryCard) -> None:
        with kept_in(self):
            self.cards.remove(card)
            self._cards.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        self._about.setText(ABOUT if any(card.proposal for card in self.cards) else NONE)
        more = 0 if self._choice is None else self._choice.source.left_out
        self._rest.setText(f"{plural(more, 'smaller place')} of the past are left out." if more else "")
        self._rest.setVisible(bool(more))


def _place(card: CategoryCard) -> tuple[str, str]:
    proposal = card.proposal
    return ("", "") if proposal is None else (proposal.field, proposal.place)

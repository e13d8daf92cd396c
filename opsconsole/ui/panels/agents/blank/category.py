"""The card of one category: kept or thrown out, renamed, what shall happen with it, and its examples."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout, QWidget

from opsconsole.engine.blank.answers import LONGEST, MOST_NAME, CategoryAnswer
from opsconsole.engine.blank.deeds import Offer
from opsconsole.engine.blank.proposals import ProposedCategory
from opsconsole.ui.panels.agents.blank.data import TYPED, place_words
from opsconsole.ui.panels.agents.blank.parts import Example, line_edit
from opsconsole.ui.panels.agents.parts import captioned
from opsconsole.ui.widgets.basics import ChoiceBox, button, clamped, repolish, row

DEED_WIDTH = 300
INDENT = 34
"""Of what stands under the name, in px."""
_WORDS = Qt.ItemDataRole.UserRole + 1
"""Role under which the words stand before a name is put into them."""


class CategoryCard(QFrame):
    """One category; what is typed stays whatever is thrown out.

    Signals:
        changed: something on it is another now.
        thrown_out: a person takes a typed one away.
    """

    changed = Signal()
    thrown_out = Signal()

    def __init__(self, offers: Sequence[Offer], proposal: ProposedCategory | None = None) -> None:
        super().__init__()
        self.setObjectName("card")
        self.proposal = proposal
        self.keep, self.deed = QCheckBox(), ChoiceBox()
        self.keep.setChecked(proposal is None or proposal.is_likely)
        self.name = line_edit("What it is called", self._on_named, most=MOST_NAME)
        self.deed.setFixedWidth(DEED_WIDTH)
        self.examples = [Example(text) for text in (proposal.examples if proposal else ())]
        self.criteria = line_edit("What belongs here, in a sentence", self.changed.emit, most=LONGEST)
        self.own_example = line_edit("As somebody might write it", self.changed.emit, most=LONGEST)
        self._found = clamped("small", lines=1)
        self._found.setContentsMargins(INDENT, 0, 0, 0)
        if proposal is None:
            self._found.hide()  # never shown here: without a parent it would be a window of its own
        self._body = self._made_body()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(row(self.keep, self.name, self.deed))
        column.addWidget(self._found)
        column.addWidget(self._body)
        self.offer(offers)
        self.name.setText(proposal.name if proposal else "")
        self._name_parts()
        self.keep.toggled.connect(self._on_kept)
        self.deed.currentIndexChanged.connect(lambda _=0: self.changed.emit())
        for example in self.examples:
            example.changed.connect(self.changed)
        self._on_kept()

    def _made_body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(INDENT, 0, 0, 0)
        column.setSpacing(6)
        if self.proposal is not None:
            for example in self.examples:
                column.addWidget(example)
            return body
        column.addLayout(captioned("What belongs here", self.criteria))
        column.addLayout(captioned("An example, if you have one at hand", self.own_example))
        remove = button("Remove it", self.thrown_out.emit, kind="link")
        column.addLayout(row(remove, None))
        return body

    @property
    def is_kept(self) -> bool:
        return self.keep.isChecked()

    def offer(self, offers: Sequence[Offer]) -> None:
        """Offer what may happen; what was chosen stays where it is still there."""
        chosen = self.deed.currentData()
        self.deed.blockSignals(True)
        self.deed.clear()
        for at, each in enumerate(offers):
            self.deed.addItem(each.words, each.id)
            self.deed.setItemData(at, each.words, _WORDS)
        self._rename_offers()
        self.deed.setCurrentIndex(max(0, self.deed.findData(chosen)))
        self.deed.blockSignals(False)

    def answer(self) -> CategoryAnswer:
        """Return what stands here."""
        proposal = self.proposal
        own = (self.own_example.text(),) if self.own_example.text().strip() else ()
        return CategoryAnswer(
            name=self.name.text(),
            deed=str(self.deed.currentData() or ""),
            id=proposal.id if proposal else "",
            field=proposal.field if proposal else "",
            place=proposal.place if proposal else "",
            criteria=self.criteria.text(),
            examples=(*(each.text for each in self.examples if each.is_kept), *own),
        )

    def mark(self, *, is_wrong: bool) -> None:
        """Mark it as the one that something is wrong with, or not any more."""
        if bool(self.name.property("invalid")) != is_wrong:
            self.name.setProperty("invalid", is_wrong)
            repolish(self.name)

    def _on_kept(self) -> None:
        self._body.setVisible(self.is_kept)
        if self.proposal is not None:
            first = "" if self.is_kept else "".join(f": “{text}”" for text in self.proposal.examples[:1])
            self._found.setText(place_words(self.proposal) + first)
        self.deed.setEnabled(self.is_kept)
        self.mark(is_wrong=False)
        self.changed.emit()

    def _on_named(self) -> None:
        self._name_parts()
        if self.proposal is None:
            self._rename_offers()
        self.mark(is_wrong=False)
        self.changed.emit()

    def _rename_offers(self) -> None:
        for at in range(self.deed.count()):
            words = str(self.deed.itemData(at, _WORDS))
            self.deed.setItemText(at, words.replace(TYPED, self.name.text().strip() or TYPED))

    def _name_parts(self) -> None:
        """Every control says whose it is: a screen reader hears one at a time."""
        name = self.name.text().strip() or "the new category"
        self.keep.setAccessibleName(f"Keep {name}")
        self.name.setAccessibleName(f"Name of the category {name}")
        self.deed.setAccessibleName(f"What shall happen with {name}")
        self.criteria.setAccessibleName(f"What belongs to {name}")
        self.own_example.setAccessibleName(f"An example of {name}")

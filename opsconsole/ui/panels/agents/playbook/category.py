"""A category on a card: told in a few lines, and edited in place."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from opsconsole.domain.agent import Step
from opsconsole.engine.blank.deeds import Offer
from opsconsole.ui.panels.agents.blank.data import TYPED
from opsconsole.ui.panels.agents.growing import GrowingText
from opsconsole.ui.panels.agents.parts import captioned, choose, mark
from opsconsole.ui.panels.agents.playbook.examples import ExamplesForm
from opsconsole.ui.panels.agents.playbook.steps import StepsForm, step_words
from opsconsole.ui.panels.agents.playbook.typed import Faults, TypedCategory
from opsconsole.ui.widgets.basics import ChoiceBox, beside, button, clamped, label, row
from opsconsole.ui.widgets.keys import bind
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, para
from opsconsole.ui.widgets.words import plural

SURE_WIDTH = 160
LONGEST = 200
_TITLE = 80


class CategoryCard(QFrame):
    """One category; what is typed stays whether it is open or not.

    Signals:
        changed: `typed` is another one now.
        file_wanted: its steps are to be changed in the file.
    """

    changed = Signal()
    file_wanted = Signal()

    def __init__(
        self, typed: TypedCategory, steps: Sequence[Step], offers: Sequence[Offer], *, is_open: bool = False
    ) -> None:
        super().__init__()
        self.setObjectName("card")
        self.typed, self._steps, self._offers, self.is_open = typed, steps, offers, is_open
        self.name: QLineEdit | None = None
        """The first field, while it is open."""
        self.examples: ExamplesForm | None = None
        self.steps: StepsForm | None = None
        self.is_asked = False
        """It was to be saved as it stood."""
        self._fields: dict[str, tuple[QWidget, QLabel]] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 14, 16, 14)
        self._column.setSpacing(8)
        bind(self, "Escape", partial(self.turn, is_open=False), if_=lambda: self.is_open)
        self._build()

    @property
    def title(self) -> str:
        """What it is called, as it stands."""
        return one_line(self.typed.name)[:_TITLE] or "A new category"

    def follow(self, steps: Sequence[Step]) -> None:
        """Its steps are in a file now, as they are typed."""
        self._steps = steps

    def turn(self, *, is_open: bool) -> None:
        """Open it to be edited, or close it; the keys go where it goes on."""
        self.is_open = is_open
        self._build()
        part = self.edit if self.name is None else self.name
        part.show()  # at once, for it is given the keys
        part.setFocus()

    def show_faults(self, faults: Faults) -> None:
        """Say what is wrong, by place."""
        here = f"{self.typed.key}."
        own = {place.removeprefix(here): fault for place, fault in faults.items() if place.startswith(here)}
        if self.typed.origin is None and not self.is_asked and not self.typed.name and self.is_open:
            own = {}  # nothing is wrong with what nobody has typed yet
        for place, (field, error) in self._fields.items():
            mark(field, error, own.get(place, ""))
        self._wrong.setText(" ".join(own.values()))
        self._wrong.setVisible(bool(own) and not self.is_open)

    def _build(self) -> None:
        clear(self._column)
        self.name, self.examples, self.steps, self._fields = None, None, None, {}
        self._wrong = label("", "error", is_wrapped=True)
        self._wrong.hide()
        self.setAccessibleName(f"Category {self.title}")
        if self.typed.is_removed:
            self._build_removed()
        elif self.is_open:
            self._build_form()
        else:
            self._build_told()

    def _build_removed(self) -> None:
        self.edit = button("Put back", partial(self._remove, is_removed=False))
        self.edit.setAccessibleName(f"Put back: {self.title}")
        gone = f"Removed when you save: {self.title}, and what is said of it under Autonomy"
        self._column.addLayout(row(label(gone, "muted", is_wrapped=True), None, self.edit))

    def _build_told(self) -> None:
        typed = self.typed
        self.edit = button("Edit", partial(self.turn, is_open=True))
        self.edit.setAccessibleName(f"Edit: {self.title}")
        self._column.addLayout(beside(para(self.title, "h3"), self.edit))
        if typed.criteria:
            about = clamped("muted")
            about.setText(one_line(typed.criteria))
            self._column.addWidget(about)
        parts = [plural(len(typed.examples), "example") if typed.examples else "No examples"]
        does = [step_words(step) for step in self._steps if step.look_up is None]
        does += [self._named(offer) for offer in self._offers if typed.origin is None and offer.id == typed.deed]
        parts += [", ".join(dict.fromkeys(does)) or "does nothing"]
        what = clamped("small")
        what.setText(" · ".join(parts))
        self._column.addWidget(what)
        self._column.addWidget(self._wrong)

    def _build_form(self) -> None:
        typed = self.typed
        self.name = QLineEdit(typed.name)
        self.name.setMaxLength(max(LONGEST, len(typed.name)))
        self._name, self._shown_name = typed.name, self.name.text()
        self.name.setAccessibleName(f"Name of the category {self.title}")
        self._criteria = GrowingText(typed.criteria, least=2)
        self._criteria.setAccessibleName(f"What belongs to {self.title}, and what does not")
        self._sure = QLineEdit(typed.threshold)
        self._sure.setMaximumWidth(SURE_WIDTH)
        self._sure.setPlaceholderText("as for all")
        self._sure.setAccessibleName(f"{self.title}: asks you when less sure than so many percent")
        self.examples = ExamplesForm(typed.examples, self.title)
        column = self._column
        self._field("name", "Name", self.name)
        self._field("criteria", "What belongs here, and what does not", self._criteria)
        column.addLayout(captioned("Examples, as they come in", self.examples))
        self._field("threshold", "Asks you when less sure than, in %", self._sure)
        for field in (self.name, self._criteria, self._sure):
            field.textChanged.connect(self._on_typed)
        self.examples.changed.connect(self._on_typed)
        if self.typed.origin is None:
            self._build_deed()
        else:
            self._build_steps()

    def _build_foot(self) -> None:
        """After the steps, so that Tab comes to it after them."""
        done = button("Close", partial(self.turn, is_open=False), keys="Esc")
        done.setToolTip("What is typed stays")
        done.setAccessibleName(f"Close {self.title}")
        gone = button("Remove this category", partial(self._remove, is_removed=True), kind="danger")
        gone.setAccessibleName(f"Remove the category {self.title}")
        self.edit = done
        self._column.addLayout(row(done, None, gone))

    def _field(self, place: str, title: str, field: QWidget) -> None:
        error = label("", "error", is_wrapped=True)
        self._fields[place] = field, error
        self._column.addLayout(captioned(title, field, error))

    def _build_deed(self) -> None:
        self.deed = ChoiceBox()
        self.deed.setAccessibleName(f"What shall happen with {self.title}")
        choose(self.deed, [(offer.id, self._named(offer)) for offer in self._offers], self.typed.deed)
        self.deed.currentIndexChanged.connect(self._on_typed)
        self._column.addLayout(captioned("What shall happen", self.deed))
        self._build_foot()

    def _build_steps(self) -> None:
        self.steps = StepsForm(self._steps, self.typed.texts, self.title)
        self.steps.changed.connect(self._on_typed)
        self._column.addLayout(captioned("What happens, step by step", self.steps))
        if self.steps.is_whole:
            self._build_below(self.steps)
        else:
            self.steps.whole.connect(partial(self._build_below, self.steps))

    def _build_below(self, steps: StepsForm) -> None:
        if steps is not self.steps:
            return  # it was closed before they were all there
        file = button("Add or move steps in the file", self.file_wanted.emit, kind="link")
        self._column.addLayout(row(file, None))
        self._build_foot()

    def _named(self, offer: Offer) -> str:
        """Return an offer with the name that stands there."""
        name = self.typed.name if self.name is None else self.name.text()
        return offer.words.replace(TYPED, one_line(name)[:_TITLE].strip() or TYPED)

    def _remove(self, *, is_removed: bool) -> None:
        self.typed = replace(self.typed, is_removed=is_removed)
        self.is_open = False
        self._build()
        self.edit.show()
        self.edit.setFocus()
        self.changed.emit()

    def _on_typed(self) -> None:
        if self.name is None or self.examples is None:
            return
        if self.steps is None:
            with QSignalBlocker(self.deed):
                for at, offer in enumerate(self._offers):
                    self.deed.setItemText(at, self._named(offer))
        self.typed = replace(
            self.typed,
            name=self._name if self.name.text() == self._shown_name else self.name.text(),
            criteria=self._criteria.typed(),
            threshold=self._sure.text(),
            examples=self.examples.typed(),
            texts=self.typed.texts if self.steps is None else self.steps.typed(),
            deed=str(self.deed.currentData() or "") if self.steps is None else self.typed.deed,
        )
        self.changed.emit()

"""What a review comes to: three choices by number, what is narrowed, and why."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QLineEdit, QPushButton, QVBoxLayout, QWidget

from opsconsole.domain.enums import ReviewDecision
from opsconsole.engine.ladder.climb import LEAST_REASON
from opsconsole.engine.ladder.rungs import Cell, Rung
from opsconsole.engine.oversight.signing import step_down
from opsconsole.ui.panels.agents.parts import captioned, mark
from opsconsole.ui.panels.agents.review.data import ReviewView
from opsconsole.ui.panels.agents.savebar import REASON
from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.texts import clear, para

NOTES = {
    ReviewDecision.KEEP: "Its scope and levels stay as they are.",
    ReviewDecision.WIDEN: "Nothing is raised by the signature. It leads to Ladder, where you sign each step up, and its"
    " gate decides.",
    ReviewDecision.NARROW: "What you tick is taken one step back with the signature, at once. Coming back needs the"
    " evidence anew.",
}
INDENT = 24
"""Of an action below its category, in px."""
WHY, WHY_NEEDED = "Why, if you want to say it", "Why (needed; kept with your name in the record)"
NO_REASON = f"Say why in at least {LEAST_REASON} characters, so that others can read it; nothing was signed."
NO_STEP = "Tick at least one thing that is taken a step back; nothing was signed."


class DecisionCard(QFrame):
    """Keeps what is chosen until another review is shown.

    Signals:
        changed: another decision is chosen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.decision = ReviewDecision.KEEP
        self._boxes: dict[Cell, QCheckBox] = {}
        self.choices: dict[ReviewDecision, QPushButton] = {}
        group = QButtonGroup(self)
        for number, decision in enumerate(ReviewDecision, start=1):
            act = partial(self.choose, decision)
            made = button(f"{number}  {decision.value.capitalize()}", act, kind="chip", keys=f"{number}")
            made.setAccessibleName(decision.value.capitalize())
            made.setCheckable(True)
            group.addButton(made)
            self.choices[decision] = made
        self._note = para("", "muted")
        self._cells = QWidget()
        self._column = QVBoxLayout(self._cells)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.reason = QLineEdit()
        self.reason.setMaxLength(REASON)
        self.reason.setAccessibleName("Why it is decided so")
        self.said = label("", "error", is_wrapped=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(label("What it comes to", "h3"))
        column.addLayout(row(*self.choices.values(), None))
        column.addWidget(self._note)
        column.addLayout(captioned("Why", self.reason, self.said))
        column.addWidget(self._cells)

    @property
    def typed(self) -> str:
        """The reason, on one line."""
        return " ".join(self.reason.text().split())

    @property
    def lowered(self) -> tuple[Cell, ...]:
        """What is ticked to be taken a step back."""
        if self.decision is not ReviewDecision.NARROW:
            return ()
        return tuple(cell for cell, box in self._boxes.items() if box.isChecked())

    def show_view(self, view: ReviewView) -> None:
        """Show what can be narrowed; what was ticked of it stays ticked."""
        ticked = {cell for cell, box in self._boxes.items() if box.isChecked()}
        with kept_in(self):
            clear(self._column)
            self._boxes = {}
            for rung in view.lowerable:
                cell, box = (rung.category, rung.tool), _box(rung)
                box.setChecked(cell in ticked)
                box.toggled.connect(lambda _=False: self.say(""))
                self._boxes[cell] = box
                self._column.addLayout(row(INDENT if rung.tool else 0, box, None))
        self._render()

    def begin(self) -> None:
        """Begin anew, for another review."""
        self._boxes = {}
        self.reason.clear()
        self.choose(ReviewDecision.KEEP)

    def choose(self, decision: ReviewDecision) -> None:
        """Choose what it comes to."""
        self.decision = decision
        self.say("")
        self._render()
        self.changed.emit()

    def is_ready(self) -> bool:
        """Return whether nothing is missing; what is, is asked for in place."""
        if self.decision is ReviewDecision.NARROW and not self.lowered:
            self.say(NO_STEP)
            next(iter(self._boxes.values()), self.reason).setFocus()
            return False
        if self.decision is not ReviewDecision.KEEP and len(self.typed) < LEAST_REASON:
            mark(self.reason, self.said, NO_REASON)
            self.reason.setFocus()
            return False
        return True

    def say(self, error: str) -> None:
        """Say what went wrong, in place; empty: nothing did."""
        mark(None if error else self.reason, self.said, error)

    def _render(self) -> None:
        self.choices[self.decision].setChecked(True)
        self._note.setText(NOTES[self.decision])
        self._cells.setVisible(self.decision is ReviewDecision.NARROW)
        self.reason.setPlaceholderText(WHY if self.decision is ReviewDecision.KEEP else WHY_NEEDED)


def _box(rung: Rung) -> QCheckBox:
    """Make the box of a step down; that of an action stands below its category and does not name it again."""
    words = step_down(rung)
    box = QCheckBox(words.removeprefix(f"{rung.name} · "))
    box.setAccessibleName(words)
    return box

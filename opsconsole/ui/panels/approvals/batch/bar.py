"""What can be said to many at once: approve or reject those that are ticked, or one answer to all the questions."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QFrame, QVBoxLayout

from opsconsole.domain.enums import ApprovalKind
from opsconsole.ui.panels.approvals.rows import Waiting
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.flow import FlowLayout
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear
from opsconsole.ui.widgets.words import spoken

KEYS = 9
"""Answers that have a key."""


class BatchBar(QFrame):
    """Approve far left and filled, Reject far right; `acts` gives what each does."""

    def __init__(self, theme: Theme, acts: Mapping[str, Callable[[], None]], *, answer: Callable[[int], None]) -> None:
        super().__init__()
        self.setObjectName("actions")
        self._answer = answer
        self._number = 0
        self.options: tuple[str, ...] = ()
        """The answers that can be given to all."""
        self.approve = KeyButton(theme, "Approve", key="A", icon="check", act=acts["approve"], kind="primary")
        self.reject = KeyButton(theme, "Reject", key="R", icon="x", act=acts["reject"], kind="danger")
        self.leave = KeyButton(theme, "Leave", key="L", icon="x", act=acts["leave"])
        self._back = button("Back", acts["back"], keys="Esc")
        self._said = label("", "small", is_wrapped=True)
        self._answers = FlowLayout(gap=8)
        line = row(self.approve, self._back, 4, None, self.reject, self.leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 10, 28, 12)
        column.setSpacing(8)
        column.addWidget(self._said)
        column.addLayout(self._answers)
        column.addLayout(line)

    @property
    def can_approve(self) -> bool:
        """These ask for a yes or no."""
        return not self.approve.isHidden()

    def show_for(self, member: Waiting | None) -> None:
        """Offer what fits a group, of which `member` is one."""
        is_question = member is not None and member.kind is ApprovalKind.QUESTION
        found = member.args.get("options") if member is not None and is_question else None
        self.options = tuple(map(str, found or ()))
        clear(self._answers)
        for number, option in enumerate(self.options, 1):
            key = f"{number}  " if number <= KEYS else ""
            made = button(f"{key}{one_line(spoken(option), 60)}", lambda number=number: self._answer(number))
            made.setAccessibleName(spoken(option))
            self._answers.addWidget(made)
        for part in (self.approve, self.reject):
            part.setVisible(not is_question)
        self.leave.setVisible(is_question)
        self.count(self._number)

    def count(self, number: int) -> None:
        """Say how many are ticked."""
        self._number = number
        self.approve.name_it(f"Approve {number:,}")
        self.reject.name_it(f"Reject {number:,}")
        self.leave.name_it(f"Leave {number:,} to people")
        for part in (self.approve, self.reject, self.leave):
            part.setEnabled(number > 0)
        answers = f"press 1 to {min(len(self.options), KEYS)} to answer, " if self.options else ""
        verbs = "A approves, R rejects" if self.can_approve else f"{answers}L leaves them to people"
        self._said.setText(f"{number:,} ticked: {verbs}. Space ticks one or leaves it out. Each is recorded.")

    def show_progress(self, done: int, of: int) -> None:
        """Say how far the deciding is; nothing else can be said meanwhile."""
        self._said.setText(f"{done:,} of {of:,} done…")
        for part in (self.approve, self.reject, self.leave):
            part.setEnabled(False)

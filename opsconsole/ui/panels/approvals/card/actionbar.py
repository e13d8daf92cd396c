"""The verbs, at the foot of the card: Approve far left and filled, Reject far right."""

from collections.abc import Callable, Mapping

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QToolButton

from opsconsole.domain.enums import ApprovalKind
from opsconsole.ui.panels.approvals.card.data import Shown
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import label, row
from opsconsole.ui.widgets.keybutton import KeyButton

ROOMY = 720
"""Width in px from which there is room for the hint."""


class ActionBar(QFrame):
    """Shows the verbs that fit a card; `acts` gives what each does."""

    def __init__(self, theme: Theme, acts: Mapping[str, Callable[[], None]]) -> None:
        super().__init__()
        self.setObjectName("actions")
        self.setFixedHeight(60)
        self.approve = KeyButton(theme, "Approve", key="A", icon="check", act=acts["approve"], kind="primary")
        self.answer = KeyButton(theme, "Answer", key="Q", icon="pencil", act=acts["answer"], kind="primary")
        self.edit = KeyButton(theme, "Edit", key="E", icon="pencil", act=acts["edit"])
        self.snooze = KeyButton(theme, "Snooze", key="S", icon="clock", act=acts["snooze"])
        self.reject = KeyButton(theme, "Reject", key="R", icon="x", act=acts["reject"], kind="danger")
        self.leave = KeyButton(theme, "Leave to people", key="L", icon="x", act=acts["leave"])
        self.more = QToolButton()
        self.more.setText("…")
        self.more.setAccessibleName("More")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setStyleSheet("QToolButton { border: 0; padding: 6px } QToolButton::menu-indicator { image: none }")
        menu = QMenu(self.more)
        self._grant = menu.addAction("Approve, and always allow exactly this for 7 days", acts["grant"])
        menu.addAction("Snooze until…\tShift+S", acts["snooze_until"])
        self._ignore = menu.addAction("Ignore: let it lapse\tI", acts["ignore"])
        menu.addSeparator()
        menu.addAction("Decide all of this kind\tB", acts["batch"])
        self.more.setMenu(menu)
        self.hint = label("J / K next, previous", "small")
        verbs = self.approve, self.answer, self.edit, self.snooze, self.more
        line = row(*verbs, 4, self.hint, None, self.reject, self.leave)
        line.setContentsMargins(28, 12, 28, 12)
        self.setLayout(line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the hint goes, not the ends of the buttons."""
        super().resizeEvent(event)
        self.hint.setVisible(self.width() >= ROOMY)

    def show_for(self, shown: Shown | None, *, is_busy: bool, is_put_off: bool = False) -> None:
        """Offer what fits; nothing while a decision is under way."""
        kind = None if shown is None else shown.view.kind
        is_question = kind is ApprovalKind.QUESTION
        self.approve.setVisible(not is_question)
        self.answer.setVisible(is_question)
        self.edit.setVisible(kind is not ApprovalKind.UNKNOWN and not is_question)
        self.reject.setVisible(not is_question)
        self.leave.setVisible(is_question)
        self._ignore.setVisible(kind is ApprovalKind.ACTION)
        self._grant.setVisible(kind is ApprovalKind.ACTION)
        self.approve.name_it("It was done" if kind is ApprovalKind.UNKNOWN else "Approve")
        self.snooze.name_it("Show again" if is_put_off else "Snooze")
        self.reject.name_it("It was not done" if kind is ApprovalKind.UNKNOWN else "Reject")
        for key in (self.approve, self.answer, self.edit, self.snooze, self.reject, self.leave, self.more):
            key.setEnabled(shown is not None and not is_busy)

"""How much is drawn for a person to decide first, and what messages say that no person read."""

from dataclasses import dataclass

from PySide6.QtWidgets import QLabel, QLineEdit

from opsconsole.domain.errors import OpsError
from opsconsole.engine.gate.disclosure import DEFAULT, line_of_workspace
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.share import asked_share, set_asked_share
from opsconsole.engine.oversight.ailine import LONGEST, set_line
from opsconsole.store.transaction import Transaction
from opsconsole.ui.panel import Panel
from opsconsole.ui.widgets.basics import button, card, label, row

_SHARE = "Drawn for you to decide first, in %"
_SHARE_ABOUT = (
    "This share of what agents ask you is drawn before anybody sees it, for you to decide without the agent's answer."
    " Only that earns the right to act alone; at 0 nothing earns it."
)
_LINE = "Line under messages that no person read"
_LINE_ABOUT = (
    "It stands under what an agent sends alone to people outside. An agent's file may have its own; empty is the"
    " standard line."
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds."""

    percent: int
    line: str


def terms(kernel: Kernel) -> Terms:
    """Read what holds."""
    return Terms(round(asked_share(kernel.reader) * 100), line_of_workspace(kernel.reader))


class Oversight:
    """A card with both; every change is on record."""

    def __init__(self, owner: Panel) -> None:
        self._owner, self._context = owner, owner.context
        self._known = Terms(0, "")
        self.frame, column = card()
        column.addWidget(label("Oversight", "h3"))
        self.share, self.line = _field(_SHARE), _field(_LINE)
        self.share.setMaximumWidth(150)
        self.line.setMaxLength(LONGEST)
        self.line.setPlaceholderText(DEFAULT)
        for head, about, field in ((_SHARE, _SHARE_ABOUT, self.share), (_LINE, _LINE_ABOUT, self.line)):
            field.textEdited.connect(self._on_edited)
            field.returnPressed.connect(self.put)
            column.addWidget(label(head, "cap"))
            column.addWidget(field)
            column.addWidget(label(about, "muted", is_wrapped=True))
        self._error: QLabel = label("", "error", is_wrapped=True)
        self._error.hide()
        column.addWidget(self._error)
        self._save = button("Save", self.put, kind="accent")
        self._save.setAccessibleName("Save how agents are overseen")
        self._save.setEnabled(False)
        column.addLayout(row(self._save, None))

    def render(self, found: Terms) -> None:
        """Show what holds, unless somebody is typing."""
        if self._save.isEnabled() and found == self._known:
            return
        self._known = found
        self.share.setText(f"{found.percent}")
        self.line.setText("" if found.line == DEFAULT else found.line)
        self.line.setCursorPosition(0)
        self._save.setEnabled(False)

    def put(self) -> None:
        """Put what was changed into force."""
        share = self.share.text() if self._changed_share() else None
        line = self.line.text() if self._changed_line() else None
        if (share, line) != (None, None):
            self._context.tasks.start(self._put(share, line), name="the oversight", owner=self._owner, key="oversight")

    async def _put(self, share: str | None, line: str | None) -> None:
        known = self._known

        def put(kernel: Kernel, tx: Transaction, actor: str) -> Terms:
            drawn = known.percent if share is None else round(set_asked_share(kernel, tx, share, actor=actor) * 100)
            return Terms(drawn, known.line if line is None else set_line(kernel, tx, line, actor=actor))

        try:
            self._known = await self._context.backend.write(put, name="oversight.set")
        except OpsError as error:
            self._error.setText(str(error))
            self._error.show()
            self.share.setFocus()
            return
        self._error.hide()
        self._save.setEnabled(False)
        self._context.navigator.say("Saved; it holds for what is decided from now on.")
        self._owner.refresh()

    def _changed_share(self) -> bool:
        return self.share.text().strip() != f"{self._known.percent}"

    def _changed_line(self) -> bool:
        return (self.line.text().strip() or DEFAULT) != self._known.line

    def _on_edited(self) -> None:
        self._error.hide()
        self._save.setEnabled(self._changed_share() or self._changed_line())


def _field(name: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    return made

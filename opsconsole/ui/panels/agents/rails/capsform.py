"""The caps of one agent, and how many runs may fail one after another."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QVBoxLayout

from opsconsole.engine.commands.budgets import CAPS, MONEY
from opsconsole.ui.panels.agents.parts import captioned, mark
from opsconsole.ui.panels.agents.rails.draft import Draft, Faults
from opsconsole.ui.widgets.basics import label

FAILURES = "failures"
_ABOUT = "At a cap, what it wants waits for you; nothing is dropped. Empty: only the caps of the workspace (Settings)."
_NEVER = "Failed runs in a row that pause it"
_FIELD = 220


class CapsForm(QFrame):
    """A card with a field for every cap.

    Signals:
        changed: something was typed.
    """

    changed = Signal()

    def __init__(self, draft: Draft, currency: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.fields: dict[str, QLineEdit] = {}
        self._errors: dict[str, QLabel] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(label("Caps", "h3"))
        column.addWidget(label(_ABOUT, "muted", is_wrapped=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        values = {**draft.caps, FAILURES: draft.failures}
        for place, (name, title) in enumerate((*CAPS, (FAILURES, _NEVER))):
            told = f"{title} ({currency})" if name in MONEY else title
            made, error = QLineEdit(values.get(name, "")), label("", "error", is_wrapped=True)
            made.setAccessibleName(told)
            made.setPlaceholderText("never" if name == FAILURES else "no cap")
            made.setFixedWidth(_FIELD)
            made.textEdited.connect(lambda _="": self.changed.emit())
            self.fields[name], self._errors[name] = made, error
            cell = captioned(told, made, error)
            cell.addStretch(1)
            grid.addLayout(cell, place // 2, place % 2)
        grid.setColumnStretch(2, 1)
        column.addLayout(grid)

    def typed(self) -> tuple[Mapping[str, str], str]:
        """Return the caps by name, and the failed runs."""
        caps = {name: made.text() for name, made in self.fields.items() if name != FAILURES}
        return caps, self.fields[FAILURES].text()

    def show_faults(self, faults: Faults) -> None:
        """Say what is wrong, by place."""
        for name, made in self.fields.items():
            mark(made, self._errors[name], faults.get(f"caps.{name}", ""))

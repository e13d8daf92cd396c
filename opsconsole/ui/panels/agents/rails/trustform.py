"""Addresses and domains that one agent may write to by itself, as a person allowed them."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout

from opsconsole.ui.panels.agents.parts import captioned, mark
from opsconsole.ui.panels.agents.rails.draft import Draft, Faults
from opsconsole.ui.widgets.basics import label

_ABOUT = (
    "After it has read what a stranger wrote, it asks you before anything goes elsewhere than to whoever wrote. To"
    " these it may go. One a line."
)
_LINES = 4


class TrustForm(QFrame):
    """A card with two lists.

    Signals:
        changed: something was typed.
    """

    changed = Signal()

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.setObjectName("card")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(label("Trusted addresses and domains", "h3"))
        column.addWidget(label(_ABOUT, "muted", is_wrapped=True))
        self.addresses, self.domains = QPlainTextEdit(draft.addresses), QPlainTextEdit(draft.domains)
        self._errors: dict[str, QLabel] = {}
        line = QHBoxLayout()
        line.setSpacing(16)
        for name, title, made, like in (
            ("addresses", "Addresses", self.addresses, "ann@example.com"),
            ("domains", "Whole domains", self.domains, "example.com"),
        ):
            made.setAccessibleName(f"Trusted: {title.lower()}, one a line")
            made.setPlaceholderText(like)
            made.setTabChangesFocus(True)
            made.setFixedHeight(made.fontMetrics().lineSpacing() * _LINES + 20)
            made.textChanged.connect(self.changed.emit)
            self._errors[name] = label("", "error", is_wrapped=True)
            cell = captioned(title, made, self._errors[name])
            cell.addStretch(1)
            line.addLayout(cell, 1)
        column.addLayout(line)

    def show_faults(self, faults: Faults) -> None:
        """Say what is wrong, by place."""
        mark(self.addresses, self._errors["addresses"], faults.get("trust.addresses", ""))
        mark(self.domains, self._errors["domains"], faults.get("trust.domains", ""))

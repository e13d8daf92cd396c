"""Asks before an old version is restored: what would be otherwise than now, and why one goes back."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.difference import differences, raises
from opsconsole.ui.panels.agents.parts import mark
from opsconsole.ui.panels.agents.savebar import NEEDED, NEEDED_BARE, REASON, told_bare
from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.keys import bind
from opsconsole.ui.widgets.texts import para

LINES = 12
"""Fields that would be otherwise that are shown."""


class GoBack(QFrame):
    """Stands in the card of a version until it is answered; Esc keeps what is in use."""

    def __init__(
        self, now: AgentSpec, then: AgentSpec, *, makes: int, go: Callable[[str], None], leave: Callable[[], None]
    ) -> None:
        """Make it.

        Args:
            now: in use.
            then: what would be in use again.
            makes: number of the version that this would be.
            go: does it, for a reason.
            leave: keeps what is in use.
        """
        super().__init__()
        self.setObjectName("inset")
        self._go, self._further = go, raises(now, then)
        self._is_bare = False
        """It would be live without evidence."""
        self.reason = QLineEdit()
        self.reason.setMaxLength(REASON)
        self.reason.setAccessibleName("Why one goes back")
        self.reason.setPlaceholderText("Why? It is kept with the version")
        self.reason.returnPressed.connect(self._restore)
        self._said = label("", "error", is_wrapped=True)
        self._said.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        changes = differences(now, then)
        column.addWidget(label("What would be otherwise than now" if changes else "It says what is in use", "h3"))
        for change in changes[:LINES]:
            column.addWidget(para(change.line(), "error" if change in self._further else ""))
        if len(changes) > LINES:
            column.addWidget(label(f"and {len(changes) - LINES} more", "small"))
        for change in self._further:
            if change not in changes[:LINES]:
                column.addWidget(para(f"It may do more than now: {change.line()}", "error"))
        self.bare = para("")
        self.bare.setProperty("tone", "warn")
        self.bare.hide()
        column.addWidget(self.bare)
        column.addWidget(self.reason)
        column.addWidget(self._said)
        column.addLayout(
            row(
                button(f"Restore as version {makes}", self._restore, kind="accent"),
                button("Keep what is in use", leave, keys="Esc"),
                None,
            )
        )
        bind(self, "Escape", leave)

    def tell_unproven(self, titles: Sequence[str]) -> None:
        """Say what would be live without evidence; that needs a reason."""
        self._is_bare = bool(titles)
        self.bare.setText(told_bare(titles))
        self.bare.setVisible(bool(titles))

    def _restore(self) -> None:
        why = " ".join(self.reason.text().split())
        if (self._further or self._is_bare) and not why:
            mark(self.reason, self._said, NEEDED if self._further else NEEDED_BARE)
            self.reason.setFocus()
            return
        self._go(why)

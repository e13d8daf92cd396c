"""Asks once whether an agent is to be dismissed, and says what would become of what it has begun."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from opsconsole.domain.errors import OpsError
from opsconsole.engine.commands.dismissal import Ending, what_ends
from opsconsole.engine.kernel import Kernel
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.panels.agents.dismissal.words import ends
from opsconsole.ui.panels.agents.parts import captioned, page_head
from opsconsole.ui.panels.agents.savebar import REASON
from opsconsole.ui.widgets.basics import button, card, label, row
from opsconsole.ui.widgets.focus import kept_in, lead_on
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.keys import bind
from opsconsole.ui.widgets.texts import clear, para

STAYS = "It gets no events any more. What it did stays, and so do its versions, its comparisons and the record."
GIVEN_UP = "What is typed and not saved of it is given up."


class DismissPage(QWidget):
    """Lies over the agents until it is answered; Esc keeps the agent.

    Signals:
        left: the agent is kept.
        wanted: (the agent as it was shown, why, in words) it is to be dismissed.
    """

    left = Signal()
    wanted = Signal(object, str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._asked: Shown | None = None
        self._is_typed = False
        self._title, self._said = label("", "h1"), label("", "error", is_wrapped=True)
        self.keep = KeyButton(context.theme, "Keep it", key="Esc", act=self.left.emit)
        self.frame, self._lines = card()
        self.reason = QLineEdit()
        self.reason.setMaxLength(REASON)
        self.reason.setPlaceholderText("Why? It is kept with the record")
        self.dismiss = button("Dismiss", self._on_dismiss, kind="danger")
        lead_on(self.reason, self.dismiss)
        bind(self, "Escape", self.left.emit)
        below = QVBoxLayout()
        below.setContentsMargins(28, 0, 28, 24)
        below.setSpacing(12)
        below.addWidget(self.frame)
        below.addLayout(captioned("Why it is dismissed", self.reason))
        below.addWidget(self._said)
        below.addLayout(row(self.dismiss, None))
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(page_head(self._title, self.keep))
        column.addLayout(below)

    def ask(self, shown: Shown, *, is_typed: bool) -> None:
        """Ask about an agent; `is_typed`: something of it is not saved."""
        self._asked, self._is_typed = shown, is_typed
        name = shown.row.name
        self._title.setText(f"Dismiss {name}?")
        self.dismiss.setAccessibleName(f"Dismiss {name}")
        self.keep.setAccessibleName(f"Keep {name}")
        self.reason.clear()
        self._show([STAYS])
        self.say("")
        self.dismiss.setEnabled(False)
        self.reason.setFocus()
        self._context.tasks.start(self._look(shown), name="what would end", owner=self, key="look")

    def say(self, text: str) -> None:
        """Say what went wrong, and let it be tried again; empty: nothing did."""
        self._said.setText(text)
        self._said.setVisible(bool(text))
        self.dismiss.setEnabled(True)

    def _show(self, lines: list[str]) -> None:
        clear(self._lines)
        for line in lines:
            self._lines.addWidget(para(line))
        self.frame.setAccessibleName(" ".join(lines))

    async def _look(self, shown: Shown) -> None:
        def query(kernel: Kernel) -> Ending:
            return what_ends(kernel.reader, shown.row.id, now=kernel.clock.now())

        try:
            ending = await self._context.backend.read(query)
        except OpsError as error:
            self.say(f"{error}")
            self.dismiss.setEnabled(False)
            return
        self._show([STAYS, *ends(ending), *([GIVEN_UP] if self._is_typed else [])])
        self.dismiss.setEnabled(True)

    def _on_dismiss(self) -> None:
        with kept_in(self):
            self.dismiss.setEnabled(False)
        self.wanted.emit(self._asked, self.reason.text())

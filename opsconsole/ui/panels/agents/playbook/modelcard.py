"""The model asked about the last events by the file as it is typed: what it may cost stands there before."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import limits, past
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.playbook.looked import Looked
from opsconsole.ui.reports import MODEL_EVENTS, PlaybookPreview
from opsconsole.ui.widgets.basics import button, label, row
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.texts import para
from opsconsole.ui.widgets.words import sum_typed

_ASK = "Type how much it may cost at most, like 0.50."


class ModelCard(QFrame):
    """Stands where the agent thinks with a model; asks only when a person presses the button."""

    def __init__(self, context: Context, asked: Callable[[PlaybookPreview], None]) -> None:
        super().__init__()
        self._context, self._asked = context, asked
        self._agent, self._looked, self._currency = "", Looked(), ""
        self.setObjectName("card")
        self._about, self._said = para("", "muted"), label("", "small", is_wrapped=True)
        self.cap = QLineEdit()
        self.cap.setAccessibleName("How much the answers may cost at most")
        self.cap.setPlaceholderText("0.50")
        self.cap.setFixedWidth(90)
        self.cap.returnPressed.connect(self.ask)
        self._money = label("", "small")
        self.start = button("Ask it", self.ask)
        self.start.setAccessibleName(f"Ask the model about the last {MODEL_EVENTS} events")
        self.stop = button("Stop", self._stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addWidget(label("With its model", "h3"))
        column.addWidget(self._about)
        column.addLayout(row(self.cap, self._money, self.start, self.stop, None))
        column.addWidget(self._said)
        self.stop.hide()
        self._said.hide()
        self.hide()

    def show_for(self, agent: str, looked: Looked | None) -> None:
        """Offer to ask about a file; hidden where it does not think with a model, or is not sound."""
        is_other = agent != self._agent
        self._looked = looked or Looked()
        if is_other:
            self._say("")
        if looked is None or looked.spec is None or looked.spec.brain != "model" or self._context.tools is None:
            if looked is not None or is_other:
                self.hide()
            self.start.setEnabled(False)
            return
        self._agent = agent
        self.start.setEnabled(True)
        if is_other or self.isHidden():
            self._context.tasks.start(self._estimate(agent), name="what it costs", owner=self, key="estimate")
        self.show()

    async def _estimate(self, agent: str) -> None:
        def query(kernel: Kernel) -> tuple[float, int, str]:
            mean, number = past.mean_cost(kernel.reader, agent)
            return mean, number, limits.setting(kernel.reader, "currency") or "EUR"

        mean, number, self._currency = await self._context.backend.read(query)
        cost = f"about {self._currency} {MODEL_EVENTS * mean / 1e6:,.4f}, by what its {number:,} runs so far cost"
        known = cost if number else "what that costs is not known yet"
        self._about.setText(f"Ask it about the last {MODEL_EVENTS} events: {known}. Nothing is done.")
        self._money.setText(f"{self._currency} at most")

    def ask(self) -> None:
        """Ask the model, where a cap is typed."""
        cap = sum_typed(self.cap.text())
        if cap is None or not self.start.isEnabled():
            self._say(_ASK)
            self.cap.setFocus()
            return
        work = self._ask(self._agent, self._looked.text, cap)
        self._context.tasks.start(work, name="asking the model", owner=self, key="ask")

    def _stop(self) -> None:
        self._context.tasks.cancel(id(self))
        self._say("Stopped. What it had said by then is not shown; its answers so far are paid for.")

    async def _ask(self, agent: str, text: str, cap: float) -> None:
        if self._context.tools is None:
            return
        self._turn(is_busy=True)
        try:
            found = await self._context.tools.ask_model(agent, text, cap, self._tell)
        except OpsError as error:
            self._say(f"{error}")
        else:
            stopped = f" It stopped early: {found.stopped}." if found.stopped else ""
            self._say(f"{len(found.events)} asked about, for {self._currency} {found.spent or 0:,.4f}.{stopped}")
            if agent == self._agent and text == self._looked.text:
                self._asked(found)
        finally:
            self._turn(is_busy=False)

    def _tell(self, done: int, of: int) -> None:
        self._say(f"Asking: {done + 1} of {of}…")

    def _turn(self, *, is_busy: bool) -> None:
        with kept_in(self):
            self.start.setVisible(not is_busy)
            self.stop.setVisible(is_busy)

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))

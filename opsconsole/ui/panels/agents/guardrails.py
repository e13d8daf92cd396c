"""Guardrails: the rules of an agent in words, what each would have stopped of late, and its caps and quiet hours."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.past.guarded import Guarded, guarded
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.autonomy import MONTH
from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.widgets.basics import button, card, label, pill, row
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.texts import clear, para, verbatim
from opsconsole.ui.widgets.words import listed, tool_words

_TITLE = 80


class GuardrailsPage(QWidget):
    """A card for each rule.

    Signals:
        file_wanted: the person wants to change them in the file.
        simulate_wanted: a call is to be gone through rule by rule.
        coverage_wanted: the person wants to see which rules look at which tools.
    """

    file_wanted = Signal()
    simulate_wanted = Signal()
    coverage_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._shown: Shown | None = None
        self.found: tuple[Guarded, ...] | None = None
        area, self._column = card_column()
        area.setAccessibleName("Guardrails")
        self.states = States(area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        try_out = button("Simulate a call…", self.simulate_wanted.emit, keys="Alt+S")
        cover = button("Coverage", self.coverage_wanted.emit, keys="Alt+C")
        top = row(try_out, cover, None)
        top.setContentsMargins(28, 4, 28, 4)
        outer.addLayout(top)
        outer.addWidget(self.states)

    def show_agent(self, shown: Shown) -> None:
        """Show an agent's; they are counted where somebody looks."""
        before, self._shown = self._shown, shown
        if before is None or (before.row.id, before.row.number) != (shown.row.id, shown.row.number):
            self.found = None
        if self.isVisible():
            self._count()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count()

    def _count(self) -> None:
        if self._shown is not None:
            self._context.tasks.start(self._load(self._shown), name="the guardrails", owner=self, key="load")

    async def _load(self, shown: Shown) -> None:
        def query(kernel: Kernel) -> tuple[Guarded, ...]:
            return guarded(kernel, shown.spec, since=kernel.clock.now() - MONTH)

        try:
            found = await self._context.backend.read(query, lane="long")
        except OpsError as error:
            self.states.error(f"{error}", act=self._count)
            return
        if shown is self._shown and found != self.found:
            self.found = found
            self._render(shown.spec)

    def _render(self, spec: AgentSpec) -> None:
        with kept_in(self):
            clear(self._column)
        for each in self.found or ():
            self._column.addWidget(self._card(each))
        if not self.found:
            frame, column = card()
            column.addWidget(label("No rules of its own", "h3"))
            told = "The gate's own rules hold all the same: levels, first contact, money, what cannot be undone, loops."
            column.addWidget(para(told, "muted"))
            self._column.addWidget(frame)
        self._column.addWidget(self._bounds(spec))
        change = button("Change them in the file", self.file_wanted.emit, kind="link")
        self._column.addLayout(row(change, None))
        self.states.show_content()

    def _card(self, each: Guarded) -> QFrame:
        rail = each.rail
        frame, column = card()
        words, tone = ("Refuses", "danger") if rail.then == "refuse" else ("Asks you", "warn")
        column.addLayout(row(label(f"{rail.because[:1].upper()}{rail.because[1:]}", "h3"), pill(words, tone), None))
        about = (
            listed([tool_words(tool) for tool in rail.actions]) if rail.actions else "everything that changes something"
        )
        column.addWidget(para(f"Looks at: {about}", "muted"))
        condition = para(f"when {rail.when}", "small")
        verbatim(condition)
        column.addWidget(condition)
        column.addWidget(para(each.sentence()))
        for stopped in each.named:
            title = one_line(stopped.title)[:_TITLE] or "No subject"
            opens = button(title, partial(self._context.navigator.go, "feed", event=stopped.event), kind="link")
            opens.setAccessibleName(f"{tool_words(stopped.tool)}: {title}")
            column.addLayout(row(opens, None))
        frame.setAccessibleName(f"{words}: {rail.because}. {each.sentence()}")
        return frame

    def _bounds(self, spec: AgentSpec) -> QFrame:
        frame, column = card()
        column.addWidget(label("Caps, quiet hours, trusted addresses", "h3"))
        budgets = spec.budgets.model_dump(exclude_none=True)
        caps = listed([f"{name.replace('_', ' ')}: {value:g}" for name, value in budgets.items()])
        column.addWidget(para(f"Caps: {caps or 'those of the workspace (Settings)'}."))
        hours = [f"{quiet.from_} to {quiet.to} ({quiet.zone})" for quiet in spec.quiet_hours]
        column.addWidget(para(f"Quiet: {listed(hours) or 'never'}."))
        trusted = listed([*spec.trust.addresses, *spec.trust.domains])
        column.addWidget(para(f"Trusted destinations: {trusted or 'none besides whoever wrote'}."))
        return frame

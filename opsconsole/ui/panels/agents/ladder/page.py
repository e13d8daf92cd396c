"""The tab: where the agent stands, what the next step asks for, the sheet that is signed, and the steps so far."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.domain.errors import OpsError, StaleCardError
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.rungs import Cell, ladder_of
from opsconsole.store.rows import present
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.panels.agents.ladder import deeds
from opsconsole.ui.panels.agents.ladder.cells import CellTable
from opsconsole.ui.panels.agents.ladder.data import CellRow, LadderView, ladder_view
from opsconsole.ui.panels.agents.ladder.foot import DOWN, UP, Foot
from opsconsole.ui.panels.agents.ladder.sheet import Sheet
from opsconsole.ui.panels.agents.ladder.staircase import Staircase
from opsconsole.ui.panels.agents.ladder.steps import StepsCard
from opsconsole.ui.widgets.basics import card, label
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.focus import give_focus
from opsconsole.ui.widgets.states import States

_NONE = "This agent has no category yet, so there is no step to take. Add one in Playbook."
_GONE = "This agent is not in use any more."


class LadderPage(QWidget):
    """Keeps what is typed of each cell apart until its step is taken.

    Signals:
        stepped: a step was taken, or could not be: what holds is asked for anew.
    """

    stepped = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._agent = ""
        self._wanted: dict[str, Cell] = {}
        """The cell of each agent that is looked at."""
        self._typed: dict[tuple[str, Cell], str] = {}
        self._asked: tuple[str, Cell] | None = None
        """The cell whose step without evidence is wanted."""
        self._signed: tuple[str, Cell] | None = None
        self.view: LadderView | None = None
        self.is_busy = False
        self.stairs, self.table = Staircase(context.theme), CellTable(context.theme)
        self.sheet, self.steps = Sheet(), StepsCard()
        self.foot = Foot(context.theme, promote=self.promote, see=self._see, lower=self.lower)
        self.area, column = card_column()
        self.area.setAccessibleName("Ladder")
        for title, part in (("Where it stands", self.stairs), ("What the next step asks for", self.table)):
            frame, inside = card()
            inside.addWidget(label(title, "h3"))
            inside.addWidget(part)
            column.addWidget(frame)
        column.addWidget(self.sheet)
        column.addWidget(self.steps)
        self.states = States(self.area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.states, 1)
        outer.addWidget(self.foot)
        self.foot.hide()
        self.table.picked.connect(self._on_picked)
        self.sheet.way_wanted.connect(self._go)
        self.sheet.signed.connect(self.promote)
        self.sheet.fitted.connect(self._keep_reason_in_sight)
        self.area.verticalScrollBar().rangeChanged.connect(self._on_range)
        self.sheet.reason.textEdited.connect(self._on_typed)

    @property
    def is_used(self) -> bool:
        """A reason is typed that is not signed."""
        return any(self._typed.values())

    @property
    def row(self) -> CellRow | None:
        """The line that is looked at; at first the topmost: what was taken back, or a step that is ready."""
        if self.view is None:
            return None
        wanted, rows = self._wanted.get(self._agent), self.view.rows
        found = next((row for row in rows if row.key == wanted), None)
        return found or (rows[0] if rows else None)

    def commands(self, is_here: Callable[[], bool]) -> Sequence[Command]:
        """Return the keys of the steps; they hold while the page is shown."""
        made = partial(Command, group="Agents", is_enabled=is_here)
        return [
            made(id="agents.promote", title="Promote: one step up", run=self.promote, keys=(UP,)),
            made(id="agents.lower", title="Lower: one step down", run=self.lower, keys=(DOWN,)),
        ]

    def focus(self) -> None:
        """Put the keys on the list of cells."""
        give_focus(self.table, otherwise=self)

    def show_agent(self, shown: Shown) -> None:
        """Show an agent's; what is typed of another one's cell stays."""
        if shown.row.id != self._agent:
            self._agent, self.view, self._asked = shown.row.id, None, None
            self.states.loading()
            self.foot.hide()
        self._context.tasks.start(self._load(shown.row.id), name="the ladder", owner=self, key="load")

    def look_at(self, category: str, tool: str) -> None:
        """Look at a cell."""
        self._wanted[self._agent] = category, tool
        self._render()

    async def _load(self, agent: str) -> None:
        try:
            view = await self._context.backend.read(partial(ladder_view, agent=agent), lane="long")
        except OpsError as error:
            self.states.error(f"{error}", act=partial(self._again, agent))
            return
        if agent == self._agent:
            self.view = view
            self._render()

    def _again(self, agent: str) -> None:
        self._context.tasks.start(self._load(agent), name="the ladder", owner=self, key="load")

    # -- shown -------------------------------------------------------------------------------------------------------

    def _render(self) -> None:
        """Show the state there is; total and idempotent."""
        view, found = self.view, self.row
        if view is None or found is None:
            self.foot.hide()
            self.states.empty("No step to take", _GONE if view is None else _NONE)
            return
        key = self._agent, found.key
        self._wanted[self._agent] = found.key
        if found.rung.can_climb and self._asked == key:
            self._asked = None  # it is earned meanwhile
        self.stairs.show_stairs(view.stairs)
        self.table.show_view(view, found.key)
        self.sheet.show_row(view, found, is_asked=self._asked == key)
        if self.sheet.reason.text() != (typed := self._typed.get(key, "")):
            self.sheet.reason.setText(typed)
        self.steps.show_view(view)
        self.foot.show_row(found, is_asked=self._asked == key, is_busy=self.is_busy)
        self.foot.show()
        self.states.show_content()
        if self.hasFocus():  # it was turned to before there was a list
            self.focus()

    def _on_picked(self, category: str, tool: str) -> None:
        if self._wanted.get(self._agent) != (category, tool):
            self._asked = self._signed = None
            self.look_at(category, tool)

    def _on_typed(self, text: str) -> None:
        if (found := self.row) is not None:
            self._typed[self._agent, found.key] = text
            self.sheet.say("")

    # -- done --------------------------------------------------------------------------------------------------------

    def promote(self) -> None:
        """Take the step up; one without evidence asks for its reason first."""
        view, found = self.view, self.row
        if view is None or found is None or self.is_busy or not found.rung.next or found.rung.wall:
            return
        key, is_proven = (self._agent, found.key), found.rung.can_climb
        if self._signed == key:  # whoever thinks that the first did not take must not sign the next one too
            self._signed = None
            self.sheet.say("That step is signed. What is shown is the next one; sign again to take that too.")
            self.area.ensureWidgetVisible(self.sheet.said)
            return
        if not is_proven and self._asked != key:
            self._asked = key
            self._render()
            self._show_reason()
            return
        if not is_proven and not self.sheet.has_reason():
            self.area.ensureWidgetVisible(self.sheet.said)
            return
        step = deeds.WantedStep(view.agent, found.rung, self.sheet.typed, view.number, is_proven)
        self._start(self._taken(step, key))

    def lower(self) -> None:
        """Take the step down: at once, without a question."""
        found = self.row
        if found is None or self.is_busy or not found.rung.below:
            return
        self._start(self._lowered(found, "" if self._asked else self.sheet.typed))

    def _show_reason(self) -> None:
        give_focus(self.sheet.reason, otherwise=self)
        self._keep_reason_in_sight()

    def _keep_reason_in_sight(self) -> None:
        """Follow the field in which somebody is to type, as what stands above it is laid out."""
        field = self.sheet.reason
        if self._asked is not None and field.hasFocus():
            foot = field.mapTo(present(self.area.widget(), "page"), QPoint(0, field.height()))
            self.area.ensureVisible(foot.x(), foot.y(), 0, 40)  # of a widget Qt looks at no more than the cursor

    def _on_range(self, _least: int, _most: int) -> None:
        self._keep_reason_in_sight()

    def _start(self, work: deeds.Work) -> None:
        self._set_busy(is_busy=True)
        self.sheet.say("")
        self._context.tasks.start(work, name="the step", owner=self, key="step")

    async def _taken(self, step: deeds.WantedStep, key: tuple[str, Cell]) -> None:
        try:
            made = await self._context.backend.write(partial(deeds.promote, step=step), name="ladder.promote")
        except OpsError as error:
            self._fail(error)
            return
        self._typed.pop(key, None)
        self._asked, self._signed = None, key
        back = partial(self._take_back, step, made.version)
        self._context.navigator.say(deeds.promoted(made), "Undo", back)
        self._set_busy(is_busy=False)
        self.stepped.emit()

    async def _lowered(self, found: CellRow, reason: str) -> None:
        agent = self._agent
        job = partial(deeds.lower, agent=agent, category=found.rung.category, tool=found.rung.tool, reason=reason)
        try:
            said = await self._context.backend.write(job, name="ladder.demote")
        except OpsError as error:
            self._fail(error)
            return
        self._context.navigator.say(said)
        self._set_busy(is_busy=False)
        self.stepped.emit()

    def _take_back(self, step: deeds.WantedStep, version: int) -> None:
        self._start(self._taken_back(step, version))

    async def _taken_back(self, step: deeds.WantedStep, version: int) -> None:
        job = partial(deeds.take_back, step=step, version=version)
        try:
            said = await self._context.backend.write(job, name="ladder.demote")
        except OpsError as error:
            self._context.navigator.say(f"{error}")
        else:
            self._context.navigator.say(said)
        self._set_busy(is_busy=False)
        self.stepped.emit()

    def _fail(self, error: OpsError) -> None:
        """Say in place what stood in the way; what is typed stays."""
        self._set_busy(is_busy=False)
        is_stale = isinstance(error, StaleCardError)
        self.sheet.say(f"{error}" + (" What holds now is shown: look once more, then sign." if is_stale else ""))
        self.area.ensureWidgetVisible(self.sheet.said)
        self.stepped.emit()

    def _set_busy(self, *, is_busy: bool) -> None:
        self.is_busy = is_busy
        self._render()

    # -- elsewhere ---------------------------------------------------------------------------------------------------

    def _go(self, way: str) -> None:
        view, found = self.view, self.row
        if view is None or found is None:
            return
        go = self._context.navigator.go
        if way == "judge":
            go("shadow", tab="compare", agent=view.agent, category=found.rung.category)
        elif way == "decide":
            go("approvals", agent=view.agent)
        else:
            go("welcome", do="past" if view.has_past else "import")

    def _see(self) -> None:
        if (found := self.row) is not None:
            self._context.tasks.start(self._show_pairs(found), name="the decisions", owner=self, key="see")

    async def _show_pairs(self, found: CellRow) -> None:
        """Show the decisions that a gate counts: those of a category, or those of a cell that were drawn."""
        rung, go = found.rung, self._context.navigator.go
        if not rung.tool:
            go("shadow", tab="compare", show="all", agent=rung.agent, category=rung.category, is_counting=True)
            return

        def query(kernel: Kernel) -> frozenset[int]:
            version = present(kernel.roster.in_use(kernel.reader, rung.agent), rung.agent)
            ladder = ladder_of(kernel.reader, kernel.registry, version, now=kernel.clock.now())
            return frozenset(each.pair for each in ladder.evidence.drawn(rung.category, rung.tool))

        ids = await self._context.backend.read(query)
        go("shadow", tab="compare", show="all", agent=rung.agent, ids=ids, about=f"The decisions of {rung.title}")

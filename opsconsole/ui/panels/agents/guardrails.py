"""Guardrails: what holds an agent back, told and changed in forms; nothing is saved that was not counted first."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.domain.agent import Guardrail
from opsconsole.domain.errors import OpsError
from opsconsole.engine.commands.grants import revoke
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.past.guarded import Guarded
from opsconsole.store.transaction import Transaction
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.panels.agents.editpage import EditPage
from opsconsole.ui.panels.agents.rails.counted import Counted, count
from opsconsole.ui.panels.agents.rails.draft import Draft, bounds_of, draft_of
from opsconsole.ui.panels.agents.rails.forms import RailForms
from opsconsole.ui.panels.agents.rails.loaded import Loaded, loaded_of
from opsconsole.ui.panels.agents.savebar import MEANWHILE, SaveBar, to_mend
from opsconsole.ui.widgets.basics import button, row
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.states import States

WAIT_MS = 400
"""So long nothing is typed before it is counted."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What was typed and not saved of an agent that is not shown."""

    draft: Draft
    reason: str
    base: Shown
    loaded: Loaded


class GuardrailsPage(EditPage[_Held]):
    """The forms and their foot.

    Signals:
        file_wanted: the person wants to change it in the file.
        simulate_wanted: a call is to be gone through rule by rule.
        coverage_wanted: the person wants to see which rules look at which tools.
    """

    file_wanted = Signal()
    simulate_wanted = Signal()
    coverage_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._latest: Shown | None = None
        """The agent as it is now."""
        self._loaded: Loaded | None = None
        self._first = Draft()
        self._sent = "", Draft()
        """(agent, what was typed) that is being saved, or was last."""
        self._counted: Counted | None = None
        self._tried: dict[Guardrail, Guarded] = {}
        """Counted since the forms were filled or the agent did something."""
        self.forms = RailForms()
        try_out = button("Simulate a call…", self.simulate_wanted.emit, keys="Alt+S")
        cover = button("Coverage", self.coverage_wanted.emit, keys="Alt+C")
        self.top = row(button("Add a rule", self.add, keys="A"), None, try_out, cover)
        self.top.setContentsMargins(28, 4, 28, 8)
        self.bar = SaveBar(context.theme, self.save, self.discard, trial=self.try_first)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.top)
        column.addWidget(self.forms, 1)
        self.states = States(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.states, 1)
        outer.addWidget(self.bar)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._start_count)
        self.forms.changed.connect(self._on_changed)
        self.forms.again_wanted.connect(self._start_count)
        self.forms.event_wanted.connect(self._on_event)
        self.forms.revoke_wanted.connect(self._on_revoke)
        self.forms.file_wanted.connect(self.file_wanted.emit)

    @property
    def is_changed(self) -> bool:
        """Something is typed that is not saved."""
        if self._base is None or self._loaded is None or (typed := self.forms.typed()) == self._first:
            return False
        spec, there = self._base.spec, self._loaded.offer
        (bounds, faults), first = bounds_of(typed, spec, there), bounds_of(self._first, spec, there)
        return bool(faults) or bounds != first[0]

    def commands(self, is_here: Callable[[], bool]) -> Sequence[Command]:
        """Return the keys of the page; they hold while it is shown."""
        add, title = partial(Command, id="agents.rule", group="Agents"), "Add a rule"
        return [add(title=title, run=self.add, keys=("A",), is_enabled=is_here)]

    def show_agent(self, shown: Shown) -> None:
        """Show an agent's; what was typed and not saved stays, also while another agent is looked at."""
        self._latest, base = shown, self._base
        if base is not None and base.row.id != shown.row.id:
            if self.is_changed and self._loaded is not None:
                self._drafts[base.row.id] = _Held(self.forms.typed(), self.bar.reason.text(), base, self._loaded)
            self._base, self._counted = None, None
            self.bar.reason.clear()
            self.states.loading()
        if self._base is None and (back := self._drafts.pop(shown.row.id, None)) is not None:
            self._begin(back.base, back.loaded, back.draft)
            self.states.show_content()
            self.bar.reason.setText(back.reason)
        self._render()
        if self.isVisible():
            self._look()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()

    def saved(self) -> None:
        """What was sent is a version now; what is typed of another agent stays."""
        agent, draft = self._sent
        if self._base is not None and self._base.row.id == agent:
            self._first = draft
            self.bar.reason.clear()
        elif (held := self._drafts.get(agent)) is not None and held.draft == draft:
            del self._drafts[agent]

    def discard(self) -> None:
        """Forget what was typed."""
        if self._latest is not None and self._loaded is not None:
            self.bar.reason.clear()
            self._begin(self._latest, self._loaded, None)
            self.states.show_content()
            self._start_count()
            self.discarded.emit()

    def save(self) -> None:
        """Save what is typed as a version."""
        if self._loaded is None:
            return
        self.forms.ask()
        self._render()
        typed = self.forms.typed()
        is_counted = self._counted is not None and self._counted.draft == typed
        if self._base is not None and self._counted is not None and is_counted and self._can_save():
            self._sent = self._base.row.id, typed
            self._send(self._counted.text, self.bar.reason.text(), self._base.row.number)

    def _can_save(self) -> bool:
        return self.bar.is_ready and self.bar.has_reason()

    def set_busy(self, is_busy: bool) -> None:
        """It is being saved, or not any more."""
        with kept_in(self):
            self.forms.setEnabled(not is_busy)  # what is typed now could not be told from what is being saved
        super().set_busy(is_busy)

    def add(self) -> None:
        """Add a rule, open to be filled in."""
        if self._base is not None and self._loaded is not None:
            self.forms.add_rail()

    # -- loaded and counted ------------------------------------------------------------------------------------------

    def _look(self) -> None:
        latest, base = self._latest, self._base
        if latest is None:
            return
        is_old = base is None or (base.row.number != latest.row.number and not self.is_changed)
        if is_old:
            self._context.tasks.start(self._load(latest), name="the guardrails", owner=self, key="load")
        elif not self._timer.isActive():
            self._tried = {}
            self._timer.start()

    async def _load(self, shown: Shown) -> None:
        try:
            loaded = await self._context.backend.read(partial(loaded_of, shown=shown), lane="long")
        except OpsError as error:
            self.states.error(f"{error}", act=self._look)
            return
        is_same = self._base is not None and self._base.row.id == shown.row.id
        if self._latest is None or self._latest.row.id != shown.row.id or (is_same and self.is_changed):
            return  # meanwhile another one is shown, or somebody types
        self._begin(shown, loaded, None)
        await asyncio.sleep(0)  # made and laid out at once, they would hold up the window
        if self._base is shown:
            self.states.show_content()
            self._start_count()

    def _begin(self, base: Shown, loaded: Loaded, draft: Draft | None) -> None:
        """Fill the forms anew."""
        self._base, self._loaded, self._counted, self._tried = base, loaded, None, {}
        first = draft_of(base.spec, loaded.offer)
        self.forms.fill(draft or first, loaded.offer, loaded.currency)
        self.forms.show_grants(loaded.grants, loaded.now)
        self._first = first
        if draft is not None:
            self._on_changed()
        self._render()

    def _on_changed(self) -> None:
        self._counted = None
        self._timer.start()
        self._render()

    def _start_count(self) -> None:
        self._timer.stop()
        self._context.tasks.start(self._count(), name="what the rules stop", owner=self, key="count")

    async def _count(self) -> None:
        base, loaded, typed, is_changed = self._base, self._loaded, self.forms.typed(), self.is_changed
        if base is None or loaded is None:
            return
        known = dict(self._tried)

        def query(kernel: Kernel) -> tuple[Counted, Loaded]:
            source = base.source if is_changed else ""
            return count(kernel, base.spec, source, typed, loaded.offer, known), loaded_of(kernel, base)

        try:
            counted, anew = await self._context.backend.read(query, lane="long")
        except OpsError as error:
            counted, anew = Counted(typed, error=str(error), is_failed=True), loaded
        if base is self._base and typed == self.forms.typed():
            self._counted = counted
            self._tried = {each.rail: each for each in counted.found.values()}
            self.forms.show_counts(counted.found, failure=counted.error if counted.is_failed else "")
            self.forms.show_grants(anew.grants, anew.now)
            self._render()

    def _on_event(self, event: int) -> None:
        self._context.navigator.go("feed", event=event)

    def _on_revoke(self, grant: int) -> None:
        def job(kernel: Kernel, tx: Transaction, actor: str) -> None:
            revoke(tx, grant, actor=actor, now=kernel.clock.now())

        self._context.tasks.start(self._revoked(job), name="the grant", owner=self, key="grant")

    async def _revoked(self, job: Callable[[Kernel, Transaction, str], None]) -> None:
        try:
            await self._context.backend.write(job, name="grant.revoke")
        except OpsError as error:
            self._context.navigator.say(f"{error}")
        else:
            self._context.navigator.say("Revoked: from now on you are asked again.")
        self._start_count()

    # -- shown -------------------------------------------------------------------------------------------------------

    def _render(self) -> None:
        base, latest = self._base, self._latest
        if base is None or latest is None or self._loaded is None:
            self.bar.hide()
            return
        _, faults = bounds_of(self.forms.typed(), base.spec, self._loaded.offer)
        self.forms.show_faults(faults)
        if not self.is_changed:
            self.bar.hide()
            return
        is_newer = base.row.number != latest.row.number
        counted, meaning, is_sound = self._counted, "", not is_newer
        if is_newer:
            meaning = MEANWHILE.format(latest.row.number)
        elif faults:
            meaning, is_sound = to_mend(len(faults)), False
        elif counted is not None:
            meaning, is_sound = counted.error or counted.meaning(), not counted.error
        number = latest.versions[0].number + 1
        bare = () if counted is None else counted.unproven
        self.bar.show_for(number=number, meaning=meaning, is_sound=is_sound, is_busy=self.is_busy, unproven=bare)

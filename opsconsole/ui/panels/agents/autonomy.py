"""Autonomy: the levels of an agent, changed by key, with what the change would have meant said before it is saved."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Level
from opsconsole.domain.errors import OpsError
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.yamltext.change import ODD, Place, put_all
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.past.relevel import LevelEffect, effect_of
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.panels.agents.levels import EVERY, Change, matrix_of
from opsconsole.ui.panels.agents.matrix import MatrixTable
from opsconsole.ui.panels.agents.savebar import MEANWHILE, SaveBar
from opsconsole.ui.widgets.basics import label
from opsconsole.ui.widgets.focus import give_focus
from opsconsole.ui.widgets.states import States

MONTH = timedelta(days=30)
"""So far back what a change would have meant is counted."""
_HINT = "1 2 3 set the level · arrows move · Shift selects several · a shield: a rule still asks · *: not saved yet"


class AutonomyPage(QWidget):
    """The matrix and its foot.

    Signals:
        save_wanted: (file text, reason, number of the version it was made from).
        discarded: what was set is forgotten.
    """

    save_wanted = Signal(str, str, int)
    discarded = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._shown: Shown | None = None
        """What the changes are made from."""
        self._newer = 0
        """The version that came into use since; 0 for none."""
        self._drafts: dict[str, tuple[dict[Change, Level], str, Shown]] = {}
        """What is set and not saved of agents that are not shown."""
        self.changes: dict[Change, Level] = {}
        self._sent: tuple[str, dict[Change, Level]] = "", {}
        """(agent, what was set) that is being saved, or was last."""
        self._effect: LevelEffect | None = None
        self._error = ""
        self.is_busy = False
        self.table = MatrixTable(context.theme)
        self.bar = SaveBar(context.theme, self.save, self.discard)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(28, 8, 28, 8)
        column.setSpacing(6)
        column.addWidget(self.table, 1)
        column.addWidget(label(_HINT, "small", is_wrapped=True))
        self.states = States(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.states, 1)
        outer.addWidget(self.bar)

    @property
    def is_changed(self) -> bool:
        """Something is set that is not saved."""
        return bool(self.changes)

    @property
    def unsaved(self) -> set[str]:
        """Agents of which something is typed that is not saved."""
        shown = self._shown
        return {*self._drafts, *({shown.row.id} if shown is not None and self.is_changed else ())}

    def commands(self, is_here: Callable[[], bool]) -> Sequence[Command]:
        """Return the keys of the levels; they hold while the page is shown."""
        words = ("Only recommend", "Ask me first", "Act alone")

        def setting(level: Level) -> Callable[[], None]:
            return lambda: self.set_level(level)

        return [
            Command(
                id=f"agents.level{int(level)}",
                title=f"{word} (level {int(level)})",
                run=setting(level),
                keys=(str(int(level)),),
                group="Agents",
                is_enabled=is_here,
            )
            for level, word in zip(Level, words, strict=True)
        ]

    def show_agent(self, shown: Shown) -> None:
        """Show an agent's levels; what was set and not saved stays, also while another agent is looked at."""
        before = self._shown
        if before is not None and before.row.id != shown.row.id:
            if self.changes:
                self._drafts[before.row.id] = self.changes, self.bar.reason.text(), before
            self._begin_with(*self._drafts.pop(shown.row.id, ({}, "", shown)))
        elif before is None or not self.changes:
            self._begin_with({}, "" if before is None else self.bar.reason.text(), shown)
        base = self._shown or shown
        self._newer = shown.row.number if base.row.number != shown.row.number else 0
        if base.row.number == shown.row.number:
            self._shown = shown
        self._render()

    def _begin_with(self, changes: dict[Change, Level], reason: str, base: Shown) -> None:
        self.changes, self._shown, self._effect, self._error = changes, base, None, ""
        self.bar.reason.setText(reason)
        if changes:
            self._start_count()

    def saved(self) -> None:
        """What was sent is a version now; what is set of another agent stays."""
        agent, changes = self._sent
        if self._shown is not None and self._shown.row.id == agent:
            self.changes = {}  # nothing is set while it is saved
            self.bar.reason.clear()
        elif (held := self._drafts.get(agent)) is not None and held[0] == changes:
            del self._drafts[agent]

    def focus(self) -> None:
        """Put the keys on the matrix."""
        give_focus(self.table, otherwise=self)

    def set_level(self, level: Level) -> None:
        """Set the level of what is selected."""
        shown = self._shown
        if shown is None or self.is_busy:
            return
        for tool, category in self.table.picked():
            own = shown.spec.autonomy.categories.get(category, {})
            is_own = tool in (shown.spec.autonomy.actions if category == EVERY else own)
            if is_own and shown.spec.autonomy.level(tool, category or None) is level:
                self.changes.pop((tool, category), None)
            else:
                self.changes[tool, category] = level
        self._effect = None
        self._render()
        self._start_count()

    def _start_count(self) -> None:
        self._context.tasks.start(self._count(), name="what the change means", owner=self, key="effect")

    def discard(self) -> None:
        """Forget what was changed."""
        self.changes, self._effect, self._error, self._newer = {}, None, "", 0
        self._render()
        self.discarded.emit()
        self.focus()

    def save(self) -> None:
        """Save what is changed as a version."""
        shown = self._shown
        if shown is not None and self.bar.is_ready:
            self._sent = shown.row.id, dict(self.changes)
            self.save_wanted.emit(self._text(shown), self.bar.reason.text(), shown.row.number)

    def set_busy(self, is_busy: bool) -> None:
        """It is being saved, or not any more."""
        self.is_busy = is_busy
        self._render()

    def _text(self, shown: Shown) -> str:
        return put_all(shown.source, {_place(change): int(level) for change, level in self.changes.items()})

    async def _count(self) -> None:
        shown, changes = self._shown, dict(self.changes)
        if shown is None or not changes:
            return

        def query(kernel: Kernel) -> LevelEffect:
            changed = self._changed(kernel, shown, changes)
            return effect_of(kernel.reader, shown.spec, changed, since=kernel.clock.now() - MONTH)

        effect, error = None, ""
        try:
            effect = await self._context.backend.read(query, lane="long")
        except (OpsError, LookupError) as failed:
            error = f"This cannot be saved: {failed}"
        if changes == self.changes:
            self._effect, self._error = effect, error
            self._render()

    def _changed(self, kernel: Kernel, shown: Shown, changes: Mapping[Change, Level]) -> AgentSpec:
        spec = read_agent_text(self._text(shown), f"{shown.row.id}.yaml", kernel.registry).spec
        if any(spec.autonomy.level(tool, category or None) is not level for (tool, category), level in changes.items()):
            raise LookupError(ODD)
        return spec

    def _render(self) -> None:
        shown = self._shown
        if shown is None:
            return
        matrix = matrix_of(shown.spec, shown.tools, self.changes)
        if not matrix.lines:
            self.states.empty("It changes nothing", "This agent's file names no action, so there is no level to set.")
        else:
            self.table.show_matrix(matrix)
            self.states.show_content()
        if not self.changes:
            self.bar.hide()
            return
        meaning = self._error or ("" if self._effect is None else self._effect.sentence())
        if self._newer:
            meaning = MEANWHILE.format(self._newer)
        is_sound = not self._error and not self._newer
        number = shown.versions[0].number + 1
        self.bar.show_for(number=number, meaning=meaning, is_sound=is_sound, is_busy=self.is_busy)


def _place(change: Change) -> Place:
    tool, category = change
    return ("autonomy", "actions", tool) if category == EVERY else ("autonomy", "categories", category, tool)

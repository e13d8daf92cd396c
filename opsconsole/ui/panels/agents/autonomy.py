"""Autonomy: the levels of an agent, changed by key, with what the change would have meant said before it is saved."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.domain.enums import Level
from opsconsole.domain.errors import OpsError
from opsconsole.engine.agents.file import AgentFile, read_agent_text
from opsconsole.engine.agents.yamltext.change import ODD, put_all
from opsconsole.engine.agents.yamltext.file import Loc
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.signed import would_be_unproven
from opsconsole.engine.past.relevel import LevelEffect, effect_of
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.panels.agents.editpage import EditPage
from opsconsole.ui.panels.agents.levels import EVERY, Change, matrix_of
from opsconsole.ui.panels.agents.levels import WORDS as LEVELS
from opsconsole.ui.panels.agents.matrix import MatrixTable
from opsconsole.ui.panels.agents.savebar import MEANWHILE, SaveBar
from opsconsole.ui.widgets.basics import label, row
from opsconsole.ui.widgets.focus import give_focus
from opsconsole.ui.widgets.keybutton import KeyButton
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.words import plural

MONTH = timedelta(days=30)
"""So far back what a change would have meant is counted."""
WORDS = {Level.OBSERVE: "Only recommend", Level.APPROVAL: "Ask me first", Level.AUTONOMOUS: "Act alone"}
_HINT = "Arrows move · Shift selects several · shield: a rule still asks · *: not saved yet"
_NONE = "This agent's file names no action, so there is no level to set. Add a step that does something, in Playbook."
_Held = tuple[dict[Change, Level], str, Shown]
"""(what is set, why, what it was made from)."""


class AutonomyPage(EditPage[_Held]):
    """The matrix and its foot."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._newer = 0
        """The version that came into use since; 0 for none."""
        self.changes: dict[Change, Level] = {}
        self._sent: tuple[str, dict[Change, Level]] = "", {}
        """(agent, what was set) that is being saved, or was last."""
        self._effect: LevelEffect | None = None
        self._unproven: tuple[str, ...] = ()
        """What is set would newly make live without evidence."""
        self._error = ""
        self.table = MatrixTable(context.theme)
        self.table.picked_changed.connect(self._tell)
        self.bar = SaveBar(context.theme, self.save, self.discard, again=self._start_count)
        self.states = States(self._laid_out())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.states, 1)
        outer.addWidget(self.bar)

    def _laid_out(self) -> QWidget:
        frame = QFrame()
        frame.setObjectName("card")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(8, 4, 4, 4)
        inside.addWidget(self.table)
        self.told = label("", "h3", is_wrapped=True)
        self.levels = {
            level: KeyButton(self._context.theme, words, key=str(int(level)), act=partial(self._on_level, level))
            for level, words in WORDS.items()
        }
        for made in self.levels.values():
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(28, 4, 28, 8)
        column.setSpacing(6)
        column.addWidget(frame, 1)
        column.addWidget(self.told)
        column.addLayout(row(*self.levels.values(), None))
        self._hint = label(_HINT, "small", is_wrapped=True)
        column.addWidget(self._hint)
        return made

    @property
    def is_changed(self) -> bool:
        """Something is set that is not saved."""
        return bool(self.changes)

    def commands(self, is_here: Callable[[], bool]) -> Sequence[Command]:
        """Return the keys of the levels; they hold while the page is shown."""
        return [
            Command(
                id=f"agents.level{int(level)}",
                title=f"{word} (level {int(level)})",
                run=partial(self.set_level, level),
                keys=(str(int(level)),),
                group="Agents",
                is_enabled=is_here,
            )
            for level, word in WORDS.items()
        ]

    def show_agent(self, shown: Shown) -> None:
        """Show an agent's levels; what was set and not saved stays, also while another agent is looked at."""
        before = self._base
        if before is not None and before.row.id != shown.row.id:
            if self.changes:
                self._drafts[before.row.id] = self.changes, self.bar.reason.text(), before
            self._begin_with(*self._drafts.pop(shown.row.id, ({}, "", shown)))
        elif before is None or not self.changes:
            self._begin_with({}, "" if before is None else self.bar.reason.text(), shown)
        base = self._base or shown
        self._newer = shown.row.number if base.row.number != shown.row.number else 0
        if base.row.number == shown.row.number:
            self._base = shown
        self._render()

    def _begin_with(self, changes: dict[Change, Level], reason: str, base: Shown) -> None:
        self.changes, self._base, self._effect, self._error = changes, base, None, ""
        self.bar.reason.setText(reason)
        if changes:
            self._start_count()

    def saved(self) -> None:
        """What was sent is a version now; what is set of another agent stays."""
        agent, changes = self._sent
        if self._base is not None and self._base.row.id == agent:
            self.changes = {}  # nothing is set while it is saved
            self.bar.reason.clear()
        elif (held := self._drafts.get(agent)) is not None and held[0] == changes:
            del self._drafts[agent]

    def focus(self) -> None:
        """Put the keys on the matrix."""
        give_focus(self.table, otherwise=self)

    def set_level(self, level: Level) -> None:
        """Set the level of what is selected."""
        shown = self._base
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

    def _on_level(self, level: Level) -> None:
        """Set a level by its button; where that has no keys, it was clicked, and the arrows go on in the matrix."""
        is_clicked = not self.levels[level].hasFocus()
        self.set_level(level)
        if is_clicked:
            self.focus()

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
        shown = self._base
        if shown is not None and self.bar.is_ready and self.bar.has_reason():
            self._sent = shown.row.id, dict(self.changes)
            self._send(self._text(shown), self.bar.reason.text(), shown.row.number)

    def _text(self, shown: Shown) -> str:
        return put_all(shown.source, {_place(change): int(level) for change, level in self.changes.items()})

    async def _count(self) -> None:
        shown, changes = self._base, dict(self.changes)
        if shown is None or not changes:
            return

        def query(kernel: Kernel) -> tuple[LevelEffect, tuple[str, ...]]:
            file, now = self._changed(kernel, shown, changes), kernel.clock.now()
            bare = would_be_unproven(kernel.reader, kernel, file, now=now)
            return effect_of(kernel.reader, shown.spec, file.spec, since=now - MONTH), bare

        effect, bare, error = None, tuple[str, ...](), ""
        try:
            effect, bare = await self._context.backend.read(query, lane="long")
        except (OpsError, LookupError) as failed:
            error = f"This cannot be saved: {failed}"
        if changes == self.changes:
            self._effect, self._unproven, self._error = effect, bare, error
            self._render()

    def _changed(self, kernel: Kernel, shown: Shown, changes: Mapping[Change, Level]) -> AgentFile:
        file = read_agent_text(self._text(shown), f"{shown.row.id}.yaml", kernel.registry)
        spec = file.spec
        if any(spec.autonomy.level(tool, category or None) is not level for (tool, category), level in changes.items()):
            raise LookupError(ODD)
        return file

    def _render(self) -> None:
        shown = self._base
        if shown is None:
            return
        matrix = matrix_of(shown.spec, shown.tools, self.changes, shown.row.marks.fallen)
        if not matrix.lines:
            self.states.empty("It changes nothing", _NONE)
        else:
            self.table.show_matrix(matrix)
            self.states.show_content()
            self._tell()
        self._hint.setVisible(not self.changes)  # the save bar needs its room in a small window
        if not self.changes:
            self.bar.hide()
            return
        meaning = self._error or ("" if self._effect is None else self._effect.sentence())
        if self._newer:
            meaning = MEANWHILE.format(self._newer)
        is_sound = not self._error and not self._newer
        number, can_retry = shown.versions[0].number + 1, bool(self._error) and not self._newer
        bare = self._unproven if self._effect is not None else ()
        self.bar.show_for(
            number=number, meaning=meaning, is_sound=is_sound, is_busy=self.is_busy, can_retry=can_retry, unproven=bare
        )

    def _tell(self) -> None:
        """Say in words what is picked: the cells have room for few of them."""
        shown, picked = self._base, self.table.cells()
        if shown is None or not picked:
            return
        line, category, cell = picked[0]
        words = f"{line.title}, {category}: {cell.words}"
        if len(picked) > 1:
            words = f"{plural(len(picked), 'level')} picked, from {line.title}, {category}."
        elif cell.is_changed and cell.before is not cell.level:
            words = f"{line.title}, {category}: {LEVELS[cell.before]} → {cell.words}"
        wall = f". It still asks you: {cell.wall}." if cell.wall and len(picked) == 1 else ""
        if wall and cell.holds is not None:
            wall = f". {cell.wall[:1].upper()}{cell.wall[1:]}."
        self.told.setText(words + wall)
        for level, made in self.levels.items():
            is_it = all(cell.level is level for _, _, cell in picked)
            made.setAccessibleDescription(f"Shortcut {int(level)}" + (", it is so now" if is_it else ""))


def _place(change: Change) -> Loc:
    tool, category = change
    return ("autonomy", "actions", tool) if category == EVERY else ("autonomy", "categories", category, tool)

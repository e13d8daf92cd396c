"""The playbook, as a form or as its file, beside what it would decide: errors and hints while one types."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout

from opsconsole.domain.errors import OpsError
from opsconsole.engine.kernel import Kernel
from opsconsole.ui.command import Command
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.panels.agents.editpage import EditPage
from opsconsole.ui.panels.agents.playbook import meaning
from opsconsole.ui.panels.agents.playbook.held import Held, Sent
from opsconsole.ui.panels.agents.playbook.looked import Looked, look
from opsconsole.ui.panels.agents.playbook.modelcard import ModelCard
from opsconsole.ui.panels.agents.playbook.ways import BothWays, Way
from opsconsole.ui.panels.agents.savebar import MEANWHILE, SaveBar, to_mend
from opsconsole.ui.reports import PlaybookPreview
from opsconsole.ui.widgets.columns import card_column

WAIT_MS = 400
"""So long nothing is typed before it is looked over."""
_UNSOUND = "The form shows the file once it is sound."
_FAULTY = "Mend what is marked; then it can be shown as a file."


class PlaybookPage(EditPage[Held]):
    """Form or editor left, what it means right."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._newer = 0
        """The version that came into use since; 0 for none."""
        self._sent: Sent | None = None
        self._looked: Looked | None = None
        self._stamp = 0
        """Another one with each text: what was found in an older one is not shown."""
        self._next: Way | None = None
        """What is shown instead once the text was looked over."""
        self.preview: PlaybookPreview | None = None
        self._told: tuple[Looked | None, PlaybookPreview | None] = None, None
        """What stands at the right."""
        self.ways = BothWays()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._look)
        self.ways.typed.connect(self._on_typed)
        self.ways.turn_wanted.connect(self.turn)

    def _lay_out(self) -> None:
        area, self._column = card_column()
        area.setMinimumWidth(260)
        area.setAccessibleName("What it means")
        self.model = ModelCard(self._context, self._on_asked)
        self.bar = SaveBar(self._context.theme, self.save, self.discard, again=self._look, trial=self.try_first)
        beside = QVBoxLayout()
        beside.setContentsMargins(28, 0, 28, 12)
        beside.addWidget(self.model)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.ways, 0, 0, 2, 1)
        grid.addWidget(area, 0, 1)
        grid.addLayout(beside, 1, 1)
        grid.addWidget(self.bar, 2, 0, 1, 2)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)
        grid.setRowStretch(0, 1)
        self.setLayout(grid)

    @property
    def is_changed(self) -> bool:
        """Something was typed that is not saved."""
        return self._base is not None and self.ways.is_changed

    def commands(self, is_here: Callable[[], bool]) -> Sequence[Command]:
        """Return the keys of the page; they hold while it is shown."""

        def is_form() -> bool:
            return is_here() and self.ways.way == "form"

        made, title = partial(Command, group="Agents"), "Show the playbook as a file, or as a form"
        add = self.ways.form.add
        return [
            made(id="agents.way", title=title, run=self._turn_other, keys=("Alt+Y",), is_enabled=is_here),
            made(id="agents.category", title="Add a category", run=add, keys=("C",), is_enabled=is_form),
        ]

    # -- of which agent ----------------------------------------------------------------------------------------------

    def show_agent(self, shown: Shown) -> None:
        """Show an agent's; what was typed and not saved stays, also while another agent is looked at."""
        before = self._base
        if before is not None and before.row.id != shown.row.id:
            if self.is_changed:
                self._drafts[before.row.id] = Held(before, self.ways.state, self.bar.reason.text())
            held = self._drafts.pop(shown.row.id, None)
            self._begin_with(shown if held is None else held.shown, held)
        elif before is None:
            self._begin_with(shown)
        elif before.row.number != shown.row.number:
            self._follow(shown)
        base = self._base or shown
        self._newer = shown.row.number if base.row.number != shown.row.number else 0
        if not self._newer:
            self._base = shown
        self._render()

    def _follow(self, shown: Shown) -> None:
        """Another version is in use: what was sent from here, with or without more typed since, or somebody else's."""
        sent = self._sent
        is_own = sent is not None and (sent.agent, sent.text) == (shown.row.id, shown.source)
        if not self.is_changed or (is_own and sent is not None and sent.typed == self.ways.state):
            self._begin_with(shown, is_own=is_own)
        elif is_own:
            self._base, self.ways.first = shown, shown.source

    def _begin_with(self, shown: Shown, held: Held | None = None, *, is_own: bool = False) -> None:
        """Fill everything from a file, and put on top what was typed over it."""
        self._base, self._looked, self.preview, self._next = shown, None, None, None
        self._stamp += 1
        self.ways.fill(shown.source, shown.spec, is_own=is_own)
        if held is not None:
            self.ways.restore(held.typed)
        self.bar.reason.setText("" if held is None else held.reason)
        self._timer.stop()
        if self.isVisible():
            self._look()

    def showEvent(self, event: QShowEvent) -> None:
        """What it means is worked out where somebody looks."""
        super().showEvent(event)
        if self._base is not None and self._looked is None:
            self._look()

    # -- form and file -----------------------------------------------------------------------------------------------

    def _turn_other(self) -> None:
        self.turn("file" if self.ways.way == "form" else "form")

    def turn(self, way: Way) -> None:
        """Show the same as a form or as a file; where the other one has to be made first, it follows."""
        source, _ = self.ways.source()
        if way == self.ways.way:
            return
        if way == "file" and source is not None and source.book is None:
            self.ways.show_file(source.text)
            return
        self._next = way
        if self._looked is None:
            self._look()
        else:
            self._turn_now(self._looked)

    def _turn_now(self, looked: Looked) -> None:
        """Show what was asked for, made from what was just looked over."""
        way, self._next = self._next, None
        if way == "file" and looked.text:
            self.ways.show_file(looked.text)
        elif way == "form" and looked.spec is not None:
            self.ways.show_form(looked.text, looked.spec)
        elif way is not None:
            self._context.navigator.say(f"{_UNSOUND} {looked.error}" if way == "form" else looked.error)

    def saved(self) -> None:
        """What was sent is a version now; what was typed since stays, and so does what is typed of other agents."""
        sent = self._sent
        if sent is None:
            return
        if self._base is not None and self._base.row.id == sent.agent:
            self.bar.reason.clear()
        elif (held := self._drafts.get(sent.agent)) is not None and held.typed == sent.typed:
            del self._drafts[sent.agent]

    def discard(self) -> None:
        """Forget what was typed."""
        if self._base is not None:
            self._begin_with(self._base)
            self._look()
            self.discarded.emit()

    def save(self) -> None:
        """Save what was typed as a version."""
        self.ways.form.ask()
        self._render()
        shown, looked = self._base, self._looked
        if shown is not None and looked is not None and self.bar.is_ready and self.bar.has_reason():
            self._sent = Sent(shown.row.id, looked.text, self.ways.state)
            self._send(looked.text, self.bar.reason.text(), shown.row.number)

    # -- looked over -------------------------------------------------------------------------------------------------

    def _on_typed(self) -> None:
        self._looked, self.preview, self._next = None, None, None
        self._stamp += 1
        self._timer.start()
        self._render()

    def _look(self) -> None:
        self._timer.stop()
        self._context.tasks.start(self._look_over(), name="looking the file over", owner=self, key="look")

    async def _look_over(self) -> None:
        shown, stamp, (source, _) = self._base, self._stamp, self.ways.source()
        if shown is None or source is None:
            if self._next is not None:
                self._context.navigator.say(_FAULTY)
            self._next = None
            self._render()
            return

        def query(kernel: Kernel) -> Looked:
            return look(kernel, source, shown.spec)

        try:
            looked = await self._context.backend.read(query, lane="long")
        except OpsError as error:
            looked = Looked(str(error), is_unknown=True)
        if stamp != self._stamp:
            return
        self._looked = looked
        self.ways.form.offer(looked.offers, looked.models)
        self._turn_now(looked)
        self._render()
        if looked.error or self._context.tools is None:
            return
        try:
            preview = await self._context.tools.preview_playbook(shown.row.id, looked.text)
        except OpsError as error:
            looked, preview = replace(looked, error=str(error), is_unknown=True), None
        if stamp == self._stamp:
            self._looked, self.preview = looked, preview
            self._render()

    def _on_asked(self, preview: PlaybookPreview) -> None:
        self.preview = preview
        self._render()

    # -- shown -------------------------------------------------------------------------------------------------------

    def _render(self) -> None:
        shown, looked = self._base, self._looked
        if shown is None:
            return
        _, faults = self.ways.source()
        self.ways.form.show_faults(faults)
        if (looked, self.preview) != self._told:
            self._told = looked, self.preview
            meaning.show(self._column, looked, self.preview)
        self.model.show_for(shown.row.id, looked)
        if not self.is_changed:
            self.bar.hide()
            return
        told, is_sound = "", False
        if self._newer:
            told = MEANWHILE.format(self._newer)
        elif faults:
            told = to_mend(len(faults))
        elif looked is not None:
            told = looked.error or meaning.sentence(looked, self.preview, is_all=self._context.tools is None)
            is_sound = not looked.error
        number = shown.versions[0].number + 1
        again = looked is not None and looked.is_unknown and not self._newer
        self.bar.show_for(
            number=number,
            meaning=told,
            is_sound=is_sound,
            is_busy=self.is_busy,
            can_retry=again,
            needs_reason=looked is not None and bool(looked.raises),
            unproven=() if looked is None else looked.unproven,
        )

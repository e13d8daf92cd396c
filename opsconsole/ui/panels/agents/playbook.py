"""The playbook's file, edited beside what it would decide on the last events: errors and hints while one types."""

from dataclasses import dataclass

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from opsconsole.domain.errors import FileFormatError, OpsError
from opsconsole.engine.agents.difference import differences
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.lint import Finding, lint
from opsconsole.engine.kernel import Kernel
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.agents.data import Shown
from opsconsole.ui.panels.agents.savebar import MEANWHILE, SaveBar
from opsconsole.ui.reports import PlaybookPreview
from opsconsole.ui.theme import fonts
from opsconsole.ui.widgets.basics import card, label
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, para, verbatim
from opsconsole.ui.widgets.words import plural

WAIT_MS = 400
"""So long nothing is typed before it is looked over."""
SHOWN = 12
"""Events that are listed."""
_TITLE = 80


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in a text."""

    error: str = ""
    """Why it is no sound file; empty where it is."""
    findings: tuple[Finding, ...] = ()
    changes: int = 0


class PlaybookPage(QWidget):
    """Editor left, what it means right.

    Signals:
        save_wanted: (file text, reason, number of the version it was made from).
        discarded: what was typed is forgotten.
    """

    save_wanted = Signal(str, str, int)
    discarded = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._shown: Shown | None = None
        """What the text was made from."""
        self._newer = 0
        """The version that came into use since; 0 for none."""
        self._drafts: dict[str, tuple[str, str, Shown]] = {}
        """What is typed and not saved of agents that are not shown."""
        self._first = ""
        """The text as the editor gives it back before anything is typed."""
        self._looked: Looked | None = None
        self.preview: PlaybookPreview | None = None
        self.is_busy = False
        self.editor = QPlainTextEdit()
        self.editor.setAccessibleName("The agent's file")
        self.editor.setFont(fonts.mono())
        self.editor.setTabChangesFocus(True)
        self.editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        verbatim(self.editor)
        area, self._column = card_column()
        area.setMinimumWidth(260)
        area.setAccessibleName("What it means")
        self.bar = SaveBar(context.theme, self.save, self.discard)
        line = QHBoxLayout()
        line.setContentsMargins(28, 8, 0, 8)
        line.setSpacing(0)
        line.addWidget(self.editor, 3)
        line.addWidget(area, 2)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(line, 1)
        outer.addWidget(self.bar)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._look)
        self.editor.textChanged.connect(self._on_typed)

    @property
    def text(self) -> str:
        """The text as it stands, sign by sign."""
        return self.editor.document().toRawText().replace("\u2029", "\n")

    @property
    def is_changed(self) -> bool:
        """Something was typed that is not saved."""
        return self._shown is not None and self.text != self._first

    def show_agent(self, shown: Shown) -> None:
        """Show an agent's file; what was typed and not saved stays, also while another agent is looked at."""
        before = self._shown
        if before is not None and before.row.id != shown.row.id:
            if self.is_changed:
                self._drafts[before.row.id] = self.text, self.bar.reason.text(), before
            text, reason, base = self._drafts.pop(shown.row.id, ("", "", shown))
            self._begin_with(base, text, reason)
        elif before is None or (before.row.number != shown.row.number and not self.is_changed):
            self._begin_with(shown, "", "")
        base = self._shown or shown
        self._newer = shown.row.number if base.row.number != shown.row.number else 0
        if not self._newer:
            self._shown = shown
        self._render()

    def _begin_with(self, base: Shown, typed: str, reason: str) -> None:
        self._shown, self._looked, self.preview = base, None, None
        self.bar.reason.setText(reason)
        self.editor.setPlainText(base.source)
        self._first = self.text
        if typed:
            self.editor.setPlainText(typed)
        self._timer.stop()
        if self.isVisible():
            self._look()

    def saved(self) -> None:
        """What was typed is a version now."""
        self._first = self.text
        self.bar.reason.clear()

    def showEvent(self, event: QShowEvent) -> None:
        """What it means is worked out where somebody looks."""
        super().showEvent(event)
        if self._shown is not None and self._looked is None:
            self._look()

    def discard(self) -> None:
        """Forget what was typed."""
        if self._shown is not None:
            self._begin_with(self._shown, "", "")
            self._look()
            self.discarded.emit()

    def save(self) -> None:
        """Save what was typed as a version."""
        if self._shown is not None and self.bar.is_ready:
            self.save_wanted.emit(self.text, self.bar.reason.text(), self._shown.row.number)

    def set_busy(self, is_busy: bool) -> None:
        """It is being saved, or not any more."""
        self.is_busy = is_busy
        self._render()

    def _on_typed(self) -> None:
        self._looked, self.preview = None, None
        self._timer.start()
        self._render()

    def _look(self) -> None:
        self._timer.stop()
        self._context.tasks.start(self._look_over(), name="looking the file over", owner=self, key="look")

    async def _look_over(self) -> None:
        shown, text = self._shown, self.text
        if shown is None:
            return

        def query(kernel: Kernel) -> Looked:
            try:
                spec = read_agent_text(text, "the file", kernel.registry).spec
            except FileFormatError as error:
                return Looked(str(error))
            if spec.agent != shown.row.id:
                return Looked(f"`agent:` is the name under which all its work is kept: it stays {shown.row.id}.")
            found = lint(kernel.registry, kernel.reader, spec)
            return Looked("", found, len(differences(shown.spec, spec)))

        try:
            looked = await self._context.backend.read(query, lane="long")
        except OpsError as error:
            looked = Looked(str(error))
        if text == self.text:
            self._looked = looked
            self._render()
        if looked.error or self._context.tools is None:
            return
        try:
            preview = await self._context.tools.preview_playbook(shown.row.id, text)
        except OpsError as error:
            looked, preview = Looked(str(error)), None
        if text == self.text:
            self._looked, self.preview = looked, preview
            self._render()

    def _render(self) -> None:
        shown, looked = self._shown, self._looked
        if shown is None:
            return
        clear(self._column)
        if looked is not None:
            self._column.addWidget(self._findings(looked))
        if self.preview is not None:
            self._column.addWidget(self._events(self.preview))
        if not self.is_changed:
            self.bar.hide()
            return
        meaning = "" if looked is None else looked.error or self._meaning(looked)
        if self._newer:
            meaning = MEANWHILE.format(self._newer)
        is_sound = looked is not None and not looked.error and not self._newer
        number = shown.versions[0].number + 1
        self.bar.show_for(number=number, meaning=meaning, is_sound=is_sound, is_busy=self.is_busy)

    def _meaning(self, looked: Looked) -> str:
        what = f"{plural(looked.changes, 'field')} differ" if looked.changes != 1 else "1 field differs"
        if self.preview is None:
            told = f"{what}." if looked.changes else "Only comments and spacing differ."
            return told if self._context.tools is None else ""  # what it would decide is still being looked at
        seen = self.preview
        against = f", {seen.against} of them against what your people did" if seen.against else ""
        return f"{what}. It decides {len(seen.changed)} of the last {len(seen.events)} events otherwise{against}."

    def _findings(self, looked: Looked) -> QWidget:
        frame, column = card()
        column.addWidget(label("The file", "h3"))
        if looked.error:
            column.addWidget(para(looked.error, "error"))
        elif not looked.findings:
            column.addWidget(para("Sound, and nothing to say.", "muted"))
        for finding in looked.findings:
            column.addWidget(
                para(f"{finding.text[:1].upper()}{finding.text[1:]}", "" if finding.kind == "warn" else "muted")
            )
        return frame

    def _events(self, preview: PlaybookPreview) -> QWidget:
        frame, column = card()
        changed = preview.changed
        column.addWidget(label("The last events", "h3"))
        if not preview.events:
            column.addWidget(para("It has worked no event yet, and none of the past is for it.", "muted"))
            return frame
        told = f"{len(changed)} of {len(preview.events)} would be told apart otherwise, by the offline triage."
        column.addWidget(para(told, "muted"))
        ordered = [*changed, *(event for event in preview.events if event.was == event.now)]
        for event in ordered[:SHOWN]:
            column.addWidget(para(one_line(event.title)[:_TITLE] or "No subject"))
            words = event.now if event.was == event.now else f"{event.was} → {event.now}"
            if event.did:
                words += " · as your people did" if event.did == event.now else f" · your people did: {event.did}"
            column.addWidget(label(words, "small", is_wrapped=True))
        return frame

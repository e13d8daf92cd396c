"""Welcome: three doors for the first minute. Try the sample, bring your history, connect your tools."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from opsconsole.domain.errors import FileFormatError, OpsError
from opsconsole.store.queries.past import past_there
from opsconsole.ui.drafts import ImportDraft
from opsconsole.ui.panel import Context, Panel
from opsconsole.ui.panels.welcome.past import PastDoor
from opsconsole.ui.panels.welcome.preview import PreviewCard
from opsconsole.ui.reports import ImportReport
from opsconsole.ui.widgets.basics import button, card, label, repolish, row
from opsconsole.ui.widgets.focus import has_focus, kept_in
from opsconsole.ui.widgets.words import plural

LANDS = "desk"
"""The connection that imports land in."""
_FILES = "Mail and tables (*.mbox *.mbx *.eml *.csv *.zip *.gz *.tar *.tgz);;All files (*)"


class WelcomePanel(Panel):
    """The first-run page."""

    name = "welcome"
    title = "Welcome"
    icon = "play"

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._dialog: QFileDialog | None = None
        self._is_used = False
        self._icons: list[tuple[QLabel, str]] = []
        self._sample = button("Try the sample", self.try_sample, kind="accent")
        self._file, self._folder = button("Choose a file…", self._ask_file), button("A folder…", self._ask_folder)
        self._doors = QWidget()
        doors = QHBoxLayout(self._doors)
        doors.setContentsMargins(0, 0, 0, 0)
        doors.setSpacing(16)
        for made in (self._sample_door(), self._import_door(), self._connect_door()):
            doors.addWidget(made, 1)
        self.said = label("", is_wrapped=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(320)
        self.progress.setAccessibleName("Under way")
        self._cancel = button("Cancel", self.cancel)
        self._next = button("", self._on_next, kind="accent")
        self._after: Callable[[], None] | None = None
        self.preview = PreviewCard(self._look, self.bring)
        self.preview.dismissed = lambda: self._end("Left as it is; nothing was written.")
        self.past = PastDoor(context, self._start, self._tell, self._far)
        column = QVBoxLayout(self)
        column.setContentsMargins(56, 32, 56, 32)
        column.setSpacing(12)
        column.addStretch(2)
        promise = "Nothing leaves this machine until you connect something, and no agent acts until you let it."
        for line in (label("Agents at work, you in charge", "h1"), label(promise, "muted")):
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(line)
        column.addSpacing(16)
        column.addWidget(self._doors)
        column.addWidget(self.preview, 20)
        column.addSpacing(8)
        column.addWidget(self.said)
        column.addLayout(row(None, self.progress, self._cancel, self._next, None))
        column.addWidget(self.past)
        column.addStretch(3)
        self._idle("")
        self.restyle()

    def _door(self, icon: str, title: str, text: str, *buttons: QWidget) -> QFrame:
        frame, column = card()
        column.setContentsMargins(22, 22, 22, 22)
        column.setSpacing(10)
        sign = QLabel()
        sign.setFixedHeight(30)
        self._icons.append((sign, icon))
        column.addWidget(sign)
        column.addWidget(label(title, "h2"))
        about = label(text, "muted", is_wrapped=True)
        about.setAlignment(Qt.AlignmentFlag.AlignTop)
        about.setMinimumHeight(96)
        column.addWidget(about, 1)
        column.addLayout(row(*buttons, None))
        return frame

    def _sample_door(self) -> QFrame:
        text = "Five agents of a small company work two weeks of mail, leads and tickets. Offline, in half a minute."
        return self._door("play", "Try the sample", text, self._sample)

    def _import_door(self) -> QFrame:
        text = (
            "An export of your mail (mbox, Maildir, .eml) or tables of tickets, contacts and deals (CSV). It is read"
            " on this machine, and nothing is sent anywhere."
        )
        self.own = QLineEdit()
        self.own.setPlaceholderText("Your own addresses, with commas")
        self.own.setAccessibleName("Your own addresses: what they sent are your answers")
        self.own.setToolTip("Mails of these addresses are your team's answers.")
        door = self._door("download", "Import your history", text, self._file, self._folder)
        column = door.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(column.count() - 1, self.own)
        return door

    def _connect_door(self) -> QFrame:
        text = "A mailbox agents may watch, and a language model if you want one. Every step is tried out first."
        go = self.context.navigator.go
        mail = button("A mailbox", lambda: go("connections", add="mail"))
        return self._door(
            "link", "Connect your tools", text, mail, button("A model", lambda: go("connections", add="model"))
        )

    @property
    def is_used(self) -> bool:
        return self._is_used

    def go(self, where: dict[str, Any]) -> None:
        if where.get("do") == "import":
            self._is_used = True
            self._file.setFocus()
        elif where.get("do") == "past":
            self._is_used = True
            self.past.plan(str(where.get("agent", "")))

    def refresh(self) -> None:
        if not self._is_used:
            self.context.tasks.start(self._look_back(), name="what past there is", owner=self, key="past")

    async def _look_back(self) -> None:
        """What was brought in before can be worked today too: the way on does not end with the window."""
        there = await self.context.backend.read(lambda kernel: past_there(kernel.reader))
        if there.is_past and not self._is_used:
            self.past.offer(is_on=True)

    def restyle(self) -> None:
        for made, name in self._icons:
            made.setPixmap(self.context.theme.pixmap(name, "accent", 26))

    def try_sample(self) -> None:
        """Open the sample."""
        self._start(self._open_sample())

    def look_at(self, path: Path) -> None:
        """Show how a history would be read; from then on the page stays, for its next step is here."""
        self._look(self.draft(path))

    def draft(self, path: Path) -> ImportDraft:
        """Return how a history is to be read, by what the page says."""
        own = (part.strip().lower() for part in self.own.text().split(","))
        return ImportDraft(path=path, own=tuple(address for address in own if address))

    def _look(self, draft: ImportDraft) -> None:
        self._is_used = True
        if self.preview.isVisible():  # what is shown stays meanwhile, and so do the keys
            self.preview.look_again()
            self.context.tasks.start(self._again(draft), name="the first steps", owner=self, key="work")
        else:
            self._start(self._preview(draft))

    def bring(self, draft: ImportDraft) -> None:
        """Bring a history in as it was shown."""
        self._is_used = True
        self._start(self._import(draft))

    def cancel(self) -> None:
        """End what is under way; what was brought in stays."""
        self._end("Stopped. What was done so far stays; the same again goes on from there and doubles nothing.")

    def _end(self, text: str) -> None:
        async def nothing() -> None:
            return

        self.context.tasks.start(nothing(), name="cancelling", owner=self, key="work")
        self._idle(text)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self.context.tasks.start(self._guarded(work), name="the first steps", owner=self, key="work")

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        was_here = has_focus(self)
        self._cancel.show()
        if was_here:
            self._cancel.setFocus()
        for part in (self._sample, self._file, self._folder):
            part.setEnabled(False)
        self._next.hide()
        self.preview.hide()
        self.past.offer(is_on=False)
        self.progress.setRange(0, 0)
        self.progress.show()
        await self._told(work)

    async def _again(self, draft: ImportDraft) -> None:
        await self._told(self._preview(draft))

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except OpsError as error:
            self.preview.hide()
            self._idle(str(error))

    async def _open_sample(self) -> None:
        self.said.setText("Opening the sample…")
        await self.context.tools.open_sample()
        self._idle("The sample opens in a window of its own; this one stays as it is.")

    async def _preview(self, draft: ImportDraft) -> None:
        name = draft.path.name
        self.said.setText(f"Looking at {name}…")

        def count(seen: int) -> None:
            self.said.setText(f"Looking at {name}: {plural(seen, 'item')} so far…")

        try:
            found = await self.context.tools.preview_history(draft, count)
        except FileFormatError as error:
            self.preview.draft = draft
            self.preview.hide()
            self._idle(str(error), "A mapping file…", self.preview.ask_mapping)
            return
        self._idle("")
        self._doors.hide()
        self.preview.show_found(draft, found)

    async def _import(self, draft: ImportDraft) -> None:
        path = draft.path
        self.said.setText(f"Reading {path.name}…")

        def count(seen: int) -> None:
            self.said.setText(f"Reading {path.name}: {plural(seen, 'item')} so far…")

        report: ImportReport = await self.context.tools.import_history(draft, count)
        broken = f"; {report.broken:,} could not be read whole and are marked" if report.broken else ""
        known = f", {report.known:,} were there already" if report.known else ""
        text = f"{plural(report.new, 'new item')} from {path.name}{known}{broken}."
        go = self.context.navigator.go
        if report.kinds:
            self._idle(text, "See them", lambda: go("feed", connection=LANDS))
        else:  # contacts and deals are no events
            self._idle(text)
        self._sample.setProperty("kind", "")  # the next step is another one now: one filled button a page
        repolish(self._sample)
        self.past.brought(report.kinds)
        self.past.offer(is_on=True)

    def _idle(self, text: str, action: str = "", act: Callable[[], None] | None = None) -> None:
        self._doors.show()
        self.progress.hide()
        with kept_in(self):
            self._cancel.hide()
        for part in (self._sample, self._file, self._folder):
            part.setEnabled(True)
        self.said.setText(text)
        self._after = act
        self._next.setText(action)
        self._next.setVisible(act is not None)

    def _tell(
        self, text: str, action: str = "", act: Callable[[], None] | None = None, *, is_over: bool = False
    ) -> None:
        """Say how the past is worked; with `is_over` nothing is under way any more."""
        if is_over:
            self._idle(text, action, act)
        else:
            self.said.setText(text)

    def _far(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _on_next(self) -> None:
        if self._after is not None:
            self._after()

    def _on_chosen(self, name: str) -> None:
        self.look_at(Path(name))

    def _ask_file(self) -> None:
        self._ask(QFileDialog.FileMode.ExistingFile)

    def _ask_folder(self) -> None:
        self._ask(QFileDialog.FileMode.Directory)

    def _ask(self, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self, "Import your history", str(Path.home()), _FILES)
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(self._on_chosen)
        self._dialog = dialog
        dialog.open()

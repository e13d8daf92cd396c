"""One file in two ways: as a form, and as it is written. The file is the truth; the form says what changes in it."""

from dataclasses import dataclass
from functools import partial
from typing import Literal

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.domain.agent import AgentSpec
from opsconsole.ui.panels.agents.playbook.form import PlaybookForm
from opsconsole.ui.panels.agents.playbook.looked import Source
from opsconsole.ui.panels.agents.playbook.typed import Faults, TypedBook, book_of, typed_book
from opsconsole.ui.theme import fonts
from opsconsole.ui.widgets.basics import button, row
from opsconsole.ui.widgets.texts import verbatim

Way = Literal["form", "file"]


@dataclass(frozen=True, slots=True)
class _Base:
    """The file that the form was filled from."""

    text: str
    spec: AgentSpec
    first: TypedBook
    """What the form showed of it."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands there: enough to bring it back, and to tell whether anything was typed since."""

    way: Way
    text: str
    """Of the editor, where that is shown; else empty."""
    base: _Base | None
    book: TypedBook | None
    """Of the form, where that is shown."""


class BothWays(QStackedWidget):
    """Form and editor, one of them shown.

    Signals:
        typed: something was typed in the one that is shown.
        turn_wanted: (way) the person wants the other one.
    """

    typed = Signal()
    turn_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.way: Way = "form"
        self.first = ""
        """The file in use, as the editor gives it back."""
        self._base: _Base | None = None
        self.form, self.editor = PlaybookForm(), QPlainTextEdit()
        self.editor.setAccessibleName("The agent's file")
        self.editor.setFont(fonts.mono())
        self.editor.setTabChangesFocus(True)
        self.editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        verbatim(self.editor)
        file = QWidget()
        column = QVBoxLayout(file)
        column.setContentsMargins(28, 8, 0, 8)
        column.setSpacing(8)
        column.addWidget(self.editor, 1)
        back = button("Show it as a form", partial(self.turn_wanted.emit, "form"), kind="link", keys="Alt+Y")
        column.addLayout(row(back, None))
        self.addWidget(self.form)
        self.addWidget(file)
        self.form.file_wanted.connect(partial(self.turn_wanted.emit, "file"))
        self.editor.textChanged.connect(self.typed.emit)
        self.form.changed.connect(self.typed.emit)

    @property
    def text(self) -> str:
        """The text of the editor as it stands, sign by sign."""
        return self.editor.document().toRawText().replace("\u2029", "\n")

    @property
    def is_changed(self) -> bool:
        """What stands there is not the file in use."""
        base = self._base
        if base is None:
            return False
        if self.way == "file":
            return self.text != self.first
        return base.text != self.first or self.form.typed() != base.first

    @property
    def state(self) -> Typed:
        """What stands there."""
        is_form = self.way == "form"
        return Typed(self.way, "" if is_form else self.text, self._base, self.form.typed() if is_form else None)

    def fill(self, text: str, spec: AgentSpec, *, is_own: bool = False) -> None:
        """Show the file in use, both ways; where it was made from what stands there, nobody loses their place."""
        before = self.text
        if text != before or not is_own:
            with QSignalBlocker(self):
                self.editor.setPlainText(text)
        self.first = self.text
        first = typed_book(spec)
        if is_own and self.way == "form" and self.form.typed() == first:
            self._base = _Base(self.first, spec, first)
            self.form.follow(spec)
        else:
            self._fill(self.first, spec, is_own=is_own)

    def restore(self, state: Typed) -> None:
        """Show again what stood there, over the file that was filled in."""
        with QSignalBlocker(self):
            if state.base is not None and state.book is not None:
                self._base = state.base
                self.form.fill(state.book, state.base.spec)
            else:
                self.editor.setPlainText(state.text)
        self._show(state.way)

    def source(self) -> tuple[Source | None, Faults]:
        """Return what is to be looked over, or what is to be mended first."""
        base = self._base
        if self.way == "file" or base is None:
            return Source(self.text), {}
        typed = self.form.typed()
        if typed == base.first:
            return Source(base.text), {}
        book, faults = book_of(typed, base.spec)
        return (None if faults else Source(base.text, base.spec, book)), faults

    def show_file(self, text: str) -> None:
        """Show a text in the editor."""
        if text != self.text:
            with QSignalBlocker(self):
                self.editor.setPlainText(text)
        self._show("file")
        self.editor.setFocus()

    def show_form(self, text: str, spec: AgentSpec) -> None:
        """Show a sound text as a form."""
        if self._base is None or self._base.text != text:
            self._fill(text, spec)
        self._show("form")
        self.form.purpose.setFocus()

    def _fill(self, text: str, spec: AgentSpec, *, is_own: bool = False) -> None:
        self._base = _Base(text, spec, typed_book(spec))
        with QSignalBlocker(self):
            self.form.fill(self._base.first, spec, keeps_place=is_own)

    def _show(self, way: Way) -> None:
        self.way = way
        self.setCurrentIndex(0 if way == "form" else 1)

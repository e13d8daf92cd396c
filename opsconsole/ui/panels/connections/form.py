"""A typed form with a trial beside it: every step is shown with a tick, or with what is wrong and what to do."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from opsconsole.domain.errors import NoKeyringError, OpsError, SealedError
from opsconsole.ui.panel import Context
from opsconsole.ui.panels.connections.field import Field
from opsconsole.ui.panels.connections.fold import Fold
from opsconsole.ui.tools import CheckStep, ConnectionCheck
from opsconsole.ui.widgets.basics import ChoiceBox, button, card, label, repolish, row
from opsconsole.ui.widgets.columns import scrolled
from opsconsole.ui.widgets.keys import bind

STOPPING = "Stopping…"
KEEPS = "empty keeps what was given before"
Try = Callable[[Mapping[str, str], Callable[[CheckStep], None], bool], Coroutine[Any, Any, ConnectionCheck]]


class ConnectionForm(QWidget):
    """Fields at the left, what was tried at the right. What is typed as a secret leaves only to be tried and kept."""

    def __init__(
        self,
        context: Context,
        title: str,
        about: str,
        *,
        fields: Sequence[Field],
        attempt: Try,
        leave: Callable[[], None],
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._context, self._fields, self._attempt, self._leave = context, fields, attempt, leave
        self.inputs: dict[str, QLineEdit] = {}
        self.chosen: dict[str, ChoiceBox] = {}
        self._errors: dict[str, QLabel] = {}
        left, column = card()
        self.more, self._rare = Fold(), {field.name for field in fields if field.is_rare}
        for field in fields:
            made = self._choice(field) if field.choices else self._row(field)
            self.more.add(made) if field.is_rare else column.addLayout(made)
        column.addWidget(self.more)
        self.more.setVisible(bool(self._rare))
        column.addStretch(1)
        right, self._steps_column = card()
        self._steps = QGridLayout()
        self._said = label(
            "Nothing yet. Every step shows here with a tick, or with what to do.", "muted", is_wrapped=True
        )
        self._fill_steps()
        self._count, self._changes = 0, ""
        self._refused: bool | None = None
        """What was refused for want of secrets that are open: a trial (False), or one that is kept (True)."""
        context.navigator.secrets_opened.connect(self._on_secrets_opened)
        self._test = button("Test", lambda: self.start(is_kept=False))
        self._stop = button("Cancel", self._cancel, keys="Esc")
        bind(self, "Escape", self._on_escape)
        self._stop.hide()
        self._pressed: QWidget | None = None
        self._add = button("Test and connect", lambda: self.start(is_kept=True), kind="accent")
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(scrolled(left), 1)
        body.addWidget(scrolled(right), 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(28, 22, 28, 24)
        outer.setSpacing(10)
        self._title, self._head = title, label(title, "h1")
        outer.addLayout(row(self._head, None, button("Back", self.close_form, keys="Esc")))
        outer.addWidget(label(about, "muted", is_wrapped=True))
        self.above = QVBoxLayout()
        """Room for what helps to fill it in."""
        outer.addLayout(self.above)
        outer.addLayout(body, 1)
        outer.addLayout(row(self._add, self._test, self._stop, None))

    def _fill_steps(self) -> None:
        self._steps.setColumnStretch(1, 1)
        self._steps.setHorizontalSpacing(10)
        self._steps.setVerticalSpacing(10)
        self._steps_column.addWidget(label("What was tried", "h3"))
        self._steps_column.addLayout(self._steps)
        self._steps_column.addWidget(self._said)
        self._steps_column.addStretch(1)

    def _row(self, field: Field) -> QVBoxLayout:
        made = QLineEdit()
        made.setPlaceholderText(field.hint)
        made.setAccessibleName(field.title)
        if field.is_secret:
            made.setEchoMode(QLineEdit.EchoMode.Password)
            made.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        made.textEdited.connect(lambda _="", name=field.name: self._mark(name, ""))
        made.returnPressed.connect(self._on_return)
        error = label("", "error", is_wrapped=True)
        error.hide()
        self.inputs[field.name], self._errors[field.name] = made, error
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(label(field.title, "cap"))
        if field.is_file:
            browse = button("Choose…", lambda: self._browse(field, made))
            browse.setAccessibleName(f"Choose: {field.title}")
            column.addLayout(row(made, browse))
        else:
            column.addWidget(made)
        column.addWidget(error)
        return column

    def _browse(self, field: Field, into: QLineEdit) -> None:
        dialog = QFileDialog(self, field.title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(into.setText)
        dialog.open()

    def _choice(self, field: Field) -> QVBoxLayout:
        made = self.chosen[field.name] = ChoiceBox()
        made.setAccessibleName(field.title)
        for value, words in field.choices:
            made.addItem(words, value)
        made.activated.connect(self._on_activated)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(label(field.title, "cap"))
        column.addWidget(made)
        return column

    def _on_activated(self, at: int) -> None:
        """Another way than the usual one asks for more."""
        self.more.turn(is_open=self.more.is_open or at > 0)

    def show_values(self, values: Mapping[str, str], *, changes: str = "") -> None:
        """Begin with these; secrets are always empty. `changes` names the connection that is to be changed."""
        self._changes = changes
        self.more.turn(is_open=any(values.get(name) for name in self._rare))
        self._head.setText(f"Test or change {changes}" if changes else self._title)
        for name, box in self.chosen.items():
            box.setCurrentIndex(max(0, box.findData(values.get(name, ""))))
        for field in self._typed():
            self.inputs[field.name].setText("" if field.is_secret else values.get(field.name, ""))
            self.inputs[field.name].setPlaceholderText(KEEPS if changes and field.stays else field.hint)
            self._mark(field.name, "")
        self._clear()
        self._set_busy(False)
        self._said.setText("Nothing yet. Every step shows here with a tick, or with what to do.")
        self.inputs[self._fields[0].name].setFocus()

    def start(self, *, is_kept: bool) -> None:
        """Try it out with what is filled in."""
        values = {name: made.text().strip() for name, made in self.inputs.items()}
        is_fit = True
        for field in self._typed():
            value = values[field.name]
            may_stay = bool(self._changes) and field.stays
            wrong = "Needed." if field.is_needed and not value and not may_stay else ""
            if not wrong and value and field.check is not None:
                wrong = field.check(value)
            self._mark(field.name, wrong)
            is_fit = is_fit and not wrong
        values |= {name: str(box.currentData()) for name, box in self.chosen.items()}
        values["changes"] = self._changes
        if is_fit:
            self._begin()
            self._context.tasks.start(
                self._run(values, is_kept=is_kept), name="trying a connection", owner=self, key="try"
            )

    def _typed(self) -> list[Field]:
        return [field for field in self._fields if not field.choices]

    def _on_return(self) -> None:
        if self._add.isEnabled():  # nothing is under way
            self.start(is_kept=True)

    def _on_escape(self) -> None:
        """Break off what is tried; where nothing is, go back."""
        self.close_form() if self._add.isEnabled() else self._cancel()

    def close_form(self) -> None:
        """Go back; what was typed as a secret is forgotten."""
        self._context.tasks.cancel(id(self))
        for field in self._typed():
            if field.is_secret:
                self.inputs[field.name].clear()
        self._leave()

    def _on_secrets_opened(self) -> None:
        """Go on with what was refused."""
        refused, self._refused = self._refused, None
        if refused is not None and self.isVisible():
            self.start(is_kept=refused)

    def _begin(self) -> None:
        self._refused = None
        self._clear()
        self._said.setText("Trying…")
        self._set_busy(True)

    def fill_in(self, values: Mapping[str, str]) -> None:
        """Put these into their fields; the others stay."""
        for name, value in values.items():
            if name in self.chosen:
                self.chosen[name].setCurrentIndex(max(0, self.chosen[name].findData(value)))
            else:
                self.inputs[name].setText(value)
                self._mark(name, "")

    def _cancel(self) -> None:
        """Break off what is tried; what was typed stays."""
        self._said.setText(STOPPING)
        self._context.tasks.cancel(id(self))
        self._set_busy(False)

    def _set_busy(self, is_busy: bool) -> None:
        """Only one of the ways on and the way to stop is there; whoever pressed one of them has the other under it."""
        holder = self.window().focusWidget()
        if is_busy:
            self._stop.show()
            if holder in (self._test, self._add):
                self._pressed = holder
                self._stop.setFocus()
        for part in (self._test, self._add):
            part.setEnabled(not is_busy)
        if not is_busy:
            if holder is self._stop:
                (self._pressed or self._test).setFocus()
            self._stop.hide()

    async def _run(self, values: Mapping[str, str], *, is_kept: bool) -> None:
        try:
            trial = await self._attempt(values, self._show_step, is_kept)
        except asyncio.CancelledError:
            if isValid(self) and self._said.text() == STOPPING:
                self._said.setText("Stopped. Nothing was stored.")
            raise
        except OpsError as error:
            self._said.setText(str(error))
            if isinstance(error, SealedError | NoKeyringError):
                self._refused = is_kept
                self._context.commands.run("secrets.open" if isinstance(error, SealedError) else "secrets.make")
            return
        finally:
            if isValid(self):
                self._set_busy(False)
        if not isValid(self):  # the window closes; it is stored all the same
            return
        self._said.setText(trial.text)
        if trial.is_kept:
            self._context.navigator.say(trial.text)
            self.close_form()

    def _show_step(self, step: CheckStep) -> None:
        mark = "check" if step.is_ok else "x" if step.is_needed else "alert"
        tone = "ok" if step.is_ok else "danger" if step.is_needed else "warn"
        sign, name = label(""), label(step.name, "h3")
        sign.setPixmap(self._context.theme.pixmap(mark, tone))
        sign.setAccessibleName({"check": "works", "x": "does not work", "alert": "take note"}[mark])
        text = label(step.text, "small", is_wrapped=True, is_selectable=True)
        for place, part in ((0, sign), (1, name)):
            self._steps.addWidget(part, self._count, place, Qt.AlignmentFlag.AlignTop)
        self._steps.addWidget(text, self._count + 1, 1)
        self._count += 2
        if not step.is_ok and self._rare:
            self.more.turn(is_open=True)  # what it tells to choose or name may stand there

    def _clear(self) -> None:
        for place in reversed(range(self._steps.count())):
            item = self._steps.takeAt(place)
            if item is not None and (made := item.widget()) is not None:  # pyright: ignore[reportUnnecessaryComparison]
                made.hide()
                made.deleteLater()
        self._count = 0

    def _mark(self, name: str, wrong: str) -> None:
        made, error = self.inputs[name], self._errors[name]
        error.setText(wrong)
        error.setVisible(bool(wrong))
        if wrong and name in self._rare:
            self.more.turn(is_open=True)
        if bool(made.property("invalid")) != bool(wrong):
            made.setProperty("invalid", bool(wrong))
            repolish(made)

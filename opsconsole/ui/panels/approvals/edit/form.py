"""The typed form of an action's arguments, made from its schema. Wrong input is refused beside its field."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from opsconsole.domain.action import ActionType
from opsconsole.engine.gate.arguments import ArgumentError
from opsconsole.ui.panels.approvals.card.data import Shown
from opsconsole.ui.panels.approvals.card.parts import EventCard
from opsconsole.ui.panels.approvals.edit.check import problems, schema_of
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import ChoiceBox, button, clamped, label, repolish, row
from opsconsole.ui.widgets.diff.table import ChangeTable
from opsconsole.ui.widgets.diff.words import FieldRow
from opsconsole.ui.widgets.texts import clear, stand
from opsconsole.ui.widgets.words import spoken

LONG = 300
"""A text that may be longer than this gets several lines, in characters."""
BESIDE, ABOVE = 860, 290
"""From this width the event stands beside the fields, in px; else above them, no higher than that."""
FEWEST = 5
"""Lines of the event that are always seen."""
_DAYS = re.compile(r"\+\d{1,3}")
QWIDGETSIZE_MAX = (1 << 24) - 1
Editor = QLineEdit | QPlainTextEdit | ChoiceBox | QCheckBox


class EditForm(QFrame):
    """Edit, then approve.

    Signals:
        confirmed: the arguments that were changed, as a dict.
        closed: nothing is to be changed.
    """

    confirmed = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("detail")
        self._type: ActionType | None = None
        self._args: dict[str, Any] = {}
        self._editors: dict[str, Editor] = {}
        self._errors: dict[str, QLabel] = {}
        self._first: dict[str, str] = {}
        self._request = 0
        self._written: dict[int, dict[str, str]] = {}
        """What a person wrote for a request that was not decided with it, by field: offered when it is edited again."""
        self.title, self._error = clamped("h1"), label("", "error", is_wrapped=True)
        self.changes = ChangeTable(theme, ("The agent's", "Yours"))
        self.changes.setAccessibleName("What you change")
        self._changes_title = label("What you change", "h3")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, 130)
        self._grid.setColumnStretch(1, 1)
        self.event_card = EventCard(lines=FEWEST)
        bar = QFrame()
        bar.setObjectName("actions")
        confirm = button("Approve as edited", self.confirm, kind="primary", keys="Ctrl+Return")
        line = row(confirm, button("Cancel", self.closed.emit, keys="Esc"), None, label("Ctrl+Enter approves", "small"))
        line.setContentsMargins(28, 12, 28, 12)
        bar.setLayout(line)
        # The event stays in sight while its answer is written: beside it, or above where there is little room.
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._halves.setSpacing(0)
        self._halves.addWidget(self._fields(), 3)
        self._halves.addWidget(self.event_card, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._halves, 1)
        column.addWidget(bar)

    def _fields(self) -> QScrollArea:
        body = QWidget()
        body.setObjectName("page")
        inner = QVBoxLayout(body)
        inner.setContentsMargins(28, 20, 28, 20)
        inner.addWidget(self.title)
        inner.addWidget(label("Change what is not right. It is checked and ruled on anew.", "muted", is_wrapped=True))
        inner.addSpacing(12)
        inner.addLayout(self._grid)
        inner.addWidget(self._error)
        inner.addSpacing(12)
        inner.addWidget(self._changes_title)
        inner.addWidget(self.changes)
        inner.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        return scroll

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand side by side where there is room for both, else one above the other."""
        super().resizeEvent(event)
        is_wide = self.width() >= BESIDE
        ways = QBoxLayout.Direction
        self._halves.setDirection(ways.LeftToRight if is_wide else ways.BottomToTop)
        self.event_card.setMaximumHeight(QWIDGETSIZE_MAX if is_wide else ABOVE)
        self.event_card.setContentsMargins(*((0, 20, 28, 20) if is_wide else (28, 14, 28, 0)))

    def show_card(self, shown: Shown) -> None:
        """Offer the arguments of a card."""
        self._type, self._args = shown.type, dict(shown.view.args)
        self.title.setText(shown.view.intent)
        self.event_card.show_card(shown)
        clear(self._grid)
        self._editors.clear()
        self._errors.clear()
        self._error.setText("")
        schema = schema_of(shown.type, self._args)
        for place, (name, facts) in enumerate(schema.items()):
            editor, error = _editor(facts, _as_shown(shown, name)), label("", "error", is_wrapped=True)
            editor.setAccessibleName(spoken(name))
            _on_change(editor, self._show_changes)
            error.setVisible(False)
            self._editors[name], self._errors[name] = editor, error
            caption = label(spoken(name), "muted")
            caption.setContentsMargins(0, 8, 0, 0)
            self._grid.addWidget(caption, 2 * place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(editor, 2 * place, 1)
            self._grid.addWidget(error, 2 * place + 1, 1)
        self._first = {name: _text(editor) for name, editor in self._editors.items()}
        for name, text in self._written.pop(shown.view.id, {}).items():
            if name in self._editors:
                _write(self._editors[name], text)
        self._request = shown.view.id
        self._show_changes()
        if self._editors:
            next(iter(self._editors.values())).setFocus()

    def editor(self, name: str) -> Editor:
        """Return the editor of an argument."""
        return self._editors[name]

    def error_of(self, name: str) -> str:
        """Return what is wrong with an argument; empty where nothing is."""
        return self._errors[name].text()

    def confirm(self) -> None:
        """Approve with what was changed, if it fits the schema."""
        edited, found = self._edited()
        if self._type is not None and not found:
            found = problems(self._type, {**self._args, **edited})
        self._show_problems(found)
        texts = {name: _text(editor) for name, editor in self._editors.items()}
        self._written[self._request] = {name: text for name, text in texts.items() if text != self._first[name]}
        if not found:
            self.confirmed.emit(edited)

    def forget(self, request: int) -> None:
        """A request was decided: what was written for it is not offered any more."""
        self._written.pop(request, None)

    def say(self, text: str) -> None:
        """Say why it was refused."""
        self._error.setText(text)

    def _show_changes(self) -> None:
        rows = [
            FieldRow(spoken(name), first, text)
            for name, first in self._first.items()
            if (text := _text(self._editors[name])) != first
        ]
        for widget in (self._changes_title, self.changes):
            widget.setVisible(bool(rows))
        self.changes.show_changes(rows)

    def _edited(self) -> tuple[dict[str, Any], dict[str, str]]:
        edited: dict[str, Any] = {}
        found: dict[str, str] = {}
        for name, editor in self._editors.items():
            if (text := _text(editor)) == self._first[name]:
                continue
            try:
                edited[name] = _value(text, self._args.get(name), editor)
            except ArgumentError as error:
                found[name] = f"{error}"
        return edited, found

    def _show_problems(self, found: Mapping[str, str]) -> None:
        for name, error in self._errors.items():
            error.setText(found.get(name, ""))
            error.setVisible(name in found)
            self._editors[name].setProperty("invalid", name in found)
            repolish(self._editors[name])
        self._error.setText("\n".join(text for name, text in found.items() if name not in self._errors))
        if (first := next((name for name in found if name in self._editors), None)) is not None:
            self._editors[first].setFocus()


def _as_shown(shown: Shown, name: str) -> Any:
    """Return an argument as the card shows it: days from now are a date there."""
    value = shown.view.args.get(name)
    if not (isinstance(value, str) and _DAYS.fullmatch(value)):
        return value
    return next((change.after for change in shown.view.changes if change.field == name), value)


def _editor(facts: Mapping[str, Any], value: Any) -> Editor:
    if facts.get("enum"):
        box = ChoiceBox()
        box.addItems(["" if value is None else str(value), *map(str, facts["enum"])])
        box.removeItem(0) if str(value) in map(str, facts["enum"]) else None
        box.setCurrentText("" if value is None else str(value))
        return box
    if facts.get("type") == "boolean":
        check = QCheckBox()
        check.setChecked(bool(value))
        return check
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if int(facts.get("maxLength") or 0) > LONG or "\n" in text:
        long = QPlainTextEdit(text)
        long.setTabChangesFocus(True)
        stand(long)
        long.setMinimumHeight(160)
        return long
    return QLineEdit(text)


def _on_change(editor: Editor, act: Callable[[], None]) -> None:
    """Have something done at each change, whatever its signal hands over."""

    def changed(*_: object) -> None:
        act()

    if isinstance(editor, QCheckBox):
        editor.toggled.connect(changed)
    elif isinstance(editor, ChoiceBox):
        editor.currentTextChanged.connect(changed)
    else:
        editor.textChanged.connect(changed)


def _text(editor: Editor) -> str:
    if isinstance(editor, QCheckBox):
        return "true" if editor.isChecked() else "false"
    if isinstance(editor, ChoiceBox):
        return editor.currentText()
    return editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()


def _write(editor: Editor, text: str) -> None:
    if isinstance(editor, QCheckBox):
        editor.setChecked(text == "true")
    elif isinstance(editor, ChoiceBox):
        editor.setCurrentText(text)
    elif isinstance(editor, QLineEdit):
        editor.setText(text)
    else:
        editor.setPlainText(text)


def _value(text: str, before: Any, editor: Editor) -> Any:
    """Read what was typed: pydantic reads numbers from text; lists and the like were JSON and are again."""
    if isinstance(editor, QCheckBox):
        return text == "true"
    if isinstance(before, list | dict):
        try:
            return json.loads(text)
        except ValueError as error:
            raise ArgumentError(f"Not valid JSON: {error}") from error
    return text

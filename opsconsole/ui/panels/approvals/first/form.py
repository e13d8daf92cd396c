"""The short form: what a person would do, as ticks, and of each what is compared and quickly said."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from opsconsole.engine.ladder.draws import OwnAct
from opsconsole.ui.panels.approvals.firstcards import Field, Option
from opsconsole.ui.widgets.basics import ChoiceBox, label, row
from opsconsole.ui.widgets.texts import clear
from opsconsole.ui.widgets.words import spoken

KEYS = 9
"""Actions that have a key."""
OPEN = "Left open"
"""A field of which nothing is said."""
_Editor = QLineEdit | ChoiceBox


class DecideForm(QFrame):
    """Ticks by key or Tab and Space; `Nothing` stands alone."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._options: tuple[Option, ...] = ()
        self.ticks: list[QCheckBox] = []
        self.nothing = QCheckBox()
        self._fields: list[QWidget] = []
        self._editors: list[dict[str, _Editor]] = []
        self._error = label("", "error", is_wrapped=True)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(row(label("What would you do?", "h3"), None, label("Tick by number", "small")))
        column.addLayout(self._lines)
        column.addWidget(self._error)
        column.addStretch(1)

    def show_options(self, options: Sequence[Option]) -> None:
        """Offer these, none of them ticked."""
        self._options = tuple(options)
        clear(self._lines)
        self.ticks.clear()
        self._fields.clear()
        self._editors.clear()
        self.say("")
        for number, option in enumerate(options, 1):
            self._add(number, option)
        self.nothing = QCheckBox("0   Nothing")
        self.nothing.setAccessibleName("Nothing")
        self.nothing.setAccessibleDescription("Shortcut 0")
        self.nothing.toggled.connect(self._on_nothing)
        self._lines.addWidget(self.nothing)

    def toggle(self, number: int) -> None:
        """Tick what a key stands for, or leave it out again; 0 is nothing."""
        box = self.nothing if number == 0 else self.ticks[number - 1] if 0 < number <= len(self.ticks) else None
        if box is not None:
            box.toggle()
            box.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def editor(self, tool: str, name: str) -> _Editor:
        """Return the editor of a field."""
        return self._editors[[option.tool for option in self._options].index(tool)][name]

    @property
    def acts(self) -> list[OwnAct] | None:
        """What is ticked, with what is said of it; None where nothing is said at all."""
        found = [
            OwnAct(option.tool, {name: text for name, editor in editors.items() if (text := _text(editor))})
            for option, tick, editors in zip(self._options, self.ticks, self._editors, strict=True)
            if tick.isChecked()
        ]
        return found if found or self.nothing.isChecked() else None

    def say(self, text: str) -> None:
        """Say what is wrong; what was written stays."""
        self._error.setText(text)
        self._error.setVisible(bool(text))

    def _add(self, number: int, option: Option) -> None:
        tick = QCheckBox(f"{number}   {option.title}" if number <= KEYS else f"     {option.title}")
        tick.setAccessibleName(option.title)
        tick.setAccessibleDescription(f"Shortcut {number}" if number <= KEYS else "")
        tick.toggled.connect(partial(self._on_tick, number - 1))
        fields, grid = QWidget(), QGridLayout()
        grid.setContentsMargins(36, 0, 0, 6)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        fields.setLayout(grid)
        editors: dict[str, _Editor] = {}
        for place, field in enumerate(option.fields):
            editor = editors[field.name] = _editor(field)
            editor.setAccessibleName(f"{option.title}: {field.title}")
            grid.addWidget(label(field.title, "muted"), place, 0)
            grid.addWidget(editor, place, 1)
        fields.hide()
        self.ticks.append(tick)
        self._fields.append(fields)
        self._editors.append(editors)
        self._lines.addWidget(tick)
        self._lines.addWidget(fields)

    def _on_tick(self, place: int, is_ticked: bool) -> None:
        self._fields[place].setVisible(is_ticked and bool(self._editors[place]))
        if is_ticked:
            self.nothing.setChecked(False)

    def _on_nothing(self, is_ticked: bool) -> None:
        if is_ticked:
            for tick in self.ticks:
                tick.setChecked(False)


def _editor(field: Field) -> _Editor:
    if field.choices:
        box = ChoiceBox()
        box.addItem(OPEN, "")
        for choice in field.choices:
            box.addItem({"true": "Yes", "false": "No"}.get(choice) or spoken(choice), choice)
        return box
    line = QLineEdit()
    line.setMaxLength(field.most)
    line.setPlaceholderText(OPEN)
    return line


def _text(editor: _Editor) -> str:
    return str(editor.currentData()) if isinstance(editor, ChoiceBox) else editor.text().strip()

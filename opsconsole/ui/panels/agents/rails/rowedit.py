"""One line of a rule: a field, how it is held, a value."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsconsole.engine.agents.rails.fields import WORDS, Field
from opsconsole.policy.cel.rows import BARE, MANY, Operator
from opsconsole.ui.panels.agents.parts import choose, mark, narrow
from opsconsole.ui.panels.agents.rails.typedrail import TypedRow, kind_of
from opsconsole.ui.widgets.basics import ChoiceBox, button, label

BESIDE = 640
"""From this width the value stands beside what it is held against, in px; else below."""


class RowEdit(QWidget):
    """A line.

    Signals:
        changed: something was typed or chosen; `row` says what.
        reshaped: another field or operator was chosen, so that the line looks otherwise.
        removed: it is to go.
    """

    changed = Signal()
    reshaped = Signal()
    removed = Signal()

    def __init__(self, row: TypedRow, fields: Sequence[Field], number: int) -> None:
        super().__init__()
        self.row, self._fields = row, fields
        at = kind_of(row.field, fields)
        self.field, self.operator = narrow(ChoiceBox()), narrow(ChoiceBox())
        self.field.setAccessibleName(f"Line {number}: what it looks at")
        self.operator.setAccessibleName(f"Line {number}: how")
        offered = [(each.name, each.words) for each in fields]
        if row.field not in (each.name for each in fields):
            offered.insert(0, (at.name, at.words))
        choose(self.field, offered, row.field)
        operators = [*at.operators, *(() if row.operator in at.operators else (row.operator,))]
        choose(self.operator, [(operator.value, WORDS[operator]) for operator in operators], row.operator.value)
        self.value: QLineEdit | ChoiceBox | None = self._value(at, number)
        gone = button("Remove", self.removed.emit, kind="link")
        gone.setAccessibleName(f"Remove line {number}")
        self.error = label("", "error", is_wrapped=True)
        self.error.hide()
        first, second = QHBoxLayout(), QHBoxLayout()
        for line, parts in ((first, (self.field, self.operator)), (second, (self.value, gone))):
            line.setSpacing(8)
            for part in parts:
                if part is not None:
                    line.addWidget(part, 0 if part is gone else 1)
        if self.value is None:
            second.insertStretch(0, 1)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._line.setSpacing(8)
        self._line.addLayout(first, 3)
        self._line.addLayout(second, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._line)
        column.addWidget(self.error)
        self.field.activated.connect(self._on_field)
        self.operator.activated.connect(self._on_operator)

    def _value(self, at: Field, number: int) -> QLineEdit | ChoiceBox | None:
        name = f"Line {number}: value"
        if self.row.operator in BARE:
            return None
        if at.choices and self.row.operator in (Operator.IS, Operator.IS_NOT):
            box = narrow(ChoiceBox())
            box.setAccessibleName(name)
            known = [value for value, _ in at.choices]
            others = [] if self.row.value in known else [(self.row.value, self.row.value or "Choose…")]
            choose(box, [*others, *at.choices], self.row.value)
            box.activated.connect(lambda _=0: self._say(str(box.currentData())))
            return box
        made = QLineEdit(self.row.value)
        made.setAccessibleName(name)
        several = ", ".join(value for value, _ in at.choices[:2]) or "refund, guarantee"
        is_number = at.kind == "number" or self.row.is_number
        made.setPlaceholderText(f"{several}, …" if self.row.operator in MANY else "250" if is_number else "")
        made.textEdited.connect(self._say)
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand in one line where there is room for it, else in two."""
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        wanted = ways.LeftToRight if self.width() >= BESIDE else ways.TopToBottom
        if self._line.direction() is not wanted:
            self._line.setDirection(wanted)

    def say(self, fault: str) -> None:
        """Say what is wrong with it; empty: nothing."""
        mark(self.value, self.error, fault)

    def _say(self, text: str) -> None:
        self.row = replace(self.row, value=text)
        self.changed.emit()

    def _on_field(self, _at: int) -> None:
        name = _data(self.field)
        if name == self.row.field:
            return
        at, was = kind_of(name, self._fields), kind_of(self.row.field, self._fields)
        stays = at.kind == was.kind and self.row.operator in at.operators
        operator = self.row.operator if stays else at.operators[0]
        self.row = replace(self.row, field=name, operator=operator, is_number=at.kind == "number")
        self.reshaped.emit()

    def _on_operator(self, _at: int) -> None:
        operator = Operator(_data(self.operator))
        if operator is not self.row.operator:
            self.row = replace(self.row, operator=operator)
            self.reshaped.emit()


def _data(box: QComboBox) -> str:
    return str(box.currentData())

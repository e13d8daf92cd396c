"""A rule being edited: why, what becomes of the action, which actions, and when; in lines, or as text."""

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from opsconsole.engine.agents.rails.fields import Field, Offer, looked_at_words
from opsconsole.ui.panels.agents.parts import captioned, choose, mark, narrow
from opsconsole.ui.panels.agents.rails.rowedit import RowEdit
from opsconsole.ui.panels.agents.rails.typedrail import TypedRail, TypedRow, as_rows, as_text
from opsconsole.ui.theme import fonts
from opsconsole.ui.widgets.basics import ChoiceBox, button, label, row
from opsconsole.ui.widgets.flow import flowing
from opsconsole.ui.widgets.keys import bind
from opsconsole.ui.widgets.texts import clear, verbatim

THEN = (("refuse", "Refuse it"), ("ask", "Always ask me"))
_ALWAYS = "A rule holds whatever the level is, and no standing grant lifts it: of two words the stricter one counts."
_LACKS = "Where what a line looks at is missing, the rule cannot be decided, and you are asked."
_TEXT_ONLY = "This says more than lines can; it stays text."
_TEXT_LINES = 4
_REASON = 200
_THEN = 320


class RailForm(QWidget):
    """The fields of a rule.

    Signals:
        changed: something was typed or chosen; `rail` says what.
    """

    changed = Signal()

    def __init__(self, rail: TypedRail, offer: Offer) -> None:
        super().__init__()
        self.rail, self._offer = rail, offer
        self.is_asked = False
        """It was to be saved, so that what is empty is told."""
        self.lines: list[RowEdit] = []
        self.touched: set[str] = set()
        """Places of a new rule that somebody filled in: what is still empty of it is not told as wrong."""
        self.because = QLineEdit(rail.because)
        self.because.setAccessibleName("Why: what stands on the card when the rule holds")
        self.because.setPlaceholderText("nothing leaves about bank details")
        self.because.setMaxLength(max(_REASON, len(rail.because)))
        self.because.textEdited.connect(self._on_because)
        self._no_reason, self._no_condition = label("", "error", is_wrapped=True), label("", "error", is_wrapped=True)
        self._no_condition.hide()
        self.then = narrow(ChoiceBox())
        self.then.setMaximumWidth(_THEN)
        self.then.setAccessibleName("What becomes of the action")
        choose(self.then, THEN, rail.then)
        self.then.activated.connect(lambda _=0: self._take(replace(self.rail, then=str(self.then.currentData()))))
        self._when = QVBoxLayout()
        self._when.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(captioned("Why (it stands on the card)", self.because, self._no_reason))
        column.addLayout(captioned("Then", self.then))
        column.addWidget(label(_ALWAYS, "small", is_wrapped=True))
        self._chips = self._tools()
        column.addLayout(captioned("Looks at (none picked: everything that changes something)", self._chips))
        column.addWidget(label("When", "cap"))
        column.addLayout(self._when)
        column.addWidget(self._no_condition)
        bind(self, "Ctrl+T", self.turn)
        self._build()

    @property
    def fields(self) -> tuple[Field, ...]:
        """What its lines can be about."""
        return self._offer.fields(self.rail.actions)

    def show_faults(self, faults: dict[str, str]) -> None:
        """Say what is wrong: `because`, `when`, `row.NUMBER`."""
        if self.rail.origin is None and not self.is_asked:
            faults = {place: fault for place, fault in faults.items() if place in self.touched}
        mark(self.because, self._no_reason, faults.get("because", ""))
        mark(self.text if self.rail.rows is None else None, self._no_condition, faults.get("when", ""))
        for at, line in enumerate(self.lines):
            line.say(faults.get(f"row.{at}", ""))

    def turn(self) -> None:
        """Show the condition as text, or as lines again where it is nothing else."""
        rail = self.rail
        made = as_rows(rail, self.fields) if rail.rows is None else as_text(rail, self.fields)
        if made is None:
            mark(self.text, self._no_condition, _TEXT_ONLY)
            return
        self.rail = made
        self._build()
        (self.text if made.rows is None else self.lines[0].field).setFocus()
        self.changed.emit()

    def _tools(self) -> QWidget:
        chips = list[QPushButton]()
        for tool in dict.fromkeys((*self._offer.tools, *self.rail.actions)):
            chip = button(looked_at_words(tool), partial(self._on_tool, tool), kind="chip")
            chip.setCheckable(True)
            chip.setChecked(tool in self.rail.actions)
            chip.setAccessibleName(f"Looks at: {looked_at_words(tool)}")
            chips.append(chip)
        return flowing(*chips)

    def _on_tool(self, tool: str) -> None:
        was = self.rail.actions
        actions = tuple(each for each in was if each != tool) if tool in was else (*was, tool)
        self.rail = replace(self.rail, actions=actions)
        self._build()  # other tools have other fields
        self.changed.emit()

    def _build(self) -> None:
        clear(self._when)
        self.lines = []
        self.text = QPlainTextEdit()
        if self.rail.rows is None:
            self._build_text()
        else:
            self._build_lines(self.rail.rows)

    def _build_text(self) -> None:
        with QSignalBlocker(self.text):
            self.text.setPlainText(self.rail.text)
        self.text.setAccessibleName("When: the condition as text")
        self.text.setFont(fonts.mono())
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(self.text.fontMetrics().lineSpacing() * _TEXT_LINES + 20)
        self.text.textChanged.connect(self._on_text)
        self._when.addWidget(verbatim(self.text))
        self.text.show()
        turn = button("Show it as lines", self.turn, kind="link", keys="Ctrl+T")
        self._when.addLayout(row(turn, None))

    def _build_lines(self, rows: tuple[TypedRow, ...]) -> None:
        if len(rows) > 1:
            join = narrow(ChoiceBox())
            join.setMaximumWidth(_THEN)
            join.setAccessibleName("How the lines are joined")
            choose(join, (("all", "all of these hold"), ("any", "any of these holds")), self.rail.join)
            join.activated.connect(
                lambda _=0: self._take(replace(self.rail, join="any" if join.currentData() == "any" else "all"))
            )
            self._when.addWidget(join)
        fields = self.fields
        for at, typed in enumerate(rows):
            line = RowEdit(typed, fields, at + 1)
            line.changed.connect(partial(self._on_lines, at))
            line.reshaped.connect(partial(self._on_reshaped, at))
            line.removed.connect(partial(self._on_removed, at))
            self.lines.append(line)
            self._when.addWidget(line)
            line.show()  # at once, for it is given the keys
        more = button("Add a line", self.add_line, kind="link")
        turn = button("Write it as text", self.turn, kind="link", keys="Ctrl+T")
        self._when.addLayout(row(more, 12, turn, None))
        self._when.addWidget(label(_LACKS, "small", is_wrapped=True))

    def add_line(self) -> None:
        """Add a line to those there are."""
        first = self.fields[0]
        made = TypedRow(first.name, first.operators[0], "", first.kind == "number")
        self._reshape((*(self.rail.rows or ()), made), len(self.rail.rows or ()))

    def _on_lines(self, at: int) -> None:
        self.touched.add(f"row.{at}")
        self._take(replace(self.rail, rows=tuple(line.row for line in self.lines)))

    def _on_reshaped(self, at: int) -> None:
        is_operator = self.lines[at].operator.hasFocus()
        self._reshape(tuple(line.row for line in self.lines), at, is_operator=is_operator)

    def _on_removed(self, at: int) -> None:
        self._reshape(tuple(line.row for number, line in enumerate(self.lines) if number != at), max(0, at - 1))

    def _reshape(self, rows: tuple[TypedRow, ...], at: int, *, is_operator: bool = False) -> None:
        self.rail = replace(self.rail, rows=rows, join=self.rail.join if len(rows) > 1 else "all")
        self._build()
        if self.lines:
            (self.lines[at].operator if is_operator else self.lines[at].field).setFocus()
        else:
            self.because.setFocus()
        self.changed.emit()

    def _on_because(self, text: str) -> None:
        self.touched.add("because")
        self._take(replace(self.rail, because=text))

    def _on_text(self) -> None:
        self.touched.add("when")
        self._take(replace(self.rail, text=self.text.toPlainText()))

    def _take(self, rail: TypedRail) -> None:
        self.rail = rail
        self.changed.emit()

"""The steps of a category as cards: in words, and what they write, ask and say as fields."""

from collections.abc import Mapping, Sequence
from typing import cast

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from opsconsole.domain.agent import Step
from opsconsole.engine.agents.yamltext.file import Loc
from opsconsole.engine.playbook.told import INNER, step_texts
from opsconsole.ui.panels.agents.growing import GrowingText
from opsconsole.ui.panels.agents.parts import captioned
from opsconsole.ui.widgets.basics import label
from opsconsole.ui.widgets.texts import para, plain_value, verbatim
from opsconsole.ui.widgets.words import spoken, tool_words

NESTED = {"on_fail": "If that fails", "on_reject": "If you reject it"}
_CAPTIONS = {"ask": "The question", "stop": "Why it ends there", "because": "Why (it stands on the card)"}
_NOTHING = "Nothing yet: its events are told apart, and no more."
_INDENT = 24
AT_ONCE = 2
"""Steps that are made before the window is let go on."""
MOST = 12
"""Lines of a text that are seen at once."""


class StepsForm(QWidget):
    """All steps of one category, one below the other.

    Signals:
        changed: something was typed.
        whole: the last step is there.
    """

    changed = Signal()
    whole = Signal()

    def __init__(self, steps: Sequence[Step], texts: Mapping[Loc, str], category: str) -> None:
        super().__init__()
        self.fields: dict[Loc, GrowingText] = {}
        self._first = dict(texts)
        self._texts, self._category = texts, category
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._column, self._waiting = column, list(enumerate(steps))
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._go_on)
        if not steps:
            column.addWidget(para(_NOTHING, "muted"))
        self._go_on()

    @property
    def is_whole(self) -> bool:
        """Every step is there: many take a moment, in which the window is let go on."""
        return not self._waiting

    def _go_on(self) -> None:
        now, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        for at, step in now:
            self._column.addWidget(self._card(step, ("steps", at)))
        if self._waiting:
            self._later.start()
        else:
            self.whole.emit()

    def typed(self) -> Mapping[Loc, str]:
        """Return what stands there, by place."""
        return {**self._first, **{place: made.typed() for place, made in self.fields.items()}}

    def _add(self, column: QVBoxLayout, steps: Sequence[Step], place: Loc) -> None:
        for at, step in enumerate(steps):
            column.addWidget(self._card(step, (*place, at)))

    def _card(self, step: Step, place: Loc) -> QFrame:
        frame = QFrame()
        frame.setObjectName("inset")
        column = QVBoxLayout(frame)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(6)
        column.addWidget(label(step_words(step), "h3", is_wrapped=True))
        if step.when:
            column.addWidget(verbatim(para(f"Only when {step.when}", "small")))
        if step.look_up is not None and step.args:
            column.addWidget(verbatim(para(plain_value(step.args), "small")))
        for where, _ in step_texts(step, place):
            name = str(where[-1])
            made = self.fields[where] = GrowingText(self._texts[where], most=MOST)
            made.setAccessibleName(f"{self._category}, {step_words(step)}: {_CAPTIONS.get(name, spoken(name))}")
            made.textChanged.connect(self.changed.emit)
            column.addLayout(captioned(_CAPTIONS.get(name, spoken(name)), verbatim(made)))
        for inner in INNER:
            if some := cast("Sequence[Step]", getattr(step, inner)):
                nested = QVBoxLayout()
                nested.setContentsMargins(_INDENT, 4, 0, 0)
                nested.setSpacing(8)
                nested.addWidget(label(NESTED[inner], "cap"))
                self._add(nested, some, (*place, inner))
                column.addLayout(nested)
        return frame


def step_words(step: Step) -> str:
    """Return what a step does, in a few words."""
    if step.look_up is not None:
        return f"Looks up: {tool_words(step.look_up)}"
    if step.do is not None:
        return tool_words(step.do)
    return "Asks a person" if step.ask is not None else "Ends there"

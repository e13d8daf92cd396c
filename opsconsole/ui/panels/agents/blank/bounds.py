"""The third and fourth question: what must never happen, and who is asked."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from opsconsole.engine.blank import never
from opsconsole.engine.blank.answers import LONGEST
from opsconsole.engine.blank.usual import ASKED_WHEN
from opsconsole.ui.panels.agents.blank.parts import FORM, line_edit, tick
from opsconsole.ui.panels.agents.parts import captioned
from opsconsole.ui.widgets.basics import ChoiceBox, card, label
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.texts import para

WAITS = ((4, "Four hours"), (24, "One day"), (48, "Two days"), (168, "One week"))
"""How long a request waits, in hours."""


class NeverPage(QWidget):
    """Plain choices, and a sentence of one's own.

    Signals:
        changed: something is another now.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        area, column = card_column(widest=FORM)
        area.setAccessibleName("What must never happen")
        frame, inside = card()
        inside.addWidget(label("What must never happen?", "h3"))
        self.ticks: dict[str, QCheckBox] = {}
        for name, (words, meaning) in never.CHOICES.items():
            self.ticks[name] = tick(words, self.changed.emit)
            self.ticks[name].setAccessibleDescription(meaning)
            about = para(meaning, "small")
            about.setContentsMargins(26, 0, 0, 4)
            inside.addWidget(self.ticks[name])
            inside.addWidget(about)
        column.addWidget(frame)
        frame, inside = card()
        self.other = line_edit("Such as: answer anything from a lawyer", self.changed.emit, most=LONGEST)
        about = "It is shown whenever the agent asks, and a model is told it. The ticks above hold whatever it says."
        inside.addLayout(captioned("And never, in your words", self.other, about=about))
        column.addWidget(frame)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset(name for name, made in self.ticks.items() if made.isChecked())

    def begin(self) -> None:
        """Give the keys to the first thing to choose."""
        next(iter(self.ticks.values())).setFocus()

    def clear(self) -> None:
        """Forget what was answered."""
        for made in self.ticks.values():
            made.setChecked(True)
        self.other.clear()


class AskedPage(QWidget):
    """When a person is asked, and how long a request waits.

    Signals:
        changed: something is another now.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        area, column = card_column(widest=FORM)
        area.setAccessibleName("Who is asked")
        frame, inside = card()
        inside.addWidget(label("Who is asked?", "h3"))
        inside.addWidget(
            para("You are, in Approvals: whenever it is unsure what came in, and before it does anything.", "muted")
        )
        self.when = line_edit("", self.changed.emit, most=LONGEST)
        self.when.setText(ASKED_WHEN)
        inside.addLayout(captioned("And it comes to a person when", self.when))
        column.addWidget(frame)
        frame, inside = card()
        self.waits, self.after = ChoiceBox(), ChoiceBox()
        for hours, words in WAITS:
            self.waits.addItem(words, hours)
        self.after.addItem("It comes up again, marked", True)
        self.after.addItem("It lapses, and nothing is done", False)
        for box in (self.waits, self.after):
            box.currentIndexChanged.connect(lambda _=0: self.changed.emit())
        inside.addLayout(captioned("A request waits", self.waits))
        inside.addLayout(captioned("After that", self.after))
        column.addWidget(frame)
        self.clear()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def begin(self) -> None:
        """Give the keys to the first thing to fill in."""
        self.when.setFocus()

    def clear(self) -> None:
        """Forget what was answered."""
        self.when.setText(ASKED_WHEN)
        self.waits.setCurrentIndex(self.waits.findData(48))
        self.after.setCurrentIndex(0)

"""The fifth question, and what the answers make: its file, and how it would tell the past apart."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from opsconsole.engine.blank import signs
from opsconsole.engine.blank.answers import LONGEST
from opsconsole.engine.blank.usual import SIGNS
from opsconsole.ui.panels.agents.blank.data import Made
from opsconsole.ui.panels.agents.blank.parts import line_edit, tick
from opsconsole.ui.panels.agents.parts import captioned
from opsconsole.ui.reports import ASKS, PlaybookPreview
from opsconsole.ui.theme import fonts
from opsconsole.ui.widgets.basics import ChoiceBox, button, card, label, row
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.focus import kept_in
from opsconsole.ui.widgets.texts import para, verbatim
from opsconsole.ui.widgets.words import listed, plural

LINES = 260
"""Height of the file at least, in px."""


class SeenPage(QWidget):
    """Signs left, what is made right.

    Signals:
        changed: something is another now.
        wanted: what the answers make is to be worked out anew.
    """

    changed = Signal()
    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        area, column = card_column()
        area.setAccessibleName("How you see that it works")
        frame, inside = card()
        inside.addWidget(label("How will you see that it works?", "h3"))
        self.ticks: dict[str, QCheckBox] = {}
        for name, (words, _) in signs.CHOICES.items():
            self.ticks[name] = tick("", self.changed.emit, is_on=name in SIGNS)
            self.ticks[name].setAccessibleName(words)
            inside.addLayout(_beside(self.ticks[name], words))
        self.other = line_edit("Such as: nobody waits longer than a day", self.changed.emit, most=LONGEST)
        inside.addLayout(captioned("Or a sign of your own", self.other))
        self.reviewed = ChoiceBox()
        for value, words in signs.REVIEWED.items():
            self.reviewed.addItem(words.capitalize(), value)
        self.reviewed.currentIndexChanged.connect(lambda _=0: self.changed.emit())
        inside.addLayout(captioned("You look at it", self.reviewed))
        column.addWidget(frame)
        frame, inside = card()
        inside.addWidget(label("On what came in last", "h3"))
        self.told = para("", "muted")
        inside.addWidget(self.told)
        self._again = button("Try again", self.wanted.emit)
        self._again.hide()
        inside.addLayout(row(self._again, None))
        column.addWidget(frame)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 28, 8)
        line.setSpacing(8)
        line.addWidget(area, 3)
        line.addLayout(self._file_side(), 2)

    def _file_side(self) -> QVBoxLayout:
        self.file = QPlainTextEdit()
        self.file.setReadOnly(True)
        self.file.setFont(fonts.mono())
        self.file.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.file.setTabChangesFocus(True)
        self.file.setAccessibleName("The file that it makes")
        self.file.setMinimumHeight(LINES)
        verbatim(self.file)
        self.notes = para("", "small")
        column = QVBoxLayout()
        column.setContentsMargins(0, 4, 0, 16)
        column.setSpacing(6)
        column.addWidget(label("The file that it makes", "cap"))
        column.addWidget(self.file, 1)
        column.addWidget(self.notes)
        return column

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset(name for name, made in self.ticks.items() if made.isChecked())

    def show_made(self, made: Made | None, wrong: str = "") -> None:
        """Show the file, or why there is none."""
        self.file.setPlainText("" if made is None else made.text)
        found = " ".join(f"{note[:1].upper()}{note[1:]}" for note in made.notes) if made else ""
        self.notes.setText(wrong or found or "Sound. You can change all of it later, here and as text.")

    def show_preview(self, preview: PlaybookPreview | None) -> None:
        """Say how the last events would be told apart; None while that is not known."""
        with kept_in(self):
            self._again.hide()
        if preview is None:
            self.told.setText("Looking at what came in last…")
        elif not preview.events:
            self.told.setText("Nothing came in yet that it would work.")
        else:
            self.told.setText(_told([event.now for event in preview.events]))

    def show_failure(self, why: str) -> None:
        """Say that it could not be worked out, and offer to try again."""
        self.told.setText(why)
        self._again.show()

    def begin(self) -> None:
        """Give the keys to the first thing to choose."""
        next(iter(self.ticks.values())).setFocus()

    def clear(self) -> None:
        """Forget what was answered."""
        for name, made in self.ticks.items():
            made.setChecked(name in SIGNS)
        self.other.clear()
        self.reviewed.setCurrentIndex(0)


def _told(categories: Sequence[str]) -> str:
    counts = Counter(categories)
    asks = counts.pop(ASKS, 0)
    told = listed([f"{number:,} {name}" for name, number in counts.most_common()]) or "nothing for sure"
    more = f" It would ask you about {asks:,}, and learns from each." if asks else ""
    return f"The last {plural(len(categories), 'event')}, told apart offline: {told}.{more}"


def _beside(made: QCheckBox, words: str) -> QHBoxLayout:
    """A tick's own text does not wrap."""
    line = QHBoxLayout()
    line.setSpacing(0)
    line.addWidget(made)
    line.addWidget(para(words), 1)
    return line

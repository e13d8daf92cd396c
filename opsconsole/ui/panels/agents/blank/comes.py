"""The first question: what it is called, and what comes in."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.engine.blank.answers import MOST_NAME
from opsconsole.engine.blank.signs import kind_words
from opsconsole.ui.panels.agents.blank.data import Choice
from opsconsole.ui.panels.agents.blank.parts import FORM, line_edit
from opsconsole.ui.panels.agents.data import FIELDS
from opsconsole.ui.panels.agents.parts import captioned
from opsconsole.ui.widgets.basics import ChoiceBox, button, card, label, row
from opsconsole.ui.widgets.columns import card_column
from opsconsole.ui.widgets.texts import para
from opsconsole.ui.widgets.words import plural

NOTHING = (
    "Nothing came in yet. Bring in an exported mailbox or a table of tickets, and categories are proposed from its"
    " folders or queues, each with real examples. Or go on, and type your own."
)


class ComesPage(QWidget):
    """Name, field of work, and what it works.

    Signals:
        changed: something is another now.
        chosen: what comes in is another now.
    """

    changed = Signal()
    chosen = Signal()

    def __init__(self, bring: Callable[[], None]) -> None:
        super().__init__()
        self._choices: Sequence[Choice] = ()
        self.name = line_edit("As you would call a colleague: Card desk", self.changed.emit, most=MOST_NAME)
        self.field, self.source = ChoiceBox(), ChoiceBox()
        for value, words in FIELDS.items():
            self.field.addItem(words, value)
        self.field.setCurrentIndex(self.field.count() - 1)
        self.field.currentIndexChanged.connect(lambda _=0: self.changed.emit())
        self.source.currentIndexChanged.connect(self._on_source)
        self._found = para("", "muted")
        self._bring = button("Bring in an export…", bring)
        area, column = card_column(widest=FORM)
        area.setAccessibleName("What comes in")
        who, inside = card()
        inside.addLayout(captioned("Name", self.name))
        inside.addLayout(captioned("It belongs to", self.field))
        column.addWidget(who)
        what, inside = card()
        inside.addWidget(label("What comes in?", "h3"))
        inside.addLayout(captioned("It works", self.source))
        inside.addWidget(self._found)
        inside.addLayout(row(self._bring, None))
        column.addWidget(what)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    @property
    def choice(self) -> Choice | None:
        """What is chosen."""
        place = self.source.currentIndex()
        return self._choices[place] if 0 <= place < len(self._choices) else None

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show what there is; what was chosen stays chosen, unless nothing had come then and something has now."""
        before = self.choice
        self._choices = choices
        self.source.blockSignals(True)
        self.source.clear()
        self.source.addItems([_words(choice) for choice in choices])
        keys = [choice.key for choice in choices]
        stays = before is not None and before.key in keys and (before.source.count or not _some(choices))
        self.source.setCurrentIndex(keys.index(before.key) if before is not None and stays else 0)
        self.source.blockSignals(False)
        self._on_source()

    def begin(self) -> None:
        """Give the keys to the first thing to fill in."""
        self.name.setFocus()

    def clear(self) -> None:
        """Forget what was answered."""
        self.name.clear()
        self.field.setCurrentIndex(self.field.count() - 1)

    def _on_source(self) -> None:
        choice = self.choice
        is_bare = not _some(self._choices)
        self._found.setText(NOTHING if is_bare or choice is None else _told(choice))
        self._bring.setVisible(is_bare)
        self.chosen.emit()
        self.changed.emit()


def _some(choices: Sequence[Choice]) -> bool:
    return any(choice.source.count for choice in choices)


def _words(choice: Choice) -> str:
    source = choice.source
    name = kind_words(source.kind)
    count = f"{source.count:,} so far" if source.count else "none so far"
    return f"{name[:1].upper()}{name[1:]} from {source.connection} ({count})"


def _told(choice: Choice) -> str:
    source = choice.source
    if not source.count:
        return "None came yet; it works what comes from now on. You type its categories next."
    if not source.proposals:
        return (
            "None of it lies in a folder, queue or tag that tells kinds apart. You type its categories next; examples"
            " help it most."
        )
    number = plural(len(source.proposals), "category", "categories")
    return f"Your people sorted it: {number} can be proposed from where they put it."

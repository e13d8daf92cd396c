"""The columns of a table in an import's preview: what stands in each, and a choice of what each is."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from opsconsole.ui.reports import ImportPreview, PreviewColumn
from opsconsole.ui.widgets.basics import ChoiceBox, ClampedLabel, label, row
from opsconsole.ui.widgets.plain import honest, one_line

NOT_USED = "Not used, kept beside"
CHOOSE = "Choose what it holds"


class ColumnChoices(QWidget):
    """A line for each column. `kind_said` and `column_said` are called when a person chose."""

    def __init__(
        self, found: ImportPreview, kind_said: Callable[[str], None], column_said: Callable[[str, str], None]
    ) -> None:
        super().__init__()
        self.boxes: dict[str, ChoiceBox] = {}
        """By column."""
        self.kind = _box([*(() if found.kind else (("", CHOOSE),)), *found.kinds], found.kind)
        self.kind.setAccessibleName("What the rows of the table are")
        _when_chosen(self.kind, kind_said)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        said = label("Its rows are", "muted")
        said.setBuddy(self.kind)
        column.addLayout(row(said, self.kind, None))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        for place, (head, stretch) in enumerate((("COLUMN", 2), ("FIRST VALUE", 3), ("IT IS", 2))):
            grid.addWidget(label(head, "cap"), 0, place)
            grid.setColumnStretch(place, stretch)
        for line, each in enumerate(found.columns, start=1):
            for place, text in enumerate((each.name or f"column {line}", each.example)):
                shown = ClampedLabel(1)
                shown.setText(one_line(text))
                grid.addWidget(shown, line, place)
            grid.addWidget(self._last(found, each, column_said), line, 2)
        column.addLayout(grid)

    def _last(self, found: ImportPreview, each: PreviewColumn, said: Callable[[str, str], None]) -> QWidget:
        if not (found.fields and each.can_change):
            return _told("" if not found.fields else NOT_USED)
        box = _box([*found.fields, ("", NOT_USED)], each.field)
        box.setAccessibleName(honest(f"What the column {each.name} is"))
        box.setAccessibleDescription(honest(f"Its first value: {each.example or 'none'}"))
        _when_chosen(box, partial(said, each.name))
        self.boxes[each.name] = box
        return box


def _told(text: str) -> QLabel:
    made = label(text, "muted")
    made.setAlignment(Qt.AlignmentFlag.AlignVCenter)
    return made


def _when_chosen(box: ChoiceBox, say: Callable[[str], None]) -> None:
    def told(_: int) -> None:
        say(str(box.currentData()))

    box.activated.connect(told)


def _box(choices: list[tuple[str, str]], chosen: str) -> ChoiceBox:
    box = ChoiceBox()
    for value, text in choices:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    return box

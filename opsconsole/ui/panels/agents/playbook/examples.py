"""The examples of a category, a field each: changed, taken out, added."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from opsconsole.ui.panels.agents.growing import GrowingText
from opsconsole.ui.widgets.basics import button

MOST = 4
"""Lines of an example that are seen at once."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One example."""

    field: GrowingText
    gone: QPushButton
    whole: QWidget
    first: str | None
    """As the file has it; None for a new one."""


class ExamplesForm(QWidget):
    """A field for each, and an empty one at the end.

    Signals:
        changed: something was typed or taken out.
    """

    changed = Signal()

    def __init__(self, examples: Sequence[str], category: str) -> None:
        super().__init__()
        self._category = category
        self._lines: list[_Line] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        for example in examples:
            self._add(example)
        self._add(None)

    @property
    def fields(self) -> list[GrowingText]:
        """The fields, the empty one last."""
        return [line.field for line in self._lines]

    def typed(self) -> tuple[str, ...]:
        """Return the examples; a field that was emptied, and the last one, are none."""
        found = list[str]()
        for line in self._lines:
            text = line.field.typed()
            if text == line.first or text.strip():
                found.append(text if text == line.first else text.strip())
        return tuple(found)

    def _add(self, example: str | None) -> None:
        made, line = GrowingText(example or "", most=MOST), QWidget()
        made.setPlaceholderText("As somebody might write it")
        made.setAccessibleName(f"Example {len(self._lines) + 1} of {self._category}")
        made.textChanged.connect(partial(self._on_typed, made))
        gone = button("Remove", partial(self._remove, made), kind="link")
        gone.setAccessibleName(f"Remove example {len(self._lines) + 1} of {self._category}")
        if example is None:
            gone.hide()  # there is nothing to remove yet
        inner = QHBoxLayout(line)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        inner.addWidget(made, 1)
        inner.addWidget(gone, 0, Qt.AlignmentFlag.AlignTop)
        self._lines.append(_Line(made, gone, line, example))
        self._column.addWidget(line)
        line.show()  # at once: Tab leads there

    def _remove(self, field: GrowingText) -> None:
        at = self.fields.index(field)
        line = self._lines.pop(at)
        self.fields[at].setFocus()
        self._column.removeWidget(line.whole)
        line.whole.hide()
        line.whole.deleteLater()
        self.changed.emit()

    def _on_typed(self, field: GrowingText) -> None:
        if field is self.fields[-1] and field.typed().strip():
            self._lines[-1].gone.show()
            self._add(None)
        self.changed.emit()

"""The examples of a category, a line each: changed, taken out, added."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from opsconsole.ui.widgets.basics import button
from opsconsole.ui.widgets.plain import one_line

LONGEST = 2_000
"""Characters of an example."""


class ExamplesForm(QWidget):
    """A field for each, and an empty one at the end.

    Signals:
        changed: something was typed or taken out.
    """

    changed = Signal()

    def __init__(self, examples: Sequence[str], category: str) -> None:
        super().__init__()
        self._category = category
        self._lines: list[tuple[QLineEdit, QWidget, str | None, str]] = []
        """(field, its line, the example as the file has it or None for a new one, as it was shown first)."""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        for example in examples:
            self._add(example)
        self._add(None)

    @property
    def fields(self) -> list[QLineEdit]:
        """The fields, the empty one last."""
        return [made for made, *_ in self._lines]

    def typed(self) -> tuple[str, ...]:
        """Return the examples; one that was not touched keeps lines that its field cannot show."""
        found = list[str]()
        for made, _, first, shown in self._lines:
            if made.text() == shown and first is not None:
                found.append(first)
            elif text := made.text().strip():
                found.append(text)
        return tuple(found)

    def _add(self, example: str | None) -> None:
        shown = one_line(example or "", LONGEST)
        made, line = QLineEdit(shown), QWidget()
        made.setMaxLength(LONGEST)
        made.setPlaceholderText("As somebody might write it")
        made.setAccessibleName(f"Example {len(self._lines) + 1} of {self._category}")
        made.setCursorPosition(0)
        made.textChanged.connect(partial(self._on_typed, made))
        gone = button("Remove", partial(self._remove, made), kind="link")
        gone.setAccessibleName(f"Remove example {len(self._lines) + 1} of {self._category}")
        inner = QHBoxLayout(line)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        inner.addWidget(made, 1)
        inner.addWidget(gone)
        self._lines.append((made, line, example, shown))
        self._column.addWidget(line)
        line.show()  # at once: Tab leads there

    def _remove(self, field: QLineEdit) -> None:
        at = self.fields.index(field)
        _, line, *_ = self._lines[at]
        if at == len(self._lines) - 1:
            field.clear()
            return
        self.fields[at + 1].setFocus()
        del self._lines[at]
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()
        self.changed.emit()

    def _on_typed(self, field: QLineEdit, _: str) -> None:
        if field is self.fields[-1] and field.text():
            self._add(None)
        self.changed.emit()

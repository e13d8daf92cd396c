"""The four states of everything that is loaded: loading, empty, error, content."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from opsconsole.ui.widgets.basics import button, label

TEXT = 560
"""A message is no wider than this, in px: longer lines are not read at a glance."""


class States(QStackedWidget):
    """Shows content, or says why there is none and what to do next."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.content = content
        self._title, self._text = label("", "h2"), label("", "muted", is_wrapped=True)
        self._act: Callable[[], None] | None = None
        self._button = button("", self._on_button)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(8)
        column.addStretch(2)
        self._text.setMaximumWidth(TEXT)
        for caption in (self._title, self._text):
            caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            line = QHBoxLayout()
            line.addStretch(1)
            line.addWidget(caption, 100)
            line.addStretch(1)
            column.addLayout(line)
        column.addSpacing(4)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.addWidget(content)
        self.addWidget(page)
        self.loading()

    def loading(self, text: str = "Loading…") -> None:
        """Nothing is known yet."""
        self._message("", text, "", None)

    def empty(self, title: str, text: str, action: str = "", act: Callable[[], None] | None = None) -> None:
        """There is nothing, and this is what to do next."""
        self._message(title, text, action, act)

    def error(self, text: str, action: str = "Try again", act: Callable[[], None] | None = None) -> None:
        """It could not be read, and this is what to do next."""
        self._message("This could not be shown", text, action if act else "", act)

    def show_content(self) -> None:
        """There is something."""
        self.setCurrentIndex(0)

    def _message(self, title: str, text: str, action: str, act: Callable[[], None] | None) -> None:
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._text.setText(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self._act = act
        self.setCurrentIndex(1)

    def _on_button(self) -> None:
        if self._act is not None:
            self._act()

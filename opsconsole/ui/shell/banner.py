"""The strip over the pages: the one thing that is wrong now, and what to do about it."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtWidgets import QFrame, QHBoxLayout

from opsconsole.ui.widgets.basics import button, label, repolish


class Banner(QFrame):
    """Says one lasting thing; hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._act: Callable[[], None] | None = None
        self._text, self._button = label("", is_wrapped=True), button("", self._on_button)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 8, 16, 8)
        line.addWidget(self._text, 1)
        line.addWidget(self._button)
        self.hide()

    def say(
        self,
        text: str,
        tone: Literal["warn", "danger"] = "warn",
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:
        """Show a text, or nothing for an empty one."""
        self._act = act
        self._text.setText(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        if self.property("state") != tone:
            self.setProperty("state", tone)
            for widget in (self, self._text):
                repolish(widget)
        self.setVisible(bool(text))

    def _on_button(self) -> None:
        if self._act is not None:
            self._act()

"""The field over a list that lets rows through by their words."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLineEdit

from opsconsole.ui.theme.theme import Theme


class FilterField(QLineEdit):
    """Takes words; `hint` is seen while there are none, `name` is what a screen reader calls it."""

    def __init__(self, theme: Theme, *, hint: str, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        # Reached by click or its key, never by itself: single keys are verbs, and here they would be letters.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._glass = self.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition)
        self.restyle()

    def restyle(self) -> None:
        """Tint the icon anew."""
        self._glass.setIcon(self._theme.icon("search", "text3"))

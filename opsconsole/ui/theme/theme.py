"""Which theme is on: follows the system unless a person chose; hands out tokens and tells when they change."""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from opsconsole.ui.theme import fonts, icons
from opsconsole.ui.theme.sheet import SHEET
from opsconsole.ui.theme.tokens import DARK, LIGHT

Mode = Literal["system", "light", "dark"]


def _picture(name: str, *, is_dark: bool) -> str:
    return Path(__file__).with_name(f"{name}-{'dark' if is_dark else 'light'}.svg").as_posix()


_ROLES = {
    QPalette.ColorRole.Window: "bg",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "sunken",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.Highlight: "accent",
    QPalette.ColorRole.HighlightedText: "onAccent",
    QPalette.ColorRole.PlaceholderText: "text3",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.ToolTipBase: "text",
    QPalette.ColorRole.ToolTipText: "surface",
    QPalette.ColorRole.Mid: "border",
}


class Theme(QObject):
    """The look of the application.

    Signals:
        changed: other tokens hold now; whoever painted with the old ones paints again.
    """

    changed = Signal()

    def __init__(self, app: QApplication, mode: Mode = "system") -> None:
        super().__init__(app)
        self._app = app
        self.mode: Mode = mode
        self.tokens = LIGHT
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self._apply()

    def choose(self, mode: Mode) -> None:
        """Follow the system, or stay light or dark."""
        self.mode = mode
        self._apply()
        self.changed.emit()

    @property
    def is_dark(self) -> bool:
        """The dark tokens hold."""
        return self.tokens is DARK

    def color(self, token: str) -> QColor:
        """Return a token's colour."""
        return QColor(self.tokens[token])

    def icon(self, name: str, tint: str = "text2", size: int = 16, *, checked: str | None = None) -> QIcon:
        """Return an icon in a token's colour."""
        return icons.icon(name, self.tokens[tint], size, checked=None if checked is None else self.tokens[checked])

    def pixmap(self, name: str, tint: str = "text3", size: int = 16) -> QPixmap:
        """Return an icon's picture in a token's colour."""
        return icons.pixmap(name, self.tokens[tint], size)

    def _on_scheme_changed(self) -> None:
        if self.mode == "system":
            self._apply()
            self.changed.emit()

    def _apply(self) -> None:
        is_dark = self.mode == "dark" or (
            self.mode == "system" and QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        )
        self.tokens = DARK if is_dark else LIGHT
        palette = QPalette()
        for role, token in _ROLES.items():
            palette.setColor(role, self.color(token))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.color("text3"))
        if self._app.style().objectName() != "fusion":
            self._app.setStyle("Fusion")
        self._app.setFont(fonts.font())
        self._app.setPalette(palette)
        pictures = {name: _picture(file, is_dark=is_dark) for name, file in (("arrow", "down"), ("tick", "tick"))}
        self._app.setStyleSheet(SHEET.substitute(self.tokens, **pictures))

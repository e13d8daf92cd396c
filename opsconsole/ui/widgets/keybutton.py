"""A button that shows its icon, its word and its key."""

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton

from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import Kind

_TINTS = {"primary": "onOk", "accent": "onAccent", "danger": "danger"}


class KeyButton(QPushButton):
    """Painted by the style sheet; icon, word and key chip by itself."""

    def __init__(
        self, theme: Theme, text: str, *, key: str, icon: str = "", act: Callable[[], None], kind: Kind = ""
    ) -> None:
        super().__init__(text)
        self._theme, self._key, self._icon = theme, key, icon
        self._tint = _TINTS.get(kind, "")
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setToolTip(f"{text} ({key})")
        self.setAccessibleDescription(f"Shortcut {key}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda _=False: act())

    def name_it(self, text: str) -> None:
        """Give it another word."""
        if text != self.text():
            self.setText(text)
            self.setToolTip(f"{text} ({self._key})")
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._left() + self._advance(self.text()) + 10 + self._chip() + 9, 34)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text, option.icon = "", QIcon()
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        token = self._tint if self.isEnabled() else ""
        tint = self._theme.color(token or ("text2" if self.isEnabled() else "text3"))
        middle = self.height() // 2
        if self._icon:
            painter.drawPixmap(14, middle - 8, self._theme.pixmap(self._icon, token or "text2"))
        painter.setFont(self._font())
        painter.setPen(tint if token else self._theme.color("text" if self.isEnabled() else "text3"))
        width = self._advance(self.text())
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(QRect(self._left(), 0, width + 4, self.height()), flags, self.text())
        self._paint_chip(painter, tint, QRectF(self._left() + width + 10, middle - 9, self._chip(), 18))
        painter.end()

    def _paint_chip(self, painter: QPainter, tint: QColor, place: QRectF) -> None:
        soft = QColor(tint)
        soft.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(soft)
        painter.drawRoundedRect(place, 4, 4)
        painter.setPen(tint)
        painter.setFont(fonts.font(fonts.CAPTION, fonts.SEMIBOLD))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), self._key)

    def _left(self) -> int:
        return 38 if self._icon else 14

    def _font(self) -> QFont:
        return fonts.font(fonts.BODY, fonts.SEMIBOLD if self._tint.startswith("on") else fonts.MEDIUM)

    def _advance(self, text: str) -> int:
        return QFontMetrics(self._font()).horizontalAdvance(text)

    def _chip(self) -> int:
        return max(18, QFontMetrics(fonts.font(fonts.CAPTION, fonts.SEMIBOLD)).horizontalAdvance(self._key) + 10)

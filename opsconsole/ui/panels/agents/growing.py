"""A field for a text of several lines that is as high as what is typed, between two bounds."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from opsconsole.ui.theme import fonts

EDGE = 7
"""Border and padding above and below the text, in px, as the style has them; Qt's frame width tells the sides."""


class GrowingText(QPlainTextEdit):
    """Tab leaves it; beyond `most` lines it scrolls."""

    def __init__(self, text: str, *, least: int = 1, most: int = 14) -> None:
        super().__init__(text)
        self._whole, self._first = text, self._raw()
        self._least, self._most, self._height = least, most, 0
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def typed(self) -> str:
        """Return the text sign by sign; one that nobody touched as it was given, with signs that no field keeps."""
        raw = self._raw()
        return self._whole if raw == self._first else raw

    def _raw(self) -> str:
        return self.document().toRawText().replace("\u2029", "\n")

    def sizeHint(self) -> QSize:
        return QSize(120, self.maximumHeight())  # the style takes the least height over, not the most

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()  # its font is known now

    def _fit(self) -> None:
        needed = round(self.document().size().height())
        lines = max(self._least, min(self._most, needed))
        bar = Qt.ScrollBarPolicy.ScrollBarAsNeeded if needed > self._most else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if bar is not self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(bar)
        is_polished = self.testAttribute(Qt.WidgetAttribute.WA_WState_Polished)
        metrics = self.fontMetrics() if is_polished else QFontMetrics(fonts.font())
        if (height := lines * metrics.lineSpacing()) != self._height:
            self._height = height
            around = EDGE + int(self.document().documentMargin())
            self.setFixedHeight(height + 2 * around)

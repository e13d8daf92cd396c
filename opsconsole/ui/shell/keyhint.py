"""Why a key did nothing: one short line that goes by itself, however often the key is pressed."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from opsconsole.ui.widgets.basics import label

SHOWN_MS = 2_500
BOTTOM = 152
"""From the foot of the window, in px: over the verbs, and over a notice where there is one."""


class KeyHint(QFrame):
    """Lies over the page; takes neither keys nor clicks."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("keyHint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._over = over
        self._text = label("")
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 6, 14, 6)
        line.addWidget(self._text)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        over.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while it is not shown."""
        return self._text.text() if self.isVisible() else ""

    def say(self, text: str) -> None:
        """Show a line for a moment; the same again only stays longer."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        self.move((self._over.width() - self.width()) // 2, self._over.height() - self.height() - BOTTOM)

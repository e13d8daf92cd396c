"""Why a key did nothing: one short line that goes by itself, however often the key is pressed."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from opsconsole.ui.shell.foot import Foot
from opsconsole.ui.widgets.basics import label

SHOWN_MS = 2_500
GAP = 64
"""Between it and the verbs of the page, in px: a notice has room there."""


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
        self._foot = Foot(over)
        self._foot.moved.connect(self._place)
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
        self.show()
        self._place()
        self.raise_()
        self._timer.start()

    def _place(self) -> None:
        if self.isHidden():
            return
        foot = self._foot.height() + GAP
        self.move((self._over.width() - self.width()) // 2, self._over.height() - self.height() - foot)

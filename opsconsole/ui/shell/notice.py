"""A passing word at the bottom of the window, perhaps with one thing to do about it."""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from opsconsole.ui.shell.foot import Foot
from opsconsole.ui.widgets.basics import button, label
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import tip

SHOWN_MS = 10_000
GAP = 12
"""Between it and the verbs of the page, in px."""
READ_MS = 3_000
"""How long a text that came a moment ago stays when the page changes."""


class Notice(QFrame):
    """Lies over the page, goes by itself, and is read out."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("notice")
        self._over = over
        self._act: Callable[[], None] | None = None
        self._text, self._button = label("", is_wrapped=False), button("", self._on_button)
        line = QHBoxLayout(self)
        self._line = line
        line.addWidget(self._text)
        line.addWidget(self._button)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        self._shown = QElapsedTimer()
        self._foot = Foot(over)
        self._foot.moved.connect(self._place)
        self.hide()

    def say(self, text: str, button_text: str, act: Callable[[], None] | None) -> None:
        """Show a text for some seconds; a newer one replaces it."""
        self._text.setText(one_line(text, 140))
        self._text.setToolTip(tip(text))
        self.setAccessibleName(one_line(text))
        self._act = act
        self._button.setText(button_text)
        self._button.setVisible(bool(button_text))
        self._line.setContentsMargins(16, 8, 10 if button_text else 16, 8)
        self.adjustSize()
        self.show()
        self._place()
        self.raise_()
        self._timer.start(SHOWN_MS)
        self._shown.start()

    @property
    def age_ms(self) -> int:
        """Since when it is shown, in ms."""
        return self._shown.elapsed() if self._shown.isValid() else 0

    def leave(self) -> None:
        """Go with the page it was said on, unless it still offers something to do or has only just come."""
        if self._act is None and self.age_ms > READ_MS:
            self.hide()
        QTimer.singleShot(0, self, self._place)  # the next page has other verbs

    def _place(self) -> None:
        if self.isHidden():
            return
        foot = self._foot.height() + GAP
        self.move((self._over.width() - self.width()) // 2, self._over.height() - self.height() - foot)

    def _on_button(self) -> None:
        act, self._act = self._act, None
        self.hide()
        if act is not None:
            act()

"""Keys without a command of their own."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


def bind(widget: QWidget, keys: str, act: Callable[[], None], *, if_: Callable[[], bool] | None = None) -> None:
    """Bind a key that has no command of its own (a number, Esc) while the focus is inside a widget.

    `if_` is asked at each press; a key that writes a character needs it, for it may have been meant as text.
    """
    made = QShortcut(QKeySequence(keys), widget)
    made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    made.setAutoRepeat(False)
    made.activated.connect(act if if_ is None else lambda: act() if if_() else None)

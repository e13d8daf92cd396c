"""Keys without a command of their own."""

from collections.abc import Callable, Mapping

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


def bind_all(
    widget: QWidget,
    keys: Mapping[str, Callable[[], None]],
    *,
    number: Callable[[int], None],
    if_: Callable[[], bool],
) -> None:
    """Bind keys that write nothing, and the digits 1 to 9 to `number`, which write and so need `if_`."""
    for key, act in keys.items():
        bind(widget, key, act)
    for digit in range(1, 10):
        bind(widget, str(digit), lambda digit=digit: number(digit), if_=if_)

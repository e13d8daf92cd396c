"""Who has the keys: nothing takes them from a field in which somebody types, and a field hands them on when asked."""

from collections.abc import Generator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from opsconsole.ui.keyguard import is_text_field


def give_focus(wanted: QWidget, *, otherwise: QWidget) -> None:
    """Give the keys to a part, or to another where it is not on the screen.

    A hidden part would take them later, when it is shown, out of a field in which somebody types by then.
    """
    (wanted if wanted.isVisible() else otherwise).setFocus()


def offer_focus(wanted: QWidget, *, otherwise: QWidget) -> None:
    """Give the keys to a part, as `give_focus`, unless somebody types: for what happens by itself."""
    if not is_text_field(QApplication.focusWidget()):
        give_focus(wanted, otherwise=otherwise)


def has_focus(page: QWidget) -> bool:
    """Return whether a page or a part of it has the keys of its window, or will have them when that is in front."""
    holder = page.window().focusWidget()
    return holder is not None and (holder is page or page.isAncestorOf(holder))  # pyright: ignore[reportUnnecessaryComparison]


@contextmanager
def kept_in(page: QWidget) -> Generator[None]:
    """Keep the keys in a page whose part that has them is hidden, disabled or made anew inside the block.

    Qt would hand them to whatever comes next in the window: the rail.
    """
    was_here = has_focus(page)
    yield
    if was_here and not has_focus(page):
        page.setFocus()


class _Way(QObject):
    """Hands the keys on from a field."""

    def __init__(self, field: QLineEdit, to: QWidget) -> None:
        super().__init__(field)
        self._to = to
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        keys = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() in keys:
            if self._to.isVisible():
                self._to.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
        return super().eventFilter(watched, event)


def lead_on(field: QLineEdit, to: QWidget) -> None:
    """Let Enter and Down in a field go to what it filters; where nothing fits, the list says so and the field stays."""
    _Way(field, to)

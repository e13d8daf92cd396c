"""A text in as many lines as there is room for, painted."""

from functools import lru_cache

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QPainter

from opsconsole.ui.theme import fonts
from opsconsole.ui.widgets import painting

HEIGHT = 15
"""Of a line, in px."""


@lru_cache(maxsize=4096)
def broken(text: str, width: int, most: int, size: int) -> tuple[str, ...]:
    """Return a text in at most `most` lines of `width` px; what is too long stands in the last, to be cut there."""
    lines, line = list[str](), ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if not line or len(lines) + 1 >= most or painting.width_of(longer, size) <= width:
            line = longer
        else:
            lines.append(line)
            line = word
    return (*lines, line)


def text(
    painter: QPainter, rect: QRect, words: str, *, color: QColor, most: int = 2, weight: QFont.Weight = fonts.NORMAL
) -> None:
    """Paint a text from the top of a place."""
    for at, line in enumerate(broken(words, rect.width(), most, fonts.SMALL)):
        place = QRect(rect.left(), rect.top() + at * HEIGHT, rect.width(), HEIGHT)
        painting.text(painter, place, line, size=fonts.SMALL, color=color, weight=weight)


def middle(rect: QRect, words: str, *, most: int = 2) -> QRect:
    """Return the place in which a text stands in the middle of another."""
    height = HEIGHT * len(broken(words, rect.width(), most, fonts.SMALL))
    return QRect(rect.left(), rect.center().y() - height // 2, rect.width(), height)

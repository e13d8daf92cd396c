"""Text on paper: fonts by their role, and text laid out in a width. Lengths are tenths of a point."""

import re
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption

from opsconsole.ui.theme.fonts import FAMILY, NORMAL, SEMIBOLD
from opsconsole.ui.theme.tokens import LIGHT
from opsconsole.ui.widgets.plain import is_right_to_left, readable

Role = Literal["title", "lead", "h2", "body", "strong", "small", "cap", "figure"]
MOST = 4_000
"""Characters of a text that are set; of a longer one it says how many are left out."""
_SIZES: dict[Role, tuple[int, QFont.Weight, float]] = {
    "title": (200, SEMIBOLD, 1.2),
    "lead": (105, NORMAL, 1.4),
    "h2": (98, SEMIBOLD, 1.35),
    "body": (84, NORMAL, 1.4),
    "strong": (84, SEMIBOLD, 1.4),
    "small": (76, NORMAL, 1.4),
    "cap": (71, SEMIBOLD, 1.35),
    "figure": (180, SEMIBOLD, 1.2),
}
"""Role → (size, weight, height of a line by its size)."""
_LINE_BREAK = "\u2028"
_COMMAND = re.compile(r"`([^`]+)`")


@lru_cache(maxsize=16)
def font(role: Role) -> QFont:
    """Return the font of a role, with figures of one width; treat it as read-only."""
    size, weight, _ = _SIZES[role]
    made = QFont([FAMILY, "Segoe UI", "Helvetica Neue", "DejaVu Sans"])
    made.setPixelSize(size)
    made.setWeight(weight)
    made.setFeature(QFont.Tag("tnum"), 1)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return made


def colour(tint: str) -> QColor:
    """Return a colour of the light theme: paper is light."""
    return QColor(LIGHT[tint])


def _commands(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a text without the marks around what is typed in a terminal, and (begin, length) of each."""
    parts, places, at = list[str](), list[tuple[int, int]](), 0
    for number, part in enumerate(_COMMAND.split(text)):
        if number % 2:
            places.append((at, utf16_length(part)))
        parts.append(part)
        at += utf16_length(part)
    return "".join(parts), places


def utf16_length(text: str) -> int:
    """Return how long Qt counts a text to be."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _strong(begin: int, length: int) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length = begin, length  # pyright: ignore[reportAttributeAccessIssue]
    shape = QTextCharFormat()
    shape.setFontWeight(SEMIBOLD)
    made.format = shape  # pyright: ignore[reportAttributeAccessIssue]
    return made


class LaidText:
    """A text laid out in a width; painted whole, or some of its lines."""

    def __init__(self, text: str, role: Role, width: float, *, tint: str = "text", is_right: bool = False) -> None:
        """Lay a text out.

        Args:
            text: as it was written; what turns or hides its neighbours is shown as its code.
            role: how it is set.
            width: of its column.
            tint: its colour.
            is_right: it stands on the right, as figures do.
        """
        shown, commands = _commands(readable(text, MOST).replace("\n", _LINE_BREAK))
        self._pen = colour(tint)
        size, _, ratio = _SIZES[role]
        self.leading = size * ratio
        """Height of a line."""
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        is_other = is_right_to_left(shown)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if is_other else Qt.LayoutDirection.LeftToRight)
        side = Qt.AlignmentFlag.AlignRight if is_right or is_other else Qt.AlignmentFlag.AlignLeft
        option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
        self._layout = QTextLayout(shown, font(role))
        self._layout.setFormats([_strong(begin, length) for begin, length in commands])
        self._layout.setTextOption(option)
        self._layout.setCacheEnabled(True)
        self._layout.beginLayout()
        self.lines = 0
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(width)
            # Lines of fonts that stand in for Inter are as high as all others.
            line.setPosition(QPointF(0, self.lines * self.leading + (self.leading - line.height()) / 2))
            self.lines += 1
        self._layout.endLayout()

    @property
    def height(self) -> float:
        """Its height, all lines together."""
        return self.lines * self.leading

    @property
    def width(self) -> float:
        """The width of its longest line."""
        return max((self._layout.lineAt(place).naturalTextWidth() for place in range(self.lines)), default=0.0)

    def paint(self, painter: QPainter, x: float, y: float, *, first: int = 0, last: int | None = None) -> None:
        """Paint its lines from one on, before another, the first of them at a place."""
        painter.setPen(self._pen)
        for place in range(first, self.lines if last is None else min(last, self.lines)):
            self._layout.lineAt(place).draw(painter, QPointF(x, y - first * self.leading))

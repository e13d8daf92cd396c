"""What list delegates paint with: elided text (remembered), pills, the ground of a row."""

from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from opsconsole.ui.theme import fonts
from opsconsole.ui.widgets.basics import Tone
from opsconsole.ui.widgets.plain import one_line

_METRICS: dict[int, QFontMetrics] = {}


def metrics(font: QFont) -> QFontMetrics:
    """Return a font's measures; fonts come from `fonts.font`, so they live on."""
    found = _METRICS.get(id(font))
    if found is None:
        found = _METRICS[id(font)] = QFontMetrics(font)
    return found


@lru_cache(maxsize=8192)
def _elided(text: str, width: int, size: int, weight: int) -> str:
    font = fonts.font(size, QFont.Weight(weight))
    return metrics(font).elidedText(one_line(text, 300), Qt.TextElideMode.ElideRight, width)


@lru_cache(maxsize=8192)
def width_of(text: str, size: int, weight: QFont.Weight = fonts.NORMAL) -> int:
    """Return a text's width in px."""
    return metrics(fonts.font(size, weight)).horizontalAdvance(text)


def text(
    painter: QPainter,
    rect: QRect,
    words: str,
    *,
    size: int,
    color: QColor,
    weight: QFont.Weight = fonts.NORMAL,
    is_right: bool = False,
) -> None:
    """Draw one line, cut where it does not fit."""
    painter.setFont(fonts.font(size, weight))
    painter.setPen(color)
    side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
    flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
    painter.drawText(rect, int(flags), _elided(words, rect.width(), size, weight.value))


def pill_tokens(tone: Tone) -> tuple[str, str]:
    """Return the tokens of a pill's ground and of its words."""
    return ("sunken", "text2") if tone == "plain" else (f"{tone}Soft", tone)


def pill(
    painter: QPainter,
    x: int,
    y: int,
    words: str,
    *,
    ground: QColor,
    ink: QColor,
    is_dashed: bool = False,
    height: int = 20,
) -> int:
    """Draw a pill with its left edge at `x`, its middle at `y`; give its width. All in px."""
    width = width_of(words, fonts.CAPTION, fonts.SEMIBOLD) + 2 * round(0.4 * height)
    rect, radius = QRectF(x, y - (height + 1) // 2, width, height), height / 2
    painter.setPen(QPen(ink, 1, Qt.PenStyle.DashLine) if is_dashed else Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5) if is_dashed else rect, radius, radius)
    painter.setFont(fonts.font(fonts.CAPTION, fonts.SEMIBOLD))
    painter.setPen(ink)
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), words)
    return width


def ground(painter: QPainter, rect: QRect, color: QColor | None, *, bar: QColor | None, inset: int = 10) -> None:
    """Draw the ground of a row, and the bar of the current one, `inset` px from its upper and lower edge."""
    if color is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(rect, 8, 8)
    if bar is not None:
        painter.setBrush(bar)
        painter.drawRoundedRect(QRectF(rect.x() + 4, rect.y() + inset, 3, rect.height() - 2 * inset), 1.5, 1.5)

"""A place to sign on paper: boxes to tick, and lines to write on."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from opsconsole.engine.oversight.page import Choice, Signature
from opsconsole.ui.paper.blocks import INSIDE, MARGIN, Block, hairline, kept_together
from opsconsole.ui.paper.type import LaidText, colour

_BOX, _NAMES, _LINE = 105.0, 620.0, 205.0


def signature_blocks(part: Signature) -> Iterator[Block]:
    """Yield what is ticked and signed, on one sheet."""
    blocks = [_choice(choice) for choice in part.choices]
    blocks += [_line(name, written) for name, written in part.lines]
    yield from kept_together(blocks)


def _choice(choice: Choice) -> Block:
    name = LaidText(choice.name, "strong", _NAMES)
    note = LaidText(choice.note, "body", INSIDE - _BOX - 90 - _NAMES, tint="text2")

    def paint(painter: QPainter, y: float) -> None:
        painter.setPen(QPen(colour("outline"), 7))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(MARGIN, y + 12, _BOX, _BOX), 20, 20)
        if choice.is_ticked:
            tick = QPainterPath(QPointF(MARGIN + 24, y + 66))
            tick.lineTo(MARGIN + 46, y + 90)
            tick.lineTo(MARGIN + 84, y + 40)
            painter.setPen(QPen(colour("text"), 14, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPath(tick)
        name.paint(painter, MARGIN + _BOX + 90, y)
        note.paint(painter, MARGIN + _BOX + 90 + _NAMES, y)

    return Block(max(name.height, note.height), paint, above=40)


def _line(name: str, written: str) -> Block:
    caption = LaidText(name, "body", _NAMES, tint="text2")
    text = LaidText(written, "body", INSIDE - _NAMES)
    height = max(_LINE, text.height + 120)

    def paint(painter: QPainter, y: float) -> None:
        foot = y + height
        caption.paint(painter, MARGIN, foot - caption.height - 12)
        text.paint(painter, MARGIN + _NAMES, foot - text.height - 12)
        hairline(painter, foot, x=MARGIN + _NAMES, width=INSIDE - _NAMES, tint="outline")

    return Block(height, paint, above=20)

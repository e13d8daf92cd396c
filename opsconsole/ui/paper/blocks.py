"""The parts of a page as blocks that stand below each other: each fits a sheet, and none is parted by its end."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from opsconsole.engine.oversight.page import Figure, Figures, Page
from opsconsole.ui.paper.type import LaidText, colour

WIDTH, HEIGHT = 5950.0, 8420.0
"""A4."""
MARGIN = 480.0
"""On the left and on the right."""
TOP, BOTTOM = 420.0, 520.0
INSIDE = WIDTH - 2 * MARGIN
ROOM = HEIGHT - TOP - BOTTOM
"""Height of a sheet for what stands on it."""
HAIR = 5.0
TALLEST = ROOM / 2
"""What is taller is parted between its lines: on one sheet it would leave half of another empty."""
_GAP, _PAD = 110.0, 120.0


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in the whole width, in a height of its own."""

    height: float
    paint: Callable[[QPainter, float], None]
    """Paints it with its upper edge at a place."""
    above: float = 0.0
    """Room above it; none on top of a sheet."""
    is_kept: bool = False
    """It stays on one sheet with the block below it."""
    head: "Block | None" = None
    """Stands above it again where it comes to be on top of a sheet."""


def hairline(painter: QPainter, y: float, *, x: float = MARGIN, width: float = INSIDE, tint: str = "border") -> None:
    """Paint a thin line."""
    painter.setPen(QPen(colour(tint), HAIR))
    painter.drawLine(QPointF(x, y), QPointF(x + width, y))


def text_blocks(
    laid: LaidText, *, x: float = MARGIN, above: float = 0.0, mark: LaidText | None = None
) -> Iterator[Block]:
    """Yield a text as one block, or as several where it is tall; `mark` stands before its first line."""
    most = max(1, int(TALLEST / laid.leading))
    size = laid.lines if laid.height <= TALLEST else most
    for first in range(0, max(1, laid.lines), max(1, size)):
        last = min(laid.lines, first + max(1, size))

        def paint(painter: QPainter, y: float, first: int = first, last: int = last) -> None:
            laid.paint(painter, x, y, first=first, last=last)
            if mark is not None and first == 0:
                mark.paint(painter, MARGIN, y)

        yield Block((last - first) * laid.leading, paint, above if first == 0 else 0.0)


def title_blocks(page: Page) -> Iterator[Block]:
    """Yield what a page begins with."""
    yield from text_blocks(LaidText(page.kind, "cap", INSIDE, tint="accent"))
    yield from text_blocks(LaidText(page.title, "title", INSIDE), above=20)
    yield from text_blocks(LaidText(page.about, "body", INSIDE, tint="text2"), above=30)
    yield from text_blocks(LaidText(page.lead, "lead", INSIDE), above=80)


def heading_block(title: str) -> Block:
    """Return a section's heading, below a line."""
    laid = LaidText(title, "h2", INSIDE)

    def paint(painter: QPainter, y: float) -> None:
        hairline(painter, y)
        laid.paint(painter, MARGIN, y + 58)

    return Block(laid.height + 58 + 24, paint, above=96, is_kept=True)


def figure_blocks(part: Figures) -> Iterator[Block]:
    """Yield numbers in frames beside each other."""
    width = (INSIDE - _GAP * (len(part.figures) - 1)) / len(part.figures)
    laid = [_figure(figure, width - 2 * _PAD) for figure in part.figures]
    height = max(sum(text.height for text in some) for some in laid) + 120

    def paint(painter: QPainter, y: float) -> None:
        for place, some in enumerate(laid):
            x = MARGIN + place * (width + _GAP)
            painter.setPen(QPen(colour("border"), HAIR))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(x, y, width, height), 60, 60)
            below = y + 60
            for text in some:
                text.paint(painter, x + _PAD, below)
                below += text.height

    yield Block(height + 40, paint, above=20)


def _figure(figure: Figure, width: float) -> Sequence[LaidText]:
    return (
        LaidText(figure.caption, "cap", width, tint="text3"),
        LaidText(figure.value, "figure", width, tint=figure.tone or "text"),
        LaidText(figure.note, "small", width, tint="text2"),
    )


def kept_together(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield blocks that stay on one sheet, where one holds them all."""
    if sum(block.height + block.above for block in blocks) > ROOM:
        yield from blocks
        return
    yield from (replace(block, is_kept=True) for block in blocks[:-1])
    yield from blocks[-1:]

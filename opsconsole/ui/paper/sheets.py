"""A page laid onto sheets: which block stands where, with heads repeated; then painted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from PySide6.QtGui import QPainter

from opsconsole.engine.oversight.page import Facts, Figures, Lines, Page, Part, Table
from opsconsole.ui.paper.blocks import (
    HEIGHT,
    INSIDE,
    MARGIN,
    ROOM,
    TOP,
    Block,
    figure_blocks,
    hairline,
    heading_block,
    kept_together,
    text_blocks,
    title_blocks,
)
from opsconsole.ui.paper.signing import signature_blocks
from opsconsole.ui.paper.tables import fact_blocks, table_blocks
from opsconsole.ui.paper.type import LaidText
from opsconsole.ui.widgets.plain import is_right_to_left

_BULLET, _INDENT = "•", 130.0
_FOOT = HEIGHT - 360
_SHORT = ROOM / 4
"""A list that is no taller stays on one sheet, with its heading."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A block on its sheet."""

    block: Block
    y: float


Sheet = tuple[Placed, ...]


def sheets_of(page: Page) -> list[Sheet]:
    """Lay a page onto as many sheets as it takes, at least one."""
    sheets: list[list[Placed]] = [[]]
    y = TOP
    for group in _groups(list(_blocks(page))):
        needed = sum(block.height + block.above for block in group) - (group[0].above if y == TOP else 0)
        if y > TOP and y + needed > TOP + ROOM:
            sheets.append([])
            y = TOP
            if (head := group[0].head) is not None:
                sheets[-1].append(Placed(head, y))
                y += head.height
        for block in group:
            y += block.above if y > TOP else 0
            sheets[-1].append(Placed(block, y))
            y += block.height
    return [tuple(sheet) for sheet in sheets]


def paint_sheet(painter: QPainter, page: Page, sheets: Sequence[Sheet], number: int) -> None:
    """Paint one sheet, from 0, with its foot."""
    for placed in sheets[number]:
        placed.block.paint(painter, placed.y)
    hairline(painter, _FOOT - 60)
    LaidText(page.foot, "cap", INSIDE * 0.8, tint="text3").paint(painter, MARGIN, _FOOT, last=1)
    count = LaidText(f"{number + 1} / {len(sheets)}", "cap", INSIDE, tint="text3", is_right=True)
    count.paint(painter, MARGIN, _FOOT)


def _groups(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Yield blocks that stay on one sheet."""
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.is_kept:
            yield group
            group = []
    if group:
        yield group


def _blocks(page: Page) -> Iterator[Block]:
    yield from title_blocks(page)
    for section in page.sections:
        yield heading_block(section.title)
        for part, following in zip_longest(section.parts, section.parts[1:]):
            blocks = list(_part(part))
            if isinstance(part, Lines) and isinstance(following, Table):
                blocks[-1] = replace(blocks[-1], is_kept=True)  # a sentence that leads to a table stays with its head
            yield from blocks


def _part(part: Part) -> Iterator[Block]:
    match part:
        case Figures():
            yield from figure_blocks(part)
        case Lines():
            yield from _lines(part)
        case Facts():
            yield from _short_kept(list(fact_blocks(part)))
        case Table():
            yield from table_blocks(part)
        case _:
            yield from signature_blocks(part)


def _lines(part: Lines) -> Iterator[Block]:
    tint, is_list = ("text2" if part.is_muted else "text"), len(part.lines) > 1 and not part.is_muted
    indent = _INDENT if is_list else 0.0
    blocks: list[Block] = []
    for line in part.lines:
        is_right = is_right_to_left(line)
        mark = LaidText(_BULLET, "body", INSIDE, tint="text3", is_right=is_right) if is_list else None
        laid = LaidText(line, "body", INSIDE - indent, tint=tint)
        blocks += text_blocks(laid, x=MARGIN if is_right else MARGIN + indent, above=22, mark=mark)
    yield from _short_kept(blocks)


def _short_kept(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield blocks that stay on one sheet, where that leaves little of another empty."""
    is_short = sum(block.height + block.above for block in blocks) <= _SHORT
    yield from kept_together(blocks) if is_short else blocks

"""Tables and facts on paper: rows that no sheet's end parts, under a head that every sheet repeats."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from opsconsole.engine.oversight.page import Column, Facts, Line, Table, Tone
from opsconsole.ui.paper.blocks import HAIR, INSIDE, MARGIN, TALLEST, Block, hairline, text_blocks
from opsconsole.ui.paper.type import LaidText, colour

_GUTTER, _PAD = 100.0, 30.0
_MANY = 8
"""So many columns stand closer."""
_NAMES = 1150.0
"""Width of the names of facts."""
_PILL = 66.0
"""What a pill is wider than its words, on both sides together."""
Places = Sequence[tuple[float, float]]
"""(left edge, width) of each column."""


def fact_blocks(part: Facts) -> Iterator[Block]:
    """Yield facts, each beside its name."""
    for place, fact in enumerate(part.facts):
        above = 0.0 if place == 0 else 26.0 if fact.name else 10.0
        name = LaidText(fact.name, "body", _NAMES - _GUTTER, tint="text2")
        value = LaidText(fact.value, "body", INSIDE - _NAMES)
        yield from text_blocks(value, x=MARGIN + _NAMES, above=above, mark=name)


def table_blocks(part: Table) -> Iterator[Block]:
    """Yield a table's head and rows."""
    places = _places(part.columns)
    head = _head(part.columns, places)
    yield replace(head, is_kept=True)
    for line in part.lines:
        if len(line.cells) == 1:
            yield replace(_heading(line.cells[0]), head=head)
        else:
            yield from (replace(block, head=head) for block in _row(line, part.columns, places))


def _places(columns: Sequence[Column]) -> Places:
    gutter = _GUTTER if len(columns) < _MANY else _GUTTER / 2
    every, room = sum(column.share for column in columns), INSIDE - gutter * (len(columns) - 1)
    found: list[tuple[float, float]] = []
    x = MARGIN
    for column in columns:
        width = room * column.share / every
        found.append((x, width))
        x += width + gutter
    return found


def _head(columns: Sequence[Column], places: Places) -> Block:
    laid = [
        LaidText(column.title, "cap", width, tint="text3", is_right=column.is_number)
        for column, (_, width) in zip(columns, places, strict=True)
    ]
    height = max(text.height for text in laid) + 2 * _PAD

    def paint(painter: QPainter, y: float) -> None:
        for text, (x, _) in zip(laid, places, strict=True):
            text.paint(painter, x, y + height - _PAD - text.height)
        hairline(painter, y + height, tint="borderStrong")

    return Block(height + HAIR, paint, above=20)


def _heading(title: str) -> Block:
    laid = LaidText(title, "cap", INSIDE, tint="text3")

    def paint(painter: QPainter, y: float) -> None:
        laid.paint(painter, MARGIN, y + 2 * _PAD)
        hairline(painter, y + laid.height + 3 * _PAD)

    return Block(laid.height + 3 * _PAD + HAIR, paint, is_kept=True)


def _row(line: Line, columns: Sequence[Column], places: Places) -> Iterator[Block]:
    role = "strong" if line.is_total else "body"
    pill = line.toned if line.tone else -1
    laid = [
        _pill(cell, line.tone, width)
        if at == pill
        else LaidText(cell, role, width, tint="text" if at == 0 else "text2", is_right=column.is_number)
        for at, (cell, column, (_, width)) in enumerate(zip(line.cells, columns, places, strict=True))
    ]
    lines = max(text.lines for text in laid)
    size = lines if max(text.height for text in laid) <= TALLEST else int(TALLEST / laid[0].leading)
    for first in range(0, lines, size):
        last, is_end = min(lines, first + size), first + size >= lines
        height = max(text.leading * (min(last, text.lines) - first) for text in laid) + 2 * _PAD

        def paint(painter: QPainter, y: float, first: int = first, last: int = last, height: float = height) -> None:
            for at, (text, (x, _)) in enumerate(zip(laid, places, strict=True)):
                if first < text.lines and at == pill:
                    _paint_pill(painter, text, line.tone, x, y + _PAD)
                elif first < text.lines:
                    text.paint(painter, x, y + _PAD, first=first, last=last)
            if last == lines and not line.is_total:
                hairline(painter, y + height)

        yield Block(height + (HAIR if is_end else 0.0), paint)


def _pill(words: str, tone: Tone, width: float) -> LaidText:
    return LaidText(words, "cap", width - _PILL, tint=tone or "text2")


def _paint_pill(painter: QPainter, text: LaidText, tone: Tone, x: float, y: float) -> None:
    """Paint words on the soft ground of their tone; what is only recorded has a dashed edge, as on screens."""
    tint = tone if tone in ("ok", "warn", "danger", "shadow") else ""
    edge = QRectF(x, y - 4, text.width + _PILL, text.height + 28)
    painter.setBrush(colour(f"{tint}Soft" if tint else "sunken"))
    painter.setPen(QPen(colour("shadow"), HAIR, Qt.PenStyle.DashLine) if tone == "shadow" else Qt.PenStyle.NoPen)
    painter.drawRoundedRect(edge, min(60, edge.height() / 2), min(60, edge.height() / 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    text.paint(painter, x + _PILL / 2, y + 10)

"""A page of the team as plain text for a terminal."""

import textwrap
from collections.abc import Iterator, Sequence

from opsconsole.engine.oversight.page import Facts, Figures, Lines, Page, Part, Signature, Table

WIDTH = 110
"""Characters of a line."""
_GAP = 2
_NAMES = 22
"""Characters of the names of facts."""


def lines_of(page: Page) -> Iterator[str]:
    """Yield a page line by line."""
    yield f"{page.kind}: {page.title}"
    yield page.about
    yield ""
    yield from _wrapped(page.lead)
    for section in page.sections:
        yield ""
        yield section.title.upper()
        for place, part in enumerate(section.parts):
            if place and isinstance(part, Table | Signature):
                yield ""
            yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    match part:
        case Figures():
            for figure in part.figures:
                yield f"  {figure.caption:<{_NAMES}}{figure.value:>8}  {figure.note}"
        case Lines():
            for line in part.lines:
                yield from _wrapped(line, "- " if len(part.lines) > 1 else "")
        case Facts():
            for fact in part.facts:
                wrapped = textwrap.wrap(fact.value, WIDTH - _NAMES - 2) or [""]
                for place, line in enumerate(wrapped):
                    yield f"  {fact.name if place == 0 else '':<{_NAMES}}{line}"
        case Table():
            yield from _table(part)
        case Signature():
            for choice in part.choices:
                yield f"  [{'x' if choice.is_ticked else ' '}] {choice.name:<8} {choice.note}"
            for name, written in part.lines:
                yield f"  {name:<{_NAMES}}{written or '_' * 40}"


def _wrapped(text: str, mark: str = "") -> list[str]:
    begin = f"  {mark}"
    return textwrap.wrap(text, WIDTH, initial_indent=begin, subsequent_indent=" " * len(begin)) or [""]


def _table(table: Table) -> Iterator[str]:
    widths = _widths(table)
    yield from _row(table, [column.title for column in table.columns], widths)
    for line in table.lines:
        if len(line.cells) == 1:
            yield f"  {line.cells[0]}:"
        else:
            yield from _row(table, line.cells, widths)


def _widths(table: Table) -> list[int]:
    """Return how wide columns are: as wide as what is in them, or as their share of the line if that is less."""
    every = sum(column.share for column in table.columns)
    rows: list[Sequence[str]] = [line.cells for line in table.lines if len(line.cells) > 1]
    return [
        min(
            max([len(column.title), *(len(row[place]) for row in rows)]),
            max(len(column.title), int(WIDTH * column.share / every) - _GAP),
        )
        for place, column in enumerate(table.columns)
    ]


def _row(table: Table, cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    wrapped = [textwrap.wrap(cell, max(1, width)) or [""] for cell, width in zip(cells, widths, strict=True)]
    for place in range(max(map(len, wrapped))):
        parts = [some[place] if place < len(some) else "" for some in wrapped]
        told = [
            part.rjust(width) if column.is_number else part.ljust(width)
            for part, width, column in zip(parts, widths, table.columns, strict=True)
        ]
        yield f"  {(' ' * _GAP).join(told)}".rstrip()

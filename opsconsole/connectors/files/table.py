"""Tables exported by customer, sales and ticket systems (CSV). One row in memory at a time."""

import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from opsconsole.connectors.files.cells.dates import LONGEST, day_habit
from opsconsole.connectors.files.cells.encoding import encoding_of
from opsconsole.connectors.files.cells.rows import MAX_LINE, rows_of
from opsconsole.connectors.files.cells.zones import header_zone, zone_of
from opsconsole.connectors.files.columns import Layout
from opsconsole.connectors.files.mapping import TableMapping
from opsconsole.connectors.files.record import ImportRecord
from opsconsole.connectors.files.row import Reading, record_of
from opsconsole.connectors.files.source import Counts, Limits, Source
from opsconsole.connectors.mailtext.clean import repair
from opsconsole.domain.errors import FileFormatError, UnknownTableError

SAMPLE = 64 * 1024
EXAMPLES = 200
"""Rows that are looked through for a first value."""
MOST_SHOWN = 200
_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r"\"?sep=(.)\"?[,;\t|]*\r?\n?", re.IGNORECASE)


class TableSource(Source):
    """A CSV file. What it holds is told by its headers when it is opened."""

    kind = "table"

    def __init__(self, path: Path, limits: Limits, mapping: TableMapping | None = None) -> None:
        super().__init__(path, limits)
        self._mapping = mapping or TableMapping()
        self.encoding = self._mapping.encoding or encoding_of(path)
        with self._open() as stream:
            self.separator, self.headers, self.layout = _header(stream, path, self._mapping)

    def records(self) -> Iterator[ImportRecord]:
        """Yield the rows, one at a time; a bad one comes with problems."""
        self.counts = Counts()
        reading = self.reading()
        with self._open() as stream:
            for line, cells, problem in self._rows(stream):
                if not any(cell.strip() for cell in cells) and not problem:
                    self.counts.skip("an empty line")
                    continue
                record = record_of(reading, cells, line=line, problem=problem)
                self.counts.seen += 1
                self.counts.broken += bool(record.problems)
                yield record

    def reading(self) -> Reading:
        """Return how its cells are read; all its dates are looked at once for the order of day and month."""
        with self._open() as stream, self._open() as again:
            habit = day_habit(self._date_cells(stream), self._other_cells(again))
        told = {name: header_zone(self.headers[place]) for name, place in self.layout.columns.items()}
        return Reading(
            layout=self.layout,
            headers=self.headers,
            look=self._mapping.look(habit),
            zones={name: zone for name, text in told.items() if text and (zone := zone_of(text)) is not None},
            priorities=self._mapping.said_priorities(),
        )

    def cells(self, name: str) -> Iterator[str]:
        """Yield the cells of one of our fields, as they stand there."""
        place = self.layout.columns.get(name)
        with self._open() as stream:
            for _, cells, _ in self._rows(stream) if place is not None else ():
                if place is not None and place < len(cells) and cells[place].strip():
                    yield cells[place].strip()

    def examples(self) -> list[str]:
        """Return the first value of each column, as it stands there; empty where the first rows have none."""
        found = [""] * len(self.headers)
        with self._open() as stream:
            for _, cells, problem in islice(self._rows(stream), EXAMPLES):
                for place, cell in enumerate(cells[: len(found)] if not problem else ()):
                    found[place] = found[place] or cell.strip()[:MOST_SHOWN]
        return found

    def _rows(self, stream: IO[str]) -> Iterator[tuple[int, list[str], str]]:
        """Yield the rows below the headers."""
        first = 1 if separator_said(stream) else 0
        rows = rows_of(stream, self.separator, first)
        next(rows, None)
        return rows

    def _date_cells(self, stream: IO[str]) -> Iterator[str]:
        places = [at for name, at in self.layout.columns.items() if name.endswith(("_at", "_date"))]
        return (cells[at] for _, cells, _ in self._rows(stream) for at in places if at < len(cells))

    def _other_cells(self, stream: IO[str]) -> Iterator[str]:
        """Yield what may be dates in columns that are none of our fields."""
        used = {*self.layout.columns.values()}
        return (
            cell
            for _, cells, _ in self._rows(stream)
            for at, cell in enumerate(cells)
            if at not in used and len(cell) <= LONGEST
        )

    def _open(self) -> IO[str]:
        return self.path.open("r", encoding=self.encoding, errors=self._errors(), newline="")

    def _errors(self) -> str:
        return "surrogateescape" if self.encoding.startswith(("utf-8", "cp", "latin", "mac")) else "replace"


def separator_said(stream: IO[str]) -> str:
    """Return the separator that a first line like `sep=;` says, and pass over that line; empty where there is none."""
    start = stream.tell()
    found = _SEPARATOR.fullmatch(stream.readline(MAX_LINE).lstrip("\ufeff"))
    if found is None:
        stream.seek(start)
    return found[1] if found else ""


def _header(stream: IO[str], path: Path, mapping: TableMapping) -> tuple[str, list[str], Layout]:
    said = mapping.separator or separator_said(stream)
    if mapping.separator:
        separator_said(stream)
    text = stream.read(SAMPLE)
    if not text.strip():
        raise FileFormatError("the table is empty", path=str(path))
    best: tuple[str, list[str], Layout] | None = None
    for delimiter in [said] if said else sorted(_DELIMITERS, key=lambda mark: -text.partition("\n")[0].count(mark)):
        first = next(rows_of(io.StringIO(text, newline=""), delimiter), None)
        headers = [cell.removeprefix("\ufeff") for cell in first[1]] if first else []
        found = mapping.layout(headers, path)
        if found is not None and (best is None or len(found.columns) > len(best[2].columns)):
            best = delimiter, headers, found
    if best is None:
        raise _unknown(text, mapping, said, path)
    return best


def _unknown(text: str, mapping: TableMapping, said: str, path: Path) -> FileFormatError:
    """Say why a table cannot be told, and what to do."""
    first = text.partition("\n")[0].strip()
    mark = said or max(_DELIMITERS, key=first.count)
    headers = [repair(cell).strip() for cell in first.split(mark)]
    there = ", ".join(headers[:12])[:200]
    if lost := mapping.missing([header.strip('"') for header in headers]):
        why = f"the mapping names columns that the table does not have: {', '.join(lost)} (it has: {there})"
        return FileFormatError(why, path=str(path), line=1)
    why = (
        f"the table's headers do not say what it holds (they are: {there}); expected in the first "
        "line those of contacts (email, name, phone), companies (company name, domain, industry), "
        "deals (deal name, amount, stage) or tickets (subject, status, requester email). A mapping file "
        "can say which column is which"
    )
    kind = UnknownTableError if len(headers) > 1 else FileFormatError
    return kind(why, path=str(path), line=1)

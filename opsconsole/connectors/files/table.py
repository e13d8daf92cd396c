"""Tables exported by customer, sales and ticket systems (CSV). One row in memory at a time."""

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO

from opsconsole.connectors.files.columns import Layout, layout_of
from opsconsole.connectors.files.record import ImportRecord
from opsconsole.connectors.files.row import record_of
from opsconsole.connectors.files.source import Counts, Limits, Source
from opsconsole.connectors.files.values import day_habit
from opsconsole.connectors.mailtext.clean import repair
from opsconsole.domain.errors import FileFormatError

SAMPLE = 64 * 1024
SAMPLE_ROWS = 500
MAX_LINE = 1024 * 1024
MAX_ROW_LINES = 2_000
_DELIMITERS = ",;\t|"


class TableSource(Source):
    """A CSV file. What it holds is told by its headers when it is opened."""

    kind = "table"

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path, limits)
        self._encoding = _encoding(path)
        with self._open() as stream:
            self._delimiter, headers, self._layout = _header(stream, path)
        self._headers = headers

    def records(self) -> Iterator[ImportRecord]:
        """Yield the rows, one at a time; a bad one comes with problems."""
        self.counts = Counts()
        with self._open() as stream:
            rows = _rows(stream, self._delimiter)
            next(rows, None)
            sample = list(islice(rows, SAMPLE_ROWS))
            habit = day_habit(_date_cells(sample, self._layout))
            for line, cells, problem in chain(sample, rows):
                if not any(cell.strip() for cell in cells) and not problem:
                    self.counts.skip("an empty line")
                    continue
                record = record_of(self._layout, self._headers, cells, line=line, is_day_first=habit, problem=problem)
                self.counts.seen += 1
                self.counts.broken += bool(record.problems)
                yield record

    def _open(self) -> IO[str]:
        return self.path.open("r", encoding=self._encoding, errors=self._errors(), newline="")

    def _errors(self) -> str:
        return "replace" if "16" in self._encoding or "32" in self._encoding else "surrogateescape"


def _rows(stream: IO[str], delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """Yield (line, cells, problem) per row. What csv cannot split comes as one cell, so that nothing is lost."""
    taken: list[str] = []
    line = 0

    def lines() -> Iterator[str]:
        nonlocal line
        while text := stream.readline(MAX_LINE):
            line += 1
            if len(taken) >= MAX_ROW_LINES:
                raise csv.Error("a quote is opened and not closed")
            taken.append(text)
            yield text.replace("\0", "")

    source = lines()
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        start = line + 1
        taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            whole = repair("".join(taken))
            why = f"Lines {start} to {line} could not be split into columns ({error}); mend them by hand."
            yield start, [whole], why
            source = lines()
            reader = csv.reader(source, delimiter=delimiter)
            continue
        yield start, [repair(cell) for cell in cells], ""


def _header(stream: IO[str], path: Path) -> tuple[str, list[str], Layout]:
    text = stream.read(SAMPLE)
    if not text.strip():
        raise FileFormatError("the table is empty", path=str(path))
    best: tuple[str, list[str], Layout] | None = None
    for delimiter in sorted(_DELIMITERS, key=lambda mark: -text.partition("\n")[0].count(mark)):
        first = next(_rows(io.StringIO(text, newline=""), delimiter), None)
        headers = first[1] if first else []
        found = layout_of(headers, file_name=path.name)
        if found is not None and (best is None or len(found.columns) > len(best[2].columns)):
            best = delimiter, headers, found
    if best is None:
        shown = ", ".join(text.partition("\n")[0].split(",")[:12])[:200].strip()
        raise FileFormatError(
            f"the table's headers do not say what it holds (they are: {repair(shown)}); expected in the first "
            "line those of contacts (email, name, phone), companies (company name, domain, industry), "
            "deals (deal name, amount, stage) or tickets (subject, status, requester email)",
            path=str(path),
            line=1,
        )
    return best


def _date_cells(sample: list[tuple[int, list[str], str]], layout: Layout) -> list[str]:
    places = [at for name, at in layout.columns.items() if name.endswith(("_at", "_date"))]
    return [cells[at] for _, cells, _ in sample for at in places if at < len(cells)]


def _encoding(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(SAMPLE)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3 or len(start) < SAMPLE:
            return "cp1252" if _is_cp1252(start) else "latin-1"
    return "utf-8-sig"


def _is_cp1252(data: bytes) -> bool:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True

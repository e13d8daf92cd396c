"""The rows of a CSV file, one in memory at a time; what cannot be split never lends its words to a row of its own."""

import csv
import re
from collections.abc import Iterator
from typing import IO

from opsconsole.connectors.mailtext.clean import repair

MAX_LINE = 1024 * 1024
MAX_ROW_LINES = 2_000
MAX_ROW = 8 * 1024 * 1024
"""Characters of a row. A cell may have as many; what is kept of it is cut later."""
csv.field_size_limit(MAX_ROW)  # the library's own would refuse long mails


class Place:
    """Whether a row is inside a quoted cell, as the csv module sees it."""

    def __init__(self, delimiter: str) -> None:
        self._stops = re.compile(f"[{re.escape(delimiter)}\r\n]")
        self._is_quoted = False
        self._is_start = True
        """At the start of a cell: only there a quote opens one."""
        self._may_close = False
        """A quote was the last that was seen of a quoted cell: another one makes it a part of the cell."""
        self.is_over = False
        """The row has ended."""

    def pass_over(self, text: str) -> None:
        """Go on to the end of a line, or of a piece of one."""
        at = 0
        while at < len(text):
            if self._is_quoted and not self._may_close:
                close = text.find('"', at)
                if close < 0:
                    return
                self._may_close = True
                at = close + 1
            elif text[at] == '"' and (self._is_start or self._may_close):
                self._is_quoted, self._may_close, self._is_start = True, False, False
                at += 1
            else:
                stop = self._stops.search(text, at)
                self._is_quoted = self._may_close = False
                self._is_start = stop is not None
                self.is_over = stop is not None and stop[0] in "\r\n"
                at = len(text) if stop is None else stop.end()


def rows_of(stream: IO[str], delimiter: str, line: int = 0) -> Iterator[tuple[int, list[str], str]]:
    """Yield (line, cells, problem) per row. What csv cannot split comes as one cell, so that nothing is lost."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        nonlocal line
        size = 0
        while text := stream.readline(MAX_LINE):
            line += 1
            size = size + len(text) if taken else len(text)
            taken.append(text)
            if len(taken) > MAX_ROW_LINES:
                raise csv.Error("a quote is opened and not closed")
            if size > MAX_ROW or (len(text) == MAX_LINE and text[-1] not in "\r\n"):
                raise csv.Error("it is too long")
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
            line += _pass_row(stream, delimiter, taken)
            why = f"Lines {start} to {line} could not be split into columns ({error}); mend them by hand."
            yield start, [whole], why
            source = lines()
            reader = csv.reader(source, delimiter=delimiter)
            continue
        yield start, [repair(cell) for cell in cells], ""


def _pass_row(stream: IO[str], delimiter: str, taken: list[str]) -> int:
    """Read on to where a row ends, and return how many lines more it has: a stranger may have written what is there."""
    place = Place(delimiter)
    for text in taken:
        place.pass_over(text.replace("\0", ""))
    count = 0
    while not place.is_over and (text := stream.readline(MAX_LINE)):
        count += 1
        place.pass_over(text.replace("\0", ""))
    return count

"""Which words differ between two texts, and which lines between two files. No Qt here."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Span = tuple[int, int]
"""Start and length, in characters."""
MOST = 4000
"""Longer texts are tinted whole: comparing them word by word would hold up the window."""
LONG = 600
"""A longer line of a file shows only the part around what differs, in characters."""
BEFORE = 120
"""So much of it stands before what differs."""
_HUNK = re.compile(r"@@ -(\d+)")
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A line of the table."""

    field: str
    now: str
    after: str
    is_changed: bool = True
    """False: it is handed over as it is; no field of a record changes by it."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """A line of a file beside what would become of it."""

    kind: Literal["place", "same", "removed", "added"]
    """`place`: not of the file; it says where the next lines stand."""
    text: str
    spans: tuple[Span, ...] = field(default=())
    """What differs from the line it stands for."""


def file_lines(diff: str) -> list[FileLine]:
    """Return the lines of a unified diff; a removed line and the added one in its place are marked by words."""
    found: list[FileLine] = []
    removed: list[str] = []
    added: list[str] = []
    for line in diff.splitlines()[2:]:  # the first two name the files
        if line.startswith("-"):
            removed.append(line[1:])
        elif line.startswith("+"):
            added.append(line[1:])
        else:
            found += _changed(removed, added)
            removed, added = [], []
            if hunk := _HUNK.match(line):
                found.append(FileLine("place", f"Line {int(hunk[1]):,}"))
            elif line.startswith(" "):
                found.append(FileLine("same", _cut(line[1:], 0)))
    return [*found, *_changed(removed, added)]


def _changed(removed: list[str], added: list[str]) -> Iterator[FileLine]:
    """Yield what goes, then what comes; where one line stands for one, only what differs of both is marked."""
    if len(removed) != len(added):
        yield from (FileLine("removed", _cut(line, 0)) for line in removed)
        yield from (FileLine("added", _cut(line, 0)) for line in added)
        return
    starts = [_alike(*both) for both in zip(removed, added, strict=True)]
    before = [_cut(line, start) for line, start in zip(removed, starts, strict=True)]
    after = [_cut(line, start) for line, start in zip(added, starts, strict=True)]
    marked = [differing(*both) for both in zip(before, after, strict=True)]
    yield from (FileLine("removed", line, tuple(spans)) for line, (spans, _) in zip(before, marked, strict=True))
    yield from (FileLine("added", line, tuple(spans)) for line, (_, spans) in zip(after, marked, strict=True))


def _alike(text: str, other: str) -> int:
    """Return how many characters both begin with."""
    return next((place for place, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), len(text))


def _cut(line: str, differs_at: int) -> str:
    if len(line) <= LONG:
        return line
    start = max(0, differs_at - BEFORE)
    piece = line[start : start + LONG]
    return ("… " if start else "") + piece + (" …" if start + LONG < len(line) else "")


@lru_cache(maxsize=128)
def differing(before: str, after: str) -> tuple[list[Span], list[Span]]:
    """Return the spans to mark in either text; none where nearly all is other, for then the tint says it."""
    if not before or not after or len(before) + len(after) > MOST:
        return [], []
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    at_old, at_new = _places(old), _places(new)
    removed: list[Span] = []
    added: list[Span] = []
    for what, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        if i2 > i1:
            removed.append((at_old[i1], at_old[i2] - at_old[i1]))
        if j2 > j1:
            added.append((at_new[j1], at_new[j2] - at_new[j1]))
    removed, added = _joined(removed, before), _joined(added, after)
    if _share(removed, before) >= 0.8 and _share(added, after) >= 0.8:
        return [], []
    return removed, added


def _places(tokens: list[str]) -> list[int]:
    places = [0]
    for token in tokens:
        places.append(places[-1] + len(token))
    return places


def _joined(spans: list[Span], text: str) -> list[Span]:
    """Join what only spaces part: one calm block instead of many chips."""
    out: list[Span] = []
    for start, length in spans:
        if out and not text[sum(out[-1]) : start].strip():
            out[-1] = (out[-1][0], start + length - out[-1][0])
        else:
            out.append((start, length))
    return out


def _share(spans: list[Span], text: str) -> float:
    return sum(length for _, length in spans) / max(1, len(text))

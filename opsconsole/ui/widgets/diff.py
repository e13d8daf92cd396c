"""Which words differ between two texts. No Qt here."""

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache

Span = tuple[int, int]
"""Start and length, in characters."""
MOST = 4000
"""Longer texts are tinted whole: comparing them word by word would hold up the window."""
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A line of the table."""

    field: str
    now: str
    after: str
    is_changed: bool = True
    """False: it is handed over as it is; no field of a record changes by it."""


@lru_cache(maxsize=128)
def differing(before: str, after: str) -> tuple[list[Span], list[Span]]:
    """Give the spans to mark in either text; none where nearly all is other, for then the tint says it."""
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

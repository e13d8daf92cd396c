"""What triage sees of a text: its words, word pairs and word beginnings.

Pure functions from text to feature strings. No counts, no learning, no look-ups.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

MAX_TOKENS = 400
"""Words read of one text. A longer mail says what it wants near its top."""

SUBJECT_WEIGHT = 1.5
"""How much a word of the subject counts against a word of the body.

Chosen by hand, not fitted: the data sets at hand have no subjects.
"""

_MAX_CHARS = 20_000
_MAX_SUBJECT_CHARS = 200
_MAX_WORD = 32
_WORD = re.compile(r"\d+|[^\W\d_]+")
_SUFFIXES = ("ings", "ing", "ies", "ied", "ed", "es", "s", "ly", "e")


def words(text: str) -> list[str]:
    """The first `MAX_TOKENS` words of a text, lower case, apostrophes dropped ("can't" is "cant")."""
    plain = text[:_MAX_CHARS].lower().replace("\u2019", "").replace("'", "")
    found: list[str] = []
    for match in _WORD.finditer(plain):
        found.append(match.group()[:_MAX_WORD])
        if len(found) == MAX_TOKENS:
            break
    return found


def stem(word: str) -> str:
    """Cut one common English ending where at least three letters remain.

    A light stemmer in the spirit of Harman, "How effective is suffixing?" (JASIS 42(1), 1991). Word
    beginnings (see `features`) catch what it misses.
    """
    if len(word) > 4:
        for suffix in _SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= 3:
                return word[: -len(suffix)]
    elif len(word) == 4 and word.endswith("s"):
        return word[:-1]
    return word


def features(text: str) -> dict[str, float]:
    """Features of a text with their weights, in order of first appearance.

    Words (stemmed), pairs of neighbours including the text's start and end, and the first three letters of
    longer words. A feature counts once however often it appears. Where the text has the form "subject, blank
    line, body", features of the subject weigh `SUBJECT_WEIGHT`, all others 1.
    """
    subject, gap, body = text[:_MAX_CHARS].partition("\n\n")
    found: dict[str, float] = {}
    if gap and body.strip() and len(subject) <= _MAX_SUBJECT_CHARS and "\n" not in subject.strip():
        for feature in _line_features(words(subject)):
            found.setdefault(feature, SUBJECT_WEIGHT)
        for feature in _line_features(words(body)):
            found.setdefault(feature, 1.0)
        return found
    for feature in _line_features(words(text)):
        found.setdefault(feature, 1.0)
    return found


def _line_features(tokens: list[str]) -> Iterator[str]:
    stems = [stem(token) for token in tokens]
    yield from stems
    if stems:
        yield "^ " + stems[0]
        yield stems[-1] + " $"
    for left, right in pairwise(stems):
        yield left + " " + right
    for token in stems:
        if len(token) > 3:
            yield "<" + token[:3]

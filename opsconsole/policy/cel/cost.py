"""What working a condition out may cost: loops within loops, searches by pattern, sums of texts.

CEL has no loops without end, and its patterns take time in proportion to the text; but a list of a thousand looped over
three times, or a pattern of ten thousand parts over a long mail, still stops the engine for minutes. So the work is
estimated before it is begun, from the condition and the sizes of its values.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

MOST_STEPS = 200_000
"""Steps of loops: about 0.1 s."""
MOST_SEARCHED = 300_000_000
"""Characters times parts of a pattern: half a second at worst, a few milliseconds for lists of words."""
MOST_TEXT = 5_000_000
"""Characters of the texts that `+` could put together."""
MOST_BUILT = 1_000_000_000
"""Characters and values that `map` and `filter` could copy: each further one of a list copies those before it."""
_BUILDS = ("map", "filter")
_UNICODE = 12
"""States of a class of letters of all scripts, roughly."""
_COUNTED = re.compile(r"\{(\d{1,6})(?:,(\d{0,6}))?\}")


@dataclass(frozen=True, slots=True)
class Cost:
    """What of a condition costs more than its length."""

    loops: int = 0
    """How many loops stand within each other."""
    pattern: int = 0
    """Parts of its patterns, each as often as it is repeated."""
    sums: int = 0
    """How often `+` stands in it."""
    literal: int = 0
    """Values written out in it, at most."""
    builds: bool = False
    """A loop makes a list."""

    def too_much(self, values: Mapping[str, Any]) -> str:
        """Return why it is not worked out for these values; empty where it is."""
        if not (self.loops or self.pattern or self.sums):
            return ""
        longest, most, whole = _sizes(values)
        most = max(most, self.literal) * (1 + self.sums)  # `a + a` of lists is longer, too
        times = max(most, 1) ** self.loops
        if self.loops and times > MOST_STEPS:
            return f"lists of {most} values are too long for loops within loops"
        if self.pattern * longest * times > MOST_SEARCHED:
            return f"its patterns are too large for a text of {longest} characters"
        if self.sums * longest * times > MOST_TEXT:
            return f"it would join texts of {longest} characters"
        if self.builds and whole * max(self.literal, 1) * (1 + self.sums) * max(most, 1) * times // 2 > MOST_BUILT:
            return f"values of {whole} characters are too large for a list of {most} made of them"
        return ""


def cost_of(tokens: Sequence[tuple[str, str]], loop_words: Sequence[str]) -> Cost:
    """Return what a condition costs.

    Args:
        tokens: its parts (kind, word), without blanks and notes.
        loop_words: what begins a loop.

    Raises:
        ValueError: a pattern is not written out as a text.
    """
    depth = deepest = 0
    brackets: list[bool] = []
    words = [word for _, word in tokens]
    for at, word in enumerate(words):
        if word == "(":
            is_loop = at >= 2 and words[at - 1] in loop_words and words[at - 2] == "."
            brackets.append(is_loop)
            depth += is_loop
            deepest = max(deepest, depth)
        elif word == ")" and brackets:
            depth -= brackets.pop()
    pattern = sum(size_of(text) for text in _patterns(tokens))
    literal = words.count(",") + 1 if "[" in words or "{" in words else 0
    builds = any(word in _BUILDS and words[at + 1 : at + 2] == ["("] for at, word in enumerate(words))
    return Cost(deepest, pattern, words.count("+"), literal, builds)


def _patterns(tokens: Sequence[tuple[str, str]]) -> list[str]:
    found: list[str] = []
    for at, (kind, word) in enumerate(tokens):
        words = [following for _, following in tokens[at + 1 : at + 4]]
        if kind != "name" or word != "matches" or words[:1] != ["("]:
            continue
        if len(words) < 3 or tokens[at + 2][0] != "text" or words[2] != ")":
            raise ValueError("a pattern of `matches` is written out, as 'invoice [0-9]+'")
        found.append(_unquoted(words[1]))
    return found


def _unquoted(text: str) -> str:
    mark = next(at for at, letter in enumerate(text) if letter in "'\"")
    is_raw = "r" in text[:mark].lower()
    quote = text[mark] * (3 if text[mark : mark + 3] in ("'''", '"""') else 1)
    inner = text[mark + len(quote) : -len(quote)]
    return inner if is_raw else inner.replace("\\\\", "\\")


def size_of(pattern: str) -> int:
    """Return how many parts a pattern has when each is written out as often as it may be repeated."""
    groups: list[int] = [0]
    last = 0
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        counted = _COUNTED.match(pattern, at) if letter == "{" else None
        if counted is not None:
            times = int(counted[2] or counted[1]) + (counted[2] == "")
            groups[-1] += last * (max(1, times) - 1)
            last *= max(1, times)
            at = counted.end()
            continue
        if letter == "(":
            groups.append(0)
            last = 0
        elif letter == ")" and len(groups) > 1:
            last = groups.pop()
            groups[-1] += last
        elif letter not in "*+?|^$":
            last, at = _part(pattern, at)
            groups[-1] += last
        at += 1
    return sum(groups)


def _part(pattern: str, at: int) -> tuple[int, int]:
    """Return the size of one part, and where it ends."""
    letter = pattern[at]
    if letter == "\\":
        if pattern[at + 1 : at + 2] in ("p", "P") and pattern[at + 2 : at + 3] == "{":
            end = pattern.find("}", at)
            return _UNICODE, end if end > 0 else at + 1
        return _UNICODE if pattern[at + 1 : at + 2] in tuple("wWdDsS") else 1, at + 1
    if letter == "[":
        end = pattern.find("]", at + 2)
        inner = pattern[at : end if end > 0 else len(pattern)]
        return _UNICODE if "\\" in inner or "^" in inner[:2] else 2, end if end > 0 else at
    return 3 if letter == "." else 1, at


def _sizes(values: Mapping[str, Any]) -> tuple[int, int, int]:
    """Return the longest text, in characters, the most values in a list or object, and how much it is in all."""
    longest = most = whole = 0
    left: list[Any] = [values]
    while left:
        value = left.pop()
        whole += 1
        if isinstance(value, str):
            whole += len(value)
            longest = max(longest, len(value))
        elif isinstance(value, Mapping):
            inner = cast(Mapping[Any, Any], value)
            most = max(most, len(inner))
            left.extend(inner.values())
        elif isinstance(value, list | tuple):
            items = cast(Sequence[Any], value)
            most = max(most, len(items))
            left.extend(items)
    return longest, most, whole

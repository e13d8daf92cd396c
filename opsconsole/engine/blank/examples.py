"""Short examples of what lies in a place: what is typical of it, no two alike."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

LONGEST = 160
"""Characters of an example."""
ALIKE = 0.6
"""Two texts that share so much of their words are one example."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_BEFORE = re.compile(r"(?i)^(?:(?:re|aw|fwd?|wg|sv|tr|rv)\s*:\s*)+")


def shortened(title: str, text: str) -> str:
    """Return what an event says, on one line: its title, and how its text begins."""
    head, body = _BEFORE.sub("", " ".join(title.split())), " ".join(text.split())
    whole = body if body.casefold().startswith(head.casefold()) else f"{head}: {body}" if body else head
    whole = "".join(sign for sign in whole if sign.isprintable())
    if len(whole) <= LONGEST:
        return whole
    cut = whole[: LONGEST + 1].rpartition(" ")[0] or whole[:LONGEST]
    return f"{cut.rstrip(' ,;:.-')} …"


def typical(texts: Mapping[str, Sequence[str]], *, most: int) -> dict[str, tuple[str, ...]]:
    """Return for each place up to `most` of its texts: those whose words stand there often and seldom elsewhere."""
    words = {place: [frozenset(_words(text)) for text in some] for place, some in texts.items()}
    often = {place: Counter(word for some in each for word in some) for place, each in words.items()}
    everywhere, total = sum(often.values(), Counter[str]()), sum(map(len, words.values()))
    used, found = set[frozenset[str] | str](), dict[str, tuple[str, ...]]()
    for place, some in texts.items():
        own, others = len(some), total - len(some)

        def weight(word: str, counts: Counter[str] = often[place], own: int = own, others: int = others) -> float:
            elsewhere = (everywhere[word] - counts[word]) / others if others else 0.0
            return counts[word] / own - elsewhere

        def score(at: int, sets: Sequence[frozenset[str]] = words[place]) -> float:
            return sum(map(weight, sets[at])) / (len(sets[at]) or 1)

        found[place] = _distinct(some, words[place], sorted(range(own), key=score, reverse=True), used, most)
    return found


def _distinct(
    texts: Sequence[str],
    words: Sequence[frozenset[str]],
    order: Sequence[int],
    used: set[frozenset[str] | str],
    most: int,
) -> tuple[str, ...]:
    """Pick in order what is unlike what was picked; where that is too little, what is at least not the same."""
    picked: list[int] = []
    for at in order:
        is_new = bool(words[at]) and words[at] not in used
        if is_new and len(picked) < most and all(_likeness(words[at], words[other]) <= ALIKE for other in picked):
            picked.append(at)
            used |= {words[at], texts[at].casefold()}
    for at in order:
        if len(picked) < most and texts[at].casefold() not in used:
            picked.append(at)
            used |= {words[at], texts[at].casefold()}
    return tuple(texts[at] for at in picked)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)

"""What one form of a text says that the other does not."""

import re
from itertools import pairwise

SAYS_MORE = 4
"""Words on end that stand in one form only; links, pictures and rules are none."""
_NO_WORDS = re.compile(r"(?:https?://|www\.|mailto:)\S{1,2000}|\[(?:image|cid|inline)[^\]\n]{0,200}\]", re.IGNORECASE)
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
"""Signs of languages that set no blanks between words count as words."""


def words(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return _WORD.findall(_NO_WORDS.sub(" ", text).lower())


def longest_run(said: list[str], seen: list[str]) -> int:
    """Return how many words on end of one text stand in the other not at all, or not after the same word."""
    known, pairs = set(seen), set(pairwise(seen))
    longest = run = 0
    for before, word in pairwise(["", *said]):
        run = 0 if (word in known if not before else (before, word) in pairs) else run + 1
        longest = max(longest, run)
    return longest

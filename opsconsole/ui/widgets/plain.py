"""Texts that came from strangers, made fit to be looked at: nothing turns around, draws lines or takes seconds."""

import re
import unicodedata

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2028\u2029\u2060-\u2064\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_BREAKS = {"\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\r": "\n", "\u2028": "\n", "\u2029": "\n"}
_RUN = 2_000
"""A longer line without a break is laid out in a time that grows with its square."""


def honest(text: str) -> str:
    """Return `text` with what turns, hides or rings shown as its code; line ends stay."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(_shown, text.replace("\r\n", "\n"))


def one_line(text: str, most: int = 1_000) -> str:
    """Return `text` on one line: what a stranger writes cannot look like a line of the console's own."""
    line = " ".join(honest(text[: most * 2]).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def is_right_to_left(text: str) -> bool:
    """Return whether a text begins on the right, by its first strong character (Unicode Annex 9, rules P2 and P3)."""
    if text.isascii():
        return False
    kinds = (unicodedata.bidirectional(sign) for sign in text[:2_000])
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def readable(text: str, most: int) -> str:
    """Return the beginning of a long text, saying how much is left out, with lines that can be laid out at once."""
    shown = "\n".join(_broken(line) for line in honest(text[:most]).split("\n"))
    left = len(text) - most
    return shown if left <= 0 else f"{shown} …\n\n[{left:,} more characters are not shown here]"


def _broken(line: str) -> str:
    if len(line) <= _RUN:
        return line
    return "\n".join(line[place : place + _RUN] for place in range(0, len(line), _RUN))


def _shown(found: re.Match[str]) -> str:
    sign = found[0]
    return _BREAKS.get(sign, f"‹{ord(sign):04X}›")

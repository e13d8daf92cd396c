"""Characters a person cannot see, and characters a database cannot store."""

import re

HIDDEN_TEXT = "The mail contains text hidden from a human reader; it was left out where it could be told."
BIDI = (
    "The mail contains characters that turn the reading direction; "
    "what a person sees can differ from what is written, so read it with care."
)

# Everything below U+0020 but tab and newline, DEL, and the C1 block: terminals and SQLite tools trip over them.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Tag characters and runs of variation selectors carry whole sentences that no screen shows.
_SMUGGLED = re.compile("(?<!\U0001f3f4)[\U000e0001\U000e0020-\U000e007e]{3,}|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]|[\ufe00-\ufe0f]{2,}"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def repair(text: str) -> str:
    """Return `text` with bytes that were smuggled through as surrogates decoded (UTF-8, else Windows-1252)."""
    if text.isascii() or _SURROGATE.search(text) is None:
        return text
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        if any(ord(char) > 0x7F and not 0xDC80 <= ord(char) <= 0xDCFF for char in text):
            return data.decode("utf-8", "replace")
        return data.decode("cp1252", "replace")


def scrub(text: str) -> str:
    """Return `text` with plain line ends and without control, zero-width and direction characters."""
    text = repair(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    return _CONTROL.sub("", text)


def line(text: str, limit: int = 1000) -> str:
    """Return `text` as one scrubbed line of at most `limit` characters."""
    return " ".join(scrub(text[: limit * 4]).split())[:limit]


def oddities(text: str) -> tuple[str, ...]:
    """Name what in `text` a person would not see."""
    if text.isascii():
        return ()
    found = [BIDI] if _BIDI.search(text) else []
    if _SMUGGLED.search(text):
        found.append(HIDDEN_TEXT)
    return tuple(found)

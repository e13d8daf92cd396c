"""In which encoding a table is written: by its first bytes, by what fits, else by which letters make words."""

import re
from pathlib import Path

SAMPLE = 1024 * 1024
_OLD = ("cp1252", "mac_roman", "cp850")
"""What programs wrote before UTF-8: Windows, the Mac, and DOS, of which Excel still offers all three."""
_LETTERS = re.compile(r"[äöüßéèêëàâçñáíóúîïôûœæøåãõÄÖÜÉÀÇÑØÅ]")
_SPLIT = re.compile(r"[A-Za-z][^\x00-\x7fA-Za-zÀ-ÖØ-öø-ÿß][A-Za-z]|\ufffd")


def encoding_of(path: Path) -> str:
    """Return the codec by which a table is read."""
    with path.open("rb") as stream:
        start = stream.read(SAMPLE)
        is_whole = not stream.read(1)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in start[:4096] and (guess := _wide(start[:4096])):
        return guess
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3 or is_whole:
            return max(_OLD, key=lambda name: (_fits(start, name), -_OLD.index(name)))
    return "utf-8-sig"


def _wide(start: bytes) -> str:
    """Return UTF-16 without its mark, which has a zero byte at every other place."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd > 4 * even and odd * 4 > len(start) // 2:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd and even * 4 > len(start) // 2 else ""


def _fits(data: bytes, name: str) -> int:
    """Return how many letters of western words a codec makes of it, less the signs that it puts inside words."""
    text = data.decode(name, "replace")
    return len(_LETTERS.findall(text)) - 3 * len(_SPLIT.findall(text))

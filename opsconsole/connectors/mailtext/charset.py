"""Bytes to text, whatever the mail says its charset is."""

import codecs
import re

# Supersets that mailers mean when they write the narrower name.
_MEANT = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
}
# Codecs that are not charsets of mail: quadratic, warning, or without meaning for foreign bytes.
_REFUSED = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "palmos"})
_NAME = re.compile(r"[A-Za-z0-9._:+-]{1,40}")
_ALIASES = {
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
    "chinesebig5": "big5",
    "iso-8859-8-i": "iso8859-8",
    "ansi_x3.110-1983": "latin-1",
}
_UNSAID = frozenset({"", "x-unknown", "unknown", "unknown-8bit", "8bit", "binary", "default", "default_charset"})


def decode(data: bytes, name: str | None) -> tuple[str, str]:
    """Decode `data` by the charset `name`, or as well as can be.

    Returns:
        The text, and a sentence on what was wrong (empty where nothing was).
    """
    said = (name or "").strip().strip("\"'").lower()
    codec = _codec(said)
    problem = ""
    if codec is None:
        if said not in _UNSAID:
            problem = f"The charset {said[:40]!r} is not known; the text was read as UTF-8 or Windows-1252."
        return _guess(data), problem
    try:
        return data.decode(codec), ""
    except (UnicodeError, ValueError):
        pass
    if codec == "utf-8":
        text = _guess(data)
        if said in ("", "ascii", "us-ascii"):
            return text, ""
    else:
        text = data.decode(codec, "replace")
    return text, f"Some characters do not fit the charset {said[:40]!r} that the mail names; they may read wrong."


def _codec(said: str) -> str | None:
    said = _ALIASES.get(said, said)
    if not _NAME.fullmatch(said):
        return None
    try:
        found = codecs.lookup(said).name
    except (LookupError, ValueError):
        return None
    if found.replace("-", "_") in _REFUSED:
        return None
    try:
        b"a".decode(found, "replace")
    except (LookupError, UnicodeError, ValueError):
        return None
    return _MEANT.get(found, found)


def _guess(data: bytes) -> str:
    """Decode as UTF-8 where more of it fits than not, so that one stray byte does not garble the rest."""
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    bad = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    return text if good >= bad else data.decode("cp1252", "replace")

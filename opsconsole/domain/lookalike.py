"""Addresses that are not what they look like: letters of another script among Latin ones, and names in disguise."""

import unicodedata

_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "FULLWIDTH", "MATHEMATICAL")
"""How the names of letters begin that look like Latin ones."""
_PLAIN = "ßæœðþÆŒÐÞ"


def disguise(address: str) -> str:
    """Say what in an address fools the eye; empty where nothing does.

    Accents (`müller.example`) and names wholly in another script fool nobody; `pаypal.example` with one Cyrillic letter
    does, and so does `xn--…`, which is shown as it reads.
    """
    read = ".".join(map(_decoded, address.split(".")))
    if read != address:
        return f"{address[:80]} stands for {read[:80]}" + (f"; {odd}" if (odd := _odd(read)) else "")
    return f"{address[:80]}: {odd}" if (odd := _odd(address)) else ""


def _odd(text: str) -> str:
    local, _, domain = text.rpartition("@")
    labels = domain.split(".")
    is_latin_end = labels[-1].isascii()
    for part in (local, *labels):
        is_mixed = (is_latin_end and part in labels) or any(sign.isascii() and sign.isalpha() for sign in part)
        found = next((sign for sign in part if _is_strange(sign)), None)
        if is_mixed and found is not None:
            return f"“{found}” in it is not what it looks like, but “{unicodedata.name(found).capitalize()}”"
    return ""


def _is_strange(sign: str) -> bool:
    if sign.isascii() or sign in _PLAIN:
        return False
    name = unicodedata.name(sign, "")
    return name.startswith(_ALIKE) and not (name.startswith("LATIN") and " WITH " in name)


def _decoded(label: str) -> str:
    before, at, name = label.rpartition("@")
    if not name.casefold().startswith("xn--"):
        return label
    try:
        read = name[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
    return f"{before}{at}{read}" if read.isprintable() and read else label

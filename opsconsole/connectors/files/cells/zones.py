"""The zone that stands behind a time: offsets, names, words. What cannot be read is told, never dropped."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

LARGEST = timedelta(hours=16)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+\u2212-])(\d{1,2})(?::?([0-5]\d))?(?::\d\d)?", re.IGNORECASE)
_HOURS: dict[str, float] = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "zulu": 0, "wet": 0, "west": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2,
    "eet": 2, "eest": 3, "msk": 3, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "acdt": 10.5,
    "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "hst": -10, "akst": -9, "akdt": -8, "pst": -8, "pdt": -7,
    "mst": -7, "mdt": -6, "cdt": -5, "est": -5, "edt": -4, "adt": -3, "brt": -3, "art": -3,
}  # fmt: skip
"""Words that mean one zone. IST, CST, BST, AST and others mean several, and are not read."""


def zone_of(text: str) -> tzinfo | None:
    """Return the zone that a text names, like `+0100`, `GMT+1`, `PST`, `Europe/Berlin`; None where it names none."""
    plain = _without_remark(text.strip())
    if plain.casefold() in _HOURS:
        return timezone(timedelta(hours=_HOURS[plain.casefold()])) if _HOURS[plain.casefold()] else UTC
    if found := _OFFSET.fullmatch(plain):
        away = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if len(found[2]) + len(found[3] or "") == 3 or away > LARGEST:  # `+100` is one hour to some, ten to others
            return None
        return timezone(away if found[1] == "+" else -away)
    if re.fullmatch(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+", plain):
        try:
            return ZoneInfo(plain)
        except (ValueError, OSError):  # also: there is none of this name
            return None
        except KeyError:
            return None
    return None


def header_zone(header: str) -> str:
    """Return the zone that stands in brackets in a column's name, like `Created (UTC)`; empty where none does."""
    found = re.search(r"[(\[]([^()\[\]]{1,40})[)\]]\s*$", header.strip())
    return found[1].strip() if found and zone_of(found[1]) is not None else ""


def _without_remark(text: str) -> str:
    """Leave out what programs add in words: `GMT+0100 (CET)`, `(UTC)`."""
    bare = text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text
    return re.sub(r"\s*\([^()]*\)$", "", bare).strip() or bare

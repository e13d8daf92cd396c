"""How a watched mail was seen, noted on it: another place or other marks than it had, and since when."""

import re
from datetime import datetime

from opsconsole.connectors.mail.people.ledger import Watched

_BY_ITSELF = frozenset({"\\seen", "\\answered", "\\recent", "\\deleted", "\\draft", "junk", "nonjunk", "notjunk"})
"""Marks that programs set when a mail is read, answered or judged; those that begin with $ are such too."""
_MARK = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def note(one: Watched, place: str, flags: frozenset[str], now: datetime) -> bool:
    """Note how a mail was seen; True where that is another state than before."""
    was = (one.folder, one.seen, one.seen_at, list(one.flags), dict(one.flags_seen))
    if place == one.folder:
        one.seen = None
    elif one.ours and place == one.ours:
        one.folder, one.seen = place, None
    elif place != one.seen:
        one.seen, one.seen_at = place, within(one, now).isoformat()
    if place:
        _note_flags(one, flags, now)
    return was != (one.folder, one.seen, one.seen_at, one.flags, one.flags_seen)


def _note_flags(one: Watched, flags: frozenset[str], now: datetime) -> None:
    present = {flag.lower() for flag in flags if _counts(flag)}
    known = {flag for flag in one.flags if _counts(flag)}
    differs: set[str] = set()
    for flag in present ^ known:
        if one.our_flags.get(flag) is (flag in present):
            one.flags = sorted({*one.flags, flag} if flag in present else set(one.flags) - {flag})
        else:
            differs.add(flag)
    one.flags_seen = {flag: one.flags_seen.get(flag, within(one, now).isoformat()) for flag in sorted(differs)}


def within(one: Watched, now: datetime) -> datetime:
    """What is first seen after the time in which it counts was done in it: before its end we did not look."""
    return max(min(now, one.ends_at), one.occurred_at)


def _counts(flag: str) -> bool:
    return flag.lower() not in _BY_ITSELF and (flag.lower() == "\\flagged" or bool(_MARK.fullmatch(flag)))

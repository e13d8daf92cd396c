"""How a watched mail was seen, noted on it: another place or other marks than it had, and since when."""

import re
from datetime import datetime

from opsconsole.connectors.mail.people.ledger import Watched

_BY_ITSELF = frozenset({"\\seen", "\\answered", "\\recent", "\\deleted", "\\draft", "junk", "nonjunk", "notjunk"})
"""Marks that programs set when a mail is read, answered or judged; those that begin with $ are such too."""
_MARK = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def note(watched: Watched, place: str, flags: frozenset[str], now: datetime) -> bool:
    """Note how a mail was seen; True where that is another state than before."""
    was = (watched.folder, watched.seen, watched.seen_at, list(watched.flags), dict(watched.flags_seen))
    if place == watched.folder:
        watched.seen = None
    elif watched.ours and place == watched.ours:
        watched.folder, watched.seen = place, None
    elif place != watched.seen:
        watched.seen, watched.seen_at = place, within(watched, now).isoformat()
    if place:
        _note_flags(watched, flags, now)
    return was != (watched.folder, watched.seen, watched.seen_at, watched.flags, watched.flags_seen)


def _note_flags(watched: Watched, flags: frozenset[str], now: datetime) -> None:
    present = {flag.lower() for flag in flags if _counts(flag)}
    known = {flag for flag in watched.flags if _counts(flag)}
    differs: set[str] = set()
    for flag in present ^ known:
        if watched.our_flags.get(flag) is (flag in present):
            watched.flags = sorted({*watched.flags, flag} if flag in present else set(watched.flags) - {flag})
        else:
            differs.add(flag)
    watched.flags_seen = {
        flag: watched.flags_seen.get(flag, within(watched, now).isoformat()) for flag in sorted(differs)
    }


def within(watched: Watched, now: datetime) -> datetime:
    """What is first seen after the time in which it counts was done in it: before its end we did not look."""
    return max(min(now, watched.ends_at), watched.occurred_at)


def _counts(flag: str) -> bool:
    return flag.lower() not in _BY_ITSELF and (flag.lower() == "\\flagged" or bool(_MARK.fullmatch(flag)))

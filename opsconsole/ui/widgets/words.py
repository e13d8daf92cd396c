"""Plain words for times, verdicts, states and kinds: what stands on screens."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from opsconsole.domain.naming import listed as listed
from opsconsole.domain.naming import plural as plural
from opsconsole.domain.naming import spoken as spoken
from opsconsole.domain.naming import tool_words as tool_words
from opsconsole.engine.audittrail.words import STANDS
from opsconsole.engine.oversight.words import local as local
from opsconsole.ui.widgets.basics import Tone

_SUM = re.compile(r"\d{1,9}(\.\d{1,6}|,\d{1,2})?")
VERDICTS: dict[str, tuple[str, Tone]] = {
    "REFUSE": ("Refused", "danger"),
    "SIMULATE": ("Shadow only", "shadow"),
    "RECOMMEND": ("Recommended", "accent"),
    "ASK": ("Asks you", "warn"),
    "ACT": ("Acts alone", "ok"),
}
"""Verdict → (words, tone of its pill)."""
RUN_STATES = {
    "queued": ("Queued", "plain"),
    "running": ("Working", "accent"),
    "waiting": ("Not over", "warn"),
    "done": ("Done", "ok"),
    "failed": ("Failed", "danger"),
    "cancelled": ("Stopped", "plain"),
}
_STAND_TONES = {"asked": "warn", "was_it_done": "warn", "in_doubt": "warn", "paused": "warn", "no_engine": "warn"}
ACTION_STATES = {
    **{name: (words, _STAND_TONES.get(name, "accent")) for name, words in STANDS.items()},
    "proposed": ("proposed", "plain"),
    "done": ("done", "ok"),
    "failed": ("failed", "danger"),
    "simulated": ("in shadow", "shadow"),
    "recommended": ("recommended", "accent"),
    "refused": ("refused", "danger"),
    "rejected": ("rejected", "danger"),
    "lapsed": ("lapsed", "plain"),
    "cancelled": ("cancelled", "plain"),
}
"""Where a wanted action stands → (words, tone)."""
OUTCOMES = {
    "alone": "Handled alone",
    "with_you": "Handled with you",
    "shadow": "Only in shadow",
    "waiting": "Waiting for you",
    "under_way": "Under way",
    "not_done": "Not done",
    "failed": "Failed",
    "stopped": "Stopped",
}
"""Place of an event → words."""
_ENDS = {"failed": "danger", "not_done": "plain", "stopped": "plain"}
"""Ends that are no success → tone; each has one word on every page."""
ASKED = frozenset(("asked", "was_it_done"))
"""Where an action stands that waits for a person now."""


def stand_words(stands: str, number: int) -> str:
    """Return how many actions stand there: `1 waits for you`, `2 wait for you`."""
    words = ACTION_STATES.get(stands, (spoken(stands).lower(), ""))[0]
    if number > 1:
        words = (
            words.replace("waits for", "wait for").replace("is tried", "are tried").replace("is looked", "are looked")
        )
    return f"{number} {words}"


def run_words(state: str, stands: Collection[str], place: str, *, is_left: bool = False) -> tuple[str, str]:
    """Return (words, tone) of where a run is.

    Args:
        state: of the run.
        stands: where its actions stand: waiting alone would not say for whom.
        place: where the overview counts its event: a run that is over may have failed at what it wanted to do.
        is_left: its agent did not deal with its event.
    """
    if place == "shadow":
        return ("Left to people", "plain") if is_left else ("Shadow", "shadow")
    if place in _ENDS:
        return OUTCOMES[place], _ENDS[place]
    if state != "waiting":
        return RUN_STATES.get(state, (spoken(state), "plain"))
    if not ASKED.isdisjoint(stands):
        return "Waits for you", "warn"
    if "paused" in stands:
        return "Paused", "warn"
    return ("Put off", "plain") if "put_off" in stands else ("Under way", "accent")


def short_span(span: timedelta) -> str:
    """Return a length of time in one unit: `now`, `4m`, `3h`, `2d`."""
    seconds = abs(span.total_seconds())
    if seconds < 45:
        return "now"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds / size:.0f}{unit}"
    return "1m"


def ago(at: datetime, now: datetime) -> str:
    """Return a past or coming time as people say it: `4 min ago`, `in 2 h`."""
    seconds = (now - at).total_seconds()
    if abs(seconds) < 45:
        return "just now" if seconds >= 0 else "in a moment"
    size, unit = next((s, u) for s, u in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")) if abs(seconds) >= s)
    number = round(abs(seconds) / size)
    return f"{number} {unit} ago" if seconds >= 0 else f"in {number} {unit}"


def exact(at: datetime) -> str:
    """Return a time exactly, in this machine's zone, for the hover."""
    return f"{local(at):%A %d %B %Y, %H:%M:%S}"


def since_day(at: datetime, now: datetime) -> str:
    """Return since when, as people say it: `today`, `yesterday`, `3 November`."""
    here, there = local(now).date(), local(at).date()
    if (days := (here - there).days) in (0, 1):
        return ("today", "yesterday")[days]
    return f"{there.day} {there:%B}" + (f" {there.year}" if there.year != here.year else "")


def scope_words(scope: str) -> str:
    """Return what a pause reaches: `agent:mira` → `agent Mira`; `all` → `everything`."""
    kind, _, name = scope.partition(":")
    return f"{kind} {spoken(name)}" if name else "everything" if kind == "all" else spoken(kind)


def sum_typed(text: str) -> float | None:
    """Read a sum of money as people write it; None where it is none above 0."""
    found = float(text.strip().replace(",", ".")) if _SUM.fullmatch(text.strip()) else 0.0
    return found or None

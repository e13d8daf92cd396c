"""Figures and moments as they stand on screens and on paper: money, lengths of time, days, who did it."""

from collections.abc import Mapping
from datetime import datetime

from opsconsole.domain.naming import spoken
from opsconsole.store.queries.views.outcomes import Outcomes

NOBODY: Mapping[str, str] = {}
"""No name is known."""


def span(seconds: float | None) -> str:
    """Return a length of time in words people use: `0.2 s`, `4 min`, `3 h`, `2 days`."""
    if seconds is None:
        return "—"
    if seconds < 10:
        return f"{seconds:.1f} s"
    for size, word in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= size * 1.5:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds:.0f} s"


def money(amount: float, currency: str) -> str:
    """Return money with its currency."""
    return f"{currency} {amount:,.2f}" if amount >= 0.01 or amount == 0 else f"{currency} {amount:.4f}"


def places(outcomes: Outcomes) -> tuple[tuple[int, str], ...]:
    """Return each place with its number, in the order of the page."""
    return (
        (outcomes.alone, "handled alone"),
        (outcomes.with_you, "handled with you"),
        (outcomes.shadow, "only in shadow"),
        (outcomes.waiting, "waiting for you"),
        (outcomes.under_way, "under way"),
        (outcomes.not_done, "not done"),
        (outcomes.failed, "failed"),
        (outcomes.stopped, "stopped"),
    )


def local(at: datetime) -> datetime:
    """Return a time in this machine's zone."""
    try:
        return at.astimezone()
    except (OverflowError, ValueError, OSError):  # a stranger dated it to the edge of the calendar
        return at


def day(at: datetime) -> str:
    """Return the day of a moment in this machine's zone: `3 November 2026`."""
    there = local(at)
    return f"{there.day} {there:%B %Y}"


def short_day(at: datetime) -> str:
    """Return the day of a moment, for a narrow column: `3 Nov 2026`."""
    there = local(at)
    return f"{there.day} {there:%b %Y}"


def moment(at: datetime) -> str:
    """Return a moment in this machine's zone: `3 November 2026, 14:05`."""
    return f"{day(at)}, {local(at):%H:%M}"


def person(actor: str) -> str:
    """Return who did it, as people are called: `person:Vera` → `Vera`."""
    kind, _, name = actor.partition(":")
    return name or spoken(kind)


def share(part: float) -> str:
    """Return a share as per cent."""
    return f"{part:.0%}"

"""How long one waits for what the human does. Pure."""

from datetime import date, datetime, timedelta

WINDOW_DAYS = 2
"""Business days after an event until doing nothing is a decision."""
SETTLE = timedelta(minutes=15)
"""After an act: it is often the first of several (moved, then answered)."""
SATURDAY = 5


def window_end(occurred_at: datetime, days: int = WINDOW_DAYS) -> datetime:
    """Return the same time so many business days later (Monday to Friday, in the zone of the time given)."""
    end, left = occurred_at, days
    try:
        while left:
            end += timedelta(days=1)
            left -= end.weekday() < SATURDAY
    except OverflowError:  # at the end of all dates
        return occurred_at
    return end


def business_days(first: date, last: date) -> int:
    """Return how many business days came after a day until another, itself included; 0 where it is not later."""
    days = (last - first).days
    if days <= 0:
        return 0
    weeks, rest = divmod(days, 7)
    return weeks * SATURDAY + sum((first.weekday() + step) % 7 < SATURDAY for step in range(1, rest + 1))

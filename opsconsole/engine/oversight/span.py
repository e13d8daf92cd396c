"""The time that a page is about: whole days of this machine's zone, its end not included."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from opsconsole.domain.errors import UserError
from opsconsole.engine.oversight.words import local

_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_FIRST, _LAST = date(1970, 1, 2), date(9998, 12, 1)
_DAY = timedelta(days=1)
WEEK = 7
"""Days of a week."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time, half-open: what began at `until` is not in it."""

    first: date
    """Its first day."""
    end: date
    """The first day that is not in it."""
    name: str = ""
    """What people call it, as `Week 47, 2026`; empty where it has no name."""

    @property
    def since(self) -> datetime:
        """Its begin."""
        return midnight(self.first)

    @property
    def until(self) -> datetime:
        """Its end."""
        return midnight(self.end)

    @property
    def days(self) -> str:
        """Its days in words, the last one included: `16 to 22 November 2026`."""
        first, last = self.first, self.end - _DAY
        if first == last:
            return f"{first.day} {first:%B %Y}"
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day} to {last.day} {last:%B %Y}"
        begin = f"{first.day} {first:%B}" if first.year == last.year else f"{first.day} {first:%B %Y}"
        return f"{begin} to {last.day} {last:%B %Y}"

    @property
    def title(self) -> str:
        """Its name, where it has one, and its days."""
        return f"{self.name}: {self.days}" if self.name else self.days

    @property
    def zone(self) -> str:
        """In which zone its days are, as hours from UTC; both where it changes meanwhile."""
        return " to ".join(dict.fromkeys((offset(self.since), offset(self.until))))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"since": self.since.isoformat(), "until": self.until.isoformat(), "zone": self.zone}


def midnight(day: date) -> datetime:
    """Return the first moment of a day in this machine's zone."""
    return datetime.combine(day, time()).astimezone()


def offset(at: datetime) -> str:
    """Return a moment's hours from UTC in this machine's zone: `UTC+01:00`."""
    written = f"{local(at):%z}"
    return f"UTC{written[:3]}:{written[3:5]}" if written.strip("+0") else "UTC"


def week_of(text: str) -> Span:
    """Read a week: `2026-W47`.

    Raises:
        UserError: there is no such week.
    """
    found = _WEEK.fullmatch(text.strip())
    try:
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        first = None
    if first is None or not _FIRST <= first <= _LAST:
        raise UserError(f"{text!r} is no week. Write it like 2026-W47; a year's last week is 52 or 53.")
    return _week(first)


def month_of(text: str) -> Span:
    """Read a month: `2026-11`.

    Raises:
        UserError: there is no such month.
    """
    found = _MONTH.fullmatch(text.strip())
    try:
        first = date(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        first = None
    if first is None or not _FIRST <= first <= _LAST:
        raise UserError(f"{text!r} is no month. Write it like 2026-11.")
    return _month(first)


def days_of(first: date, end: date) -> Span:
    """Return the days from one on until another, itself not included.

    Raises:
        UserError: the end is not after the begin, or no calendar reaches there.
    """
    if end <= first:
        told = f"{first.isoformat()} to {end.isoformat()}"
        raise UserError(f"The time ends before it begins: {told}. The end is the first day that is not in it any more.")
    if not _FIRST <= first <= _LAST or end > _LAST:
        raise UserError(f"{first.isoformat()} to {end.isoformat()} is beyond what is reckoned with here.")
    return Span(first, end)


def week_before(now: datetime) -> Span:
    """Return the last whole week before a moment."""
    today = local(now).date()
    return _week(today - timedelta(days=today.weekday() + WEEK))


def month_before(now: datetime) -> Span:
    """Return the last whole month before a moment."""
    return before(_month(local(now).date().replace(day=1)))


def before(month: Span) -> Span:
    """Return the month before one."""
    return _month((month.first - _DAY).replace(day=1))


def of_moments(since: datetime, until: datetime) -> Span:
    """Return the days between two moments that are days' begins; a month by its name."""
    first, end = local(since).date(), local(until).date()
    month = _month(first.replace(day=1))
    return month if (month.first, month.end) == (first, end) else Span(first, end)


def _week(first: date) -> Span:
    year, number, _ = first.isocalendar()
    return Span(first, first + timedelta(days=WEEK), f"Week {number}, {year}")


def _month(first: date) -> Span:
    return Span(first, (first + timedelta(days=32)).replace(day=1), f"{first:%B %Y}")

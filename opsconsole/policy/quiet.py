"""Quiet hours: until when does an action wait."""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from opsconsole.domain.agent import QuietHours

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo | None:
    """Return a zone by its IANA name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def quiet_until(now: datetime, hours: QuietHours, *, recipient_zone: str | None = None) -> datetime | None:
    """Return the end of the quiet span that `now` (aware) lies in, in UTC; None outside of one.

    Spans may pass midnight; a span that begins and ends at the same time is a whole day. Quiet days join their
    neighbouring spans. At a clock change local wall time counts, as a person would read it.
    """
    name = (recipient_zone or hours.fallback) if hours.zone == "recipient" else hours.zone
    where = zone(name) or zone(hours.fallback) or ZoneInfo("UTC")
    at = now.astimezone(where)
    if not _is_quiet(at, hours):
        return None
    for _ in range(32):
        at = _next_edge(at, hours)
        if not _is_quiet(at, hours):
            break
    return at.astimezone(UTC)


def _is_quiet(local: datetime, hours: QuietHours) -> bool:
    if _DAYS[local.weekday()] in hours.days:
        return True
    start, end, wall = time.fromisoformat(hours.from_), time.fromisoformat(hours.to), local.time()
    if start == end:
        return True
    if start < end:
        return start <= wall < end
    return wall >= start or wall < end


def _next_edge(local: datetime, hours: QuietHours) -> datetime:
    """The next moment at which quiet may end: the span's end, or midnight."""
    end = time.fromisoformat(hours.to)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=local.tzinfo)
    today = datetime.combine(local.date(), end, tzinfo=local.tzinfo)
    now = local.astimezone(UTC)
    # When clocks go back an hour happens twice (fold); in UTC the edges have an order.
    edges = (today, today.replace(fold=1), midnight)
    later = [edge for edge in edges if edge.astimezone(UTC) > now]
    return min(later, key=lambda edge: edge.astimezone(UTC)).astimezone(UTC).astimezone(local.tzinfo)

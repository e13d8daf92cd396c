"""Cells to moments: the dates and times that exports write, with the zone that stands there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from opsconsole.connectors.files.cells.zones import zone_of

LONGEST = 100
_MONTHS = (
    "jan january januar janvier enero gennaio ene gen janv januari jän jänner janeiro",
    "feb february februar février febrero febbraio fév févr fev februari fevereiro",
    "mar march märz mär mars marzo mrt maart mrz março",
    "apr april avril abril aprile avr abr",
    "may mai mayo maggio mag mei maio",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet julio luglio juil lug julho",
    "aug august août agosto aoû ago augustus aout",
    "sep sept september septembre septiembre settembre set setembro",
    "oct october oktober octobre octubre ottobre okt ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dezember décembre diciembre dicembre dez déc dic dezembro",
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_CLOCK = (
    r"(?P<hour>\d{1,2})(?::|\.|h)(?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?"
)
_TIME = rf"(?:(?:T|,?\s+(?:at\s+|um\s+|à\s+|-\s+)?|:){_CLOCK}(?:\s*Uhr\b)?)?"
_WORD = r"(?P<word>[^\W\d_]{3,10})\.?"
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"
_REST = r"(?P<zone>.*)"
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}{_REST}",
        rf"{_WEEKDAY}(?P<first>\d{{1,2}})(?P<mark>[./-])(?P<other>\d{{1,2}})[./-](?P<year>\d{{4}}|\d\d)(?!\d){_TIME}{_REST}",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th)?[\s/-]*(?:de\s+)?{_WORD}[\s,/-]*(?:de\s+)?(?P<year>\d{{4}}|\d\d)(?!\d){_TIME}{_REST}",
        rf"{_WEEKDAY}{_WORD}[\s/-]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[,\s/-]+(?P<year>\d{{4}})(?!\d){_TIME}{_REST}",
        rf"{_WEEKDAY}{_WORD}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}\s+(?P<zone>[A-Za-z+:\d]*?)\s*(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})[\s/-]{_WORD}[\s/-](?P<day>\d{{1,2}}){_TIME}{_REST}",
    )
]
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(Z|[+-]\d{4})?")
_NUMERIC = _FORMS[1]
_Parts = tuple[int, int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a cell says of when."""

    at: datetime
    """UTC."""
    has_time: bool
    """It tells a time of day."""
    is_guess: bool = False
    """Day and month can be read the other way round."""
    unread: str = ""
    """What stands behind the time and is no zone that is known; the time was then read as if it were not there."""
    is_zoned: bool = True
    """The cell itself says its zone."""


@dataclass(frozen=True, slots=True)
class DateLook:
    """How a table writes its dates, where a cell alone leaves it open."""

    is_day_first: bool | None = None
    """Its habit for `03/04/2026`; None where it shows none."""
    zone: tzinfo = UTC
    """Of times that say no zone."""
    pattern: str = ""
    """As `strptime` takes it; every cell must fit it. Empty: the known forms."""


def moment_of(cell: str, look: DateLook) -> Moment | None:
    """Return the moment that a cell says; None where it is no date, or one before 1970 or after 2199."""
    text = " ".join(cell.split())[:LONGEST]
    if look.pattern:
        return _patterned(text, look)
    if text.isascii() and text.isdecimal() and len(text) in (10, 13):
        at = datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
        return _believed(Moment(at, has_time=True))
    if found := _COMPACT.fullmatch(text):
        return _compact(found, look)
    for form in _FORMS:
        if (found := form.fullmatch(text)) and (moment := _read(found, look)) is not None:
            return moment
    return None


def day_habit(cells: Iterable[str], others: Iterable[str] = ()) -> bool | None:
    """Tell from all dates of a file whether they put the day before the month; None where they do not show it.

    `others` are asked where the dates that count leave it open; where those contradict each other, nothing decides.
    """
    shown, is_open = _habits(cells)
    if is_open and not shown:
        shown, _ = _habits(others)
    return shown.pop() if len(shown) == 1 else None


def is_order_open(cell: str) -> bool:
    """Tell whether a date is one whose day and month only the habit of its table tells apart: `03/04/2026`."""
    found = _NUMERIC.fullmatch(" ".join(cell.split())[:LONGEST])
    return found is not None and found["mark"] != "."


def _habits(cells: Iterable[str]) -> tuple[set[bool], bool]:
    """Return what dates show of their order, and whether there are any that need it."""
    shown: set[bool] = set()
    is_open = False
    for cell in cells:
        found = _NUMERIC.fullmatch(" ".join(cell.split())[:LONGEST])
        # Dots always put the day first, and `26-03-12` may begin with its year: neither says how others are meant.
        if found is None or found["mark"] == "." or (found["mark"] == "-" and len(found["year"]) < 4):
            continue
        is_open = True
        if int(found["first"]) > 12:
            shown.add(True)
        elif int(found["other"]) > 12:
            shown.add(False)
    return shown, is_open


def _patterned(text: str, look: DateLook) -> Moment | None:
    try:
        at = datetime.strptime(text, look.pattern)  # noqa: DTZ007 - the zone is looked at below
    except (ValueError, re.error):
        return None
    has_time = any(sign in look.pattern for sign in ("%H", "%I", "%c", "%X", "%T", "%s"))
    parts = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    return _zoned(parts, at.tzinfo, look, has_time=has_time)


def _compact(found: re.Match[str], look: DateLook) -> Moment | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = zone_of(found[7]) if found[7] else None
    return _zoned((year, month, day, hour, minute, second), zone, look, has_time=found[4] is not None)


def _read(found: re.Match[str], look: DateLook) -> Moment | None:
    told = found.groupdict()
    is_guess = False
    if told.get("first"):
        first, other = int(told["first"]), int(told["other"])
        is_first = told["mark"] == "." or (first > 12 if look.is_day_first is None else look.is_day_first)
        is_open = max(first, other) <= 12 and first != other
        # `26-03-12` is a year first to some, a day first to others.
        is_open = is_open or (told["mark"] == "-" and len(told["year"]) < 4)
        is_guess = look.is_day_first is None and told["mark"] != "." and is_open
        day, month = (first, other) if is_first else (other, first)
    else:
        day = int(told["day"])
        month = _MONTH.get(told["word"].casefold(), 0) if told.get("word") else int(told["month"])
    year = int(told["year"]) + (2000 if len(told["year"]) < 4 else 0)
    hour = int(told["hour"] or 0)
    if told["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if told["half"].casefold() == "p" else 0)
    # A leap second is told as the last one of its minute.
    parts = (year, month, day, hour, int(told["minute"] or 0), min(59, int(told["second"] or 0)))
    behind = told["zone"].strip(" ,;")
    zone = zone_of(behind) if behind else None
    if behind and told["hour"] is None:  # `12.03.2026 yesterday` is no date
        return None
    return _zoned(parts, zone, look, has_time=told["hour"] is not None, is_guess=is_guess, unread=behind)


def _zoned(
    parts: _Parts, zone: tzinfo | None, look: DateLook, *, has_time: bool, is_guess: bool = False, unread: str = ""
) -> Moment | None:
    """Return a moment in UTC; a day without a time stays the day that it is."""
    try:
        moment = datetime(*parts, tzinfo=zone or (look.zone if has_time else UTC)).astimezone(UTC)
    except (OverflowError, ValueError):  # no such day, or one at an end of all dates
        return None
    unread = "" if zone is not None else unread
    return _believed(Moment(moment, has_time, is_guess, unread[:40], is_zoned=zone is not None or not has_time))


def _believed(moment: Moment) -> Moment | None:
    return moment if date(1970, 1, 2) <= moment.at.date() <= date(2199, 1, 1) else None

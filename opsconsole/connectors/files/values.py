"""Cells to values: amounts, dates and addresses as exports write them."""

import re
from datetime import UTC, date, datetime

from opsconsole.connectors.mailtext.headers import parse_date

_EMAIL = re.compile(r"[^\s<>()@,;:\"]{1,64}@[^\s<>()@,;:\"]{1,255}")
_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "kč": "CZK"}
_CODE = re.compile(r"\b([A-Z]{3})\b")
_AMOUNT = re.compile(r"[-+]?[\d.,' ]{1,40}")
_ISO = re.compile(r"\d{4}-\d\d-\d\d")
_PARTS = re.compile(
    r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[ T,]+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?\s*([ap]m)?)?", re.IGNORECASE
)
_WORDY = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%d-%b-%y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


def email_of(cell: str) -> str | None:
    """Return the first address in a cell, in lower case; None where there is none."""
    found = _EMAIL.search(cell[:2000])
    return found[0].lower().strip(".") if found else None


def amount_of(cell: str) -> tuple[float, str, bool] | None:
    """Return a number, the currency said beside it, and whether the reading is a guess; None where it is no number."""
    text = cell[:100].replace("\xa0", " ").replace("\u202f", " ").strip()
    currency = next((code for sign, code in _SYMBOLS.items() if sign in text.lower()), "")
    if not currency and (code := _CODE.search(text)):
        currency = code[1]
    is_negative = text.startswith("(") and text.endswith(")")
    digits = [piece for found in _AMOUNT.findall(text) if re.search(r"\d", piece := found.strip(" ,."))]
    if len(digits) != 1:
        return None
    number, is_guess = _plain(digits[0].replace(" ", "").replace("'", ""))
    try:
        value = float(number)
    except ValueError:
        return None
    return (-value if is_negative else value), currency, is_guess


def _plain(number: str) -> tuple[str, bool]:
    comma, dot = number.rfind(","), number.rfind(".")
    if comma >= 0 and dot >= 0:
        thousands = "," if dot > comma else "."
        return number.replace(thousands, "").replace(",", "."), False
    mark = "," if comma >= 0 else "."
    if mark not in number:
        return number, False
    head, _, tail = number.rpartition(mark)
    if number.count(mark) > 1:
        return number.replace(mark, ""), False
    if len(tail) == 3 and 1 <= len(head.strip("+-")) <= 3 and head.strip("+-") != "0":
        return number.replace(mark, ""), True
    return number.replace(mark, "."), False


def moment_of(cell: str, *, is_day_first: bool | None) -> tuple[datetime, bool, bool] | None:
    """Return a moment in UTC, whether it has a time of day, and whether day and month are a guess; None if unreadable.

    Args:
        cell: as the export has it; without a zone it is taken as UTC.
        is_day_first: the file's own habit for `03/04/2026`, None where it shows none.
    """
    text = cell.strip()[:100]
    if text.isascii() and text.isdecimal() and len(text) in (10, 13):
        return _checked(datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC), True, False)
    if _ISO.match(text):
        try:
            plain = re.sub(r" (?:UTC|GMT)$", "+00:00", text).replace(" +", "+").replace(" -", "-")
            found = datetime.fromisoformat(plain)
        except ValueError:
            found = None
        if found is not None:
            try:
                zoned = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
            except OverflowError:  # at an end of all dates
                return None
            return _checked(zoned, len(text) > 10, False)
    if match := _PARTS.match(text):
        return _numeric(match, is_day_first)
    tidy = " ".join(text.replace(",", " ").split())
    for day in _WORDY:
        for clock in _CLOCKS:
            try:
                return _checked(datetime.strptime(tidy, day + clock).replace(tzinfo=UTC), bool(clock), False)
            except ValueError:
                continue
    found = parse_date(text, now=datetime(2199, 1, 1, tzinfo=UTC)) if ":" in text else None
    return None if found is None else (found, True, False)


def day_habit(cells: list[str]) -> bool | None:
    """Tell from a file's first dates whether they put the day before the month; None where they do not show it."""
    for cell in cells:
        match = _PARTS.match(cell.strip())
        if match is None or len(match[1]) == 4:
            continue
        if "." in match[0][:3] or int(match[1]) > 12:
            return True
        if int(match[2]) > 12:
            return False
    return None


def _numeric(match: re.Match[str], is_day_first: bool | None) -> tuple[datetime, bool, bool] | None:
    first, second, third = int(match[1]), int(match[2]), int(match[3])
    is_guess = False
    if len(match[1]) == 4:
        year, month, day = first, second, third
    else:
        year = third + 2000 if third < 100 else third
        is_guess = is_day_first is None and first <= 12 and second <= 12 and first != second
        is_first = (first > 12) if is_day_first is None else is_day_first
        day, month = (first, second) if is_first else (second, first)
    hour, minute, second_ = (int(part) if part else 0 for part in match.group(4, 5, 6))
    if match[7]:
        hour = hour % 12 + (12 if match[7].lower() == "pm" else 0)
    try:
        return _checked(datetime(year, month, day, hour, minute, second_, tzinfo=UTC), match[4] is not None, is_guess)
    except ValueError:
        return None


def _checked(moment: datetime, has_time: bool, is_guess: bool) -> tuple[datetime, bool, bool] | None:
    return (moment, has_time, is_guess) if date(1970, 1, 2) <= moment.date() <= date(2199, 1, 1) else None

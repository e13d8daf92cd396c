"""The counts of decisions in words, the same on every face: window, terminal, reports. Pure."""

from dataclasses import dataclass

from opsconsole.policy.insights.counts import DecisionCounts

NONE = "—"
"""Stands where there is nothing to count of: no share is 0 % of nothing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with what it is of and how it stands to the time before."""

    name: str
    caption: str
    value: str
    of: str
    """What it is a part of; empty for nothing."""
    change: str
    """Against the time before, in words."""
    means: str
    """What is counted, exactly."""


def length(seconds: float) -> str:
    """Return a length of time in its two greatest units: `45 s`, `3 min`, `3 h 10 min`, `2 d 4 h`."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (rest, "min")) if number]
    return " ".join(parts[:2]) if days == 0 or hours else parts[0]


def share(part: float | None) -> str:
    """Return a share in percent: never 100 % of nearly all, never 0 % of some, — of nothing."""
    if part is None:
        return NONE
    rounded = round(part * 100)
    if rounded == 100 and part < 1:
        return "over 99 %"
    return "under 1 %" if rounded == 0 and part > 0 else f"{rounded} %"


def requests(number: int) -> str:
    """Return `1 request`, `1,240 requests`: what people are asked is called so wherever they read of it."""
    return f"{number:,} {'request' if number == 1 else 'requests'}"


def before_words(days: int) -> str:
    """Return what the time is compared with: `the 7 days before`."""
    return "the day before" if days == 1 else f"the {days} days before"


def figures(now: DecisionCounts, before: DecisionCounts, *, days: int) -> tuple[Figure, ...]:
    """Return the six figures of a time, each against the time before it."""
    than = before_words(days)
    return (
        Figure(
            "asked", "Asked", f"{now.asked:,}", "", _more(now.asked, before.asked, than),
            "Requests put to people in this time. One that was taken back and waits again counts once; one that is"
            " asked again for another reason, twice.",
        ),
        Figure(
            "approved", "Approved", share(now.approval_share), _of(now.approved, now.ruled, "decided"),
            _points(now.approval_share, before.approval_share, than),
            "Approved, edited or not, of the requests decided in this time that wanted to do something; answers to"
            " questions are not among them.",
        ),
        Figure(
            "time", "Time to decide", NONE if now.median_s is None else length(now.median_s), _timed(now),
            _longer(now.median_s, before.median_s, than),
            "Median from asked to decided, nights included. Requests that were put off are left out: since when they"
            " were is not kept.",
        ),
        Figure(
            "edited", "Edited first", share(now.edited_share), _of(now.edited, now.approved, "approved"),
            _points(now.edited_share, before.edited_share, than),
            "Changed by a person before it was approved, of the approved.",
        ),
        Figure(
            "expired", "Expired", f"{now.expired:,}", "", _more(now.expired, before.expired, than),
            "Requests that ended in this time because nobody had decided by their deadline.",
        ),
        Figure(
            "overturned", "Overturned later", f"{now.overturned:,}" if now.given else NONE, _overturned(now),
            _more(now.overturned, before.overturned, than) if before.given else _nothing(before.given, than),
            "Approvals given in this time that were taken back before they were done, undone afterwards (or wanted"
            " so), or judged against when the event was compared with what people did. Each counts once.",
        ),
    )  # fmt: skip


def price(now: DecisionCounts, before: DecisionCounts, *, days: int, hour_price: float | None, currency: str) -> str:
    """Return the price of oversight: median time x cards decided, in money too where an hour's price is declared."""
    if now.oversight_s is None or now.median_s is None:
        return f"Price of oversight: {NONE}; no request was timed."
    hours = now.oversight_s / 3600
    text = (
        f"Price of oversight: {hours_words(hours)} of waiting ({requests(now.decided)} × median {length(now.median_s)})"
    )
    if hour_price is not None:
        text += f", {currency} {hours * hour_price:,.2f} at the declared {currency} {hour_price:,.2f} an hour"
    if before.oversight_s is not None:
        text += f"; {hours_words(before.oversight_s / 3600)} in {before_words(days)}"
    return f"{text}."


PRICE_MEANS = (
    "Median time to decide × requests decided: how long work waited for people. How long they sat over it is not"
    " measured."
)


def hours_words(hours: float) -> str:
    """Return hours: `under 0.1 h`, `1.3 h`, `120 h`."""
    if 0 < hours < 0.05:
        return "under 0.1 h"
    return f"{hours:,.0f} h" if hours >= 99.95 else f"{hours:,.1f} h"


def _of(part: int, whole: int, what: str) -> str:
    return f"{part:,} of {whole:,} {what}" if whole else f"nothing {what}"


def _timed(now: DecisionCounts) -> str:
    if not now.decided:
        return "nothing decided"
    left = now.decided - now.timed
    return f"{requests(now.timed)}{f', {left:,} put off left out' if left else ''}"


def _overturned(now: DecisionCounts) -> str:
    parts = ((now.taken_back, "taken back"), (now.undone, "undone"), (now.judged_wrong, "judged wrong"))
    told = ", ".join(f"{number:,} {words}" for number, words in parts if number)
    return f"of {now.given:,} approvals{f': {told}' if told else ''}" if now.given else "nothing approved"


def _nothing(number: int, than: str) -> str:
    return "" if number else f"nothing in {than}"


def _more(now: int, before: int, than: str) -> str:
    if now == before:
        return f"as many as in {than}" if now else f"none in {than} either"
    return f"{abs(now - before):,} {'more' if now > before else 'fewer'} than {than}"


def _points(now: float | None, before: float | None, than: str) -> str:
    if before is None:
        return f"nothing in {than}"
    if now is None:
        return f"{share(before)} in {than}"
    points = round(now * 100) - round(before * 100)
    if not points:
        return f"as in {than}"
    words = "point" if abs(points) == 1 else "points"
    return f"{abs(points)} {words} {'more' if points > 0 else 'less'} than {than}"


def _longer(now: float | None, before: float | None, than: str) -> str:
    if before is None:
        return f"nothing in {than}"
    if now is None or length(now) == length(before):
        return f"{length(before)} in {than}" if now is None else f"as in {than}"
    return f"{length(abs(now - before))} {'longer' if now > before else 'shorter'} than {than}"

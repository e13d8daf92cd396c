"""The ladder's numbers: what each step up asks for, what takes a step back, and how many decisions are drawn. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import ClassCeiling, Effect, Reversibility, Stage
from opsconsole.policy.trials import TO_LIMITED, EvidenceThreshold

TO_EXPANDED = EvidenceThreshold(0.90, 0.97, 10)
TO_FULL = EvidenceThreshold(0.90, 0.97, 40)
TO_STAGE = {Stage.LIMITED: TO_LIMITED, Stage.EXPANDED: TO_EXPANDED, Stage.FULL: TO_FULL}
"""What a category's stage asks for; the days are working days since its first decision that counts."""
ALONE_INSIDE = EvidenceThreshold(0.95, 0.98, 5)
ALONE_OUTSIDE = EvidenceThreshold(0.98, 0.99, 5)
"""What acting alone asks for, inside the house and towards people outside."""

RATE_FINE, RATE_BAD = 0.02, 0.06
"""Shares of wrong decisions that the alarm tells apart."""
ALARM_AT = 3.0
_UP = math.log(RATE_BAD / RATE_FINE)
_DOWN = math.log((1 - RATE_BAD) / (1 - RATE_FINE))
ALARM_AFTER = 92
"""Audited decisions until the alarm at 6 % wrong, on average (the median is 75)."""

FIRST_ALL = 50
"""So many decisions of a cell that acts alone are all drawn."""
PER_WEEK = 20
"""Afterwards at least so many a week; all, where there are fewer."""
AIM_PER_WEEK = 30
ASKED_SHARE = 0.2
"""Of decisions that a person is asked about so many are drawn: what acting alone is earned by."""
UNAUDITED_DAYS = 14
"""Who acts alone for so long without an audited decision loses it."""
REVIEW_DAYS = 30
"""At full operations a review is due so many days after the last, or after something came to full."""
REVIEW_SOON = 7
"""So many days before, it is said everywhere."""


def threshold_alone(kind: ActionType) -> EvidenceThreshold:
    """Return what acting alone by a tool asks for."""
    return ALONE_OUTSIDE if kind.effect is Effect.EXTERNAL else ALONE_INSIDE


def wall(kind: ActionType, raised: Iterable[ClassCeiling]) -> str:
    """Return why a tool never acts alone, whatever the evidence; empty where it may."""
    past = {*raised}
    if kind.is_money and ClassCeiling.MONEY not in past:
        return "it moves money"
    if kind.reversibility is Reversibility.IRREVERSIBLE and ClassCeiling.IRREVERSIBLE not in past:
        return "it cannot be undone"
    return ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Where the watch on a cell's audited decisions stands."""

    value: float
    """From 0; it rings at `ALARM_AT`."""
    rang_after: int | None
    """Decisions until it rang first; None: it did not."""


def watch(wrong: Iterable[bool]) -> Alarm:
    """Follow audited decisions in order by the cumulated log-likelihood ratio of 6 % against 2 % wrong (Page, 1954)."""
    value, rang = 0.0, None
    for number, is_wrong in enumerate(wrong, start=1):
        value = max(0.0, value + (_UP if is_wrong else _DOWN))
        if rang is None and value >= ALARM_AT:
            rang = number
    return Alarm(value, rang)


def review_due(begin: date) -> date:
    """Return the day on which a review is due whose time began on a day.

    Not before the month of that day is over: a review is of whole months, and one of 31 days that began on its first
    is not over 30 days later.
    """
    next_month = (begin.replace(day=1) + timedelta(days=32)).replace(day=1)
    return max(begin + timedelta(days=REVIEW_DAYS), next_month)


def share_drawn(*, alone: bool, asked: float, drawn_ever: int, drawn_week: int, decided_week: int) -> float:
    """Return the share, 0 to 1, of a cell's decisions that is drawn now.

    Args:
        alone: it acts alone; else a person is asked about each.
        asked: the share of those, 0 to 1.
        drawn_ever: so many were drawn since it stands on this rung.
        drawn_week: in the last seven days.
        decided_week: decisions of the cell in the last seven days, drawn or not.
    """
    if not alone:
        return asked
    if drawn_ever < FIRST_ALL or drawn_week < PER_WEEK:
        return 1.0
    return min(1.0, AIM_PER_WEEK / max(decided_week, 1))

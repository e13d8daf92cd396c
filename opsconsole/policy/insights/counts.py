"""What people decided in a time, counted: in total, and by agent, category and what is wanted. Pure.

A card is one question to a person. One that was taken back and asked again is the same card: it counts once where it
was asked, and once where the decision was made that stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from statistics import median


class Fate(IntEnum):
    """What became of a decision afterwards."""

    STANDS = 0
    TAKEN_BACK = 1
    """Before anything was done for it; the card waited again."""
    UNDONE = 2
    """What was approved had been done, and a person wanted it undone."""
    JUDGED_WRONG = 3
    """What was approved had been done, and comparing the event with what people did, a person judged against it."""


Said = tuple[str, str, str, str, str, int, int, list[int]]
"""Decisions that are alike: agent, category, tool, kind of request, verb, `Fate`, how many, and how long those of them
took that were never put off, in µs from asked to decided."""
Sort = tuple[str, str, str, str]
"""Which cards are of one sort: agent, category, tool, kind of request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCounts:
    """What the decisions of a time come to."""

    asked: int = 0
    """Cards put to people in the time, decided by now or not."""
    decided: int = 0
    """Cards whose decision was made in the time and stands; questions and doubts too."""
    ruled: int = 0
    """Of those, the cards that wanted to do something: only they can be approved."""
    approved: int = 0
    """Of those, approved, as it was wanted or edited."""
    edited: int = 0
    """Of the approved."""
    rejected: int = 0
    """Of those that wanted to do something; what was let go is neither approved nor rejected."""
    taken_back: int = 0
    """Approvals given in the time and taken back before they were done; no decided card is among them."""
    undone: int = 0
    """Of the approved: done, then undone, or wanted so."""
    judged_wrong: int = 0
    """Of the approved: done, then judged against by a person."""
    expired: int = 0
    """Cards that ended in the time because nobody decided."""
    timed: int = 0
    """Of the decided, those that were never put off: only of them is it known how long they waited for a person."""
    median_s: float | None = None
    """Median seconds from asked to decided, of those timed; None: there are none."""

    @property
    def given(self) -> int:
        """Approvals given in the time, also those that were taken back."""
        return self.approved + self.taken_back

    @property
    def overturned(self) -> int:
        """Approvals given in the time that did not last; each counts once."""
        return self.taken_back + self.undone + self.judged_wrong

    @property
    def approval_share(self) -> float | None:
        """Return the share approved, edited or not, of the cards that wanted to do something; None: there are none."""
        return self.approved / self.ruled if self.ruled else None

    @property
    def edited_share(self) -> float | None:
        """Return the share of the approved that was edited first; None: nothing was approved."""
        return self.edited / self.approved if self.approved else None

    @property
    def oversight_s(self) -> float | None:
        """Return the price of oversight in seconds: median time to decide x cards decided; None: it is not known."""
        return None if self.median_s is None else self.median_s * self.decided


def counted(said: Iterable[Said], *, asked: int = 0, expired: int = 0) -> DecisionCounts:
    """Return what decisions come to."""
    decided = ruled = approved = edited = rejected = 0
    fates = [0, 0, 0, 0]
    times: list[int] = []
    for _, _, _, kind, verb, fate, number, waits in said:
        is_approval = kind == "action" and verb in ("approve", "edit")
        if is_approval:
            fates[fate] += number
        if fate == Fate.TAKEN_BACK:
            continue
        decided += number
        times += waits
        if kind == "action":
            ruled += number
            approved += number if is_approval else 0
            edited += number if verb == "edit" else 0
            rejected += number if verb == "reject" else 0
    return DecisionCounts(
        asked=asked,
        decided=decided,
        ruled=ruled,
        approved=approved,
        edited=edited,
        rejected=rejected,
        taken_back=fates[Fate.TAKEN_BACK],
        undone=fates[Fate.UNDONE],
        judged_wrong=fates[Fate.JUDGED_WRONG],
        expired=expired,
        timed=len(times),
        median_s=median(times) / 1e6 if times else None,
    )


def by_sort(said: Iterable[Said]) -> dict[Sort, list[Said]]:
    """Return the decisions of each sort, in the order of the sorts."""
    found: dict[Sort, list[Said]] = {}
    for decision in said:
        found.setdefault(decision[:4], []).append(decision)
    return dict(sorted(found.items()))

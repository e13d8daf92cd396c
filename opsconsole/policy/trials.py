"""From pairs to trials: what counts as one piece of evidence, and for what. Pure.

A trial is all that one agent decided in one category for one customer, or in one thread, on one day: a burst of ten
mails about one outage is one piece of evidence, not ten. It is right only where every decision in it is.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.policy.evidence import OPENS_AT, Interval, evidence, exact_interval, forecast, still_needed

AGREED = (Agreement.SAME, Agreement.BOTH_NONE)
FINE = (Adjudication.AGENT, Adjudication.BOTH)
Basis = Literal["judged", "blind", "open", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A pair as evidence counts it."""

    category: str
    about: str
    """The customer: whose events of one day are one burst."""
    day: date
    agreement: Agreement
    severity: Severity
    is_blind: bool
    """No screen showed the proposal before the human acted."""
    is_failed: bool = False
    """The agent failed or abstained: it counts, and it counts as wrong."""
    said: Adjudication | None = None
    thread: int | None = None
    """The thread or record it is about, whose events of one day are one burst too, whoever writes in it."""
    excluded: str = ""
    """Why it proves nothing (a version worked it before, the human's acts are not known)."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One piece of evidence."""

    is_right: bool
    is_severe: bool
    basis: Basis
    pairs: int


@dataclass(frozen=True, slots=True)
class EvidenceThreshold:
    """What a gate asks: accuracy above `accuracy`, and a share of decisions that are not severe above `not_severe`."""

    accuracy: float
    not_severe: float
    business_days: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the evidence of a cell is towards a gate."""

    gate: EvidenceThreshold
    right: int
    total: int
    severe: int
    evidence: float
    """Against "accuracy <= gate.accuracy"; opens at 20."""
    evidence_not_severe: float
    bases: dict[str, int]
    """How many trials stand on which ground."""

    @property
    def is_open(self) -> bool:
        """Both tests are passed; the days are another matter."""
        return self.evidence >= OPENS_AT and self.evidence_not_severe >= OPENS_AT

    @property
    def needed(self) -> int:
        """Right decisions in a row that would open both tests; 0: both are open."""
        return max(
            still_needed(self.right, self.total - self.right, self.gate.accuracy),
            still_needed(self.total - self.severe, self.severe, self.gate.not_severe),
        )

    @property
    def expected(self) -> int | None:
        """Decisions as good as those so far that would open both tests; None where they never would."""
        accurate = forecast(self.right, self.total - self.right, self.gate.accuracy)
        harmless = forecast(self.total - self.severe, self.severe, self.gate.not_severe)
        return None if accurate is None or harmless is None else max(accurate, harmless)

    @property
    def interval(self) -> Interval:
        """Bounds of the accuracy, 95 %, at one look."""
        return exact_interval(self.right, self.total)


TO_LIMITED = EvidenceThreshold(0.85, 0.95, 10)


def is_right(pair: Counted) -> bool | None:
    """Return whether a pair counts as right; None where it proves nothing either way.

    A failure is wrong, whatever is said of it. Otherwise a person's word holds; without it a difference is wrong. An
    agreement with a human who had seen the proposal proves nothing, also where a person chose to judge it: they may
    choose the right ones.
    """
    if pair.excluded:
        return None
    if pair.is_failed:
        return False
    is_agreed = pair.agreement in AGREED
    is_fine = is_agreed if pair.said is None else pair.said in FINE
    return None if is_agreed and is_fine and not pair.is_blind else is_fine


def is_severe(pair: Counted) -> bool:
    """Return whether a pair is a severe error: until a person says that the agent was right, it is."""
    return pair.severity is Severity.SEVERE and pair.said not in FINE


def trials(pairs: Iterable[Counted]) -> list[Trial]:
    """Group pairs, given in the order of their events, to trials in the order of their first."""
    every = list(pairs)
    groups = [[every[place] for place in group] for group in bursts(every)]
    return [Trial(all(map(is_right, some)), any(map(is_severe, some)), _basis(some), len(some)) for some in groups]


def bursts(pairs: Sequence[Counted]) -> list[list[int]]:
    """Return the places of the pairs of each trial; pairs that prove nothing are in none.

    A pair joins the first trial of its category and day that has its customer or its thread. Two trials are never
    joined by a third pair: what was counted stays counted.
    """
    groups: list[list[int]] = []
    known: dict[tuple[str, date, str | int], list[int]] = {}
    for place, pair in enumerate(pairs):
        if is_right(pair) is None:
            continue
        names = [(pair.category, pair.day, name) for name in (pair.about, pair.thread) if name is not None]
        group = next((known[name] for name in names if name in known), None)
        if group is None:
            groups.append(group := [])
        group.append(place)
        for name in names:
            known.setdefault(name, group)
    return groups


def _basis(group: Sequence[Counted]) -> Basis:
    """Return the weakest ground a trial stands on."""
    if any(pair.is_failed and pair.said is None for pair in group):
        return "failed"
    if any(pair.said is None and pair.agreement not in AGREED for pair in group):
        return "open"
    return "judged" if all(pair.said is not None for pair in group) else "blind"


def standing(found: Sequence[Trial], gate: EvidenceThreshold) -> Standing:
    """Count trials towards a gate."""
    return standing_of(
        gate,
        right=sum(trial.is_right for trial in found),
        total=len(found),
        severe=sum(trial.is_severe for trial in found),
        bases=Counter(trial.basis for trial in found),
    )


def standing_of(
    gate: EvidenceThreshold, *, right: int, total: int, severe: int, bases: Mapping[Basis, int]
) -> Standing:
    """Return how far counted trials are towards a gate.

    Args:
        gate: what is asked.
        right: how many were right.
        total: of so many.
        severe: how many were severe errors.
        bases: how many stand on which ground.
    """
    return Standing(
        gate,
        right,
        total,
        severe,
        evidence(right, total - right, gate.accuracy),
        evidence(total - severe, severe, gate.not_severe),
        {f"{basis}": number for basis, number in bases.items()},
    )

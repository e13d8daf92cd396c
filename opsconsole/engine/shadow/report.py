"""What the pairs of an agent say in numbers: agreement, accuracy, what chance would give, and how far a gate is."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsconsole.domain.enums import Adjudication
from opsconsole.policy.evidence import ac1, exact_interval, kappa
from opsconsole.policy.trials import AGREED, FINE, TO_LIMITED, Counted, Gate, Standing, standing, trials
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries import versions
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.rows import Reader

NOTHING = "nothing"
_PLACES = ("folder", "queue", "assignee", "stage", "tag")
"""Arguments that say where something is led to."""
BINS = 5
VOLUME_DAYS = 28
"""The forecast in days counts on the trials of the last so many days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One agent in one category."""

    agent: str
    version: int | None
    category: str
    pairs: int
    agreed: int
    judged: int
    judged_fine: int
    """Of those judged: the agent was right, or both were fine."""
    severe: int
    excluded: int
    unblind: int
    """Agreements where the human saw the proposal first: they prove nothing unless judged."""
    standing: Standing
    number: int | None
    """Of the version, as people count an agent's versions."""
    days: float | None
    """Working days until the gate opens at the volume of late; None where it does not get there."""

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON."""
        at = self.standing
        bounds = at.interval
        return {
            "agent": self.agent,
            "version": self.number,
            "category": self.category,
            "pairs": self.pairs,
            "agreed": self.agreed,
            "judged": self.judged,
            "judged_fine": self.judged_fine,
            "severe": self.severe,
            "excluded": self.excluded,
            "unblind": self.unblind,
            "trials": at.total,
            "right": at.right,
            "right_share": round(at.right / at.total, 4) if at.total else None,
            "interval_95": [round(bounds.low, 4), round(bounds.high, 4)],
            "evidence": round(min(at.evidence, 1e9), 4),
            "evidence_not_severe": round(min(at.evidence_not_severe, 1e9), 4),
            "open": at.is_open,
            "needed": at.needed,
            "expected": at.expected,
            "days": None if self.days is None else round(self.days, 1),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """All numbers of a choice of pairs, for reading; what a gate may count is in the cells."""

    pairs: int
    agreed: int
    judged: int
    judged_fine: int
    majority: float | None
    """What always doing the human's most frequent thing would agree."""
    kappa: float | None
    ac1: float | None
    recall: Mapping[str, tuple[int, int]]
    """Per decision of the human: (how often the agent did the same, how often there was one)."""
    confusion: Mapping[tuple[str, str], int]
    """(the human's decision, the agent's) → how often."""
    coverage: Sequence[tuple[float, float, float]]
    """(confidence from, share of events covered, agreement among them), most confident first."""
    reliability: Sequence[tuple[float, float, int]]
    """(mean stated confidence, share right, pairs) by fifths."""
    labels: Sequence[tuple[str, str]]
    """(the human's decision, the agent's) of each pair, in their order."""

    def to_json(self) -> dict[str, Any]:
        """Give them as JSON."""
        bounds = exact_interval(self.agreed, self.pairs)
        return {
            "pairs": self.pairs,
            "agreed": self.agreed,
            "agreement": round(self.agreed / self.pairs, 4) if self.pairs else None,
            "agreement_95": [round(bounds.low, 4), round(bounds.high, 4)],
            "judged": self.judged,
            "judged_fine": self.judged_fine,
            "accuracy_of_judged": round(self.judged_fine / self.judged, 4) if self.judged else None,
            "majority_baseline": None if self.majority is None else round(self.majority, 4),
            "kappa": None if self.kappa is None else round(self.kappa, 4),
            "ac1": None if self.ac1 is None else round(self.ac1, 4),
            "recall": {name: {"met": met, "of": of} for name, (met, of) in self.recall.items()},
            "confusion": [
                {"human": human, "agent": agent, "count": count} for (human, agent), count in self.confusion.items()
            ],
            "coverage": [
                {"confidence": round(least, 4), "coverage": round(share, 4), "agreement": round(right, 4)}
                for least, share, right in self.coverage
            ],
            "reliability": [
                {"stated": round(stated, 4), "right": round(right, 4), "pairs": count}
                for stated, right, count in self.reliability
            ],
        }


def cells(conn: Reader, *, now: datetime, agent: str | None = None, gate: Gate = TO_LIMITED) -> list[Cell]:
    """Give how far each agent's newest version is in each category, the categories with most pairs first."""
    groups: dict[tuple[str, str], list[PairRow]] = defaultdict(list)
    newest: dict[str, int] = {}
    for one in read.pairs(conn, agent=agent, newest_first=False, limit=1_000_000):
        if one.version is not None:
            newest[one.agent] = max(newest.get(one.agent, 0), one.version)
        groups[(one.agent, one.category)].append(one)
    rows = {agent: versions.version(conn, number) for agent, number in newest.items()}
    numbered = {agent: row.number for agent, row in rows.items() if row is not None}
    found = [
        _cell(name, newest.get(name), numbered.get(name), category, some, gate, now=now)
        for (name, category), some in groups.items()
    ]
    return sorted((one for one in found if one.pairs), key=lambda one: (one.agent, -one.pairs, one.category))


def counted(one: PairRow) -> Counted:
    """Give a pair as evidence counts it."""
    return Counted(
        category=one.category,
        about=one.about,
        day=one.occurred_at.date(),
        verdict=one.verdict,
        severity=one.severity,
        is_blind=one.is_blind,
        is_failed=one.is_failed,
        said=one.said,
        thread=one.subject_id,
        excluded=one.excluded,
    )


def cohort(every: Sequence[PairRow], version: int | None) -> list[PairRow]:
    """Give the pairs that speak of a version: a new one starts from nothing."""
    return [one for one in every if one.version == version]


def _cell(
    agent: str,
    version: int | None,
    number: int | None,
    category: str,
    every: Sequence[PairRow],
    gate: Gate,
    *,
    now: datetime,
) -> Cell:
    some = cohort(every, version)
    evidence = [counted(one) for one in some]
    at = standing(trials(evidence), gate)
    return Cell(
        agent=agent,
        version=version,
        number=number,
        category=category,
        pairs=len(some),
        agreed=sum(map(_is_agreed, some)),
        judged=sum(one.said is not None for one in some),
        judged_fine=sum(one.said in FINE for one in some),
        severe=at.severe,
        excluded=sum(bool(one.excluded) for one in some),
        unblind=sum(not one.is_blind and one.verdict in AGREED and one.said is None for one in some),
        standing=at,
        days=_days(evidence, at.expected, now),
    )


def _days(evidence: Sequence[Counted], expected: int | None, now: datetime) -> float | None:
    """Give the working days that so many more trials take, at the volume of the last four weeks of the series."""
    if expected is None:
        return None
    if expected == 0:
        return 0.0
    if not evidence:
        return None
    last = min(now.date(), max(one.day for one in evidence))
    lately = len(trials(one for one in evidence if one.day > last - timedelta(days=VOLUME_DAYS)))
    first = min(one.day for one in evidence)
    span = max(1, min(VOLUME_DAYS, (last - first).days + 1))
    return expected / (lately / (span * 5 / 7)) if lately else None


def numbers(conn: Reader, chosen: Sequence[PairRow]) -> Numbers:
    """Count a choice of pairs; failures and abstentions stand in every denominator."""
    labels = [(label(body, "human"), label(body, "agent")) for body in (read.body(conn, one.id) for one in chosen)]
    humans = Counter(human for human, _ in labels)
    recall: dict[str, tuple[int, int]] = {}
    for name, of in humans.most_common():
        met = sum(_is_agreed(one) for one, (human, _) in zip(chosen, labels, strict=True) if human == name)
        recall[name] = (met, of)
    return Numbers(
        pairs=len(chosen),
        agreed=sum(map(_is_agreed, chosen)),
        judged=sum(one.said is not None for one in chosen),
        judged_fine=sum(one.said in FINE for one in chosen),
        majority=humans.most_common(1)[0][1] / len(labels) if labels else None,
        kappa=kappa(labels),
        ac1=ac1(labels),
        recall=recall,
        confusion=dict(Counter(labels).most_common()),
        coverage=_coverage(chosen),
        reliability=_reliability(chosen),
        labels=labels,
    )


def label(body: Mapping[str, Any], side: str) -> str:
    """Name a decision by its acts and where they lead: `move_mail Billing + reply`; `nothing` for none."""
    names: list[str] = []
    for one in body.get(side) or ():
        verb = str(one["tool"]).partition(".")[2] or str(one["tool"])
        place = next((one["args"][name] for name in _PLACES if one["args"].get(name)), "")
        names.append(f"{verb} {place}".strip())
    return " + ".join(sorted(names)) or NOTHING


def is_fine(one: PairRow) -> bool:
    """A person's word where there is one, else whether both did the same; a failure is neither."""
    return _is_agreed(one) if one.said is None or one.is_failed else one.said in FINE


def _is_agreed(one: PairRow) -> bool:
    return one.verdict in AGREED and not one.is_failed


def _coverage(chosen: Sequence[PairRow]) -> list[tuple[float, float, float]]:
    """Give what share is covered, and right, when only decisions of at least a confidence are taken."""
    known = sorted((one for one in chosen if one.confidence is not None), key=lambda one: -(one.confidence or 0))
    points: list[tuple[float, float, float]] = []
    right = 0
    for place, one in enumerate(known, start=1):
        right += is_fine(one)
        following = known[place].confidence if place < len(known) else None
        if following != one.confidence:
            points.append((one.confidence or 0.0, place / len(chosen), right / place))
    return points


def _reliability(chosen: Sequence[PairRow]) -> list[tuple[float, float, int]]:
    bins: dict[int, list[PairRow]] = defaultdict(list)
    for one in chosen:
        if one.confidence is not None:
            bins[min(BINS - 1, int(one.confidence * BINS))].append(one)
    return [
        (sum(one.confidence or 0 for one in some) / len(some), sum(map(is_fine, some)) / len(some), len(some))
        for _, some in sorted(bins.items())
    ]


def consistency(conn: Reader) -> tuple[int, int]:
    """Give (how often a person said the same when shown again, how often they were shown again)."""
    before: dict[int, Adjudication] = {}
    same = total = 0
    for pair, verdict, is_repeat in read.all_said(conn):
        if not is_repeat:
            before[pair] = verdict
        elif pair in before:
            total += 1
            same += before[pair] is verdict
    return same, total

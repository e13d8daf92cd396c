"""How far each agent is in each category: what of its pairs counts, and what a gate still needs."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opsconsole.engine.evidence.report import is_agreed
from opsconsole.policy.trials import (
    AGREED,
    FINE,
    TO_LIMITED,
    Counted,
    EvidenceThreshold,
    Standing,
    is_right,
    is_severe,
    standing,
    trials,
)
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries import versions
from opsconsole.store.queries.cases import agents as names_of
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.rows import Reader

VOLUME_DAYS = 28
"""The forecast in days counts on the trials of the last so many days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateProgress:
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
    """Severe errors, also among pairs that prove nothing: none of them is made good by that."""
    excluded: int
    reasons: Mapping[str, int]
    """Why pairs prove nothing, and how many."""
    unblind: int
    """Agreements where the human saw the proposal first: they prove nothing unless judged."""
    standing: Standing
    number: int | None
    """Of the version, as people count an agent's versions."""
    days: float | None
    """Working days until the gate opens at the volume of late; None where it does not get there."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
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
            "excluded_because": dict(self.reasons),
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


def progress_of(
    conn: Reader, *, now: datetime, agent: str | None = None, gate: EvidenceThreshold = TO_LIMITED
) -> list[GateProgress]:
    """Return how far each agent's version that counts is in each category, the categories with most pairs first."""
    groups: dict[tuple[str, str], list[PairRow]] = defaultdict(list)
    newest: dict[str, int] = {}
    for pair in cohort(conn, read.pairs(conn, agent=agent, newest_first=False, limit=1_000_000)):
        if pair.version is not None:
            newest[pair.agent] = max(newest.get(pair.agent, 0), pair.version)
        groups[(pair.agent, pair.category)].append(pair)
    rows = {agent: versions.version(conn, number) for agent, number in newest.items()}
    numbered = {agent: row.number for agent, row in rows.items() if row is not None}
    found = [
        _progress(name, newest.get(name), numbered.get(name), category, some, gate, now=now)
        for (name, category), some in groups.items()
    ]
    return sorted(found, key=lambda one: (one.agent, -one.pairs, one.category))


def counted(pair: PairRow) -> Counted:
    """Return a pair as evidence counts it."""
    return Counted(
        category=pair.category,
        about=pair.about,
        day=pair.occurred_at.date(),
        verdict=pair.verdict,
        severity=pair.severity,
        is_blind=pair.is_blind,
        is_failed=pair.is_failed,
        said=pair.said,
        thread=pair.subject_id,
        excluded=pair.excluded,
    )


def cohort(conn: Reader, every: Sequence[PairRow]) -> list[PairRow]:
    """Return those of some pairs that speak of what each agent is now: a new version starts from nothing.

    Its version in use counts, with earlier ones that say the same; while that has no pair, the newest that has some.
    Other systems have no versions: all their pairs count, unless an agent of this workspace has the same name.
    """
    seen: dict[str, set[int]] = defaultdict(set)
    for one in every:
        if one.version is not None:
            seen[one.agent].add(one.version)
    counts: dict[str, frozenset[int]] = {}
    for agent, some in seen.items():
        current = versions.current_version_of(conn, agent)
        same = frozenset[int]() if current is None else versions.alike(conn, current)
        counts[agent] = same if same & some else versions.alike(conn, max(some))
    others = {one.agent for one in every} - {*names_of(conn)}
    return [version for version in of_versions(every, counts) if version.version is not None or version.agent in others]


def proves(pair: PairRow) -> bool:
    """Return whether a pair says anything of whether the agent is right."""
    return is_right(counted(pair)) is not None


def of_versions(every: Sequence[PairRow], counts: Mapping[str, Collection[int]]) -> list[PairRow]:
    """Return the pairs of certain versions of each agent, and those of other systems."""
    return [one for one in every if one.version is None or one.version in counts[one.agent]]


def _progress(
    agent: str,
    version: int | None,
    number: int | None,
    category: str,
    some: Sequence[PairRow],
    gate: EvidenceThreshold,
    *,
    now: datetime,
) -> GateProgress:
    evidence = [counted(one) for one in some]
    at = standing(trials(evidence), gate)
    return GateProgress(
        agent=agent,
        version=version,
        number=number,
        category=category,
        pairs=len(some),
        agreed=sum(map(is_agreed, some)),
        judged=sum(one.said is not None for one in some),
        judged_fine=sum(one.said in FINE for one in some),
        severe=sum(map(is_severe, evidence)),
        excluded=sum(bool(one.excluded) for one in some),
        reasons=Counter(one.excluded for one in some if one.excluded),
        unblind=sum(not one.is_blind and one.verdict in AGREED and one.said is None for one in some),
        standing=at,
        days=_days(evidence, at.expected, now),
    )


def _days(evidence: Sequence[Counted], expected: int | None, now: datetime) -> float | None:
    """Return the working days that so many more trials take, at the volume of the last four weeks of the series."""
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

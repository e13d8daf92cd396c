"""How far each agent is in each category: what of its pairs counts, and what a gate still needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from opsconsole.policy.daycount import DayCount
from opsconsole.policy.trials import TO_LIMITED, Counted, EvidenceThreshold, Standing, is_right, standing_of
from opsconsole.store import evidencethen as then
from opsconsole.store.queries import evidence as read
from opsconsole.store.queries import versions
from opsconsole.store.queries.evidence import CellSums, Counting
from opsconsole.store.queries.pairlists import of_ids, that_count
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
    found: list[GateProgress] = []
    for counting in read.counting(conn, agent):
        every = read.sums(conn, counting)
        newest = max((sums.version for sums in every if sums.version is not None), default=None)
        row = None if newest is None else versions.version(conn, newest)
        for sums in every:
            at = standing_at(sums.count, gate)
            days = days_until(conn, counting, sums.category, at.expected, now)
            found.append(_progress(counting.agent, newest, None if row is None else row.number, sums, at, days))
    return sorted(found, key=lambda progress: (progress.agent, -progress.pairs, progress.category))


def progress_then(
    conn: Reader, agent: str, *, until: datetime, gate: EvidenceThreshold = TO_LIMITED
) -> list[GateProgress]:
    """Return what `progress_of` gave of an agent at a moment that is over, by what was known then."""
    counting = then.counting_then(conn, agent, until=until)
    if counting is None:
        return []
    number = max(counting.versions, default=None)
    row = None if number is None else versions.version(conn, number)
    found: list[GateProgress] = []
    for cell in then.cells_then(conn, counting, until=until):
        at, last = standing_at(cell.count, gate), min(until.date(), max(cell.days))
        since = last - timedelta(days=VOLUME_DAYS)
        lately = sum(trials for day, trials in cell.days.items() if day > since)
        days = _forecast(at.expected, min(cell.days), last, lately)
        sums = CellSums(cell.category, number, cell.count)
        found.append(_progress(agent, number, None if row is None else row.number, sums, at, days))
    return sorted(found, key=lambda progress: (-progress.pairs, progress.category))


def counted(pair: PairRow) -> Counted:
    """Return a pair as evidence counts it."""
    return Counted(
        category=pair.category,
        about=pair.about,
        day=pair.occurred_at.date(),
        agreement=pair.agreement,
        severity=pair.severity,
        is_blind=pair.is_blind,
        is_failed=pair.is_failed,
        said=pair.said,
        thread=pair.subject_id,
        excluded=pair.excluded,
    )


def newest(conn: Reader, cells: Sequence[GateProgress], most: int) -> list[PairRow]:
    """Return the newest pairs of some cells, oldest first, at most so many; those that are excluded are left out."""
    of = {counting.agent: counting for counting in read.counting(conn)}
    chosen = [(of[cell.agent], cell.category) for cell in cells if cell.agent in of]
    return of_ids(conn, that_count(conn, chosen, most))


def proves(pair: PairRow) -> bool:
    """Return whether a pair says anything of whether the agent is right."""
    return is_right(counted(pair)) is not None


def standing_at(count: DayCount, gate: EvidenceThreshold) -> Standing:
    """Return how far counted days are towards a gate."""
    return standing_of(gate, right=count.right, total=count.trials, severe=count.severe_trials, bases=count.bases)


def _progress(
    agent: str, version: int | None, number: int | None, sums: CellSums, at: Standing, days: float | None
) -> GateProgress:
    count = sums.count
    return GateProgress(
        agent=agent,
        version=version,
        number=number,
        category=sums.category,
        pairs=count.pairs,
        agreed=count.agreed,
        judged=count.judged,
        judged_fine=count.judged_fine,
        severe=count.severe,
        excluded=count.excluded,
        reasons=count.reasons,
        unblind=count.unblind,
        standing=at,
        days=days,
    )


def days_until(conn: Reader, counting: Counting, category: str, expected: int | None, now: datetime) -> float | None:
    """Return the working days that so many more trials take, at the volume of the last four weeks of the series."""
    if not expected:
        return _forecast(expected, now.date(), now.date(), 0)
    first, last = read.first_and_last(conn, counting, category)
    last = min(now.date(), last)
    lately = sum(day.trials for day in read.days(conn, counting, category, after=last - timedelta(days=VOLUME_DAYS)))
    return _forecast(expected, first, last, lately)


def _forecast(expected: int | None, first: date, last: date, lately: int) -> float | None:
    if not expected:
        return None if expected is None else 0.0
    span = max(1, min(VOLUME_DAYS, (last - first).days + 1))
    return expected / (lately / (span * 5 / 7)) if lately else None

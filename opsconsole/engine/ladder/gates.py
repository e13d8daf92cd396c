"""What the next step of a cell asks for, and how far its evidence is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from opsconsole.domain.enums import Level
from opsconsole.engine.ladder.standing import VOLUME_DAYS, days_until, standing_at
from opsconsole.policy.trials import Counted, EvidenceThreshold, Standing, bursts, standing, standing_of, trials
from opsconsole.policy.windows import business_days
from opsconsole.store.queries import evidence as read
from opsconsole.store.queries import ladder, versions
from opsconsole.store.queries.evidence import CellSums, Counting
from opsconsole.store.queries.ladder import Audited
from opsconsole.store.rows import Reader

_NONE = ("judged", "blind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a step asks for, and how far the evidence is."""

    threshold: EvidenceThreshold
    standing: Standing
    since: date | None
    """The day of the first decision that counts."""
    days: int
    """Working days since."""
    judged: int
    """Trials that a person judged, or decided without seeing the agent's answer."""
    excluded: int
    """Decisions that prove nothing."""
    forecast_days: float | None
    """Working days until the evidence is there, at the volume of late; None: it does not get there."""

    @property
    def days_missing(self) -> int:
        """Working days that the calendar still asks for."""
        return max(0, self.threshold.business_days - self.days)

    @property
    def is_open(self) -> bool:
        """The days and the evidence are there."""
        return self.standing.is_open and self.days_missing == 0

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON, as they are stored with a step."""
        at = self.standing
        bounds = at.interval
        return {
            "asks": {
                "accuracy": self.threshold.accuracy,
                "not_severe": self.threshold.not_severe,
                "business_days": self.threshold.business_days,
            },
            "decisions": at.total,
            "wrong": at.total - at.right,
            "severe": at.severe,
            "interval_95": [round(bounds.low, 4), round(bounds.high, 4)],
            "evidence": round(min(at.evidence, 1e9), 4),
            "evidence_not_severe": round(min(at.evidence_not_severe, 1e9), 4),
            "since": None if self.since is None else self.since.isoformat(),
            "business_days": self.days,
            "judged": self.judged,
            "excluded": self.excluded,
            "open": self.is_open,
            "needed": at.needed,
            "expected": at.expected,
            "forecast_days": None if self.forecast_days is None else round(self.forecast_days, 1),
        }


def concerns(what: str, tool: str) -> bool:
    """Return whether evidence of a tool is gathered with something, as `ladder_basis` names it."""
    kind, _, name = what.partition(":")
    if kind in ("model", "answers"):
        return True
    return tool == name if kind == "tool" else tool.startswith(f"{name}.")


class Evidence:
    """An agent's evidence as one version's decisions count it, read once a category."""

    def __init__(self, conn: Reader, agent: str, decides: str, *, now: datetime) -> None:
        """`decides`: digest of what the version decides by; another one's decisions say nothing of it."""
        self._conn, self._agent, self._now = conn, agent, now
        self._counting = Counting(agent, decides, frozenset())
        self._decides = decides
        self._sums: dict[str, CellSums] | None = None
        self._audited: dict[str, list[Audited]] = {}
        self._alike: dict[int, bool] = {}
        self._changes: dict[str, datetime] | None = None

    def stage(self, category: str, threshold: EvidenceThreshold) -> Gate:
        """Return how far a category's whole decisions are towards a stage."""
        if self._sums is None:
            self._sums = {sums.category: sums for sums in read.sums(self._conn, self._counting)}
        sums = self._sums.get(category)
        if sums is None:
            return _nothing(threshold)
        at = standing_at(sums.count, threshold)
        first, _ = read.first_and_last(self._conn, self._counting, category)
        return Gate(
            threshold=threshold,
            standing=at,
            since=first,
            days=business_days(first, self._now.date()),
            judged=sum(sums.count.bases.get(basis, 0) for basis in _NONE),
            excluded=sums.count.excluded,
            forecast_days=days_until(self._conn, self._counting, category, at.expected, self._now),
        )

    def alone(self, category: str, tool: str, threshold: EvidenceThreshold) -> Gate:
        """Return how far a cell is towards acting alone: by decisions drawn by coin, since it last fell."""
        counted = self.drawn(category, tool)
        if not counted:
            return _nothing(threshold)
        pairs = [each.counted for each in counted]
        at = standing(trials(pairs), threshold)
        first = min(each.drawn_at for each in counted).date()
        return Gate(
            threshold=threshold,
            standing=at,
            since=first,
            days=business_days(first, self._now.date()),
            judged=at.total,
            excluded=sum(bool(pair.excluded) for pair in pairs),
            forecast_days=volume_days(pairs, at.expected, self._now),
        )

    def drawn(self, category: str, tool: str, *, level: Level | None = None) -> list[Audited]:
        """Return the drawn decisions of a cell that count, in order; with `level`, those made at it.

        Not what was drawn before it last fell, or by another model, account or tool than those of now.
        """
        if category not in self._audited:
            self._audited[category] = ladder.audited(self._conn, self._agent, category)
        fell = ladder.latest_fall(self._conn, self._agent, category, tool)
        if self._changes is None:
            self._changes = ladder.basis_changes(self._conn, self._agent)
        changed = max((at for what, at in self._changes.items() if concerns(what, tool)), default=None)
        return [
            each
            for each in self._audited[category]
            if each.tool == tool
            and (level is None or each.level is level)
            and (fell is None or each.drawn_at > fell)
            and (changed is None or each.drawn_at >= changed)
            and self._is_alike(each.version)
        ]

    def _is_alike(self, version: int) -> bool:
        if version not in self._alike:
            self._alike[version] = versions.decides(self._conn, version) == self._decides
        return self._alike[version]


def _nothing(threshold: EvidenceThreshold) -> Gate:
    at = standing_of(threshold, right=0, total=0, severe=0, bases={})
    return Gate(threshold=threshold, standing=at, since=None, days=0, judged=0, excluded=0, forecast_days=None)


def volume_days(counted: Sequence[Counted], expected: int | None, now: datetime) -> float | None:
    """Return the working days that so many more trials take, at the volume of the last four weeks of some pairs.

    None where it does not get there, or there is no pair.
    """
    if expected is None or (expected and not counted):
        return None
    if expected == 0:
        return 0.0
    first, last = counted[0].day, min(now.date(), counted[-1].day)
    lately = [pair for pair in counted if pair.day > last - timedelta(days=VOLUME_DAYS)]
    span = max(1, min(VOLUME_DAYS, (last - first).days + 1))
    volume = len(bursts(lately)) / (span * 5 / 7)
    return expected / volume if volume else None

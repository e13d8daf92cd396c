"""What came of a backtest: each event as two versions would work it, and the sums."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from opsconsole.domain.enums import Agreement, Severity, Verdict
from opsconsole.policy.evidence import Interval, paired_interval
from opsconsole.policy.trials import AGREED

RULINGS = (Verdict.ACT, Verdict.ASK, Verdict.RECOMMEND, Verdict.REFUSE)
"""What may be said of a write of an agent that is live."""


@dataclass(frozen=True, slots=True)
class Side:
    """One version on one event."""

    agreement: Agreement
    severity: Severity
    category: str
    confidence: float | None
    is_failed: bool
    cost_micros: int
    seconds: float
    """That it took to think."""
    off_record: tuple[str, ...]
    actions: tuple[tuple[str, Mapping[str, Any]], ...]
    rulings: tuple[Verdict, ...]
    """What its own rules would say of each write it wanted, were it live."""

    @property
    def is_right(self) -> bool:
        """It did what the people did, and came to an end."""
        return self.agreement in AGREED and not self.is_failed


@dataclass(frozen=True, slots=True)
class Tried:
    """One event, worked by both."""

    pair: int
    event: int
    title: str
    recorded: Agreement
    """What the record says of the version that worked it then."""
    was_right: bool
    """It did then what the people did, and came to an end."""
    in_use: Side
    changed: Side

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "pair": self.pair,
            "event": self.event,
            "title": self.title,
            "recorded": self.recorded.value,
            "in_use": _side(self.in_use),
            "changed": _side(self.changed),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """All events of a backtest."""

    tried: tuple[Tried, ...]
    stopped: str = ""
    """Why it ended before the last event; empty where it did not."""
    left_out: int = 0
    """Events on which the change was made: they say nothing of it."""

    @property
    def better(self) -> int:
        """Events that the changed agent has right and the one in use has not."""
        return sum(tried.changed.is_right and not tried.in_use.is_right for tried in self.tried)

    @property
    def worse(self) -> int:
        """Events that the agent in use has right and the changed one has not."""
        return sum(tried.in_use.is_right and not tried.changed.is_right for tried in self.tried)

    @property
    def interval(self) -> Interval:
        """Bounds of the difference in accuracy, changed less in use, 95 %; from -1 to 1."""
        return paired_interval(self.better, self.worse, len(self.tried))

    def to_json(self) -> dict[str, Any]:
        """Return the totals as JSON."""
        bounds = self.interval
        return {
            "events": len(self.tried),
            "recorded_right": sum(tried.was_right for tried in self.tried),
            "in_use_right": sum(tried.in_use.is_right for tried in self.tried),
            "changed_right": sum(tried.changed.is_right for tried in self.tried),
            "better": self.better,
            "worse": self.worse,
            "difference_95": [round(bounds.low, 4), round(bounds.high, 4)],
            "severe_in_use": sum(tried.in_use.severity is Severity.SEVERE for tried in self.tried),
            "severe_changed": sum(tried.changed.severity is Severity.SEVERE for tried in self.tried),
            "off_record": sum(bool(tried.changed.off_record) for tried in self.tried),
            "cost_in_use": sum(tried.in_use.cost_micros for tried in self.tried) / 1e6,
            "cost_changed": sum(tried.changed.cost_micros for tried in self.tried) / 1e6,
            "seconds_in_use": round(sum(tried.in_use.seconds for tried in self.tried), 3),
            "seconds_changed": round(sum(tried.changed.seconds for tried in self.tried), 3),
            "rules_in_use": _rulings(tried.in_use for tried in self.tried),
            "rules_changed": _rulings(tried.changed for tried in self.tried),
            "left_out": self.left_out,
            "stopped": self.stopped,
        }


def _rulings(sides: Iterable[Side]) -> dict[str, int]:
    """Count what the rules would say of the writes."""
    found = Counter(verdict for side in sides for verdict in side.rulings)
    return {verdict.name.lower(): found[verdict] for verdict in RULINGS}


def _side(side: Side) -> dict[str, Any]:
    return {
        "verdict": side.agreement.value,
        "severity": side.severity.name.lower(),
        "category": side.category,
        "right": side.is_right,
        "off_record": list(side.off_record),
    }

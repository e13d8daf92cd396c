"""How far a canary is: what it decided, and what its next step still asks for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.engine.agents.file import AgentFile, load_spec
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import told
from opsconsole.engine.ladder.gates import Gate, volume_days
from opsconsole.engine.ladder.signed import would_be_unproven
from opsconsole.policy.canary import ALL, next_share, threshold_to
from opsconsole.policy.trials import standing, trials
from opsconsole.policy.windows import business_days
from opsconsole.store.queries import versions
from opsconsole.store.queries.rollout import canary as read
from opsconsole.store.queries.rollout.canary import Canary
from opsconsole.store.rows import Reader, present


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryStanding:
    """A canary with its evidence: its own decisions, of all categories together, as its share is of all threads."""

    canary: Canary
    gate: Gate
    """Of the next step; on all threads, of the last one."""
    to_decide: int
    """Drawn decisions of it that wait for a person to make them first."""
    unproven: tuple[str, ...]
    """What would be live without evidence, were it put in use; only asked on all threads."""

    @property
    def next(self) -> int | None:
        """The next share, in percent; None: the next step is to put it in use."""
        return next_share(self.canary.share)

    @property
    def is_open(self) -> bool:
        """The next step may be taken on what it decided."""
        return not self.unproven if self.next is None else self.gate.is_open

    @property
    def missing(self) -> str:
        """What the next step still asks for, in words; empty where it is open."""
        if self.next is not None:
            return told.still_missing(self.gate)
        return f"evidence for {', '.join(self.unproven)}" if self.unproven else ""

    @property
    def record(self) -> str:
        """What it decided, in a sentence."""
        return told.record(self.gate)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        tried = self.canary
        return {
            "agent": tried.agent,
            "version": tried.number,
            "beside": tried.beside_number,
            "share": tried.share,
            "since": tried.since.isoformat(),
            "began": tried.began_at.isoformat(),
            "gate": self.gate.to_json(),
            "to_decide": self.to_decide,
            "next": self.next,
            "open": self.is_open,
            "missing": self.missing,
        }


def canary_standing(kernel: Kernel, conn: Reader, canary: Canary, *, now: datetime) -> CanaryStanding:
    """Return how far a canary is."""
    unproven = tuple[str, ...]()
    if canary.share == ALL and canary.is_running:
        row = present(versions.version(conn, canary.version), f"version {canary.number}")
        unproven = would_be_unproven(conn, kernel, AgentFile(load_spec(row.spec), row.source), now=now)
    return CanaryStanding(
        canary=canary,
        gate=own_gate(conn, canary, now=now),
        to_decide=read.to_decide(conn, canary.version),
        unproven=unproven,
    )


def own_gate(conn: Reader, canary: Canary, *, now: datetime) -> Gate:
    """Return how far a canary's own decisions are towards its next share."""
    threshold = threshold_to(next_share(canary.share) or ALL)
    pairs = [each.counted for each in read.pairs(conn, canary.version)]
    at = standing(trials(pairs), threshold)
    counting = [pair for pair in pairs if not pair.excluded]
    return Gate(
        threshold=threshold,
        standing=at,
        since=counting[0].day if counting else None,
        days=business_days(canary.began_at.date(), now.date()),
        judged=at.bases.get("judged", 0) + at.bases.get("blind", 0),
        excluded=len(pairs) - len(counting),
        forecast_days=volume_days(counting, at.expected, now),
    )

"""What a change of autonomy levels would have meant for what an agent wanted of late: counted before it is saved.

A ruling is the lowest of what its rules say, and the level is one of them. So another level's ruling is the lowest of
what the other rules said then and of what the level says now; nothing is worked again.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Level, Verdict
from opsconsole.domain.ids import EventId
from opsconsole.engine.agents.deployments import liveness
from opsconsole.store.queries import events
from opsconsole.store.queries.views.wanted import wanted_since
from opsconsole.store.rows import Reader

_OF_LEVEL = frozenset({"autonomy", "grant"})
_OF_STAGE = frozenset({"stage", "scope"})
_CEILINGS = {Level.OBSERVE: Verdict.RECOMMEND, Level.APPROVAL: Verdict.ASK, Level.AUTONOMOUS: Verdict.ACT}
MOST = 10_000
"""Actions that are looked at, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelEffect:
    """What would have become of the actions that a change touches."""

    touched: int = 0
    """Actions whose level is another one now."""
    alone: int = 0
    """They would have been done alone."""
    against: int = 0
    """Of those alone: people did otherwise, where that is known."""
    asked: int = 0
    recommended: int = 0
    refused: int = 0
    in_shadow: int = 0
    """They are not live, by their category or where they come from: whatever the level, they were only recorded."""

    def sentence(self) -> str:
        """Return it in words."""
        if not self.touched:
            return "In the last month no action was wanted that this changes."
        parts = [f"{self.alone} would have been done alone"]
        parts += [
            f"{number} {words}"
            for number, words in (
                (self.asked, "would have asked you"),
                (self.recommended, "would have been recommended"),
                (self.refused, "would have been refused"),
                (self.in_shadow, "were in shadow, where nothing is done"),
            )
            if number
        ]
        told = f"Of {self.touched} such actions in the last month {', '.join(parts)}."
        if self.against:
            were = "was" if self.against == 1 else "were"
            told += f" {self.against} of the {self.alone} {were} against what your people did."
        return told


def effect_of(conn: Reader, was: AgentSpec, now: AgentSpec, *, since: datetime) -> LevelEffect:
    """Count what a change of levels would have meant.

    Args:
        conn: reads the workspace.
        was: the agent as it is in use.
        now: as it would be.
        since: from when on actions are looked at.
    """
    counts = Counter[str]()
    for action in wanted_since(conn, was.agent, since=since, most=MOST):
        category = action.category or None
        level = now.autonomy.level(action.tool, category)
        if level is was.autonomy.level(action.tool, category):
            continue
        counts["touched"] += 1
        event = events.event(conn, EventId(action.event)) if now.deployments else None
        is_live = liveness(now, category, event).is_live
        verdict = _verdict(action.reasons, level)
        if verdict is Verdict.REFUSE:
            counts["refused"] += 1
        elif not is_live:
            counts["in_shadow"] += 1
        elif verdict is Verdict.ACT:
            counts["alone"] += 1
            counts["against"] += action.is_against
        else:
            counts["asked" if verdict is Verdict.ASK else "recommended"] += 1
    return LevelEffect(**counts)


def _verdict(reasons: str, level: Level) -> Verdict:
    others = [
        Verdict[reason["verdict"]]
        for reason in json.loads(reasons)
        if reason["rule"] not in _OF_LEVEL and reason["rule"] not in _OF_STAGE
    ]
    return min([_CEILINGS[level], *others])

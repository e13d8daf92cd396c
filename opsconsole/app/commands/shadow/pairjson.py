"""A pair in plain values."""

from collections.abc import Mapping
from typing import Any

from opsconsole.store.queries.pairs import PairRow


def pair_json(one: PairRow, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pair as JSON, with what it compares."""
    return {
        "id": one.id,
        "source": one.source,
        "agent": one.agent,
        "version_id": one.version,
        "event": one.event_id,
        "run": one.run_id,
        "title": one.title,
        "category": one.category,
        "confidence": one.confidence,
        "verdict": one.verdict.value,
        "severity": one.severity.name.lower(),
        "blind": one.is_blind,
        "failed": one.is_failed,
        "excluded": one.excluded,
        "judged": None if one.said is None else one.said.value,
        "occurred_at": one.occurred_at.isoformat(),
        "agent_actions": body.get("agent", []),
        "human_actions": body.get("human", []),
        "matches": body.get("matches", []),
        "because": body.get("because", ""),
    }

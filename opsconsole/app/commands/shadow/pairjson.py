"""A pair in plain values."""

from collections.abc import Mapping
from typing import Any

from opsconsole.store.queries.pairs import PairRow


def pair_json(pair: PairRow, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pair as JSON, with what it compares."""
    return {
        "id": pair.id,
        "source": pair.source,
        "agent": pair.agent,
        "version_id": pair.version,
        "event": pair.event_id,
        "run": pair.run_id,
        "title": pair.title,
        "category": pair.category,
        "confidence": pair.confidence,
        "verdict": pair.agreement.value,
        "severity": pair.severity.name.lower(),
        "blind": pair.is_blind,
        "failed": pair.is_failed,
        "excluded": pair.excluded,
        "judged": None if pair.said is None else pair.said.value,
        "occurred_at": pair.occurred_at.isoformat(),
        "agent_actions": body.get("agent", []),
        "human_actions": body.get("human", []),
        "matches": body.get("matches", []),
        "because": body.get("because", ""),
    }

"""What conditions and templates of an agent's file can name: the event, and what stands beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsconsole.domain.agent import AgentSpec, Category
from opsconsole.domain.event import Event

EVENT = (
    "kind",
    "connection",
    "subject",
    "title",
    "text",
    "sender",
    "sender_name",
    "sender_domain",
    "is_verified",
    "recipients",
    "problems",
    "occurred_at",
    "fields",
)
"""Keys of `event_facts`."""
AGENT = ("id", "name")
STEP = ("event", "category", "confidence", "agent", "today")
"""Keys of `step_facts`; results of earlier steps stand beside them by their `as:` names."""
GUARDRAIL = ("event", "subject", "category", "confidence", "args", "tool")
MEMBERS: Mapping[str, tuple[str, ...]] = {"event": EVENT, "agent": AGENT}
"""Names below a name; what stands below others is free."""


def event_facts(event: Event) -> dict[str, Any]:
    """Return the event as conditions and templates see it."""
    return {
        "kind": event.kind,
        "connection": event.connection,
        "subject": event.subject,
        "title": event.title,
        "text": event.text,
        "sender": event.sender,
        "sender_name": event.sender_name,
        "sender_domain": event.sender.rpartition("@")[2],
        "is_verified": event.is_verified,
        "recipients": list(event.recipients),
        "problems": list(event.problems),
        "occurred_at": event.occurred_at.isoformat(),
        "fields": dict(event.fields),
    }


def step_facts(
    agent: AgentSpec, event: Event, category: Category, confidence: float | None, now: datetime
) -> dict[str, Any]:
    """Return what a step's condition and templates see besides the results of earlier steps."""
    return {
        "event": event_facts(event),
        "category": category.id,
        "confidence": confidence or 0.0,
        "agent": {"id": agent.agent, "name": agent.name},
        "today": now.date().isoformat(),
    }

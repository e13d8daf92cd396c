"""The audit trail in an ops lead's words: what each kind of entry means and what it is about."""

from typing import Any

KINDS = {
    "action.cancelled": "Action cancelled",
    "action.done": "Action done",
    "action.failed": "Action failed",
    "action.invalid": "Action not valid",
    "action.lapsed": "Action lapsed",
    "action.recommended": "Recommended only",
    "action.refused": "Action refused",
    "action.rejected": "Action rejected",
    "action.ruled": "Gate ruled",
    "action.simulated": "Recorded in shadow",
    "agent.applied": "Agent changed",
    "approval.asked": "Asked a person",
    "approval.changed": "Request changed",
    "approval.escalated": "Request escalated",
    "approval.lapsed": "Request lapsed",
    "audit.exported": "Record exported",
    "budgets.set": "Budgets set",
    "case.learnt": "Case learnt",
    "cases.imported": "Cases imported",
    "connection.connected": "Connection added",
    "connection.removed": "Connection removed",
    "decision.approve": "Approved",
    "decision.edit": "Approved with changes",
    "decision.ignore": "Ignored",
    "decision.reject": "Rejected",
    "decision.respond": "Answered",
    "decision.undone": "Decision taken back",
    "effect.asked_again": "Asked again",
    "effect.done": "Effect done",
    "effect.failed": "Effect failed",
    "effect.held": "Effect held",
    "effect.look_later": "Effect looked at later",
    "effect.not_found": "Effect not found outside",
    "effect.prepared": "Effect prepared",
    "effect.retry": "Effect tried again",
    "effect.sending": "Effect sent",
    "effect.sending_again": "Effect sent again",
    "effect.undo_wanted": "Undo wanted",
    "effect.undone": "Effect undone",
    "effect.unknown": "Effect in doubt",
    "effect.void": "Effect dropped",
    "engine.started": "Engine started",
    "engine.stopped": "Engine stopped",
    "event.received": "Event received",
    "grant.given": "Standing grant given",
    "grant.revoked": "Standing grant revoked",
    "run.cancelled": "Run cancelled",
    "run.finished": "Run finished",
    "run.retry": "Run tried again",
    "switch.off": "Switch released",
    "switch.on": "Paused by switch",
    "turn": "Agent thought",
    "unreadable": "NOT readable",
    "workspace.created": "Workspace made",
}
"""Kind → words."""
ACTORS = {"person:": "People", "agent:": "Agents", "engine": "The engine", "connection:": "Connections"}
"""How an actor begins → who that is."""


def kind_words(kind: str) -> str:
    """Give what a kind of entry means."""
    if kind in KINDS:
        return KINDS[kind]
    words = kind.replace(".", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def actor_words(actor: str) -> str:
    """Give who did it, without the technical prefix."""
    kind, _, name = actor.partition(":")
    return name or kind


def about(kind: str, facts: dict[str, Any]) -> str:
    """Tell in one line what an entry is about."""
    parts: list[str] = []
    for name, words in (("event", "event"), ("run", "run"), ("action", "action"), ("approval", "request")):
        if name in facts:
            parts.append(f"{words} {facts[name]}")
    for name in (
        "tool",
        "event_kind",
        "category",
        "verdict",
        "state",
        "scope",
        "agent",
        "connection",
        "reason",
        "text",
    ):
        if name in facts and isinstance(facts[name], str | int | float):
            parts.append(str(facts[name]))
    if kind == "action.ruled":
        reasons: list[Any] = facts.get("reasons") or []
        parts += [str(one) for one in reasons[:3]]
    if not parts:
        parts = [f"{name} {value}" for name, value in facts.items() if not _is_digest(value)][:4]
    return " · ".join(parts)


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) in (32, 64)

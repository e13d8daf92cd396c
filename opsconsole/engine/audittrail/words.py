"""The audit trail in an ops lead's words: what each kind of entry means and what it is about."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from opsconsole.domain.naming import spoken, tool_words
from opsconsole.store.queries.views.auditwords import What

NOBODY: Mapping[str, str] = MappingProxyType({})
"""No agent's name is known."""

KINDS = {
    "action.cancelled": "Action cancelled",
    "action.done": "Action done",
    "action.failed": "Action failed",
    "action.invalid": "Action not valid",
    "action.lapsed": "Action lapsed",
    "action.recommended": "Recommended only",
    "action.refused": "Action refused",
    "action.rejected": "Action rejected",
    "action.ruled": "Checked by the gate",
    "action.simulated": "Recorded in shadow",
    "agent.accountable": "Accountable person named",
    "agent.applied": "Agent changed",
    "agent.dismissed": "Agent dismissed",
    "approval.asked": "Asked a person",
    "approval.changed": "Request changed",
    "approval.escalated": "Request escalated",
    "approval.lapsed": "Request lapsed",
    "approval.reopened": "Decision taken back",
    "audit.exported": "Record exported",
    "budgets.set": "Budgets set",
    "ladder.share": "Share drawn to decide first set",
    "disclosure.set": "AI line set",
    "hour_price.declared": "Price of an hour declared",
    "canary.begun": "Version tried as a canary",
    "canary.stopped": "Canary stopped",
    "canary.used": "Canary put in use",
    "canary.widened": "Canary widened",
    "case.learnt": "Case learnt",
    "case.retired": "Case no longer used",
    "cases.imported": "Cases imported",
    "connection.connected": "Connection added",
    "connection.removed": "Connection removed",
    "decision.approve": "Approved",
    "decision.edit": "Approved with changes",
    "decision.ignore": "Let go, or left to people",
    "decision.reject": "Rejected",
    "decision.respond": "Answered",
    "decision.undone": "Decision taken back",
    "effect.asked_again": "Asked again",
    "effect.done": "Carried out",
    "effect.failed": "Could not be done",
    "effect.held": "Held back",
    "effect.look_later": "Looked up again later",
    "effect.not_found": "Not found outside",
    "effect.prepared": "About to be done",
    "effect.retry": "Tried again",
    "effect.sending": "Being done",
    "effect.sending_again": "Being done again",
    "effect.undo_wanted": "Undo wanted",
    "effect.undone": "Undone",
    "effect.unknown": "In doubt",
    "effect.void": "Dropped",
    "engine.started": "Engine started",
    "engine.stopped": "Engine stopped",
    "event.received": "Event received",
    "grant.given": "Standing grant given",
    "grant.revoked": "Standing grant revoked",
    "lesson.taken": "Lesson taken",
    "review.signed": "Review signed",
    "run.cancelled": "Run cancelled",
    "run.finished": "Run finished",
    "run.retry": "Run tried again",
    "switch.off": "Resumed",
    "switch.on": "Paused",
    "turn": "Agent worked it out",
    "unreadable": "NOT readable",
    "workspace.created": "Workspace made",
}
"""Kind → words."""
_VERDICTS = {
    "REFUSE": "refused",
    "SIMULATE": "shadow",
    "RECOMMEND": "recommended",
    "ASK": "asks you",
    "ACT": "acts alone",
}
STANDS: Mapping[str, str] = MappingProxyType(
    {
        "asked": "waits for you",
        "was_it_done": "in doubt, waits for you",
        "put_off": "put off by you",
        "in_doubt": "in doubt, is looked up",
        "paused": "kept by a pause",
        "no_engine": "approved, done once the engine works",
        "approved_retried": "approved, is tried again",
        "retried": "is tried again",
        "sending": "being done",
        "approved": "approved, about to be done",
        "prepared": "about to be done",
        "waiting": "under way",
    }
)
"""Where a wanted action stands that is not over → words."""
ACTORS = {"person:": "People", "agent:": "Agents", "engine": "The engine", "connection:": "Connections"}
"""How an actor begins → who that is."""

_STEP = re.compile(r"(?P<category>[a-z][\w-]*)#(?P<number>\d*)(?P<rest>.*)")
"""A step of a playbook as an action names it: its category and its number, from 0."""


def kind_words(kind: str) -> str:
    """Return what a kind of entry means."""
    if kind in KINDS:
        return KINDS[kind]
    words = kind.replace(".", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def actor_words(actor: str, names: Mapping[str, str] = NOBODY) -> str:
    """Return who did it, without the technical prefix; `names` are the agents' by id."""
    kind, _, name = actor.partition(":")
    return agent_words(name, names) if kind == "agent" and name else name or kind


def agent_words(agent: str, names: Mapping[str, str]) -> str:
    """Return how an agent is called; one that is not in use any more by its id in words."""
    return names.get(agent) or spoken(agent)


def about(kind: str, facts: dict[str, Any], names: Mapping[str, str] = NOBODY, *, what: What | None = None) -> str:
    """Tell in one line what an entry is about.

    Args:
        kind: of the entry.
        facts: what it says.
        names: the agents' by id.
        what: what its numbers stand for; None tells the numbers.
    """
    parts = _numbers(facts) if what is None else _called(what, facts)
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
            parts.append(fact_words(name, str(facts[name]), names))
    if kind == "action.ruled":
        reasons: list[Any] = facts.get("reasons") or []
        parts += [reason_words(str(reason)) for reason in reasons[:3]]
    if not parts:
        parts = [f"{name} {value}" for name, value in facts.items() if name != "epoch" and not _is_digest(value)][:4]
    return " · ".join(parts)


_NUMBERS = {"event": "event", "run": "run", "action": "action", "approval": "request"}


def _numbers(facts: Mapping[str, Any]) -> list[str]:
    return [f"{words} {facts[name]}" for name, words in _NUMBERS.items() if name in facts]


def _called(what: What, facts: Mapping[str, Any]) -> list[str]:
    """Name the action and the event; where nobody knows the event, its number is better than nothing."""
    parts = [tool_words(what.tool)] if what.tool and "tool" not in facts else []
    if what.title or what.who:
        title = f"“{what.title}”" if what.title else "no subject"
        return [*parts, f"{title} from {what.who}" if what.who else title]
    return parts or _numbers(facts)[:1]


def fact_words(name: str, value: str, names: Mapping[str, str] = NOBODY) -> str:
    """Return what an entry says under a name, in words."""
    if name == "tool":
        return tool_words(value).lower()
    if name in ("agent", "actor"):
        return actor_words(value if ":" in value else f"agent:{value}", names)
    if name == "scope":
        kind, _, of = value.partition(":")
        return f"{kind} {agent_words(of, names)}" if of else "everything" if value == "all" else value
    if name in ("event_kind", "category", "state"):
        return spoken(value).lower()
    if name == "step" and (found := _STEP.fullmatch(value)) is not None:
        number = f" {int(found['number']) + 1}" if found["number"] else ""
        return f"{spoken(found['category']).lower()}, step{number}{found['rest']}"
    return _VERDICTS.get(value, value)


def reason_words(reason: str) -> str:
    """Return a reason without the name of the rule that gave it."""
    rule, mark, text = reason.partition(": ")
    return text if mark and " " not in rule else reason


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) in (32, 64)


def counted(changes: Sequence[str]) -> str:
    """Return what happened on a subject in one line, each kind once."""
    times = {change: changes.count(change) for change in changes}
    return "; ".join(change if number == 1 else f"{change} ({number} times)" for change, number in times.items())

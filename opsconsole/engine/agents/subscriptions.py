"""Which events an agent works."""

from fnmatch import fnmatchcase

from opsconsole.domain.agent import AgentSpec, Subscription
from opsconsole.domain.event import Event
from opsconsole.engine.agents.facts import event_facts
from opsconsole.engine.agents.roster import Version
from opsconsole.policy.cel.conditions import ConditionError, UndecidedError, holds


def subscribes(version: Version, event: Event) -> bool:
    """Return whether an agent works an event."""
    return is_for(version.spec, event)


def is_for(spec: AgentSpec, event: Event) -> bool:
    """Return whether an agent's file takes an event. What a condition cannot decide comes in: nothing is dropped."""
    for subscription in spec.subscribes:
        if not _is_of(subscription, event.connection, event.kind):
            continue
        if subscription.where is None:
            return True
        try:
            if holds(subscription.where, {"event": event_facts(event)}):
                return True
        except (UndecidedError, ConditionError):
            return True
    return False


def is_taken(spec: AgentSpec, connection: str) -> bool:
    """Return whether an agent works any events of a connection."""
    return any(subscription.connection in ("*", connection) for subscription in spec.subscribes)


def watches(spec: AgentSpec, connection: str, kind: str) -> bool:
    """Return whether an agent may work events of a kind; its conditions on them are not looked at."""
    return any(_is_of(subscription, connection, kind) for subscription in spec.subscribes)


def _is_of(subscription: Subscription, connection: str, kind: str) -> bool:
    is_there = subscription.connection in ("*", connection)
    return is_there and any(fnmatchcase(kind, pattern) for pattern in subscription.kinds)

"""Which events an agent works."""

from fnmatch import fnmatchcase

from opsconsole.domain.event import Event
from opsconsole.engine.agents.facts import event_facts
from opsconsole.engine.agents.roster import Version
from opsconsole.policy.conditions import ConditionError, UndecidedError, holds


def subscribes(version: Version, event: Event) -> bool:
    """Return whether an agent works an event. What a condition cannot decide comes in: nothing is dropped."""
    for one in version.spec.subscribes:
        if one.connection not in ("*", event.connection):
            continue
        if not any(fnmatchcase(event.kind, pattern) for pattern in one.kinds):
            continue
        if one.where is None:
            return True
        try:
            if holds(one.where, {"event": event_facts(event)}):
                return True
        except (UndecidedError, ConditionError):
            return True
    return False

"""How far an agent is live on one event: by its category, and by where the event comes from."""

from opsconsole.domain.agent import AgentSpec, Deployment
from opsconsole.domain.enums import Stage
from opsconsole.domain.event import Event
from opsconsole.engine.agents.facts import event_facts
from opsconsole.policy.cel.conditions import ConditionError, UndecidedError, holds

_ORDER = list(Stage)


def stage_at(spec: AgentSpec, category: str | None, event: Event | None) -> Stage:
    """Return the stage that holds for an event: the category's, or its deployment's where that is lower.

    Args:
        spec: the agent.
        category: of the event; None where none was found.
        event: None where there is none; then the category's stage holds alone.
    """
    return lower(spec.stage.stage(category), held_at(spec, event))


def held_at(spec: AgentSpec, event: Event | None) -> Stage:
    """Return how far the deployments let an event go; full where none fits it."""
    if event is None:
        return Stage.FULL
    for deployment in spec.deployments:
        if deployment.connection in ("*", event.connection) and (fits := _fits(deployment, event)) is not False:
            return Stage.SHADOW if fits is None else deployment.stage
    return Stage.FULL


def reached(spec: AgentSpec) -> tuple[Stage, ...]:
    """Return how far the deployments let events go that can come to them, full for what none takes."""
    found = list[Stage]()
    for deployment in spec.deployments:
        found.append(deployment.stage)
        if takes_all(deployment):
            return tuple(found)
    return (*found, Stage.FULL)


def never_reached(spec: AgentSpec) -> tuple[tuple[int, int], ...]:
    """Return (number, number of the one before it that takes all its events) of deployments that no event comes to."""
    found = list[tuple[int, int]]()
    for at, deployment in enumerate(spec.deployments):
        for earlier, before in enumerate(spec.deployments[:at]):
            if before.where is None and before.connection in ("*", deployment.connection):
                found.append((at, earlier))
                break
    return tuple(found)


def takes_all(deployment: Deployment) -> bool:
    """Return whether every event fits."""
    return deployment.connection == "*" and deployment.where is None


def lower(first: Stage, second: Stage) -> Stage:
    """Return the lower of two stages."""
    return min(first, second, key=_ORDER.index)


def _fits(deployment: Deployment, event: Event) -> bool | None:
    """Return whether an event fits; None where that cannot be decided."""
    if deployment.where is None:
        return True
    try:
        return holds(deployment.where, {"event": event_facts(event)})
    except (UndecidedError, ConditionError):
        return None

"""How far an agent is live on one event: by its category, and by where the event comes from.

The lower of both stages holds, and each of both must let the event through. What a stage opens: `limited` one or two
categories that are named for it, or what a limited deployment's filter takes; `expanded` every category that has it;
`full` also an event whose category cannot be told. What is not opened is recorded, as in shadow.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Stage
from opsconsole.domain.event import Event
from opsconsole.domain.naming import listed, one_line
from opsconsole.domain.stages import MOST_LIMITED, Deployment
from opsconsole.engine.agents.facts import event_facts
from opsconsole.policy.cel.conditions import ConditionError, UndecidedError, holds

_ORDER = list(Stage)
_SHOWN = 3
"""So many live categories are named in a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """How far an agent is live on an event."""

    stage: Stage
    """The lower of its category's and its deployment's."""
    is_in_scope: bool
    is_held: bool
    """A deployment holds it in shadow."""
    shut: str
    """Why the stage, though no shadow, opens nothing for it, in words; empty where it does."""

    @property
    def is_live(self) -> bool:
        """What its levels allow is done."""
        return self.stage is not Stage.SHADOW and self.is_in_scope and not self.shut


def liveness(spec: AgentSpec, category: str | None, event: Event | None) -> Liveness:
    """Return how far an agent is live on an event.

    Args:
        spec: the agent.
        category: of the event; None where none was found.
        event: None where there is none; then no deployment counts.
    """
    return liveness_at(spec, category, deployment_of(spec, event))


def liveness_at(spec: AgentSpec, category: str | None, deployment: Deployment | None) -> Liveness:
    """Return how far an agent is live on events of a category that fit a deployment; None: that fit none."""
    held = Stage.FULL if deployment is None else deployment.stage
    stage, is_in_scope = lower(spec.stage.stage(category), held), spec.is_in_scope(category)
    is_shut = stage is not Stage.SHADOW and is_in_scope and not _opens(spec, category, deployment)
    return Liveness(
        stage=stage,
        is_in_scope=is_in_scope,
        is_held=held is Stage.SHADOW,
        shut=_why(spec, category, deployment, stage) if is_shut else "",
    )


def furthest(spec: AgentSpec, category: str | None) -> Liveness:
    """Return how far an agent gets in a category on the events on which it gets furthest."""
    return max((liveness_at(spec, category, place) for place in places(spec)), key=_reach)


def question_at(spec: AgentSpec, deployment: Deployment | None) -> Liveness:
    """Return how far a question about an event without a category gets: as far as any category that it may have."""
    return max((liveness_at(spec, category.id, deployment) for category in spec.playbook.categories), key=_reach)


def nearest(found: Iterable[Liveness]) -> Liveness:
    """Return the least of several."""
    return min(found, key=_reach)


def _reach(found: Liveness) -> tuple[bool, int]:
    return found.is_live, _ORDER.index(found.stage)


def deployment_of(spec: AgentSpec, event: Event | None) -> Deployment | None:
    """Return the deployment that an event fits, in shadow where that cannot be decided; None where it fits none."""
    if event is None:
        return None
    for deployment in spec.deployments:
        if deployment.connection in ("*", event.connection) and (fits := _fits(deployment, event)) is not False:
            return deployment.model_copy(update={"stage": Stage.SHADOW}) if fits is None else deployment
    return None


def places(spec: AgentSpec) -> tuple[Deployment | None, ...]:
    """Return the deployments that events can come to, with None for events that none takes where there can be such."""
    gone = {at for at, _ in never_reached(spec)}
    found = list[Deployment | None]()
    for at, deployment in enumerate(spec.deployments):
        if at not in gone:
            found.append(deployment)
        if takes_all(deployment):
            return tuple(found)
    return (*found, None)


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


def named_limited(spec: AgentSpec) -> tuple[str, ...]:
    """Return the categories of the scope that are named as limited, in the order of the playbook.

    A version is stored with its names in another order than its file had; the playbook's stays.
    """
    return tuple(
        category.id
        for category in spec.playbook.categories
        if spec.stage.categories.get(category.id) is Stage.LIMITED and spec.is_in_scope(category.id)
    )


def beyond_limited(spec: AgentSpec) -> Iterator[tuple[str, tuple[int | str, ...]]]:
    """Yield (what is wrong, its place in the file) where more categories are limited than limited opens."""
    found = [(named_limited(spec), ("stage", "categories"))] if not has_filter(spec) else []
    limited = [(at, each) for at, each in enumerate(spec.deployments) if each.stage is Stage.LIMITED]
    for named, place in [*found, *((named_by(each), ("deployments", at, "categories")) for at, each in limited)]:
        if len(named) > MOST_LIMITED:
            last = named[MOST_LIMITED]
            what = f"these are {len(named)} ({', '.join(named)}); make them expanded, or take one out"
            at = last if place[0] == "stage" else spec.deployments[int(place[1])].categories.index(last)
            yield f"limited is one or two categories: {what}", (*place, at)


def has_filter(spec: AgentSpec) -> bool:
    """Return whether a limited deployment opens what its filter takes."""
    return any(each.stage is Stage.LIMITED and each.where is not None for each in spec.deployments)


def named_by(deployment: Deployment) -> tuple[str, ...]:
    """Return the categories that a deployment names, each once."""
    return tuple(dict.fromkeys(deployment.categories))


def _opens(spec: AgentSpec, category: str | None, deployment: Deployment | None) -> bool:
    return _stage_opens(spec, category, deployment) and _deployment_opens(spec, category, deployment)


def _stage_opens(spec: AgentSpec, category: str | None, deployment: Deployment | None) -> bool:
    """Return whether the category's own stage lets it through."""
    stage = spec.stage.stage(category)
    if stage is Stage.FULL:
        return True
    if stage is Stage.SHADOW or spec.category(category) is None:
        return False
    return stage is Stage.EXPANDED or category in named_limited(spec)[:MOST_LIMITED] or _narrows(deployment, category)


def _narrows(deployment: Deployment | None, category: str | None) -> bool:
    """Return whether a deployment itself is as narrow as limited: by the categories that it names, or by a filter."""
    if deployment is None:
        return False
    if deployment.categories:
        return category in named_by(deployment)[:MOST_LIMITED]
    return deployment.stage is Stage.LIMITED and deployment.where is not None


def _deployment_opens(spec: AgentSpec, category: str | None, deployment: Deployment | None) -> bool:
    if deployment is None:
        return True
    if deployment.categories:
        most = MOST_LIMITED if deployment.stage is Stage.LIMITED else None
        return category in named_by(deployment)[:most]
    if deployment.stage is Stage.FULL:
        return True
    is_told = spec.category(category) is not None
    return is_told and (deployment.stage is Stage.EXPANDED or deployment.where is not None)


def _why(spec: AgentSpec, category: str | None, deployment: Deployment | None, stage: Stage) -> str:
    """Say why a stage that is no shadow lets nothing through."""
    is_there = deployment is not None and not _deployment_opens(spec, category, deployment)
    named = deployment.categories if deployment is not None and is_there else named_limited(spec)
    lead = stage.value
    if deployment is not None and is_there and deployment.connection != "*":
        lead += f" on {deployment.connection}"
    if stage is Stage.EXPANDED and spec.category(category) is None and not (is_there and named):
        return f"{lead}: an event without a category is not live"
    live = [
        one_line(each.name)
        for each in spec.playbook.categories
        if spec.is_in_scope(each.id) and _opens(spec, each.id, deployment)
    ]
    if not live:
        return f"{lead}: no category is named for it, so nothing is live"
    names = live if len(live) <= _SHOWN else [*live[:_SHOWN], f"{len(live) - _SHOWN} more"]
    only = f"live for {listed(names)} only"
    return f"{lead} is one or two categories: {only}" if category in named else f"{lead}: {only}"


def _fits(deployment: Deployment, event: Event) -> bool | None:
    """Return whether an event fits; None where that cannot be decided."""
    if deployment.where is None:
        return True
    try:
        return holds(deployment.where, {"event": event_facts(event)})
    except (UndecidedError, ConditionError):
        return None

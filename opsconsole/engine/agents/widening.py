"""Where one version of an agent is live and another was not: by the stages, and by where events come from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Stage
from opsconsole.domain.naming import listed, tool_words
from opsconsole.domain.stages import Deployment
from opsconsole.engine.agents.deployments import Liveness, furthest, liveness_at, places

_ORDER = list(Stage)
UNTOLD = "events without a category"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that is another one now."""

    place: str
    """In words, from the outside to the inside."""
    was: str
    """Empty: it was not there."""
    now: str
    """Empty: it is gone."""

    def line(self) -> str:
        """Return it as one line."""
        if not self.was:
            return f"{self.place}: {self.now} (new)"
        return f"{self.place}: {self.was} → {self.now}" if self.now else f"{self.place}: {self.was} (gone)"


def place_words(place: Sequence[str]) -> str:
    """Return a place in a file in words."""
    return " · ".join(tool_words(part) if "." in part else part.replace("_", " ") for part in place)


def widenings(was: AgentSpec, now: AgentSpec) -> Iterator[FieldChange]:
    """Yield where events are live that were not, or by a higher stage: each category told by its own stage first."""
    told = {name for name in _categories(was, now) if _rank(_alone(now, name)) > _rank(_alone(was, name))}
    if _has_default_risen(was, now):
        yield FieldChange(place_words(("stage", "default")), was.stage.default.value, now.stage.default.value)
        told |= {name for name in _categories(was, now) if name not in now.stage.categories}
    yield from _by_category(was, now)
    yield from _by_deployment(was, now, told)


def _categories(was: AgentSpec, now: AgentSpec) -> list[str | None]:
    """Return the categories that both have, and None for events without one."""
    return [*(each.id for each in now.playbook.categories if was.category(each.id) is not None), None]


def _has_default_risen(was: AgentSpec, now: AgentSpec) -> bool:
    if _ORDER.index(now.stage.default) <= _ORDER.index(was.stage.default):
        return False
    resting = [name for name in _categories(was, now) if name not in now.stage.categories]
    is_wider = any(furthest(now, name).is_live and not furthest(was, name).is_live for name in resting)
    return is_wider or now.stage.default is not Stage.LIMITED  # which opens nothing by itself


def _by_category(was: AgentSpec, now: AgentSpec) -> Iterator[FieldChange]:
    cells: list[tuple[tuple[str, ...], str]] = [
        (("stage", "categories", name), name) for name in dict.fromkeys((*now.stage.categories, *was.stage.categories))
    ]
    for name in (category.id for category in now.playbook.categories):
        if was.is_in_scope(name) != now.is_in_scope(name):
            cells.append((("scope", name), name))
    for place, name in cells:
        before, after = _alone(was, name), _alone(now, name)
        if _rank(after) > _rank(before):
            yield FieldChange(place_words(place), _stands(before), _stands(after))
    if was.scope is not None and now.scope is None and _alone(now, None).is_live:
        yield FieldChange("scope", ", ".join(was.scope) or "nothing", f"everything, also {UNTOLD}")
    for category in now.playbook.categories:
        if was.category(category.id) is None and (found := furthest(now, category.id)).is_live:
            yield FieldChange(f"the new category {category.name}", Stage.SHADOW.value, found.stage.value)


def _alone(spec: AgentSpec, name: str | None) -> Liveness:
    """Return how far a category is live where no deployment holds it back."""
    return liveness_at(spec, name, None)


def _rank(found: Liveness) -> int:
    return _ORDER.index(found.stage) if found.is_live else 0


def _stands(found: Liveness) -> str:
    if found.is_live:
        return found.stage.value
    return f"{found.stage.value}, not live" if found.shut else Stage.SHADOW.value


def _by_deployment(was: AgentSpec, now: AgentSpec, told: set[str | None]) -> Iterator[FieldChange]:
    """Yield where the events of a deployment that there was, or those that fitted none, get further than they did."""
    for each in was.deployments:
        takers = _takers(each, now)
        held = [Stage.FULL if taker is None else taker.stage for taker in takers]
        further = max(held, key=_ORDER.index)
        is_held = None not in takers
        if _ORDER.index(further) > _ORDER.index(each.stage):
            yield FieldChange(_name(each), each.stage.value, further.value if is_held else "not held back")
        elif opened := [name for name in _opened(was, each, now, takers) if name not in told]:
            after = _held(takers) if is_held else "not held back"
            yield FieldChange(_name(each), _held([each]), f"{after}, also live: {_listed(now, opened)}")
    known = {(each.connection, each.where) for each in was.deployments}
    if None in places(was):
        for each in now.deployments:
            opened = [name for name in _opened(was, None, now, [each]) if name not in told]
            if opened and (each.connection, each.where) not in known:
                yield FieldChange(_name(each), "", f"{_held([each])}, live: {_listed(now, opened)}")


def _takers(before: Deployment, now: AgentSpec) -> list[Deployment | None]:
    """Return what may take the events of a deployment now; None among them where some are not held back any more."""
    found = list[Deployment | None]()
    for each in now.deployments:
        if "*" in (each.connection, before.connection) or each.connection == before.connection:
            found.append(each)
            if each.connection in ("*", before.connection) and each.where in (None, before.where):
                return found  # it takes what the ones before it left
    return [*found, None]


def _opened(
    was: AgentSpec, before: Deployment | None, now: AgentSpec, takers: Iterable[Deployment | None]
) -> Iterator[str | None]:
    for name in _categories(was, now):
        if not liveness_at(was, name, before).is_live and any(liveness_at(now, name, each).is_live for each in takers):
            yield name


def _name(deployment: Deployment) -> str:
    return f"deployments · {deployment.connection}" + (f" where {deployment.where}" if deployment.where else "")


def _held(takers: Iterable[Deployment | None]) -> str:
    said = [
        f"{each.stage.value} for {listed(each.categories)}" if each.categories else each.stage.value
        for each in takers
        if each is not None
    ]
    return " or ".join(dict.fromkeys(said))


def _listed(spec: AgentSpec, names: Sequence[str | None]) -> str:
    found = [spec.category(name) for name in names]
    return listed([UNTOLD if each is None else each.name for each in found])

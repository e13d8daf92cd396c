"""What an agent's file says that may be meant otherwise, or that has nothing to do yet: told, and not refused.

A connection may be made later, and with it the events and tools that a file names.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from opsconsole.domain.agent import AgentSpec, Subscription
from opsconsole.domain.enums import Stage
from opsconsole.domain.naming import one_line
from opsconsole.domain.stages import MOST_LIMITED
from opsconsole.engine.agents.deployments import (
    beyond_limited,
    furthest,
    has_filter,
    liveness_at,
    named_limited,
    never_reached,
)
from opsconsole.engine.agents.eventkinds import known_kinds, makers_of
from opsconsole.engine.agents.file import all_steps, is_pattern, tool_patterns
from opsconsole.engine.registry import Registry
from opsconsole.store.rows import Reader

LIST = "`opsconsole agents words`"
SHOWN = 8
LIKE = 0.8
"""So much alike two kinds are where one is probably the other misspelt."""


def notes_on(registry: Registry, conn: Reader, spec: AgentSpec) -> list[str]:
    """Return what should be told about an agent's file, a sentence each."""
    known = {name: sorted(kinds) for name, kinds in known_kinds(registry, conn).items()}
    found = [note for subscription in spec.subscribes for note in _on_events(registry, subscription, known)]
    found += [*_on_deployments(registry, spec), *stage_notes(spec)]
    found += [*_on_patterns(registry, spec), *_on_tools_left_out(spec), *_on_questions(spec)]
    return list(dict.fromkeys(map(one_line, found)))


def _on_questions(spec: AgentSpec) -> Iterator[str]:
    for step, _ in all_steps(spec):
        if step.ask is not None and step.on_reject:
            yield f"nobody rejects a question: `on_reject` of “{step.ask}” is never done; offer an answer for it."


def _on_deployments(registry: Registry, spec: AgentSpec) -> Iterator[str]:
    for deployment in spec.deployments:
        if deployment.connection not in ("*", *registry.connectors):
            yield f"deployments: there is no connection {deployment.connection} yet."
    for at, before in never_reached(spec):
        yield (
            f"deployments: no event comes to number {at + 1}: number {before + 1} takes them all before; put the"
            " narrower one first."
        )


def stage_notes(spec: AgentSpec) -> Iterator[str]:
    """Yield where a stage opens less than it may seem to: what is not live is recorded and not done."""
    named = named_limited(spec)
    resting = [each.id for each in spec.playbook.categories if each.id not in spec.stage.categories]
    is_limited = spec.stage.default is Stage.LIMITED
    if resting and is_limited and not any(furthest(spec, name).is_live for name in resting):
        yield (
            "stage: `default: limited` names no category, so by itself it opens nothing; name one or two under"
            " `categories`."
        )
    for text, place in beyond_limited(spec):
        yield f"{place[0]}: {text}. Until then only the first two of them are live."
    if has_filter(spec) and len(named) > MOST_LIMITED:
        first = " and ".join(named[:MOST_LIMITED])
        yield f"stage: {', '.join(named)} are limited; where no deployment filters, only {first} are live."
    for at, deployment in enumerate(spec.deployments):
        where = f"deployments: number {at + 1}"
        if deployment.stage is Stage.LIMITED and deployment.where is None and not deployment.categories:
            yield f"{where} is limited and names no `categories` and no `where`, so it opens nothing."
        for name in deployment.categories if deployment.stage is not Stage.SHADOW else ():
            found = liveness_at(spec, name, deployment)
            if found.stage is Stage.SHADOW or not found.is_in_scope:
                why = "is in shadow" if found.is_in_scope else "is outside of the scope"
                yield f"{where} names {name}, which {why}: it is not live there either."


def _on_events(registry: Registry, subscription: Subscription, known: dict[str, list[str]]) -> Iterator[str]:
    is_there = subscription.connection in ("*", *registry.connectors)
    if not is_there:
        yield f"there is no connection {subscription.connection} yet, so none of its events can come."
    is_one = is_there and subscription.connection != "*"
    here = {subscription.connection: known.get(subscription.connection, [])} if is_one else known
    for kind in subscription.kinds:
        if makers_of(kind, here):
            continue
        if others := makers_of(kind, known):
            name = subscription.connection
            yield f"{name} makes no {kind} events, {others[0]} does: write `connection: {others[0]}`."
            continue
        kinds = sorted({kind for some in here.values() for kind in some})
        if meant := _meant(kind, kinds):
            yield f"no event is called {kind}; did you mean {meant}? {LIST} lists the kinds there are."
        elif is_there:
            some = ", ".join(kinds[:SHOWN]) + (" …" if len(kinds) > SHOWN else "")
            who = f"{subscription.connection} makes" if is_one else "there are"
            yield f"no {kind} events can come yet; {who} {some or 'none at all'} ({LIST})."


def _meant(kind: str, kinds: Iterable[str]) -> str:
    groups = {f"{kind.partition('.')[0]}.*" for kind in kinds} if "*" in kind else set[str]()
    close = difflib.get_close_matches(kind.lower(), [*kinds, *sorted(groups)], n=1, cutoff=LIKE)
    return close[0] if close else ""


def _on_patterns(registry: Registry, spec: AgentSpec) -> Iterator[str]:
    names = registry.names()
    for pattern, loc in tool_patterns(spec):
        if any(fnmatchcase(name, pattern) for name in names):
            continue
        where = f"{loc[0]}: {pattern}"
        connection = pattern.partition(".")[0]
        if is_pattern(connection) or connection in registry.connectors:
            yield f"{where} fits no tool that there is ({LIST})."
        else:
            yield f"{where} fits no tool yet: nothing is connected as {connection}."


def _on_tools_left_out(spec: AgentSpec) -> Iterator[str]:
    """Tell of steps whose tools `tools:` leaves out: it is about what a model is offered, and binds no step."""
    if not spec.tools:
        return
    used: dict[str, list[str]] = defaultdict(list)
    for step, loc in all_steps(spec):
        tool = step.look_up or step.do
        category = spec.playbook.categories[int(loc[2])].id
        if tool is not None and category not in used[tool]:
            used[tool].append(category)
    for tool, categories in used.items():
        if any(fnmatchcase(tool, pattern) for pattern in spec.tools):
            continue
        what = f"{tool}, a step of {', '.join(categories)}"
        if spec.brain == "playbook":
            yield f"tools: leaves out {what}. It limits only what a model may choose; the step runs all the same."
        elif spec.fallback == "playbook":
            yield f"tools: leaves out {what}. The model cannot choose it; only the step does, when no model answers."
        else:
            yield f"tools: leaves out {what}. The model cannot choose it, so nothing does."

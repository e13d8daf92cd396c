"""Rules of an agent that name a place which people took away: a folder that was renamed or deleted."""

from collections.abc import Callable, Iterator

from opsconsole.domain.agent import AgentSpec, Guardrail
from opsconsole.domain.enums import Comparison, Effect
from opsconsole.domain.naming import tool_words
from opsconsole.engine.agents.file import steps_of
from opsconsole.engine.ports.connector import HasPlaces
from opsconsole.engine.registry import Registry
from opsconsole.policy.cel.conditions import ConditionError, names_and_texts
from opsconsole.policy.rules import looks_at_tool
from opsconsole.store.rows import Reader


def lost_places(registry: Registry, conn: Reader, spec: AgentSpec) -> Iterator[str]:
    """Yield what an agent's rules and steps name that was there once and is not any more, a sentence each.

    A condition that looks at a folder and holds the name of a lost one counts, however it compares the two: a rule
    that does not hold any more because a folder is called otherwise now is not to pass unseen.
    """
    for connector in registry.connectors.values():
        if isinstance(connector, HasPlaces) and (is_lost := connector.lost_places(conn)) is not None:
            for who, name in _named(registry, spec, connector.id):
                if is_lost(name):
                    yield f"{who} names the folder {name}, which is gone from {connector.id}"


def _named(registry: Registry, spec: AgentSpec, connection: str) -> Iterator[tuple[str, str]]:
    """Yield what names a place of a connection, as (who, name); whatever it may mean one by."""
    fields = {
        tool: {field for field, how in kind.compare.items() if how is Comparison.FOLDER}
        for tool, kind in registry.types.items()
        if (owner := registry.connection(tool)) is not None and owner.id == connection
    }
    every = frozenset(field for some in fields.values() for field in some)
    is_heard = any(each.connection == connection for each in spec.subscribes)

    def is_about(rail: Guardrail) -> bool:
        return is_heard or any(
            some and looks_at_tool(rail, tool, is_write=registry.types[tool].effect is not Effect.READ)
            for tool, some in fields.items()
        )

    for who, condition in _conditions(spec, connection, is_about):
        try:
            names, texts = names_and_texts(condition)
        except ConditionError:
            continue  # it is asked about anyway
        if names & every:
            yield from ((who, text) for text in sorted(texts))
    for category in spec.playbook.categories:
        for step, _ in steps_of(category.steps):
            tool = step.do or step.look_up or ""
            for field in sorted(fields.get(tool, ())):
                if isinstance(name := step.args.get(field), str):
                    yield f"{category.name}: “{tool_words(tool)}”", name


def _conditions(spec: AgentSpec, connection: str, is_about: Callable[[Guardrail], bool]) -> Iterator[tuple[str, str]]:
    """Yield every condition that can look at what comes from, or is done in, a connection, as (who, condition)."""
    yield from ((f"the guardrail {rail.name}", rail.when) for rail in spec.guardrails if is_about(rail))
    heard = [each for each in spec.subscribes if each.connection == connection]
    yield from (("a subscription", each.where) for each in heard if each.where)
    if not heard:
        return
    yield from (("a deployment", each.where) for each in spec.deployments if each.where)
    yield from ((f"the triage rule for {rule.category}", rule.when) for rule in spec.playbook.rules)
    for category in spec.playbook.categories:
        for step, _ in steps_of(category.steps):
            if step.when:
                yield f"the condition of a step of {category.name}", step.when

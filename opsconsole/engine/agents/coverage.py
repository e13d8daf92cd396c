"""Which rules touch which tools: what every agent may do with each, what holds it, and what runs unguarded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec, Budgets
from opsconsole.domain.enums import ClassCeiling, Effect, Level, Reversibility
from opsconsole.engine.agents.deployments import furthest
from opsconsole.engine.agents.file import named_tools
from opsconsole.engine.registry import Registry
from opsconsole.policy.rules import looks_at_tool

Way = Literal["alone", "asks", "recommends", "shadow"]
_WAYS: tuple[Way, ...] = ("alone", "asks", "recommends", "shadow")


@dataclass(frozen=True, slots=True)
class Use:
    """What one agent may do with a tool."""

    agent: str
    name: str
    way: Way
    """The most that it may in any category."""
    rails: tuple[str, ...]
    """Its guardrails that look at the tool."""
    walls: tuple[str, ...]
    """What the gate asks about whatever the level, in words."""
    has_caps: bool
    """The agent has caps of its own."""

    @property
    def is_unguarded(self) -> bool:
        """It acts alone, and neither a guardrail nor a rule of the gate's own looks at it."""
        return self.way == "alone" and not self.rails and not self.walls


@dataclass(frozen=True, slots=True)
class Covered:
    """A tool and who uses it."""

    tool: str
    connection: str
    kind: ActionType
    uses: tuple[Use, ...]

    @property
    def is_unguarded(self) -> bool:
        """Some agent may do it unguarded."""
        return any(use.is_unguarded for use in self.uses)


def coverage(registry: Registry, specs: Sequence[AgentSpec]) -> tuple[Covered, ...]:
    """Return every tool there is, by connection and name, those that change something first.

    Args:
        registry: the tools.
        specs: the agents in use.
    """
    names = registry.names()
    named = [(spec, frozenset(_named(spec, names))) for spec in specs]
    found: list[Covered] = []
    for tool, kind in registry.types.items():
        connection = registry.connection(tool)
        uses = tuple(_use(spec, tool, kind) for spec, some in named if tool in some)
        found.append(Covered(tool, "" if connection is None else connection.id, kind, uses))
    return tuple(sorted(found, key=lambda each: (each.connection, each.kind.effect is Effect.READ, each.tool)))


def _named(spec: AgentSpec, names: tuple[str, ...]) -> Iterator[str]:
    yield from named_tools(spec)
    if spec.brain == "model":
        yield from (name for name in names if any(fnmatchcase(name, pattern) for pattern in spec.tools))


def _use(spec: AgentSpec, tool: str, kind: ActionType) -> Use:
    ways: set[Way] = {_way(spec, tool, category.id) for category in spec.playbook.categories}
    is_read = kind.effect is Effect.READ
    rails = tuple(rail.name for rail in spec.guardrails if looks_at_tool(rail, tool, is_write=not is_read))
    has_caps = spec.budgets != Budgets()
    way: Way = "alone" if is_read else min(ways, key=_WAYS.index)
    return Use(spec.agent, spec.name, way, rails, tuple(_walls(spec, tool, kind)), has_caps)


def _way(spec: AgentSpec, tool: str, category: str) -> Way:
    if not furthest(spec, category).is_live:
        return "shadow"
    level = spec.autonomy.level(tool, category)
    return "alone" if level is Level.AUTONOMOUS else "asks" if level is Level.APPROVAL else "recommends"


def _walls(spec: AgentSpec, tool: str, kind: ActionType) -> Iterator[str]:
    raised = {each.ceiling for each in spec.raised if each.action == tool}
    if kind.effect is Effect.READ:
        yield "it only reads" if not kind.is_egress else "it asks unless the place is allowed"
        return
    if kind.is_money and ClassCeiling.MONEY not in raised:
        yield "it moves money"
    if kind.reversibility is Reversibility.IRREVERSIBLE and ClassCeiling.IRREVERSIBLE not in raised:
        yield "it cannot be undone"
    if (kind.effect is Effect.EXTERNAL or kind.external_if_given) and ClassCeiling.FIRST_CONTACT not in raised:
        yield "it asks before a first contact"

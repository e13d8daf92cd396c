"""Rules of an agent that name what is gone: a tool, a field, a folder. Until that is mended, a person looks."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from opsconsole.domain.agent import AgentSpec, Guardrail
from opsconsole.domain.naming import tool_words
from opsconsole.engine.agents.lostplaces import lost_places
from opsconsole.engine.registry import Registry
from opsconsole.policy.cel.conditions import ConditionError, named_in
from opsconsole.store.rows import Reader


def broken_rules(registry: Registry, conn: Reader, spec: AgentSpec, tools: Mapping[str, str]) -> tuple[str, ...]:
    """Return what an agent's rules name that is not there any more, a sentence each; mostly none.

    Args:
        registry: the tools there are.
        conn: the workspace, which knows what places there were.
        spec: the agent.
        tools: fingerprints of the tools that there were when its version came into use. What was not there then
            either is no loss: it may be connected one day.
    """
    found = [text for rail in spec.guardrails for text in _on_guardrail(registry, rail, tools)]
    for hours in spec.quiet_hours:
        what = f"the quiet hours {hours.from_} to {hours.to}"
        found += [f"{what} name {pattern}, which is gone" for pattern in _gone(registry, hours.actions, tools)]
    found += lost_places(registry, conn, spec)
    return tuple(dict.fromkeys(found))


def _on_guardrail(registry: Registry, rail: Guardrail, tools: Mapping[str, str]) -> Iterator[str]:
    name = f"the guardrail {rail.name}"
    for pattern in _gone(registry, rail.actions, tools):
        yield f"{name} names {pattern}, which is gone"
    try:
        members = named_in(rail.when).members
    except ConditionError:
        return  # the gate asks about it anyway
    for field in sorted(below for variable, below in members if variable == "args"):
        if _is_field_gone(registry, rail, field, tools):
            about = f" of {', '.join(tool_words(pattern).lower() for pattern in rail.actions)}" if rail.actions else ""
            yield f"{name} looks at {field}{about}, which is not there"


def _gone(registry: Registry, patterns: Sequence[str], tools: Mapping[str, str]) -> Iterator[str]:
    for pattern in patterns:
        if not _fitting(registry.types, pattern) and _fitting(tools, pattern):
            yield pattern


def _is_field_gone(registry: Registry, rail: Guardrail, field: str, tools: Mapping[str, str]) -> bool:
    patterns = rail.actions or ("*",)
    there = [tool for pattern in patterns for tool in _fitting(registry.types, pattern)]
    if any(registry.takes(tool, field) for tool in there):
        return False
    if rail.actions and there:
        return True
    before = [tool for pattern in patterns for tool in _fitting(tools, pattern)]
    return any(registry.fingerprint(tool) != tools[tool] for tool in before)


def _fitting(names: Mapping[str, object], pattern: str) -> list[str]:
    return [name for name in names if fnmatchcase(name, pattern)]

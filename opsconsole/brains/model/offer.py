"""The tools a model is offered, under names it can say: the bare verb where no other tool has it."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, cast

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec, Step
from opsconsole.domain.enums import Effect
from opsconsole.engine.ports.brain import ASK_PERSON

ASK = "ask_person"
TRIAGE = "triage"
_RESERVED = (ASK, TRIAGE)
_NOISE = ("title", "default")


@dataclass(frozen=True, slots=True)
class Offer:
    """What one agent's model may call."""

    tools: Mapping[str, str]
    """Name as the model says it → our tool."""
    names: Mapping[str, str]
    """Our tool → name."""
    writes: frozenset[str]
    """Those of our tools that change something."""
    wire: str
    """The JSON of the protocol, made once."""

    def resolve(self, said: str) -> str | None:
        """Return our tool for a name that a model said; None for one that was not offered."""
        if (found := self.tools.get(said)) is not None:
            return found
        wanted = said.strip().replace(".", "__").lower()
        whole = {name.replace(".", "__"): name for name in self.names}
        return whole.get(wanted) or self.tools.get(wanted)


def make_offer(agent: AgentSpec, tools: Mapping[str, ActionType]) -> Offer:
    """Choose and name an agent's tools."""
    chosen = [kind for name, kind in sorted(tools.items()) if _is_chosen(agent, name)]
    names = _names([kind.name for kind in chosen])
    functions = [_triage(agent), _ask()]
    functions += [_function(names[kind.name], describe(kind), slim(kind.schema())) for kind in chosen]
    said = {name: tool for tool, name in names.items()} | {ASK: ASK_PERSON}
    return Offer(
        said,
        {tool: name for name, tool in said.items()},
        frozenset(kind.name for kind in chosen if kind.effect is not Effect.READ),
        json.dumps(functions, ensure_ascii=False),
    )


def _is_chosen(agent: AgentSpec, tool: str) -> bool:
    patterns = agent.tools or tuple(_named(agent))
    return not patterns or any(fnmatchcase(tool, pattern) for pattern in patterns)


def _named(agent: AgentSpec) -> Iterator[str]:
    """Tools that the playbook and the autonomy levels name."""
    yield from agent.autonomy.actions
    for special in agent.autonomy.categories.values():
        yield from special
    for category in agent.playbook.categories:
        yield from _of_steps(category.steps)


def _of_steps(steps: tuple[Step, ...]) -> Iterator[str]:
    for step in steps:
        if (tool := step.look_up or step.do) is not None:
            yield tool
        yield from _of_steps(step.on_fail)
        yield from _of_steps(step.on_reject)


def _names(tools: list[str]) -> dict[str, str]:
    verbs = Counter(tool.partition(".")[2] for tool in tools)
    named: dict[str, str] = {}
    for tool in tools:
        verb = tool.partition(".")[2]
        is_alone = verbs[verb] == 1 and verb not in _RESERVED and "." not in verb
        named[tool] = (verb if is_alone else tool.replace(".", "__"))[:64]
    return named


def describe(kind: ActionType) -> str:
    """Say what a tool does, for a model."""
    reach = {Effect.READ: "looks up, changes nothing", Effect.INTERNAL: "changes our own records"}
    return f"{kind.title[:1].upper()}{kind.title[1:]} ({reach.get(kind.effect, 'reaches people outside')})."


def slim(schema: Any) -> Any:
    """Return a JSON schema without what a model need not read (pydantic's titles), so that questions stay short."""
    if isinstance(schema, dict):
        kept: dict[str, Any] = {}
        for key, value in cast(dict[str, Any], schema).items():
            if key == "properties" and isinstance(value, dict):
                kept[key] = {name: slim(part) for name, part in cast(dict[str, Any], value).items()}
            elif key not in _NOISE:
                kept[key] = slim(value)
        return kept
    if isinstance(schema, list):
        return [slim(item) for item in cast(list[Any], schema)]
    return schema


def _function(name: str, description: str, parameters: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def _triage(agent: AgentSpec) -> dict[str, Any]:
    evidence = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"quote": {"type": "string"}, "source": {"type": "string"}},
            "required": ["quote"],
        },
    }
    parameters = {
        "type": "object",
        "properties": {
            "category": {"type": "string", "enum": [category.id for category in agent.playbook.categories]},
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "rationale": {"type": "string"},
            "evidence": evidence,
        },
        "required": ["category", "confidence"],
    }
    return _function(TRIAGE, "Say what kind of event this is, before you act.", parameters)


def _ask() -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": {
            "question": {"type": "string"},
            "options": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["question"],
    }
    return _function(ASK, "Ask the operations lead something only a person can answer.", parameters)

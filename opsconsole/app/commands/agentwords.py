"""agents words: what an agent's file can name in this workspace."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import opened
from opsconsole.app.words import say, say_json, table
from opsconsole.domain.action import ActionType
from opsconsole.engine.agents import facts
from opsconsole.engine.agents.eventkinds import known_kinds
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import events

STEP = [*(name for name in facts.STEP if name not in facts.MEMBERS), *(f"agent.{name}" for name in facts.AGENT)]


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    connections: list[str]
    stored: int
    fields: list[str]

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.name, "connections": self.connections, "stored": self.stored, "fields": self.fields}


def words(*, as_json: AsJson = False, workspace: Where = None) -> None:
    """List what an agent's file can name here: kinds of events, what they have, and tools with their arguments."""
    with opened(workspace) as session:
        kinds = _kinds(session.kernel)
        tools = [session.kernel.registry.types[name] for name in session.kernel.registry.names()]
    if as_json:
        say_json(
            {
                "events": [kind.to_json() for kind in kinds],
                "event": list(facts.EVENT),
                "step": list(facts.STEP),
                "guardrail": list(facts.GUARDRAIL),
                "tools": [_tool_json(kind) for kind in tools],
            }
        )
        return
    rows = [("EVENT", "CONNECTION", "STORED", "EVENT.FIELDS")]
    for kind in kinds:
        seen = ", ".join(kind.fields) or ("-" if kind.stored else "none came yet")
        rows.append((kind.name, ", ".join(kind.connections), f"{kind.stored}", seen))
    table(rows, (_width(rows, 0), _width(rows, 1), 6, 2_000))
    say(f"\nEvery event has, as event.NAME: {', '.join(facts.EVENT)}.")
    say(f"Steps also know: {', '.join(STEP)}, and earlier results by their `as:` name.")
    say(f"Guardrails also know: {', '.join(facts.GUARDRAIL[1:])}.\n")
    rows = [("TOOL", "EFFECT", "WHAT IT DOES", "TAKES (* must be given)")]
    rows += [(kind.name, kind.effect.value, kind.title, _told(kind)) for kind in tools]
    table(rows, (_width(rows, 0), 8, _width(rows, 2), 2_000))


def _width(rows: list[tuple[str, ...]], place: int) -> int:
    return min(40, max(len(row[place]) for row in rows))


def _kinds(kernel: Kernel) -> list[_Kind]:
    makers: dict[str, list[str]] = defaultdict(list)
    for connection, kinds in sorted(known_kinds(kernel.registry, kernel.reader).items()):
        for kind in kinds:
            makers[kind].append(connection)
    stored: dict[str, int] = defaultdict(int)
    for _, kind, number in events.kinds(kernel.reader):
        stored[kind] += number
    seen = {kind: events.fields_seen(kernel.reader, kind) for kind in stored}
    return [_Kind(kind, names, stored.get(kind, 0), seen.get(kind, [])) for kind, names in sorted(makers.items())]


def _arguments(kind: ActionType) -> Iterator[tuple[str, bool, list[str]]]:
    """Yield (name, must be given, the values there are); an answer goes to the sender where nothing is said."""
    schema = kind.schema()
    for name, member in schema.get("properties", {}).items():
        is_needed = name in schema.get("required", ()) and not (kind.is_reply and name in kind.destinations)
        yield name, is_needed, _choices(member)


def _told(kind: ActionType) -> str:
    shown = [
        f"{name}{'*' if is_needed else ''}{' (' + '|'.join(choices) + ')' if choices else ''}"
        for name, is_needed, choices in _arguments(kind)
    ]
    return ", ".join(shown) or "-"


def _choices(schema: dict[str, Any]) -> list[str]:
    """Return the values an argument can have, where they are few and fixed."""
    ways: list[dict[str, Any]] = [schema, *schema.get("anyOf", [])]
    return [f"{value}" for way in ways for value in way.get("enum", [])]


def _tool_json(kind: ActionType) -> dict[str, Any]:
    arguments = [
        {"name": name, "required": is_needed, **({"choices": choices} if choices else {})}
        for name, is_needed, choices in _arguments(kind)
    ]
    return {"name": kind.name, "title": kind.title, "effect": kind.effect.value, "arguments": arguments}

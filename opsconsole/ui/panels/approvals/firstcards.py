"""What a person needs to decide an event first: the event, and what its agent may do about such events. No Qt here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import ApprovalKind, Comparison
from opsconsole.domain.lookalike import disguise
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.rungs import writes_of
from opsconsole.engine.runstate.loaded import load
from opsconsole.store.queries import approvals
from opsconsole.store.queries.ladder import Draw, draw, is_undecided
from opsconsole.store.queries.views.drawn import requests_of
from opsconsole.ui.panels.approvals.edit.check import schema_of
from opsconsole.ui.panels.approvals.rows import Waiting
from opsconsole.ui.widgets.words import spoken, tool_words

SHORT = 300
"""A text that may be longer is not asked for, in characters: it takes too long to write."""
_NOT_ASKED = (Comparison.TEXT, Comparison.IGNORE)
_TYPES = ("string", "number", "integer", "boolean")


@dataclass(frozen=True, slots=True)
class Field:
    """An argument that is compared, and that is short."""

    name: str
    title: str
    choices: tuple[str, ...]
    """Empty: it is typed."""
    most: int
    """Characters."""


@dataclass(frozen=True, slots=True)
class Option:
    """An action that a person may say they would take."""

    tool: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class FirstCard:
    """An event to be decided before seeing what its agent did."""

    run: int
    agent: str
    event: Mapping[str, Any]
    options: tuple[Option, ...]
    drawn_at: datetime
    expires_at: datetime | None
    """A request of it lapses then."""
    is_asked: bool
    """Something of it waits for an approval."""


def row_of(kernel: Kernel, drawn: Draw) -> Waiting:
    """Return a decision to make first as a row of the list."""
    loaded, requests = load(kernel, kernel.reader, drawn.run), requests_of(kernel.reader, drawn.run)
    event, spec = loaded.event, loaded.version.spec
    return Waiting(
        id=-drawn.run,
        kind=ApprovalKind.ACTION,
        title=event.title or spoken(event.kind),
        because=f"Say what you would do, then see what {spec.name} {'wants' if requests else 'did'}",
        about=f"{event.title} {event.sender} {event.sender_name}",
        risk="first",
        agent_id=drawn.agent,
        agent=spec.name,
        action="",
        tool="",
        category="",
        args={},
        amount="",
        asked_at=drawn.drawn_at,
        digest="",
        until=None,
        ends_at=_expires(kernel, requests),
        deed="Decide first",
        is_verified=event.is_verified,
        odd=disguise(event.sender),
    )


def first_cards(kernel: Kernel, runs: Sequence[int]) -> dict[int, FirstCard]:
    """Return the cards of runs that are still to be decided first, by row."""
    drawn = [draw(kernel.reader, run) for run in runs if is_undecided(kernel.reader, run)]
    return {-found.run: _card(kernel, found.run, found.drawn_at) for found in drawn if found is not None}


def _card(kernel: Kernel, run: int, drawn_at: datetime) -> FirstCard:
    loaded, requests = load(kernel, kernel.reader, run), requests_of(kernel.reader, run)
    event, spec, registry = loaded.event, loaded.version.spec, kernel.registry
    tools = dict.fromkeys(tool for category in spec.playbook.categories for tool in writes_of(registry, spec, category))
    kinds = [kind for tool in tools if (kind := registry.type(tool)) is not None]
    return FirstCard(
        run=run,
        agent=spec.name,
        event={
            "kind": event.kind,
            "from": event.sender,
            "title": event.title,
            "text": event.text,
            "is_verified": event.is_verified,
        },
        options=tuple(Option(kind.name, tool_words(kind.name), _fields(kind)) for kind in kinds),
        drawn_at=drawn_at,
        expires_at=_expires(kernel, requests),
        is_asked=bool(requests),
    )


def _expires(kernel: Kernel, requests: Sequence[int]) -> datetime | None:
    asked = [approvals.approval(kernel.reader, request) for request in requests]
    return min((row.expires_at for row in asked if row is not None and row.expires_at is not None), default=None)


def _fields(kind: ActionType) -> tuple[Field, ...]:
    """Return what of an action is compared and quickly said; which record it changes, nobody knows by its number."""
    found: list[Field] = []
    for name, facts in schema_of(kind, {}).items():
        how, most = kind.compare.get(name, Comparison.EXACT), int(facts.get("maxLength") or SHORT)
        choices: Sequence[Any] = facts.get("enum") or ()
        is_short = bool(choices) or (facts.get("type") in _TYPES and most <= SHORT)
        if how in _NOT_ASKED or name == kind.sets_fields_of or not is_short:
            continue
        words: tuple[Literal["true", "false"], ...] | tuple[str, ...] = tuple(map(str, choices))
        if facts.get("type") == "boolean":
            words = ("true", "false")
        found.append(Field(name, spoken(name), words, most))
    return tuple(found)

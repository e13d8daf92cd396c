"""Levels and stages in words: how actions are grouped, what holds a level down, since when something is as it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import ClassCeiling, Effect, Level, Reversibility
from opsconsole.engine.agents.file import load_spec
from opsconsole.store.queries.ladder import Promotion
from opsconsole.store.rows import VersionRow

GROUPS = ("Inside, can be undone", "To people outside", "Final, money")
"""Actions by what becomes of them."""
LEVELS = {Level.OBSERVE: "1 only recommends", Level.APPROVAL: "2 asks first", Level.AUTONOMOUS: "3 acts alone"}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A version with the agent that it says."""

    row: VersionRow
    spec: AgentSpec


def history_of(rows: Sequence[VersionRow]) -> tuple[HistoryLine, ...]:
    """Return versions, the newest first, with what each says."""
    return tuple(HistoryLine(row, load_spec(row.spec)) for row in rows)


def set_by(history: Sequence[HistoryLine], value: Callable[[AgentSpec], object]) -> VersionRow:
    """Return the version since which a value is as it is in the newest, without a break."""
    wanted, found = value(history[0].spec), history[0].row
    for line in history[1:]:
        if value(line.spec) != wanted:
            break
        found = line.row
    return found


def stands_on(up: Promotion) -> str:
    """Return what a signed step up stands on: its numbers, or that there were none, and why it was taken."""
    gate: dict[str, Any] = up.snapshot.get("gate") or {}
    numbers = f"{gate.get('decisions', 0):,} decisions, {gate.get('wrong', 0) or 'none'} wrong" if gate else ""
    if not up.is_proven:
        numbers = "without evidence"
    return ": ".join(part for part in (numbers, up.reason) if part)


def group_of(kind: ActionType) -> str:
    """Return the group of an action."""
    if kind.is_money or (kind.effect is not Effect.EXTERNAL and kind.reversibility is Reversibility.IRREVERSIBLE):
        return GROUPS[2]
    return GROUPS[1] if kind.effect is Effect.EXTERNAL else GROUPS[0]


def wall_of(spec: AgentSpec, tool: str, kind: ActionType) -> str:
    """Return why an action still asks at level 3; empty where it does not."""
    raised = {raised.ceiling for raised in spec.raised if raised.action == tool}
    walls: Sequence[tuple[bool, ClassCeiling, str]] = (
        (kind.is_money, ClassCeiling.MONEY, "it moves money"),
        (kind.reversibility is Reversibility.IRREVERSIBLE, ClassCeiling.IRREVERSIBLE, "it cannot be undone"),
    )
    return next((why for is_so, ceiling, why in walls if is_so and ceiling not in raised), "")

"""Frozen rows as queries give them."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from opsconsole.domain.enums import (
    ActionState,
    ApprovalKind,
    ApprovalState,
    EffectState,
    Hold,
    RunState,
    UndoState,
    Verdict,
)
from opsconsole.domain.ids import ActionId, AgentId, ApprovalId, EffectId, EventId, RunId, SubjectId, VersionId

Reader = sqlite3.Connection
"""A connection to read with, for floors above that must not know SQLite."""

_T = TypeVar("_T")


def present(value: _T | None, what: str) -> _T:
    """Return a row that must be there.

    Raises:
        LookupError: it is not; the journal's foreign keys should have made that impossible.
    """
    if value is None:
        raise LookupError(what)
    return value


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as it stands."""

    id: RunId
    event_id: EventId
    agent_id: AgentId
    version_id: VersionId
    subject_id: SubjectId
    state: RunState
    category: str | None
    confidence: float | None
    turns: int
    attempts: int
    cost_micros: int
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    outcome: str
    error: str


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action with its arguments and, once there is one, its result."""

    id: ActionId
    run_id: RunId
    turn: int
    position: int
    tool: str
    subject_id: SubjectId
    args: Mapping[str, Any]
    digest: str
    is_write: bool
    category: str | None
    state: ActionState
    result: Mapping[str, Any] | None
    verdict: Verdict | None
    """Of the latest ruling."""
    account: str | None
    """Of its connection, as whoever decides was told; None where that was not kept."""
    is_in_doubt: bool = False
    """A call of it may have done it, and nobody knows."""


@dataclass(frozen=True, slots=True)
class EffectRow:
    """One execution in the outside world."""

    id: EffectId
    action_id: ActionId
    verdict: Verdict
    approval_id: ApprovalId | None
    state: EffectState
    key: str
    not_before: datetime
    hold: Hold
    attempts: int
    agent_id: AgentId
    grant_id: int | None
    error: str
    account: str | None
    """Of its connection, which it goes or went through; None where that was not kept."""


@dataclass(frozen=True, slots=True)
class UndoRow:
    """The taking back of a done effect."""

    effect_id: EffectId
    state: UndoState
    key: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A request to a person."""

    id: ApprovalId
    kind: ApprovalKind
    action_id: ActionId
    agent_id: AgentId
    digest: str
    state: ApprovalState
    subject_mark: int
    because: str
    created_at: datetime
    expires_at: datetime | None
    is_escalated: bool
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True)
class RulingRow:
    """One word of the gate, as stored."""

    id: int
    action_id: ActionId
    phase: str
    at: datetime
    verdict: Verdict
    hold_until: datetime | None
    reasons: tuple[Mapping[str, Any], ...]
    if_live: str | None
    moments: tuple[Mapping[str, Any], ...]
    """What only the moment told, for each version that ruled; empty where that was not kept."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """An agent's immutable snapshot."""

    id: VersionId
    agent_id: AgentId
    number: int
    digest: str
    spec: str
    tools: Mapping[str, str]
    source: str
    applied_by: str
    created_at: datetime
    reason: str = ""
    """Why it came into use, as who put it there said."""

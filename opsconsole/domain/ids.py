"""Identifiers. Rows have integers; what a person types or a file names has text."""

from typing import NewType

EventId = NewType("EventId", int)
SubjectId = NewType("SubjectId", int)
VersionId = NewType("VersionId", int)
RunId = NewType("RunId", int)
EffectId = NewType("EffectId", int)
ApprovalId = NewType("ApprovalId", int)
ContentId = NewType("ContentId", int)
ConnectionId = NewType("ConnectionId", str)
"""Name of a connection; the first part of its action types: `desk` in `desk.reply`."""
AgentId = NewType("AgentId", str)
"""An agent's slug, unique in a workspace."""
ActionId = NewType("ActionId", str)
"""Our own id of a wanted tool call: `run/turn.index`. A provider's call ids repeat; ours do not."""


def action_id(run: RunId, turn: int, index: int) -> ActionId:
    """Return the id of the action at `index` (from 0) of `turn` (from 0) in `run`."""
    return ActionId(f"{run}/{turn}.{index}")

"""The line that says that an AI wrote a message: which one an agent uses, and where it is put."""

from collections.abc import Mapping
from typing import Any

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Level
from opsconsole.domain.event import Event
from opsconsole.engine.agents.deployments import liveness
from opsconsole.engine.gate.arguments import ArgumentError, validate
from opsconsole.policy.rules import says
from opsconsole.store.queries import limits
from opsconsole.store.rows import Reader

SETTING = "disclosure"
DEFAULT = "An AI system wrote this message. Answer and say so if you would rather hear from a person."
"""It stays true where a person approved the message after all."""


def line_of(conn: Reader, spec: AgentSpec) -> str:
    """Return the line of an agent: its own, else the workspace's; empty where its file wants none."""
    return line_of_workspace(conn) if spec.disclosure is None else spec.disclosure.strip()


def line_of_workspace(conn: Reader) -> str:
    """Return the line that agents use which have none of their own."""
    return limits.setting(conn, SETTING) or DEFAULT


def disclosed(
    spec: AgentSpec,
    kind: ActionType,
    args: Mapping[str, Any],
    *,
    category: str | None,
    event: Event,
    line: str,
    has_grant: bool,
) -> dict[str, Any]:
    """Return arguments whose message ends with the line, where it may go to people outside alone: by level or grant.

    One that has it already stays as it is, and so does one that has no room for it: the gate says then that it does not
    go out alone.
    """
    said = args.get(kind.message) if kind.message else None
    level = spec.autonomy.level(kind.name, category)
    is_alone = level is Level.AUTONOMOUS or (level is Level.APPROVAL and has_grant)
    if not line or not isinstance(said, str) or says(said, line) or not is_alone:
        return dict(args)
    if not liveness(spec, category, event).is_live:
        return dict(args)
    try:
        return validate(kind, {**args, kind.message: f"{said.rstrip()}\n\n{line}"})
    except ArgumentError:
        return dict(args)

"""The line that says that an AI wrote a message: which one an agent uses, and where it is put."""

from collections.abc import Mapping
from typing import Any

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec
from opsconsole.store.queries import limits
from opsconsole.store.rows import Reader

SETTING = "disclosure"
DEFAULT = (
    "This message was written and sent by an AI system without a person reading it first."
    " Answer and say so if you would rather hear from a person."
)


def line_of(conn: Reader, spec: AgentSpec) -> str:
    """Return the line of an agent: its own, else the workspace's; empty where its file wants none."""
    return line_of_workspace(conn) if spec.disclosure is None else spec.disclosure.strip()


def line_of_workspace(conn: Reader) -> str:
    """Return the line that agents use which have none of their own."""
    return limits.setting(conn, SETTING) or DEFAULT


def with_line(args: Mapping[str, Any], kind: ActionType, line: str) -> dict[str, Any]:
    """Return arguments whose message ends with the line; one that has it already stays as it is."""
    said = args.get(kind.message) if kind.message else None
    if not line or not isinstance(said, str) or line in said:
        return dict(args)
    return {**args, kind.message: f"{said.rstrip()}\n\n{line}"}

"""What of an agent's file its decisions come of: two versions that agree in it are one to the evidence. Pure."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, cast

from opsconsole.domain.canonical import canonical, digest

ASIDE = frozenset(
    (
        "name", "field", "summary", "scope", "stage", "deployments", "autonomy", "raised", "budgets", "quiet_hours",
        "approvals", "trust", "disclosure",
    )
)  # fmt: skip
"""What says how far it may go, when, and how it is called, and not what it wants to do."""


def decision_digest(spec: Mapping[str, Any], tools: Mapping[str, str]) -> str:
    """Return a digest of what an agent's decisions come of.

    Args:
        spec: the whole agent, as it is stored.
        tools: fingerprint of every tool that there was; only those it may use count.
    """
    kept = {name: value for name, value in spec.items() if name not in ASIDE}
    if "limits" in kept:  # how often runs may fail before the agent is paused is not what it wants to do
        kept["limits"] = {name: value for name, value in kept["limits"].items() if name != "failures_in_a_row"}
    autonomy = cast(Mapping[str, Mapping[str, Any]], spec.get("autonomy") or {})
    if spec.get("brain") == "model" and not spec.get("tools"):
        kept["offered"] = sorted(autonomy.get("actions") or ())  # a model is offered these
    text, patterns = canonical(kept).decode(), tuple(spec.get("tools") or ())
    used = {
        tool: mark
        for tool, mark in tools.items()
        if f'"{tool}"' in text or any(fnmatchcase(tool, pattern) for pattern in patterns)
    }
    return digest({"decides": kept, "tools": used})

"""What only the moment of a decision tells: kept beside a ruling, so that it can be gone through again later."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from opsconsole.domain.enums import Level
from opsconsole.policy.context import GateContext, Usage

_FLAGS = (
    "is_dismissed",
    "is_type_changed",
    "has_grant",
    "is_first_contact",
    "has_category_changed",
    "is_repeated_in_run",
)
_LIFTED, _TAINTED = "is_lifted", "is_tainted"


def moment_of(context: GateContext, *, is_lifted: bool) -> dict[str, Any]:
    """Return the facts of a moment as JSON; what is as it mostly is, is left out.

    Args:
        context: as the gate was asked.
        is_lifted: a person asked for what the agent only recommends, so that level 1 counted as 2.
    """
    kept: dict[str, Any] = {name: True for name in _FLAGS if getattr(context, name)}
    if is_lifted:
        kept[_LIFTED] = True
    if context.disclosure:
        kept["disclosure"] = context.disclosure
    if context.canary:
        kept["canary"] = context.canary
    if context.demoted:
        kept["demoted"] = [int(context.level), context.demoted]
    if context.provenance.is_tainted:
        kept[_TAINTED] = True
    if context.event_age_s:
        kept["event_age_s"] = context.event_age_s
    if context.done_ago_s is not None:
        kept["done_ago_s"] = context.done_ago_s
    if context.switches:
        kept["switches"] = context.switches
    if context.broken:
        kept["broken"] = context.broken
    if context.recipient_zones:
        kept["recipient_zones"] = context.recipient_zones
    if context.usages:
        kept["usages"] = [(usage.name, usage.used, usage.cap) for usage in context.usages]
    return kept


def at_moment(context: GateContext, kept: Mapping[str, Any]) -> GateContext:
    """Return a context with the facts of a moment that `moment_of` kept."""
    is_lifted = kept.get(_LIFTED, False) and context.level is Level.OBSERVE
    ceiling, why = kept.get("demoted", (Level.AUTONOMOUS, ""))
    flags: dict[str, Any] = {name: kept.get(name, False) for name in _FLAGS}
    return replace(
        context,
        level=Level.APPROVAL if is_lifted else min(context.level, Level(ceiling)),
        demoted=why,
        canary=kept.get("canary", ""),
        disclosure=kept.get("disclosure", ""),
        provenance=replace(context.provenance, is_tainted=kept.get(_TAINTED, False)),
        event_age_s=kept.get("event_age_s", 0.0),
        done_ago_s=kept.get("done_ago_s"),
        switches=tuple(kept.get("switches", ())),
        broken=tuple(kept.get("broken", ())),
        recipient_zones=tuple(kept.get("recipient_zones", ())),
        usages=tuple(Usage(name, used, cap) for name, used, cap in kept.get("usages", ())),
        **flags,
    )

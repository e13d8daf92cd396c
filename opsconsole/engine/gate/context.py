"""What the gate sees of one action, built in one place: for live runs, for past ones, and for trying out a policy.

What only a moment tells (switches, caps, quiet hours, what was done just before, who was written to) is added by who
lives in that moment: the gatekeeper. Without it the gate says whether, not when.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec, Guardrail, QuietHours, Trust
from opsconsole.domain.enums import ClassCeiling, Level, Stage
from opsconsole.domain.event import Event
from opsconsole.domain.stages import Deployment
from opsconsole.engine.agents.deployments import Liveness, deployment_of, liveness_at, nearest, places, question_at
from opsconsole.engine.agents.facts import event_facts
from opsconsole.engine.ports.brain import ASK_PERSON
from opsconsole.policy.context import GateContext, Provenance

NOWHERE = "a connection that is not named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A call that somebody wants to make, with what is known of its choice."""

    tool: str
    args: Mapping[str, Any]
    category: str | None = None
    confidence: float | None = None
    is_abstained: bool = False
    is_tainted: bool = False
    """Text that a stranger can have written was read before it was chosen."""
    is_ratified_step: bool = False
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    is_disputed: bool = False
    """The offline triage is sure of another category than the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an agent's file, or a policy that is tried out, says of one call."""

    level: Level
    stage: Stage = Stage.FULL
    held_on: str = ""
    """The connection whose events a deployment holds in shadow; empty where none does."""
    is_in_scope: bool = True
    shut: str = ""
    """Why its stage, though no shadow, opens nothing for the event; empty where it does."""
    raised: frozenset[ClassCeiling] = frozenset()
    guardrails: tuple[Guardrail, ...] = ()
    trust: Trust = field(default_factory=Trust)
    quiet_hours: tuple[QuietHours, ...] = ()
    threshold: float = 0.0
    """Confidence from 0 to 1 below which a person is asked."""

    def as_if_live(self) -> "Terms":
        """Return the same with everything live."""
        return replace(self, stage=Stage.FULL, is_in_scope=True, shut="")


def terms_of(spec: AgentSpec, wanted: Wanted, event: Event | None) -> Terms:
    """Return what an agent's file says of a call about an event.

    `event` is None where a call is tried out alone: then whatever its deployments hold back somewhere is held back.
    """
    held_in = places(spec) if event is None else (deployment_of(spec, event),)
    found = nearest(_liveness(spec, wanted, place) for place in held_in)
    return Terms(
        level=spec.autonomy.level(wanted.tool, wanted.category),
        stage=found.stage,
        held_on="" if not found.is_held else NOWHERE if event is None else event.connection,
        is_in_scope=found.is_in_scope,
        shut=found.shut,
        raised=frozenset(raised.ceiling for raised in spec.raised if raised.action == wanted.tool),
        guardrails=spec.guardrails,
        trust=spec.trust,
        quiet_hours=spec.quiet_hours,
        threshold=spec.threshold(wanted.category),
    )


def _liveness(spec: AgentSpec, wanted: Wanted, place: Deployment | None) -> Liveness:
    """A question of what cannot be told yet reaches people where any category that it may be is live."""
    if wanted.tool == ASK_PERSON and wanted.category is None:
        return question_at(spec, place)
    return liveness_at(spec, wanted.category, place)


def gate_context(
    wanted: Wanted,
    terms: Terms,
    *,
    kind: ActionType | None,
    event: Event | None,
    now: datetime,
    is_type_changed: bool = False,
) -> GateContext:
    """Return what the gate sees of a call, without what only a moment tells.

    Args:
        wanted: the call.
        terms: what the agent's file says of it.
        kind: the call's type; None for a tool that nobody declared.
        event: what the run is about; None where a call is tried out alone.
        now: the time of the decision, aware.
        is_type_changed: the type is another one than the agent's version was ratified with.
    """
    trust = terms.trust
    return GateContext(
        now=now,
        tool=wanted.tool,
        args=wanted.args,
        type=kind,
        is_type_changed=is_type_changed,
        category=wanted.category,
        stage=terms.stage,
        held_on=terms.held_on,
        is_in_scope=terms.is_in_scope,
        shut=terms.shut,
        level=terms.level,
        raised=terms.raised,
        guardrails=terms.guardrails,
        variables={
            "event": {} if event is None else event_facts(event),
            "subject": "" if event is None else event.subject,
            "category": wanted.category or "",
            "confidence": wanted.confidence or 0.0,
        },
        provenance=Provenance(
            is_tainted=wanted.is_tainted,
            is_ratified_step=wanted.is_ratified_step,
            slots=wanted.slots,
            verified_sender=event.sender if event is not None and event.is_verified else "",
            trusted_addresses=_lowered(trust.addresses),
            trusted_domains=_lowered(trust.domains),
            trusted_egress=_lowered(trust.egress),
        ),
        quiet_hours=terms.quiet_hours,
        confidence=wanted.confidence,
        threshold=terms.threshold,
        is_abstained=wanted.is_abstained,
        does_offline_disagree=wanted.is_disputed,
        is_machine_written=event is not None and event.fields.get("is_auto") is True,
    )


@lru_cache(maxsize=256)  # an agent's file names the same ones for every call
def _lowered(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)

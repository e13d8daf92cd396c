"""Gathers what the gate may look at, asks it, and stores its word: always inside a write transaction.

Budgets, switches and earlier actions are read in the same transaction that writes what follows from them, so two
actions cannot slip under one cap.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from opsconsole.domain.agent import AgentSpec, Budgets
from opsconsole.domain.enums import Effect, Level, Verdict
from opsconsole.domain.event import Event
from opsconsole.domain.ruling import Reason, Ruling
from opsconsole.engine.agents.broken import broken_rules
from opsconsole.engine.agents.roster import Roster, Version
from opsconsole.engine.gate.context import Wanted, gate_context, terms_of
from opsconsole.engine.gate.disclosure import line_of
from opsconsole.engine.ports.brain import ASK_PERSON
from opsconsole.engine.ports.connector import Directory
from opsconsole.engine.registry import Registry
from opsconsole.policy import gate, rules
from opsconsole.policy.context import GateContext, Usage, people_in
from opsconsole.policy.moment import moment_of
from opsconsole.store.queries import events, ladder, limits, versions
from opsconsole.store.queries.dismissals import dismissed_number
from opsconsole.store.queries.rollout import canary
from opsconsole.store.queries.views import simulated
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import rulings

NO_RUN = 0
"""The run of a call that nobody makes: it is only tried out."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAction(Wanted):
    """An action of a run as the gate is asked about it."""

    action_id: str
    run_id: int
    subject_id: int
    grant_id: int | None = None
    """A standing grant that was used for this action already."""
    is_requested: bool = False
    """A person asks for what was recommended: level 1 counts as 2, and nothing else is lifted."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A ruling with its row and what it was made from."""

    ruling: Ruling
    ruling_id: int
    context: GateContext
    grant_id: int | None
    recipients: tuple[str, ...]
    """Everybody a write goes to, as salted digests."""
    if_live: Ruling | None


class Gatekeeper:
    """The only caller of the gate."""

    def __init__(self, registry: Registry, workspace: str, roster: Roster) -> None:
        self._registry = registry
        self._workspace = workspace
        self._roster = roster

    def judge(
        self, tx: Transaction, wanted: WantedAction, *, version: Version, event: Event, phase: str, now: datetime
    ) -> Judgement:
        """Ask the gate and store its word.

        A run follows the playbook it was taken in with, but both that version and the one in use rule, and the lower
        word holds: a demotion or a new guardrail binds what is queued, parked or prepared.
        """
        in_use = versions.current_version_of(tx.conn, version.agent_id)
        context, grant = self.context(tx.conn, wanted, version=version, event=event, now=now)
        # Who is hired again under the name does not go on with what was begun before.
        is_dismissed = in_use is None or version.number <= dismissed_number(tx.conn, version.agent_id)
        context = replace(context, is_dismissed=is_dismissed, canary=_tried(tx.conn, version))
        ruling, if_live = rule_for(context)
        moments = [_moment(context, version, wanted)]
        if in_use is not None and in_use != version.id:
            current = self._roster.version(tx.conn, in_use)
            today, _ = self.context(tx.conn, wanted, version=current, event=event, now=now)
            ruling = gate.both(ruling, rule_for(today)[0])
            moments.append(_moment(today, current, wanted))
        ruling_id = rulings.add_ruling(
            tx, wanted.action_id, ruling, phase=phase, if_live=if_live, now=now, moments=moments
        )
        recipients = self._recipients(context.destinations()) if context.is_write else ()
        return Judgement(ruling, ruling_id, context, grant, recipients, if_live)

    def _recipients(self, destinations: tuple[str, ...]) -> tuple[str, ...]:
        """Return everybody that destinations name, each once, as a salted digest."""
        people = dict.fromkeys(person for place in destinations for person in people_in(place))
        return tuple(hashlib.sha256(f"{self._workspace}:{person}".encode()).hexdigest()[:32] for person in people)

    def context(
        self, conn: Reader, wanted: WantedAction, *, version: Version, event: Event | None, now: datetime
    ) -> tuple[GateContext, int | None]:
        """Return all that the gate may look at of a call now, and the standing grant that would allow it."""
        spec = version.spec
        kind = self._registry.type(wanted.tool)
        fingerprint = self._registry.fingerprint(wanted.tool)
        terms = terms_of(spec, wanted, event)
        is_write = kind is None or kind.effect is not Effect.READ
        grant = wanted.grant_id
        if grant is not None and not limits.is_grant_in_force(conn, grant, fingerprint=fingerprint, now=now):
            grant = None
        elif grant is None and is_write and kind is not None and terms.level is Level.APPROVAL:
            grant = limits.grant_for(
                conn, agent=spec.agent, tool=wanted.tool, fingerprint=fingerprint, args=wanted.args, now=now
            )
        fallen = ladder.ceiling(conn, spec.agent, wanted.category or "", wanted.tool) if is_write else None
        is_held = fallen is not None and fallen.ceiling < terms.level
        level = fallen.ceiling if fallen is not None and is_held else terms.level
        is_type_changed = kind is not None and version.tools.get(wanted.tool) != fingerprint
        context = replace(
            gate_context(wanted, terms, kind=kind, event=event, now=now, is_type_changed=is_type_changed),
            level=_lifted(conn, wanted, level),
            demoted=fallen.why if fallen is not None and is_held else "",
            has_grant=grant is not None,
            disclosure=line_of(conn, spec) if is_write else "",
            switches=self._switches(conn, spec, wanted),
            event_age_s=0.0 if event is None else _age(conn, event, now),
        )
        if not is_write:
            return context, grant
        return replace(context, **self._write_facts(conn, wanted, context, version, event)), grant

    def _write_facts(
        self, conn: Reader, wanted: WantedAction, context: GateContext, version: Version, event: Event | None
    ) -> dict[str, Any]:
        now, source = context.now, "" if event is None else event.connection
        destinations = context.destinations()
        is_external = context.effect is Effect.EXTERNAL
        ago = None
        if context.type is not None and context.type.repeat_window_s is not None:
            ago = limits.done_ago(conn, subject=wanted.subject_id, tool=wanted.tool, now=now, besides=wanted.action_id)
        directory = self._registry.connection(wanted.tool)
        zones: tuple[str, ...] = ()
        if isinstance(directory, Directory) and any(hours.zone == "recipient" for hours in context.quiet_hours):
            zones = tuple(directory.zone_of(conn, address) for address in destinations)
        return {
            "broken": broken_rules(self._registry, conn, version.spec, version.tools),
            "recipient_zones": zones,
            "is_first_contact": is_external
            and any(not events.is_known_correspondent(conn, source, destination) for destination in destinations),
            "done_ago_s": None if ago is None else ago.total_seconds(),
            "is_repeated_in_run": not wanted.is_ratified_step
            and limits.is_done_in_run(
                conn, run=wanted.run_id, tool=wanted.tool, args=wanted.args, besides=wanted.action_id
            ),
            "usages": self._usages(conn, version, wanted, destinations, now),
            "has_category_changed": limits.has_other_category(
                conn, run=wanted.run_id, category=wanted.category, besides=wanted.action_id
            ),
        }

    def _switches(self, conn: Reader, spec: AgentSpec, wanted: Wanted) -> tuple[str, ...]:
        connection, agent = self._registry.connection(wanted.tool), spec.agent
        reached = {"all": "everything", f"agent:{agent}": f"agent {agent}"}
        if (category := spec.category(wanted.category)) is not None:
            reached[f"category:{agent}/{category.id}"] = f"{category.name} of agent {agent}"
        if connection is not None:
            reached[f"connection:{connection.id}"] = f"connection {connection.id}"
        return tuple(reached[scope] for scope, _ in limits.switches(conn) if scope in reached)

    def _usages(
        self, conn: Reader, version: Version, wanted: WantedAction, destinations: tuple[str, ...], now: datetime
    ) -> tuple[Usage, ...]:
        found: list[Usage] = []
        besides, own = wanted.action_id, wanted.run_id != NO_RUN
        agent = version.agent_id
        stored = limits.setting(conn, "budgets")
        workspace = Budgets() if stored is None else Budgets.model_validate(json.loads(stored))
        for who, key, budget in ((f"agent {agent}", agent, version.spec.budgets), ("the workspace", None, workspace)):
            for cap, span, word in (
                (budget.actions_per_hour, _HOUR, "an hour"),
                (budget.actions_per_day, _DAY, "a day"),
            ):
                if cap is not None:
                    used = limits.actions_since(conn, since=now - span, agent=key, besides=besides)
                    found.append(Usage(f"actions {word} of {who}", used, cap))
            for cap, money, span, word in (
                (budget.runs_per_hour, budget.cost_per_hour, _HOUR, "an hour"),
                (budget.runs_per_day, budget.cost_per_day, _DAY, "a day"),
            ):
                if cap is not None:
                    runs = limits.runs_since(conn, since=now - span, agent=key)
                    found.append(Usage(f"runs {word} of {who}", runs - own, cap))
                if money is not None:
                    cost = limits.cost_since(conn, since=now - span, agent=key)
                    found.append(Usage(f"money {word} of {who}", cost, money))
            if budget.per_recipient_per_day is not None and destinations:
                used = max(
                    limits.recipient_since(conn, since=now - _DAY, recipient=recipient, besides=besides)
                    for recipient in self._recipients(destinations)
                )
                whom = "this recipient" if len(destinations) == 1 else "one of its recipients"
                found.append(Usage(f"actions a day towards {whom}", used, budget.per_recipient_per_day))
        return tuple(found)


def _tried(conn: Reader, version: Version) -> str:
    """Return in words which version only was tried, or is; empty for one in use, or with the file of one."""
    return f"version {version.number}, a canary," if canary.is_tried(conn, version.id) else ""


def _age(conn: Reader, event: Event, now: datetime) -> float:
    """Return the age of an event in seconds; a past one counts from when it was brought in."""
    since = event.received_at if events.is_past_source(conn, event.connection) else event.occurred_at
    return max(0.0, (now - since).total_seconds())


def _moment(context: GateContext, version: Version, wanted: Wanted) -> dict[str, Any]:
    is_lifted = context.level > version.spec.autonomy.level(wanted.tool, wanted.category)
    return {"version": version.id, **moment_of(context, is_lifted=is_lifted)}


def _lifted(conn: Reader, wanted: WantedAction, level: Level) -> Level:
    """Return the level that counts for this action: a person who asks for a recommendation is its approval."""
    if level is Level.OBSERVE and (wanted.is_requested or simulated.said_to(conn, wanted.action_id) == "asked"):
        return Level.APPROVAL
    return level


def audit_reasons(judged: Judgement) -> list[str]:
    """Return the reasons as they stand in the audit trail: rule and text, binding ones first."""
    binding = judged.ruling.binding
    ordered = [*binding, *(reason for reason in judged.ruling.reasons if reason not in binding)]
    return [f"{reason.rule}: {reason.text}" for reason in ordered]


def rule_for(context: GateContext) -> tuple[Ruling, Ruling | None]:
    """Return the gate's word on a call of an agent, and what it would be one rung higher."""
    if context.tool == ASK_PERSON:
        return _rule_question(context), None
    ruling = gate.rule(context)
    return ruling, gate.rule_at_next_rung(context, ruling.verdict)


def _rule_question(context: GateContext) -> Ruling:
    """A question reaches the person where the category, or for none any category, is live; else it is recorded."""
    if context.is_live:
        reasons = [Reason("question", "the agent asks a person", Verdict.ASK)]
    else:
        why = f"{context.shut};" if context.shut else "in shadow:"
        reasons = [Reason("stage", f"{why} the question is recorded, not asked", Verdict.SIMULATE)]
    reasons += rules.dismissed(context)
    for switch in context.switches:
        reasons.append(Reason("kill_switch", f"paused: {switch}"))
    return Ruling(min(reason.verdict for reason in reasons), None, tuple(reasons))

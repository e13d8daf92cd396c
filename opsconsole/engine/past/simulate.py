"""A call gone through rule by rule: one of the past as the gate saw it, the same under other rules, or one typed in."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.canonical import jsonable
from opsconsole.domain.errors import NotFoundError, UserError
from opsconsole.domain.event import Event
from opsconsole.domain.ruling import Reason, Ruling
from opsconsole.engine.agents.broken import broken_rules
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.gate.arguments import ArgumentError, validate
from opsconsole.engine.gate.context import gate_context, terms_of
from opsconsole.engine.gate.disclosure import disclosed
from opsconsole.engine.gate.gatekeeper import NO_RUN, WantedAction, rule_for
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ports.brain import ASK_PERSON
from opsconsole.engine.runstate.loaded import Loaded, load, wanted_again
from opsconsole.policy import gate
from opsconsole.policy.context import GateContext
from opsconsole.policy.explained import RuleAnswer, answers
from opsconsole.policy.moment import at_moment
from opsconsole.store.queries import events, runs
from opsconsole.store.rows import ActionRow, RulingRow

MOST_NAMED = 12
"""Categories that are named where one is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What the gate says of a call, and every rule's answer."""

    tool: str
    agent: str
    args: Mapping[str, Any]
    category: str | None
    at: datetime
    is_then: bool
    """The circumstances (pauses, caps, what was done before) are those of then; else those of now."""
    ruling: Ruling
    answers: tuple[RuleAnswer, ...]
    """Of every rule, in the gate's order."""
    stored: RulingRow | None = None
    """What the gate said then; None for a call that was typed in."""
    event: Event | None = None
    """What it is about."""
    is_tainted: bool = True
    is_own_step: bool = True

    @property
    def is_as_then(self) -> bool:
        """Verdict, hold and reasons are those that were stored."""
        now = [reason.to_json() for reason in self.ruling.reasons]
        stored = self.stored
        return stored is not None and stored.verdict is self.ruling.verdict and [*map(dict, stored.reasons)] == now


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCall:
    """A call that somebody types in."""

    tool: str
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])
    category: str | None = None
    event: int | None = None
    """An event of the workspace that it is about."""
    is_tainted: bool = True
    """Text from outside was read before."""
    is_own_step: bool = True
    """A step of the playbook chose it, with its own words."""


def as_then(kernel: Kernel, action: str, ruling: int | None = None) -> Simulated:
    """Go through what the gate said of an action of the past.

    Args:
        kernel: the workspace.
        action: its id.
        ruling: which of its rulings; None: the last.

    Raises:
        NotFoundError: there is no such action, or no such ruling on it.
    """
    found, loaded, stored = _past(kernel, action, ruling)
    wanted = _wanted(kernel, loaded, found, stored)
    contexts = [
        _then(kernel, loaded, wanted, kernel.roster.version(kernel.reader, kept["version"]).spec, stored, kept)
        for kept in stored.moments
    ]
    if not contexts:  # from a time when what only the moment tells was not kept
        present = kernel.gatekeeper.context
        version, now = loaded.version, kernel.clock.now()
        contexts = [present(kernel.reader, wanted, version=version, event=loaded.event, now=now)[0]]
    return _simulated(contexts, wanted, loaded, is_then=bool(stored.moments), stored=stored)


def under(kernel: Kernel, action: str) -> Simulated:
    """Go through an action of the past under its agent's rules in use now, in the circumstances of then.

    Raises:
        NotFoundError: there is no such action, or its agent is not in use any more.
    """
    found, loaded, stored = _past(kernel, action, None)
    wanted = _wanted(kernel, loaded, found, stored)
    version = _in_use(kernel, loaded.run.agent_id)
    kept = stored.moments[-1] if stored.moments else {"is_tainted": wanted.is_tainted}
    context = _then(kernel, loaded, wanted, version.spec, stored, kept)
    if context.is_write:  # whether they can be read is one of the rules, no circumstance
        context = replace(context, broken=broken_rules(kernel.registry, kernel.reader, version.spec, version.tools))
    is_changed = context.type is not None and version.tools.get(wanted.tool) != kernel.registry.fingerprint(wanted.tool)
    contexts = [replace(context, is_type_changed=is_changed)]
    return _simulated(contexts, wanted, loaded, is_then=bool(stored.moments), stored=stored)


def typed(kernel: Kernel, agent: str, call: TypedCall) -> Simulated:
    """Go through a call as if the agent made it now. Nothing is done, nothing is stored.

    Raises:
        NotFoundError: there is no such agent, category or event.
        UserError: the arguments are not what the tool takes.
    """
    conn, now = kernel.reader, kernel.clock.now()
    version = _in_use(kernel, agent)
    _check_category(version.spec, call.category)
    event = _event(kernel, call.event)
    kind = kernel.registry.type(call.tool)
    wanted = WantedAction(
        action_id="", run_id=NO_RUN, subject_id=0 if event is None else event.subject_id,
        tool=call.tool, args=_read(kind, call.args), category=call.category,
        confidence=1.0, is_tainted=call.is_tainted, is_ratified_step=call.is_own_step,
        slots=dict.fromkeys(call.args, ()) if call.is_own_step else {},
    )  # fmt: skip
    context, _ = kernel.gatekeeper.context(conn, wanted, version=version, event=event, now=now)
    return _simulated([context], wanted, None, event=event, agent=agent)


def _in_use(kernel: Kernel, agent: str) -> Version:
    version = kernel.roster.in_use(kernel.reader, agent)
    if version is None:
        raise NotFoundError(f"There is no agent {agent} in use. `opsconsole agents list` names those there are.")
    return version


def _check_category(spec: AgentSpec, category: str | None) -> None:
    if category is None or spec.category(category) is not None:
        return
    known = [each.id for each in spec.playbook.categories]
    close = difflib.get_close_matches(category, known, n=1)
    meant = f"did you mean {close[0]}?" if close else f"It has {', '.join(known[:MOST_NAMED])}."
    raise NotFoundError(f"{spec.agent} has no category {category}; {meant[:1].lower()}{meant[1:]}")


def _then(
    kernel: Kernel, loaded: Loaded, wanted: WantedAction, spec: AgentSpec, stored: RulingRow, kept: Mapping[str, Any]
) -> GateContext:
    kind = kernel.registry.type(wanted.tool)
    context = gate_context(wanted, terms_of(spec, wanted, loaded.event), kind=kind, event=loaded.event, now=stored.at)
    return at_moment(context, kept)


def _event(kernel: Kernel, number: int | None) -> Event | None:
    if number is None:
        return None
    event = events.event(kernel.reader, number)
    if event is None:
        raise NotFoundError(f"There is no event {number}.")
    return event


def _read(kind: ActionType | None, args: Mapping[str, Any]) -> Mapping[str, Any]:
    if kind is None:
        return args
    try:
        return validate(kind, args)
    except ArgumentError as error:
        raise UserError(f"{error}.") from error


def _past(kernel: Kernel, action: str, ruling: int | None) -> tuple[ActionRow, Loaded, RulingRow]:
    found = runs.action(kernel.reader, action)
    if found is None:
        raise NotFoundError(f"There is no action {action}. The feed and `opsconsole feed --json` name them.")
    stored = [each for each in runs.rulings(kernel.reader, action) if ruling is None or each.id == ruling]
    if not stored:
        raise NotFoundError(f"The gate was not asked about {action}: the call could not be made as it was written.")
    return found, load(kernel, kernel.reader, found.run_id), stored[-1]


def _wanted(kernel: Kernel, loaded: Loaded, action: ActionRow, stored: RulingRow) -> WantedAction:
    """Return the call as the gate was asked about it: before a person edited it, as the agent proposed it."""
    wanted = wanted_again(kernel, loaded, action, grant=None)
    if stored.phase != "proposed":
        return wanted
    kind = kernel.registry.type(action.tool)
    args = jsonable(loaded.turns[action.turn].proposals[action.position].args)
    try:
        read = args if kind is None else validate(kind, args)
    except ArgumentError:  # the tool takes others today
        return wanted
    line = str(stored.moments[0].get("disclosure", "")) if stored.moments else ""
    if kind is not None and line:
        is_granted = bool(stored.moments[0].get("has_grant"))
        spec, event, category = loaded.version.spec, loaded.event, wanted.category
        read = disclosed(spec, kind, read, category=category, event=event, line=line, has_grant=is_granted)
    return replace(wanted, args=read)


def _simulated(
    contexts: list[GateContext],
    wanted: WantedAction,
    loaded: Loaded | None,
    *,
    agent: str = "",
    event: Event | None = None,
    is_then: bool = False,
    stored: RulingRow | None = None,
) -> Simulated:
    context = contexts[0]
    ruling = rule_for(context)[0]
    told = list(answers(context)) if wanted.tool != ASK_PERSON else [*map(_question, ruling.reasons)]
    for later in contexts[1:]:
        second = rule_for(later)[0]
        told += _more(later, ruling, second)
        ruling = gate.both(ruling, second)
    return Simulated(
        tool=wanted.tool, agent=agent if loaded is None else loaded.run.agent_id, args=wanted.args,
        category=wanted.category, at=context.now, is_then=is_then, ruling=ruling, answers=tuple(told), stored=stored,
        event=event if loaded is None else loaded.event, is_tainted=wanted.is_tainted,
        is_own_step=wanted.is_ratified_step,
    )  # fmt: skip


def _question(reason: Reason) -> RuleAnswer:
    return RuleAnswer("Questions", reason.text, reason)


def _more(context: GateContext, first: Ruling, second: Ruling) -> Iterator[RuleAnswer]:
    """Yield what the version that came into use meanwhile says besides."""
    said = [reason for reason in second.reasons if reason not in first.reasons]
    for answer in answers(context):
        if answer.reason in said:
            yield RuleAnswer(f"{answer.title} (the version in use)", answer.text, answer.reason)

"""What an agent's guardrails would have stopped of what it wanted of late: each tried on the actions that are kept."""

from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.agent import AgentSpec, Guardrail
from opsconsole.domain.event import Event
from opsconsole.domain.ids import RunId
from opsconsole.engine.gate.context import Wanted, gate_context, terms_of
from opsconsole.engine.kernel import Kernel
from opsconsole.policy import rules
from opsconsole.store.queries import events, runs
from opsconsole.store.queries.views.wanted import wanted_since
from opsconsole.store.rows import RunRow, present

MOST = 1_000
"""Actions that are looked at, the newest."""
NAMED = 5
"""Of those that a rule stops so many are named."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """An action that a rule stops."""

    event: int
    title: str
    tool: str


@dataclass(frozen=True, slots=True)
class Guarded:
    """What one guardrail would have done."""

    rail: Guardrail
    looked_at: int
    """Actions of the tools that it looks at."""
    stopped: int
    undecided: int
    """It could not be decided for so many: a person is asked then."""
    named: tuple[Stopped, ...]

    def sentence(self) -> str:
        """Return it in words."""
        if not self.looked_at:
            return "It has had nothing to look at in the last month."
        would = "refused" if self.rail.then == "refuse" else "brought to you"
        told = f"Would have {would} {self.stopped} of {self.looked_at} in the last month."
        return told + (f" {self.undecided} could not be decided, and come to you." if self.undecided else "")


def guarded(kernel: Kernel, spec: AgentSpec, *, since: datetime) -> tuple[Guarded, ...]:
    """Try every guardrail of an agent on what its runs wanted since a time, in the order of the file."""
    counts = {rail.name: [0, 0, 0] for rail in spec.guardrails}
    named: dict[str, list[Stopped]] = {rail.name: [] for rail in spec.guardrails}
    if not spec.guardrails:
        return ()
    known: dict[RunId, tuple[RunRow, Event]] = {}
    for wish in wanted_since(kernel.reader, spec.agent, since=since, most=MOST):
        if not any(rules.looks_at_tool(rail, wish.tool) for rail in spec.guardrails):
            continue
        action = present(runs.action(kernel.reader, wish.id), wish.id)
        if action.run_id not in known:
            known[action.run_id] = _run(kernel, action.run_id)
        run, event = known[action.run_id]
        wanted = Wanted(tool=action.tool, args=action.args, category=action.category, confidence=run.confidence)
        kind, terms = kernel.registry.type(action.tool), terms_of(spec, wanted, event)
        context = gate_context(wanted, terms, kind=kind, event=event, now=event.received_at)
        spoke = {reason.rule.partition(":")[2]: reason for reason in rules.guardrails(context)}
        for rail in spec.guardrails:
            if not rules.looks_at(rail, context):
                continue
            counts[rail.name][0] += 1
            reason = spoke.get(rail.name)
            if reason is None:
                continue
            is_decided = reason.text == rail.because
            counts[rail.name][1 if is_decided else 2] += 1
            if is_decided and len(named[rail.name]) < NAMED:
                named[rail.name].append(Stopped(event.id, event.title, action.tool))
    found = list[Guarded]()
    for rail in spec.guardrails:
        looked_at, stopped, undecided = counts[rail.name]
        found.append(Guarded(rail, looked_at, stopped, undecided, tuple(named[rail.name])))
    return tuple(found)


def _run(kernel: Kernel, number: RunId) -> tuple[RunRow, Event]:
    run = present(runs.run(kernel.reader, number), f"run {number}")
    return run, present(events.event(kernel.reader, run.event_id), f"event {run.event_id}")

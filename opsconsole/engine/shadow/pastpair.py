"""A past event that was worked, beside what people did with it, as a pair."""

from collections.abc import Callable
from dataclasses import dataclass

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import Event
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.agents import Version
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.shadow import pairwrite
from opsconsole.engine.shadow.pairing import NOT_SEEN
from opsconsole.engine.shadow.pairwrite import Made
from opsconsole.engine.shadow.pastacts import category_of, tells_triage
from opsconsole.engine.shadow.replay import Worked
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events as write_events
from opsconsole.store.writes import pairs as write

OFF_RECORD = "a look-up could not tell what was known then"
"""Why a pair proves nothing: live the agent would have been answered."""
NO_SENT = "no sent mail was brought in, so what people answered is not known"
NO_FOLDER = "it came without the folder it lay in, so where people put it is not known"
NO_TRIAGE = "its table does not tell how people sorted it (queue, assignee, priority)"


@dataclass(frozen=True, slots=True)
class Done:
    """An event, what people did with it, and what the agent would have done."""

    event: Event
    acts: tuple[HumanAct, ...]
    worked: Worked


def _why_not(spec: AgentSpec, one: Done, has_sent: Callable[[str], bool]) -> str:
    """Say why a pair proves nothing; empty where it does."""
    if pairwrite.is_taught(spec, one.event):
        return pairwrite.TAUGHT
    if one.worked.off_record:
        return OFF_RECORD
    event = one.event
    if event.kind.startswith("mail."):
        if not event.fields.get("folder"):
            return NO_FOLDER
        return "" if one.acts or has_sent(event.connection) else NO_SENT
    if event.kind == "ticket.created":
        return "" if one.acts or tells_triage(event) else NO_TRIAGE
    return "" if one.acts else NOT_SEEN


def make_pair(
    kernel: Kernel, tx: Transaction, version: Version, one: Done, has_sent: Callable[[str], bool]
) -> Made | None:
    """Store the pair; None where there is one already. `has_sent`: sent mail of a connection was brought in."""
    now, event = kernel.clock.now(), one.event
    for act in one.acts:
        subject = write_events.subject(tx, act.subject)
        write.add_act(tx, event.connection, act, subject=subject, now=now)
    done = pairwrite.folded(kernel.registry, one.acts)
    sides = pairwrite.Sides(
        agent=pairwrite.wanted_deeds(kernel.registry, one.worked.actions, event.subject),
        human=[pairwrite.act_deed(kernel, act, event.subject) for act in done],
        acts=done,
        event=event,
        origin=pairwrite.Origin(
            source="history",
            agent=version.agent_id,
            version=version.id,
            run=None,
            category=one.worked.category or category_of(version.spec, [act.args for act in one.acts]) or "",
            confidence=one.worked.confidence,
            is_blind=True,
            excluded=_why_not(version.spec, one, has_sent),
            is_failed=bool(one.worked.failed) or one.worked.is_abstained,
            because=one.worked.because or one.worked.failed,
        ),
    )
    return pairwrite.keep(tx, sides, now=now)

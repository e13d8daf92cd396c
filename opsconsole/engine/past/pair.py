"""A past event that was worked, beside what people did with it, as a pair."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import Event
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.pairs import pair as pairwrite
from opsconsole.engine.pairs.category import category_of
from opsconsole.engine.pairs.compared import compared_act, compared_wanted, folded
from opsconsole.engine.pairs.pair import Made
from opsconsole.engine.pairs.pairing import GONE, NOT_SEEN, TOO_LATE
from opsconsole.engine.past.humanacts import found_in, human_acts, is_machine_answered, tells_triage
from opsconsole.engine.past.pastrun import Worked
from opsconsole.engine.ports.connector import Observer
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries import past
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events as write_events
from opsconsole.store.writes import pairs as write

OFF_RECORD = "a look-up could not tell what was known then"
"""Why a pair proves nothing: live the agent would have been answered."""
NO_SENT = "no sent mail of its time was brought in, so what people answered is not known"
NO_FOLDER = "it came without the folder it lay in, so where people put it is not known"
NO_TRIAGE = "its table does not tell what people made of it (queue, assignee, priority)"
MACHINE = "a machine or an agent had answered it, so that people may have left it alone because of that"
HUMAN_UNKNOWN = frozenset((MACHINE, NO_SENT, NO_FOLDER, NO_TRIAGE, NOT_SEEN, TOO_LATE, GONE))
"""Why a pair says nothing of what people did: nothing can be compared with it."""
SLACK = timedelta(days=7)
"""Sent mail is of an event's time where some was sent so shortly before or after."""
Wanted = Sequence[tuple[str, Mapping[str, Any]]]
"""(tool, arguments) of the writes an agent wanted."""
Sent = Callable[[str], Mapping[str, Sequence[datetime]]]
"""Of a connection: when mail was sent, per domain of the sender, in order."""


@dataclass(frozen=True, slots=True)
class Done:
    """An event, what people did with it, and what the agent would have done."""

    event: Event
    acts: tuple[HumanAct, ...]
    worked: Worked


def why_not(kernel: Kernel, spec: AgentSpec, event: Event, acts: Sequence[HumanAct], wanted: Wanted, sent: Sent) -> str:
    """Say why a pair of a past event proves nothing, or which of what people did is not known; empty where it does."""
    if pairwrite.is_taught(spec, event):
        return pairwrite.TAUGHT
    if event.kind.startswith("mail."):
        if not event.fields.get("folder") and not any(act.args.get("folder") for act in acts):
            return NO_FOLDER
        is_covered = _is_covered(event, sent(event.connection))
        return NO_SENT if not is_covered else MACHINE if is_machine_answered(kernel, event) else ""
    if event.kind == "ticket.created":
        told = {*(event.fields.get("columns") or ()), *(name for act in acts for name in act.args), "id"}
        update = f"{event.connection}.update_ticket"
        is_told = all({*args} <= told for tool, args in wanted if tool == update)
        return "" if is_told and (acts or tells_triage(event)) else NO_TRIAGE
    watcher = kernel.registry.connectors.get(event.connection)
    is_seen = isinstance(watcher, Observer) and watcher.sees_inaction(event.subject)
    return "" if acts or is_seen else NOT_SEEN


def _is_covered(event: Event, sent: Mapping[str, Sequence[datetime]]) -> bool:
    """Return whether mail is known that people of the event's own domain sent about its time."""
    domains = {recipient.rpartition("@")[2].casefold() for recipient in event.recipients} or {*sent}
    for times in (sent[domain] for domain in domains if domain in sent):
        place = bisect_left(times, event.occurred_at - SLACK)
        if place < len(times) and times[place] <= event.occurred_at + SLACK:
            return True
    return False


def make_pair(kernel: Kernel, tx: Transaction, version: Version, done: Done, sent: Sent) -> Made | None:
    """Store the pair; None where there is one already."""
    now, event = kernel.clock.now(), done.event
    for act in done.acts:
        subject = write_events.subject(tx, act.subject)
        write.add_act(tx, event.connection, act, subject=subject, now=now)
    worked = done.worked
    excluded = why_not(kernel, version.spec, event, done.acts, worked.actions, sent)
    origin = pairwrite.Origin(
        source="history",
        agent=version.agent_id,
        version=version.id,
        run=None,
        category=worked.category or category_of(version.spec, [act.args for act in done.acts]) or "",
        confidence=worked.confidence,
        is_blind=True,
        excluded=excluded or (OFF_RECORD if worked.off_record else ""),
        is_failed=bool(worked.failed) or worked.is_abstained,
        because=worked.because or worked.failed,
    )
    return pairwrite.keep(tx, _sides(kernel, event, done.acts, worked.actions, origin), now=now)


def find_again(kernel: Kernel, tx: Transaction, number: int, folder: str) -> bool:
    """Keep what another copy of a known mail tells of where people put it; True where that is news."""
    event = past.event(tx.conn, number)
    act = found_in(kernel, event, folder)
    if act is None:
        return False
    subject = write_events.subject(tx, act.subject)
    return write.add_act(tx, event.connection, act, subject=subject, now=kernel.clock.now()) is not None


def to_remake(tx: Transaction, new: Sequence[int]) -> list[int]:
    """Return the events with past pairs whose people's doings new events may tell: answers, and tickets sorted anew."""
    return past.paired_on_subjects(tx.conn, new) if new else []


def remake(kernel: Kernel, tx: Transaction, numbers: Sequence[int]) -> None:
    """Compare the past pairs of events anew where more, or something else, is known now of what people did."""
    sent = cache(partial(past.sent_times, tx.conn))
    for number in numbers:
        _remake(kernel, tx, number, sent)


def _remake(kernel: Kernel, tx: Transaction, number: int, sent: Sent) -> None:
    event = past.event(tx.conn, number)
    acts = human_acts(kernel, event)
    for row in read.of_event(tx.conn, number):
        if row.source != "history" or row.version is None:
            continue
        spec, body = kernel.roster.version(tx.conn, row.version).spec, read.body(tx.conn, row.id)
        wanted = [(str(action["tool"]), dict(action["args"])) for action in body.get("agent") or ()]
        excluded = why_not(kernel, spec, event, acts, wanted, sent)
        origin = pairwrite.Origin(
            source="history",
            agent=row.agent,
            version=row.version,
            run=None,
            category=row.category,
            confidence=row.confidence,
            is_blind=True,
            excluded=excluded or (OFF_RECORD if row.excluded == OFF_RECORD else ""),
            is_failed=row.is_failed,
            because=str(body.get("because") or ""),
        )
        sides = _sides(kernel, event, acts, wanted, origin)
        was = [(action["tool"], action["args"]) for action in body.get("human") or ()]
        is_other = was != [(action.tool, dict(action.args)) for action in sides.human]
        if is_other or (row.excluded in HUMAN_UNKNOWN and origin.excluded != row.excluded):
            pairwrite.keep_anew(tx, row.id, sides, now=kernel.clock.now())


def _sides(
    kernel: Kernel, event: Event, acts: Sequence[HumanAct], wanted: Wanted, origin: pairwrite.Origin
) -> pairwrite.Sides:
    done = folded(kernel.registry, acts)
    return pairwrite.Sides(
        agent=compared_wanted(kernel.registry, wanted, event.subject),
        human=[compared_act(kernel.registry, act, event.subject) for act in done],
        acts=done,
        event=event,
        origin=origin,
    )

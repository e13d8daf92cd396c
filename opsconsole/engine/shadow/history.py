"""The past worked again: what people did with it is known, so each event makes a pair at once.

An export does not tell when a mail was moved; it counts as an hour after it came. Events are worked in the order they
happened, and what people made of one is a precedent only for those that came after they did.
"""

import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import Event
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.agents import Version
from opsconsole.engine.intake import subscribes
from opsconsole.engine.kernel import Kernel, Writes
from opsconsole.engine.ports import Brain
from opsconsole.engine.shadow import pairing
from opsconsole.engine.shadow.replay import Replay, Worked, as_it_came
from opsconsole.policy.windows import window_end
from opsconsole.store.queries import past as read
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events as write_events
from opsconsole.store.writes import pairs as write

MOVED_AFTER = timedelta(hours=1)
TOGETHER = 50
"""Pairs in one transaction."""
UNSORTED = ("", "inbox", "all mail", "archive")
"""Folders in which lies what nobody sorted."""


class PastBrain(Brain, Protocol):
    """A brain that knows only what it was told since it was made."""

    def know(self, agent: str, category: str, text: str) -> None:
        """Take in what people made of a past event."""
        ...


@dataclass(slots=True)
class Progress:
    """How far it is."""

    total: int
    done: int = 0
    pairs: int = 0
    agreed: int = 0
    cost_micros: int = 0
    off_record: int = 0
    stopped: str = ""
    """Why it ended before the end; empty where it did not."""
    verdicts: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be worked."""

    events: int
    """Not worked by this version yet."""
    known: int
    """Worked already: going on where it stopped."""
    first_at: datetime | None
    last_at: datetime | None


def plan(kernel: Kernel, version: Version, *, since: datetime | None = None) -> Plan:
    """Say what there is to work, without working it."""
    found = list(_wanted(kernel, version, since))
    todo = [one for one in found if not one.is_paired]
    times = [one.at for one in found]
    return Plan(len(todo), len(found) - len(todo), min(times, default=None), max(times, default=None))


async def work(
    kernel: Kernel,
    writes: Writes,
    version: Version,
    brain: PastBrain,
    *,
    since: datetime | None = None,
    most: int | None = None,
    cost_cap: float | None = None,
    tell: Callable[[Progress], None] = lambda _: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Progress:
    """Work the past of a version's subscriptions; go on where an earlier run of it stopped.

    Args:
        kernel: where the events are.
        writes: the writer.
        version: the version that works; it was frozen before it saw any of them.
        brain: fresh; it is told the past as it goes.
        since: leave out what happened before.
        most: work so many at most.
        cost_cap: stop before models have cost more, in the workspace's money.
        tell: hears of every chunk.
        is_stopped: asked before every event.
    """
    found = list(_wanted(kernel, version, since))
    progress = Progress(total=sum(not one.is_paired for one in found))
    if most is not None:
        progress.total = min(progress.total, most)
    replay, lessons, ready = Replay(kernel.registry, version, brain), _Lessons(version.spec, brain), list[_Done]()
    for one in found:
        lessons.tell_until(one.at)
        event = read.event(kernel.reader, one.id)
        acts = human_acts(kernel, event)
        if not one.is_paired and progress.done + len(ready) < progress.total and not progress.stopped:
            if is_stopped():
                progress.stopped = "it was stopped"
            elif cost_cap is not None and progress.cost_micros >= cost_cap * 1e6:
                progress.stopped = f"its cap of {cost_cap:g} is reached"
            else:
                worked = await replay.work(event)
                progress.cost_micros += worked.cost_micros
                ready.append(_Done(event, acts, worked))
        lessons.hear(event, acts)
        if len(ready) >= TOGETHER:
            await _keep(kernel, writes, version, ready, progress, tell)
        if progress.stopped:
            break
    await _keep(kernel, writes, version, ready, progress, tell)
    return progress


@dataclass(frozen=True, slots=True)
class _Done:
    event: Event
    acts: tuple[HumanAct, ...]
    worked: Worked


class _Lessons:
    """What people made of past events, told to the brain once they had done it and not before."""

    def __init__(self, spec: AgentSpec, brain: PastBrain) -> None:
        self._spec = spec
        self._brain = brain
        self._waiting: list[tuple[datetime, int, str, str]] = []
        self._count = itertools.count()

    def hear(self, event: Event, acts: tuple[HumanAct, ...]) -> None:
        """Note what an event turned out to be."""
        if acts and (category := category_of(self._spec, [one.args for one in acts])) is not None:
            text = f"{event.title}\n\n{event.text}"
            heapq.heappush(self._waiting, (acts[-1].at, next(self._count), category, text))

    def tell_until(self, at: datetime) -> None:
        """Tell what was done before a time."""
        while self._waiting and self._waiting[0][0] < at:
            _, _, category, text = heapq.heappop(self._waiting)
            self._brain.know(self._spec.agent, category, text)


def category_of(spec: AgentSpec, acts: Sequence[Mapping[str, Any]]) -> str | None:
    """Give the category in which the playbook would do what people did; None where it is not one only.

    A folder or queue that is called like a category says it; else the one category whose steps lead to that place.

    Args:
        spec: the agent.
        acts: the arguments of each act.
    """
    places = {_name(str(args[name])) for args in acts for name in ("folder", "queue") if args.get(name)}
    named = {one.id for one in spec.playbook.categories if {_name(one.id), _name(one.name)} & places}
    if len(named) == 1:
        return named.pop()
    led = {
        category.id
        for category in spec.playbook.categories
        for step in category.steps
        for name in ("folder", "queue")
        if step.do is not None and _name(str(step.args.get(name, ""))) in places
    }
    return led.pop() if len(led) == 1 else None


def _name(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("-", " ").replace("/", " ").casefold().split())


def human_acts(kernel: Kernel, event: Event) -> tuple[HumanAct, ...]:
    """Give what people did with a past event, in order: where it lies, what was answered, how a ticket was sorted."""
    found = [*_moved(event), *_answered(kernel, event), *_sorted_ticket(kernel, event)]
    return tuple(sorted(found, key=lambda one: (one.at, one.external_id)))


def _act(event: Event, what: str, tool: str, args: Mapping[str, Any], at: datetime, actor: str) -> HumanAct:
    return HumanAct(
        external_id=f"history:{event.external_id}:{what}",
        subject=event.subject,
        tool=f"{event.connection}.{tool}",
        args=args,
        actor=actor,
        at=at,
        about=event.external_id,
        source="imported",
    )


def _moved(event: Event) -> Iterator[HumanAct]:
    folder = str(event.fields.get("folder") or "")
    if event.kind == "mail.received" and folder.rpartition("/")[2].casefold() not in UNSORTED:
        yield _act(event, "moved", "move_mail", {"folder": folder}, event.occurred_at + MOVED_AFTER, "somebody")


def _answered(kernel: Kernel, event: Event) -> Iterator[HumanAct]:
    if event.kind != "mail.received":
        return
    name, until = str(event.fields.get("message_id") or ""), window_end(event.occurred_at)
    for sent in read.sent_on(kernel.reader, event.subject_id, after=event.occurred_at, until=until):
        answers = str(sent.fields.get("in_reply_to") or "")
        if answers != name and not (not answers and event.sender in sent.recipients):
            continue
        to = event.sender if event.sender in sent.recipients else next(iter(sent.recipients), "")
        args = {"to": to, "text": sent.text}
        yield _act(event, f"answered:{sent.external_id}", "reply", args, sent.occurred_at, f"account:{sent.sender}")


def _sorted_ticket(kernel: Kernel, event: Event) -> Iterator[HumanAct]:
    if event.kind != "ticket.created" or "ticket_id" not in event.fields:
        return
    ticket = read.ticket(kernel.reader, int(event.fields["ticket_id"]))
    args = {name: ticket[name] for name in ("queue", "assignee", "priority") if ticket.get(name)}
    if args:
        given = {"id": event.fields["ticket_id"], **args}
        yield _act(event, "sorted", "update_ticket", given, event.occurred_at + MOVED_AFTER, "somebody")


def _wanted(kernel: Kernel, version: Version, since: datetime | None) -> Iterator[read.PastEvent]:
    """Give the past events an agent would have worked: those it subscribes to that no run of it worked live."""
    for one, event in read.past(kernel.reader, agent=version.agent_id, version=version.id, since=since):
        if subscribes(version, as_it_came(event)):
            yield one


async def _keep(
    kernel: Kernel,
    writes: Writes,
    version: Version,
    ready: list[_Done],
    progress: Progress,
    tell: Callable[[Progress], None],
) -> None:
    if not ready:
        return
    chunk = tuple(ready)

    def job(tx: Transaction) -> list[str]:
        return [_pair(kernel, tx, version, one) for one in chunk]

    for verdict in await writes.write(job, name="shadow.history"):
        if verdict:
            progress.pairs += 1
            progress.verdicts[verdict] = progress.verdicts.get(verdict, 0) + 1
            progress.agreed += verdict in ("same", "both_none")
    progress.done += len(chunk)
    progress.off_record += sum(bool(one.worked.off_record) for one in chunk)
    ready.clear()
    tell(progress)


def _pair(kernel: Kernel, tx: Transaction, version: Version, one: _Done) -> str:
    now, event = kernel.clock.now(), one.event
    for act in one.acts:
        subject = write_events.subject(tx, act.subject)
        write.add_act(tx, event.connection, act, subject=subject, now=now)
    made = pairing.keep(
        kernel,
        tx,
        agent=[
            pairing.typed_deed(kernel.registry.type(tool), tool, args, event.subject)
            for tool, args in one.worked.actions
        ],
        human=[pairing.act_deed(kernel, act, event.subject) for act in one.acts],
        acts=one.acts,
        event=event,
        worked=pairing.Worked(
            source="history",
            agent=version.agent_id,
            version=version.id,
            run=None,
            category=one.worked.category,
            confidence=one.worked.confidence,
            is_blind=True,
            is_failed=bool(one.worked.failed) or one.worked.is_abstained,
            because=one.worked.because or one.worked.failed,
        ),
        now=now,
    )
    return "" if made is None else made.verdict.value

"""The past worked again: what people did with it is known, so each event makes a pair at once.

Events are worked in the order they happened, and what people made of one is a precedent only for those that came after
they did.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Protocol, runtime_checkable

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import TransientError
from opsconsole.domain.event import Event
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.agents.subscriptions import subscribes
from opsconsole.engine.kernel import Kernel, Writes
from opsconsole.engine.pairs.pair import Made
from opsconsole.engine.past.asitcame import as_it_came
from opsconsole.engine.past.budget import CapReachedError, Purse
from opsconsole.engine.past.humanacts import PastCases, human_acts
from opsconsole.engine.past.pair import Done, Sent, make_pair
from opsconsole.engine.past.pastrun import PastRun
from opsconsole.engine.ports.brain import Brain
from opsconsole.policy.trials import AGREED
from opsconsole.policy.windows import window_end
from opsconsole.store.queries import past as read
from opsconsole.store.transaction import Transaction

TOGETHER = 50
"""Pairs in one transaction."""


class PastBrain(Brain, Protocol):
    """A brain that knows only what it was told since it was made."""

    def know(self, agent: str, category: str, text: str) -> None:
        """Take in what people made of a past event."""
        ...


@runtime_checkable
class PreparedBrain(PastBrain, Protocol):
    """A past brain that takes long over an event: it notes what is known at its start, and can work several at once."""

    @property
    def is_free(self) -> bool:
        """Thinking costs nothing: no cap is needed."""
        ...

    def prepare(self, agent: AgentSpec, event: Event) -> None:
        """Note what is known as of an event, before it is told more."""
        ...


@dataclass(slots=True)
class Progress:
    """How far it is."""

    total: int
    done: int = 0
    pairs: int = 0
    counted: int = 0
    """Pairs that prove something."""
    agreed: int = 0
    """Of those that prove something."""
    unproved: Counter[str] = field(default_factory=Counter[str])
    """Why the others prove nothing, and how many."""
    failed: int = 0
    """It did not know what to do, or came to no end: never counted as agreement."""
    reasons: Counter[str] = field(default_factory=Counter[str])
    """Why it came to no end, and how often."""
    cost_micros: int = 0
    off_record: int = 0
    stopped: str = ""
    """Why it ended before the end; empty where it did not."""
    verdicts: Counter[str] = field(default_factory=Counter[str])
    """Of those that came to a decision."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be worked."""

    events: int
    """Not worked by this version yet."""
    known: int
    """Worked already: going on where it stopped."""
    seen: int
    """Of `events` those that another version worked: they prove nothing of this one."""
    too_new: int
    """Too new to be the past: people may still act on them."""
    first_at: datetime | None
    last_at: datetime | None


def plan(kernel: Kernel, version: Version, *, since: datetime | None = None) -> Plan:
    """Say what there is to work, without working it."""
    todo = known = seen = too_new = 0
    first = last = None
    for past_event, event in _wanted(kernel, version, since, is_over=False):
        if not _is_over(kernel, event):
            too_new += 1
            continue
        known, todo = known + past_event.is_paired, todo + (not past_event.is_paired)
        seen += past_event.is_seen and not past_event.is_paired
        first, last = first or past_event.at, past_event.at
    return Plan(todo, known, seen, too_new, first, last)


async def work(
    kernel: Kernel,
    writes: Writes,
    version: Version,
    brain: PastBrain,
    *,
    since: datetime | None = None,
    most: int | None = None,
    cost_cap: float | None = None,
    parallel: int = 1,
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
        cost_cap: stop before models have cost more, in the workspace's money; see `Purse`.
        parallel: so many events at once, where a brain notes what was known at the start of each.
        tell: hears of every chunk.
        is_stopped: asked before every event.
    """
    progress = Progress(total=plan(kernel, version, since=since).events)
    if most is not None:
        progress.total = min(progress.total, most)
    lessons, ready = PastCases(version.spec, brain), list[Done]()
    is_prepared = isinstance(brain, PreparedBrain)
    purse = Purse(cost_cap if is_prepared and not brain.is_free else None)
    course = _Course(PastRun(kernel.registry, version, brain, purse=purse), progress, purse)
    at_once = parallel if is_prepared else 1
    sent = cache(partial(read.sent_times, kernel.reader))
    batch: list[tuple[Event, tuple[HumanAct, ...]]] = []
    for past_event, event in _wanted(kernel, version, since):
        if progress.done + len(ready) + len(batch) >= progress.total:
            break
        lessons.tell_until(past_event.at)
        acts = human_acts(kernel, event)
        lessons.hear(event, acts)
        if not past_event.is_paired:
            if is_stopped():
                progress.stopped = "it was stopped"
                break
            if isinstance(brain, PreparedBrain):
                brain.prepare(version.spec, event)
            batch.append((event, acts))
            if len(batch) >= at_once:
                ready += await course.work(batch)
        if progress.stopped:
            break
        if len(ready) >= TOGETHER or (ready and isinstance(brain, PreparedBrain)):
            await _keep(kernel, writes, version, ready, progress, tell, sent)
    if not progress.stopped:
        ready += await course.work(batch)
    await _keep(kernel, writes, version, ready, progress, tell, sent)
    return progress


@dataclass(slots=True)
class _Course:
    """Works events, several at once."""

    replay: PastRun
    progress: Progress
    purse: Purse

    async def work(self, batch: list[tuple[Event, tuple[HumanAct, ...]]]) -> list[Done]:
        """Work a batch and empty it; what may not be paid for, or gets no answer now, is left for another time."""
        some = list(batch)
        batch.clear()
        found: list[Done] = []
        every = await asyncio.gather(*(self.replay.work(event) for event, _ in some), return_exceptions=True)
        for (event, acts), worked in zip(some, every, strict=True):
            if isinstance(worked, CapReachedError):
                self.progress.stopped = f"{worked}"
            elif isinstance(worked, TransientError):
                self.progress.stopped = f"no answer now ({worked})"
            elif isinstance(worked, BaseException):
                raise worked
            else:
                found.append(Done(event, acts, worked))
        self.progress.cost_micros = self.purse.spent
        return found


def _wanted(
    kernel: Kernel, version: Version, since: datetime | None, *, is_over: bool = True
) -> Iterator[tuple[read.PastEvent, Event]]:
    """Yield the past events an agent would have worked: those it subscribes to that no run of it worked live.

    With `is_over` only those on which people have done what they did.
    """
    for past_event, event in read.past(kernel.reader, agent=version.agent_id, version=version.id, since=since):
        if (not is_over or _is_over(kernel, event)) and subscribes(version, as_it_came(event)):
            yield past_event, event


def _is_over(kernel: Kernel, event: Event) -> bool:
    return window_end(event.occurred_at) <= kernel.clock.now()


async def _keep(
    kernel: Kernel,
    writes: Writes,
    version: Version,
    ready: list[Done],
    progress: Progress,
    tell: Callable[[Progress], None],
    sent: Sent,
) -> None:
    if not ready:
        return
    chunk = tuple(ready)

    def job(tx: Transaction) -> list[Made | None]:
        return [make_pair(kernel, tx, version, done, sent) for done in chunk]

    for done, made in zip(chunk, await writes.write(job, name="shadow.history"), strict=True):
        if made is None:
            continue  # somebody else's run of the past was faster
        progress.pairs += 1
        progress.counted += not made.excluded
        progress.unproved.update([made.excluded] if made.excluded else ())
        progress.failed += made.is_failed
        if made.is_failed:
            progress.reasons.update([done.worked.failed] if done.worked.failed else ())
        else:
            progress.verdicts[made.agreement.value] += 1
            progress.agreed += made.agreement in AGREED and not made.excluded
    progress.done += len(chunk)
    progress.off_record += sum(bool(done.worked.off_record) for done in chunk)
    ready.clear()
    tell(progress)

"""The sample company at work: its days as they went, with its lead deciding, then its last as it comes."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from opsconsole.app.sample import company, story
from opsconsole.app.sample.clock import SampleClock
from opsconsole.app.sample.company import SampleEvent
from opsconsole.app.sample.lead import Lead, words_of
from opsconsole.app.session import engine_of
from opsconsole.connectors.texts.connector import KIND as TEXTS
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.commands.connections import connect
from opsconsole.engine.engine import Engine
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.registry import Registry
from opsconsole.engine.systemclock import SystemClock
from opsconsole.store import audit
from opsconsole.store.queries import limits, runs
from opsconsole.store.queries.desk import records as desk
from opsconsole.store.rows import Reader
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.workspace import Workspace
from opsconsole.store.writes import desk as write_desk
from opsconsole.store.writes import settings

LIVE_DAYS = 1
EVERY_S = 3.0
"""Seconds between two events of the last day."""
BEFORE_NOW = timedelta(seconds=75)
"""The sample's last event happened so long ago, so that nothing that it set going is still under way."""
AFTERWARDS = timedelta(seconds=40)
"""What the last event sets going is done by then."""
HOURS = (timedelta(hours=9, minutes=10), timedelta(hours=12), timedelta(hours=15), timedelta(hours=17, minutes=40))
"""When the lead looks at what waits, on a working day."""
WEEKENDS = frozenset((1, 2, 8, 9))
_WORKED = "sample_worked"


def is_new(reader: Reader) -> bool:
    """Return whether the sample's days are still to be worked, or were begun and not ended."""
    return limits.setting(reader, "sample") is None or limits.setting(reader, _WORKED) == "no"


async def work_days(
    place: Workspace, reader: Reader, shipped: Path, *, days: int, tell: Callable[[int, int], None] = lambda _, __: None
) -> None:
    """Work the sample's first days by the clock of those days; where that was begun before, go on.

    Args:
        place: the workspace.
        reader: reads it.
        shipped: the sample's folder.
        days: of the fourteen; on the last the lead has decided what came in until she last looked.
        tell: hears after each event: (day, number of events so far).
    """
    now = SystemClock().now() - BEFORE_NOW
    opened = company.opened(now)
    is_begun = limits.setting(reader, "sample") is not None
    clock = SampleClock(max(opened, audit.last_at(reader)) if is_begun else opened)
    if not is_begun:
        kernel = Kernel(place.id, Registry(()), clock, reader)
        name = f"person:{words_of(shipped).name}"
        place.database.write(lambda tx: connect(kernel, tx, TEXTS, kind=TEXTS, config={}, actor=name))
    with place.database.hurried():
        async with engine_of(place, reader, clock=clock) as engine:
            await _work(engine, clock, shipped, days=days, now=now, tell=tell)


async def _work(
    engine: Engine, clock: SampleClock, shipped: Path, *, days: int, now: datetime, tell: Callable[[int, int], None]
) -> None:
    begin, reader, words = company.first_day(now), engine.reader, words_of(shipped)
    if limits.setting(reader, "sample") is None:
        await _settle_in(engine, shipped, now=now)
    found = company.events(shipped, now=now, deals=company.deals_by_name(reader))
    course = _Course(engine, clock)
    lead = Lead(engine, words, found, course.pass_by)
    number = 0
    deeds = story.deeds(shipped, begin=begin)
    for at, thing in _moments(found, deeds, days=days, begin=begin, now=now):
        await course.until(at)
        if isinstance(thing, HumanAct):
            await engine.observe("desk", thing)
        elif isinstance(thing, story.StoryStep):
            await story.do(engine, shipped, thing, actor=f"person:{words.name}", begin=begin)
        elif isinstance(thing, SampleEvent):
            await engine.take("desk", thing.incoming)
            if thing.day > 0:
                number += 1
                tell(thing.day, number)
        else:
            await lead.clear()
            if thing.is_last:
                await lead.look_back()
    await course.until(max(now, clock.now()) + AFTERWARDS)
    await engine.writer.write(lambda tx: _end(tx, clock.now()), name="sample.worked")


def _end(tx: Transaction, now: datetime) -> None:
    """Close the days: what the deal watch raised in them was looked at, so that it is not raised again at once."""
    for deal in desk.find(tx.conn, "deal", limit=1000):
        write_desk.update(tx, "deal", int(deal["id"]), {"last_activity_at": to_micros(now)}, actor="import", now=now)
    settings.put(tx, _WORKED, "yes")


async def live(engine: Engine, shipped: Path) -> None:
    """Bring the events of the last day, and what people did meanwhile; what came before is not doubled."""
    found = company.events(shipped, now=engine.clock.now(), deals=company.deals_by_name(engine.reader))
    for event in found:
        for act in event.acts:  # their time is over
            await engine.observe("desk", act)
        taken = await engine.take("desk", event.incoming)
        if taken.runs:
            await asyncio.sleep(EVERY_S)


@dataclass(frozen=True, slots=True)
class _Look:
    """The lead looks at what waits."""

    is_last: bool
    """Of the day: then she looks back too."""


@dataclass(frozen=True, slots=True)
class _Course:
    """Time as it goes by: what comes due is done when it is due."""

    engine: Engine
    clock: SampleClock

    async def until(self, at: datetime) -> None:
        """Let the time come."""
        await self.engine.settle()
        while (due := runs.next_due(self.engine.reader)) is not None and due <= at:
            self.clock.move_to(due)
            await self.engine.settle()
        self.clock.move_to(at)

    async def pass_by(self, seconds: float) -> None:
        """Let some seconds go by."""
        await self.until(self.clock.now() + timedelta(seconds=seconds))


_Moment = tuple[datetime, SampleEvent | HumanAct | _Look | story.StoryStep]


def _moments(
    found: Sequence[SampleEvent], deeds: Sequence[story.StoryStep], *, days: int, begin: datetime, now: datetime
) -> list[_Moment]:
    """Return what happens before, and on the first days, in order."""
    came = [event for event in found if event.day <= days]
    end = begin + timedelta(days=days)
    acts = [act for event in came for act in event.acts if act.at < end or days == company.DAYS]
    looks = [
        (begin + timedelta(days=day - 1) + hour, _Look(hour == HOURS[-1]))
        for day in range(1, days + 1)
        if day not in WEEKENDS
        for hour in HOURS
        if begin + timedelta(days=day - 1) + hour <= now
    ]
    moments: list[_Moment] = [
        *((deed.at, deed) for deed in deeds if deed.at < end),
        *((event.incoming.occurred_at, event) for event in came),
        *((act.at, act) for act in acts),
        *looks,
    ]
    return sorted(moments, key=lambda moment: moment[0])


async def _settle_in(engine: Engine, shipped: Path, *, now: datetime) -> None:
    """In one transaction: a sample that was begun has its desk."""

    def job(tx: Transaction) -> None:
        company.fill_desk(tx, shipped, now=now)
        settings.put(tx, _WORKED, "no")

    await engine.writer.write(job, name="sample.settle")

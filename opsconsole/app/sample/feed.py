"""The sample company at work: its two weeks at once, its last two days as if they happened now."""

import asyncio
from pathlib import Path

from opsconsole.app.sample import company
from opsconsole.app.session import actor
from opsconsole.engine.engine import Engine
from opsconsole.engine.runs.intake import Taken
from opsconsole.store.queries import limits
from opsconsole.store.transaction import Transaction

LIVE_DAYS = 2
EVERY_S = 3.0
"""Seconds between two events of the last days."""


async def settle_in(engine: Engine, shipped: Path) -> None:
    """In one transaction: a sample that was begun has its agents."""
    now = engine.clock.now()

    def job(tx: Transaction) -> None:
        company.fill_desk(tx, shipped, now=now)
        company.hire(engine.kernel, tx, shipped, actor=actor(), now=now)

    await engine.writer.write(job, name="sample.settle")


async def bring(engine: Engine, event: company.SampleEvent) -> Taken:
    """Bring an event, and what the company's people did about it: that first, for its time is over already."""
    for act in event.acts:
        await engine.observe("desk", act)
    return await engine.take("desk", event.incoming)


async def live(engine: Engine, shipped: Path) -> None:
    """Bring the sample's events; those that came before are not doubled."""
    if limits.setting(engine.reader, "sample") is None:
        await settle_in(engine, shipped)
    found = company.events(shipped, now=engine.clock.now(), deals=company.deals_by_name(engine.reader))
    for event in found:
        taken = await bring(engine, event)
        if event.day > company.DAYS - LIVE_DAYS and taken.runs:
            await asyncio.sleep(EVERY_S)

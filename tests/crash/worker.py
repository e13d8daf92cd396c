"""The process that is killed: works a job in a workspace until all is finished, resuming whatever it finds."""

import argparse
import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from pathlib import Path

from opsconsole.engine import engine as engines
from opsconsole.engine.effects import waits
from opsconsole.engine.engine import Engine
from opsconsole.store import workspace as workspaces
from opsconsole.store.rows import Reader
from tests.crash.jobs import Job, MixedJob, SlowJob
from tests.crash.person import Person
from tests.crash.samplejob import SampleJob

JOBS: dict[str, type[Job]] = {"mixed": MixedJob, "slow": SlowJob, "sample": SampleJob}
LIMIT_S = 60.0
POLL_S = 0.01
OPEN = """
SELECT (SELECT count(*) FROM run WHERE state IN ('queued', 'running'))
     + (SELECT count(*) FROM run r WHERE state = 'waiting' AND NOT EXISTS (
            SELECT 1 FROM approval p JOIN action a ON a.id = p.action_id
            WHERE a.run_id = r.id AND p.state = 'waiting' AND p.kind = 'unknown'))
     + (SELECT count(*) FROM approval WHERE state = 'waiting' AND kind <> 'unknown')
     + (SELECT count(*) FROM effect WHERE state IN ('prepared', 'sending'))
     + (SELECT count(*) FROM effect e WHERE state = 'unknown' AND NOT EXISTS (
            SELECT 1 FROM approval p WHERE p.action_id = e.action_id AND p.state = 'waiting'))
     + (SELECT count(*) FROM timer WHERE kind NOT IN ('pair', 'ladder'))
     - (SELECT count(*) FROM timer t JOIN approval p ON p.id = t.ref
            WHERE t.kind = 'approval_expiry' AND p.state = 'waiting' AND p.kind = 'unknown')
"""
"""Counts what is neither finished nor waiting for a person to look outside."""


def open_count(reader: Reader) -> int:
    """Count what the engine or the person still has to do."""
    return int(reader.execute(OPEN).fetchone()[0])


def parser() -> argparse.ArgumentParser:
    """Say how a worker is called."""
    made = argparse.ArgumentParser()
    made.add_argument("--workspace", type=Path, required=True)
    made.add_argument("--job", choices=tuple(JOBS), default="mixed")
    made.add_argument("--case", default="case")
    made.add_argument("--port", type=int, required=True)
    made.add_argument("--mode", choices=("honour", "lookup", "neither"), required=True)
    made.add_argument("--events", type=int, default=40)
    made.add_argument("--offset-s", type=float, default=0.0)
    made.add_argument("--no-person", action="store_true", help="somebody else decides")
    return made


def main(arguments: Sequence[str]) -> None:
    """Work; returns when all is finished."""
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    waits.BACKOFF_S = (0.02,) * 5
    engines.POLL_S = 0.02
    job = JOBS[options.job](
        case=options.case, count=options.events, port=options.port, mode=options.mode, offset_s=options.offset_s
    )
    asyncio.run(_work(options.workspace, job, has_person=not options.no_person))


async def _work(folder: Path, job: Job, *, has_person: bool) -> None:
    workspace = workspaces.create(folder, at=job.clock.now(), actor="person:crash")
    memory = workspace.database.reader()
    with contextlib.closing(memory), contextlib.closing(workspace):
        async with Engine(
            workspace, lambda engine: job.connectors(engine.reader, engine.writer), job.brain(memory), clock=job.clock
        ) as engine:
            await job.set_up(engine)
            running = asyncio.create_task(engine.run())
            taking = asyncio.create_task(_take(engine, job))
            with Person(folder, job) as person:
                await _until_finished([running, taking], engine, job, person if has_person else None)
            engine.stop()
            await running


async def _take(engine: Engine, job: Job) -> None:
    for event in job.events(engine.reader):
        await engine.take("desk", event)


async def _until_finished(tasks: list[asyncio.Task[None]], engine: Engine, job: Job, person: Person | None) -> None:
    running, taking = tasks
    deadline = time.monotonic() + LIMIT_S
    while not taking.done() or open_count(engine.reader) or job.afterthoughts(engine.reader):
        if running.done():
            await running
        if time.monotonic() > deadline:
            raise TimeoutError(f"{open_count(engine.reader)} things are still open after {LIMIT_S:g} s")
        if person is not None:
            await asyncio.to_thread(person.round)
        await asyncio.sleep(POLL_S)
    await taking


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])

"""One engine a workspace: a second is refused, and one that was taken over writes nothing more."""

import asyncio
from pathlib import Path

import pytest

from opsconsole.domain.errors import FencedError, WorkspaceBusyError
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.connector import Connector
from opsconsole.store import audit, lease
from opsconsole.store import workspace as workspaces
from opsconsole.store.database import Database
from opsconsole.store.transaction import Transaction
from tests.crash.driver import KILLED, Case
from tests.crash.inprocess import OneDeed, Running, running, until
from tests.crash.processes import OutsideProcess, Workers

pytestmark = [pytest.mark.crash, pytest.mark.slow]


def take_over(folder: Path) -> None:
    """Raise the epoch, as another engine does when it takes the workspace."""
    database = Database(folder / workspaces.DATABASE)

    def job(tx: Transaction) -> None:
        tx.conn.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'epoch'")

    database.write(job, name="test.epoch")
    database.close()


async def nothing(what: str) -> None:
    assert what


def no_connectors(engine: Engine) -> list[Connector]:
    assert engine
    return []


async def test_a_second_engine_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    with OutsideProcess(tmp_path / "deeds.jsonl", "honour") as outside:
        async with running(tmp_path / "w", outside.port, outside.mode, nothing) as r:
            again = workspaces.open_(tmp_path / "w")
            with pytest.raises(WorkspaceBusyError, match="already working"):
                async with Engine(again, no_connectors, OneDeed()):
                    pass
            again.close()
            await r.take("first")
            await until(lambda: r.states() == {"first": "done"}, "the first is not disturbed")
        assert lease.holder(tmp_path / "w") is None


async def test_an_engine_in_another_process_is_refused_and_death_lets_go(tmp_path: Path) -> None:
    with OutsideProcess(tmp_path / "deeds.jsonl", "honour") as outside, Workers() as workers:
        case = Case(tmp_path, workers, outside, job="mixed", name="w", count=2)
        async with running(tmp_path / "w", outside.port, outside.mode, nothing):
            assert await asyncio.to_thread(case.start) == 1
            assert "is already working" in case.told("")
        assert case.start(env={"OPSCONSOLE_FAULT": "turn.record.before_commit:1"}) == KILLED
        assert case.start() == 0


async def test_an_engine_that_was_taken_over_stops_and_writes_nothing_more(tmp_path: Path) -> None:
    made: list[Running] = []

    async def when_done(what: str) -> None:
        if what == "first" and not made[0].task.done():
            take_over(tmp_path / "w")

    with OutsideProcess(tmp_path / "deeds.jsonl", "honour") as outside:
        async with running(tmp_path / "w", outside.port, outside.mode, when_done) as r:
            made.append(r)
            await r.take("first")
            await until(r.task.done, "the engine stops by itself")
            assert isinstance(r.task.exception(), FencedError)
            entries = audit.head(r.engine.reader).seq
            with pytest.raises(FencedError):
                await r.take("second")
            assert r.effects() == ["sending"]
        async with running(tmp_path / "w", outside.port, outside.mode, nothing) as r:
            started = r.engine.reader.execute("SELECT kind FROM audit WHERE seq = ?", (entries + 1,)).fetchone()
            assert started == ("engine.started",), "the one that was taken over wrote nothing, not even its end"
            await until(lambda: r.states() == {"first": "done"}, "the next engine settles what was in doubt")
            assert r.effects() == ["done"]
            assert outside.deeds(0) == {"first": 1}
            r.verify()

"""A disk that is full, or a file that is locked, stops the work and not the engine; nothing outside is done twice."""

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsconsole.domain.errors import DiskError
from opsconsole.engine.engine import POLL_S
from opsconsole.store import workspace as workspaces
from tests.crash.inprocess import ANSWER, Running, running, until
from tests.crash.processes import OutsideProcess

pytestmark = [pytest.mark.crash, pytest.mark.slow]
AS_LARGE_AS_YOU_LIKE = 0xFFFF_FFFE


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[OutsideProcess]:
    with OutsideProcess(tmp_path / "deeds.jsonl", "neither", has_troubles=False) as started:
        yield started


async def test_the_disk_is_full_when_a_deed_was_just_done(
    tmp_path: Path, outside: OutsideProcess, caplog: pytest.LogCaptureFixture
) -> None:
    made: list[Running] = []

    async def when_done(what: str) -> None:
        if what == "first":
            await made[0].limit_pages(1)

    async with running(tmp_path / "w", outside.port, outside.mode, when_done) as r:
        made.append(r)
        r.brain.waits["second"] = asyncio.Event()
        await r.take("second")
        await r.take("first")
        await until(lambda: "effect.finish: trying again" in caplog.text, "the result cannot be stored")
        assert r.effects() == ["sending"], "what was done is neither told as done nor forgotten"
        with pytest.raises(DiskError, match="disk is full"):
            await r.engine.writer.write(lambda tx: tx.keep(ANSWER), name="test.large")
        await r.limit_pages(AS_LARGE_AS_YOU_LIKE)
        r.brain.waits["second"].set()
        await until(lambda: set(r.states().values()) == {"done"}, "both runs are done")
        await r.take("third")
        await until(lambda: r.states().get("third") == "done", "the engine goes on")
        assert r.effects() == ["done"] * 3
        assert outside.deeds(0) == {"first": 1, "second": 1, "third": 1}
        r.verify()


async def test_the_file_is_locked_for_longer_than_we_wait(tmp_path: Path, outside: OutsideProcess) -> None:
    """Nothing changes in the file meanwhile, so the engine must come back to the work by itself."""

    async def when_done(what: str) -> None:
        assert what

    async with running(tmp_path / "w", outside.port, outside.mode, when_done) as r:
        held = r.brain.waits["first"] = asyncio.Event()
        await r.engine.writer.write(lambda tx: tx.conn.execute("PRAGMA busy_timeout = 20"), name="test.busy")
        await r.take("first")
        await until(lambda: r.brain.asked, "the brain thinks")
        with contextlib.closing(sqlite3.connect(tmp_path / "w" / "workspace.db", isolation_level=None)) as other:
            await asyncio.sleep(3 * POLL_S)  # the engine sees its own last change; a shorter wait tests less
            other.execute("BEGIN IMMEDIATE")
            held.set()
            await until(lambda: r.engine.dispatcher.error is not None, "the turn cannot be stored")
            other.execute("ROLLBACK")
        await until(lambda: r.states() == {"first": "done"}, "the run is done")
        assert outside.deeds(0) == {"first": 1}
        r.verify()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes, where we may make one."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux can make a small file system")
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


async def test_a_really_full_disk(small_disk: Path, outside: OutsideProcess, caplog: pytest.LogCaptureFixture) -> None:
    ballast = small_disk / "ballast"

    async def when_done(what: str) -> None:
        if what != "first":
            return
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    async with running(small_disk / "w", outside.port, outside.mode, when_done) as r:
        held = r.brain.waits["second"] = asyncio.Event()
        await r.take("second")
        await r.take("first")
        await until(lambda: "effect.finish: trying again" in caplog.text, "the result cannot be stored")
        held.set()
        assert outside.deeds(0)["first"] == 1
        ballast.unlink()
        await until(lambda: set(r.states().values()) == {"done"}, "both runs are done")
        assert outside.deeds(0) == {"first": 1, "second": 1}
        r.verify()
    place = workspaces.open_(small_disk / "w")
    place.database.check()
    place.close()

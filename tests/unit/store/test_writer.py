"""The writer: order, savepoints, cancellation, closing; change and entry together or not at all."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsconsole.domain.errors import FencedError, WorkspaceError
from opsconsole.store import audit, workspace
from opsconsole.store.database import Database, audit_triggers
from opsconsole.store.lease import Lease
from opsconsole.store.transaction import Transaction
from opsconsole.store.workspace import Workspace
from opsconsole.store.writer import Writer
from tests.support.files import NOW, entries


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Workspace]:
    place = workspace.create(tmp_path, at=NOW, actor="person:test")
    yield place
    place.close()


def put(key: str, after: Callable[[], object] | None = None) -> Callable[[Transaction], str]:
    """A job that writes a row and its entry, then perhaps fails."""

    def job(tx: Transaction) -> str:
        tx.conn.execute("INSERT INTO meta (key, value) VALUES (?, '')", (key,))
        tx.audit("test.put", at=NOW, actor="person:test", key=key)
        tx.touch("test")
        if after is not None:
            after()
        return key

    return job


def fail() -> None:
    raise LookupError("on purpose")


def keys(database: Database) -> list[str]:
    conn = database.reader()
    rows = conn.execute("SELECT json_extract(blob, '$.key') FROM audit WHERE kind = 'test.put' ORDER BY seq").fetchall()
    stored = {row[0] for row in conn.execute("SELECT key FROM meta")}
    report = audit.verify(conn, triggers=audit_triggers())
    conn.close()
    assert report.is_ok, report.findings
    told = [row[0] for row in rows]
    assert {key for key in stored if key.startswith("k")} == set(told), "rows and entries belong together"
    return told


def test_a_job_that_fails_after_its_entry_leaves_nothing(made: Workspace) -> None:
    before = entries(made.database)
    with pytest.raises(LookupError):
        made.database.write(put("k1", fail))
    assert entries(made.database) == before and keys(made.database) == []
    made.database.write(put("k1"))
    assert keys(made.database) == ["k1"]


async def test_groups_keep_the_order_and_answer_after_the_commit(made: Workspace) -> None:
    writer = Writer(made.database)
    names = [f"k{number}" for number in range(300)]
    answers = await asyncio.gather(*(writer.write(put(name), name="test") for name in names))
    assert answers == names and keys(made.database) == names
    assert writer.jobs == 300 and writer.groups < 300
    await writer.close()


async def test_a_failing_job_takes_nothing_with_it(made: Workspace) -> None:
    writer = Writer(made.database)

    def wrong_sql(tx: Transaction) -> None:
        put("k-sql")(tx)
        tx.conn.execute("SELECT * FROM no_such_table")

    def broken_rule(tx: Transaction) -> None:
        put("k-rule")(tx)
        tx.conn.execute("INSERT INTO connection (id, kind, config, created_at) VALUES ('desk', '', '', 0)")

    jobs: list[Any] = [put("k1"), put("k2", fail), put("k3"), wrong_sql, put("k4"), broken_rule, put("k5")]
    answers = await asyncio.gather(*(writer.write(job, name="test") for job in jobs), return_exceptions=True)
    assert [type(answer).__name__ for answer in answers] == [
        "str",
        "LookupError",
        "str",
        "WorkspaceError",
        "str",
        "IntegrityError",
        "str",
    ]
    assert keys(made.database) == ["k1", "k3", "k4", "k5"]
    await writer.close()


@settings(max_examples=25, deadline=None)
@given(outcomes=st.lists(st.sampled_from(["ok", "fails", "fails before", "sql"]), min_size=1, max_size=30))
def test_the_record_is_whole_after_any_mix(tmp_path_factory: pytest.TempPathFactory, outcomes: list[str]) -> None:
    async def run() -> list[str]:
        place = workspace.create(tmp_path_factory.mktemp("mix"), at=NOW, actor="person:test")
        writer = Writer(place.database)

        def job(number: int, outcome: str) -> Callable[[Transaction], Any]:
            if outcome == "fails before":
                return lambda tx: fail()
            if outcome == "sql":
                return lambda tx: (put(f"k{number}")(tx), tx.conn.execute("SELEKT"))
            return put(f"k{number}", fail if outcome == "fails" else None)

        waiting = [writer.write(job(number, outcome), name="test") for number, outcome in enumerate(outcomes)]
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert [isinstance(answer, str) for answer in answers] == [outcome == "ok" for outcome in outcomes]
        await writer.close()
        told = keys(place.database)
        place.close()
        return told

    assert asyncio.run(run()) == [f"k{number}" for number, outcome in enumerate(outcomes) if outcome == "ok"]


async def test_a_cancelled_caller_does_not_break_its_group(made: Workspace) -> None:
    writer = Writer(made.database)
    tasks = [asyncio.create_task(writer.write(put(f"k{n}", fail if n == 3 else None), name="test")) for n in range(6)]
    await asyncio.sleep(0)
    for number in (1, 3):
        tasks[number].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [str, asyncio.CancelledError, str, asyncio.CancelledError, str, str]
    assert await writer.write(put("k9"), name="test") == "k9"
    assert keys(made.database) == ["k0", "k1", "k2", "k4", "k5", "k9"], "what was queued is done; nobody waited for it"
    await writer.close()


async def test_closing_finishes_what_is_queued(made: Workspace) -> None:
    writer = Writer(made.database)
    tasks = [asyncio.create_task(writer.write(put(f"k{number}"), name="test")) for number in range(600)]
    await asyncio.sleep(0)
    await writer.close()
    assert await asyncio.gather(*tasks) == [f"k{number}" for number in range(600)]
    await writer.close()
    with pytest.raises(RuntimeError, match="closed"):
        await writer.write(put("k-late"), name="test")
    assert len(keys(made.database)) == 600


async def test_pollers_see_what_was_touched(made: Workspace) -> None:
    writer = Writer(made.database)
    for number in range(3):
        await writer.write(put(f"k{number}"), name="test")
    with suppress(LookupError):
        await writer.write(put("k9", fail), name="test")
    await writer.close()
    conn = made.database.reader()
    assert conn.execute("SELECT count >= 3 FROM change WHERE topic = 'test'").fetchone() == (1,)
    conn.close()


async def test_a_fenced_engine_writes_nothing_more(made: Workspace, tmp_path: Path) -> None:
    other = workspace.open_(tmp_path)
    with Lease(tmp_path) as lease:
        lease.fence(made.database)
        writer = Writer(made.database)
        await writer.write(put("k1"), name="test")
        lease.fence(other.database)
        with pytest.raises(FencedError, match="taken over"):
            await writer.write(put("k2"), name="test")
        with pytest.raises(FencedError):
            made.database.write(put("k3"))
        other.database.write(put("k4"))
        await writer.close()
    other.close()
    assert keys(made.database) == ["k1", "k4"]


async def test_a_window_needs_no_lease(made: Workspace, tmp_path: Path) -> None:
    window = workspace.open_(tmp_path)
    with Lease(tmp_path) as lease:
        lease.fence(made.database)
        made.database.write(put("k1"))
        window.database.write(put("k2"))
        made.database.write(put("k3"))
    window.close()
    assert keys(made.database) == ["k1", "k2", "k3"]


async def test_readers_cannot_write(made: Workspace) -> None:
    conn = made.database.reader()
    with pytest.raises(sqlite3.OperationalError):
        conn.execute("INSERT INTO meta (key, value) VALUES ('x', '')")
    conn.close()
    with pytest.raises(WorkspaceError):
        made.database.write(lambda tx: tx.conn.execute("SELECT * FROM nothing"))


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be taken away there")
@pytest.mark.parametrize("is_replaced", [False, True])
async def test_an_engine_whose_file_was_taken_away_writes_nothing_more(
    made: Workspace, tmp_path: Path, is_replaced: bool
) -> None:
    with Lease(tmp_path) as lease:
        lease.fence(made.database)
        writer = Writer(made.database)
        await writer.write(put("k1"), name="test")
        made.database.path.rename(tmp_path / "away.db")
        if is_replaced:
            made.database.path.write_bytes((tmp_path / "away.db").read_bytes())
        with pytest.raises(FencedError, match="taken away or replaced"):
            await writer.write(put("k2"), name="test")
        await writer.close()
        (tmp_path / "away.db").replace(made.database.path)
    assert keys(made.database) == ["k1"]

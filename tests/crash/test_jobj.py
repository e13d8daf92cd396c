"""Job J with the engine killed between a call and its answer, or while it takes an event in: all is done once."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession

from opsconsole.store import workspace as workspaces
from opsconsole.store.crosscheck import crosscheck
from opsconsole.store.rows import Reader
from tests.crash.processes import ROOT
from tests.support.files import verify
from tests.support.http.web import post
from tests.support.jobj import MODES, prepare
from tests.support.ports import free_port
from tests.support.tickets import Tickets, ticket_server

pytestmark = [pytest.mark.slow, pytest.mark.crash]
PATIENCE_S = 60.0
SUBJECT = "EVT-1 double charge"
MAIL = {"from": "ann@example.com", "subject": SUBJECT, "body": "I was charged twice, please refund."}


@asynccontextmanager
async def engine(folder: Path, hook: int, *, fault: str = "") -> AsyncGenerator[Process]:
    """Run the engine as an operator would, until its webhook listens; end it with the context."""
    env = {**os.environ, "OPSCONSOLE_FAULT": fault, "PYTHONPATH": str(ROOT)}
    command = (sys.executable, "-m", "opsconsole", "engine", "-w", str(folder))
    process = await create_subprocess_exec(*command, cwd=ROOT, env=env, stdout=DEVNULL)
    try:
        async with ClientSession() as session, asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{hook}/health") as answer:
                        assert answer.status == 200
                        break
                except ClientError:
                    assert process.returncode is None, "the engine does not start"
                    await asyncio.sleep(0.05)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def until(folder: Path, holds: Any, what: str) -> None:
    place = workspaces.open_(folder)
    reader = place.database.reader()
    try:
        for _ in range(int(PATIENCE_S / 0.05)):
            if holds(reader):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"waited in vain: {what}")
    finally:
        reader.close()
        place.close()


def rows(folder: Path, sql: str) -> list[Any]:
    place = workspaces.open_(folder)
    reader = place.database.reader()
    try:
        return reader.execute(sql).fetchall()
    finally:
        reader.close()
        place.close()


def is_over(reader: Reader) -> bool:
    open_ = reader.execute("SELECT count(*) FROM run WHERE state <> 'done'").fetchone()[0]
    return open_ == 0 and reader.execute("SELECT count(*) FROM run").fetchone()[0] > 0


def is_asked(reader: Reader) -> bool:
    return reader.execute("SELECT kind, state FROM approval").fetchall() == [("unknown", "waiting")]


async def killed_while_sending(folder: Path, tickets: Tickets, when: str) -> None:
    hook = free_port()
    await asyncio.to_thread(
        prepare, folder, hook=hook, base=tickets.base, mode=tickets.mode, arrival_s=0.5, has_model=False
    )
    async with engine(folder, hook) as process:
        tickets.kill, tickets.kill_when = process.pid, when
        assert (await post(f"http://127.0.0.1:{hook}/hook", MAIL))[0] == 202
        await asyncio.wait_for(process.wait(), PATIENCE_S)
    assert rows(folder, "SELECT state FROM effect") == [("sending",)]
    async with engine(folder, hook):
        if tickets.mode == "neither":
            await until(folder, is_asked, "a person is asked")
        else:
            await until(folder, is_over, "the run is over")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("mode", MODES)
async def test_a_ticket_is_made_once_though_the_engine_dies_while_it_asks(tmp_path: Path, mode: str, when: str) -> None:
    folder = tmp_path / "w"
    async with ticket_server(mode) as tickets:
        await killed_while_sending(folder, tickets, when)
        is_never_made = mode == "neither" and when == "before"
        assert tickets.made == ({} if is_never_made else {SUBJECT: 1})
    states = rows(folder, "SELECT state FROM effect")
    assert states == ([("unknown",)] if mode == "neither" else [("done",)])
    assert verify(folder / "workspace.db").is_ok
    place = workspaces.open_(folder)
    reader = place.database.reader()
    assert not crosscheck(reader)
    reader.close()
    place.close()


@pytest.mark.parametrize(("fault", "second"), [("event.take.before_commit", 202), ("event.take.after_commit", 200)])
async def test_an_event_that_got_no_answer_is_sent_again_and_taken_once(
    tmp_path: Path, fault: str, second: int
) -> None:
    folder, hook = tmp_path / "w", free_port()
    url = f"http://127.0.0.1:{hook}/hook"
    async with ticket_server("honour") as tickets:
        await asyncio.to_thread(prepare, folder, hook=hook, base=tickets.base, mode="honour", has_model=False)
        async with engine(folder, hook, fault=fault) as process:
            with pytest.raises(ClientError):
                await post(url, MAIL)
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        async with engine(folder, hook):
            assert (await post(url, MAIL))[0] == second
            await until(folder, is_over, "the run is over")
        assert tickets.made == {SUBJECT: 1}
    assert rows(folder, "SELECT count(*) FROM event") == [(1,)]

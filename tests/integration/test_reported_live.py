"""A model's answers and a mailbox's broken mail, as others met them: nobody but the model decides, nothing is lost."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from opsconsole.connectors.mail import watch
from opsconsole.connectors.mail.connector import MailConnector
from opsconsole.doubles.modelendpoint import call, ends, says
from opsconsole.engine.systemclock import SystemClock
from tests.support.imports.reported import BESIDE, OWN, beside
from tests.support.mail.mailrig import SUPPORT, WORDS, KeptMemory, KeptSecrets, Taken, letter, mail_config, until
from tests.support.mail.scripted import ScriptedImap
from tests.support.ports import free_port
from tests.support.rig import mail
from tests.support.thinking import in_order, thinker, thinking

ANSWERS = "model-answers.jsonl"
TICKET = call("create_ticket", {"title": "Look into it", "queue": "support"}, identity="call_2")


def answer(folder: Path, name: str) -> dict[str, Any]:
    lines = [json.loads(line) for line in (folder / ANSWERS).read_text(encoding="utf-8").splitlines()]
    (found,) = [line for line in lines if line["name"] == name]
    return found


async def worked(place: Path, folder: Path, name: str, right: str, wrong: str) -> tuple[str, str, int]:
    """Return the run's category, how it ended, and how often the model was asked."""
    playbook = {"purpose": "a test", "categories": [{"id": each, "name": each} for each in (right, wrong)]}
    said = answer(folder, name)
    first = says(said["content"], finish=said["finish_reason"])
    script = in_order(first, says(None, TICKET), ends(right, outcome="filed", handled=True))
    async with thinking(place, script, thinker(playbook=playbook)) as (r, servers):
        await r.take(mail())
        return str(r.run().category), str(r.run().state), len(servers["main"].requests)


@pytest.mark.parametrize(("name", "asked"), [("leak", 3), ("halfthink", 1), ("quoted", 3)])
async def test_an_answer_is_neither_a_thought_nor_a_leaked_call_nor_the_words_of_a_mail(
    tmp_path: Path, name: str, asked: int
) -> None:
    assert await worked(tmp_path, OWN, name, "returns", "praise") == ("returns", "done", asked)


@beside
@pytest.mark.real_data
@pytest.mark.parametrize(("name", "asked"), [("leak", 3), ("halfthink", 1), ("quoted", 3)])
async def test_nor_are_the_reported_ones(tmp_path: Path, name: str, asked: int) -> None:
    assert await worked(tmp_path, BESIDE, name, "bugs", "sales") == ("bugs", "done", asked)


@asynccontextmanager
async def watched(port: int, memory: KeptMemory) -> AsyncGenerator[Taken]:
    """A mailbox on this port, watched by the connector itself."""
    taken = Taken()
    made = MailConnector(
        "mail",
        mail_config(port, 1),
        secrets=KeptSecrets(support=WORDS[SUPPORT]),
        memory=memory,
        health=memory,
        clock=SystemClock(),
    )
    task = asyncio.create_task(made.watch(taken))
    try:
        yield taken
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await made.close()


async def three_of_four(port: int) -> list[str]:
    """Wait until all but the second mail came and that one is told; return the titles of the others."""
    memory = KeptMemory()
    async with watched(port, memory) as taken:
        await until(lambda: len(taken.events) == 3, "the others")
        await until(lambda: bool(memory.said) and memory.said[-1][0] == "needs_you", "it is told")
        assert "number 2 in INBOX cannot be read" in memory.said[-1][1]
        return taken.titles


@pytest.mark.usefixtures("_fast")
async def test_a_mail_that_is_found_and_never_handed_out_holds_up_no_other() -> None:
    with ScriptedImap({number: letter(number) for number in (1, 2, 3, 4)}, {2: "ghost"}).serving() as server:
        assert await three_of_four(server.port) == ["Question 1", "Question 3", "Question 4"]


@beside
@pytest.mark.real_data
@pytest.mark.usefixtures("_fast")
async def test_nor_does_that_of_the_reported_server() -> None:
    port = free_port()
    server = await asyncio.create_subprocess_exec(
        sys.executable, str(BESIDE / "imap_one_broken_mail.py"), str(port), "ghost"
    )
    try:
        await until(lambda: _listens(port), "the server")
        assert await three_of_four(port) == ["First", "Third", "Fourth"]
    finally:
        server.kill()
        await server.wait()


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "POLL_S", 0.05)

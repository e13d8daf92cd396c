"""Mails that a server cannot hand out, and servers that contradict themselves: nothing else is held up, all is told."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from opsconsole.connectors.mail import watch
from opsconsole.connectors.mail.connector import MailConnector
from opsconsole.connectors.mail.seal import Seal
from opsconsole.connectors.mail.smtp.compose import message_id, written
from tests.support.mail.mailrig import SUPPORT, WORDS, KeptMemory, KeptSecrets, Taken, letter, mail_config, until
from tests.support.mail.scripted import Fault, ScriptedImap


@dataclass
class Clock:
    """The machine's clock, and what the test lets pass besides."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Scene:
    server: ScriptedImap
    memory: KeptMemory
    clock: Clock
    taken: Taken

    @property
    def health(self) -> tuple[str, str]:
        return self.memory.said[-1] if self.memory.said else ("", "")


@asynccontextmanager
async def watching(server: ScriptedImap, memory: KeptMemory | None = None) -> AsyncGenerator[Scene]:
    memory = memory or KeptMemory()
    with server.serving():
        config, clock, taken = mail_config(server.port, 1), Clock(), Taken()
        made = MailConnector(
            "mail", config, secrets=KeptSecrets(support=WORDS[SUPPORT]), memory=memory, health=memory, clock=clock
        )
        task = asyncio.create_task(made.watch(taken))
        try:
            yield Scene(server, memory, clock, taken)
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await made.close()


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "POLL_S", 0.05)


FOUR = {number: letter(number) for number in (1, 2, 3, 4)}
NEVER: list[Fault] = ["ghost", "hangs up", "says no", "empty", "without date"]


@pytest.mark.parametrize("fault", NEVER)
async def test_a_mail_that_cannot_be_had_holds_up_no_other_and_is_told_and_tried_again(fault: Fault) -> None:
    async with watching(ScriptedImap(dict(FOUR), {2: fault})) as at:
        await until(lambda: len(at.taken.events) == 3, "the others")
        await until(lambda: at.health[0] == "needs_you", "it is told")
        assert "number 2 in INBOX cannot be read" in at.health[1]
        at.server.mails[5] = letter(5)
        await until(lambda: len(at.taken.events) == 4, "one that came later")
        assert at.taken.titles == [f"Question {number}" for number in (1, 3, 4, 5)]
        assert at.health[0] == "needs_you", "still"
        asked = len([command for command in at.server.commands if command.startswith("UID FETCH 2 ")])
        await asyncio.sleep(0.5)
        again = len([command for command in at.server.commands if command.startswith("UID FETCH 2 ")])
        assert again == asked, "not asked for at every look"
        at.server.faults.clear()
        at.clock.ahead += timedelta(minutes=2)
        await until(lambda: "Question 2" in at.taken.titles, "it was tried again apart")
        await until(lambda: at.health[0] == "ok", "and is told no more")


async def test_what_cannot_be_read_is_known_after_a_restart() -> None:
    memory, server = KeptMemory(), ScriptedImap(dict(FOUR), {2: "ghost"})
    async with watching(server, memory) as at:
        await until(lambda: at.health[0] == "needs_you", "it is told")
    memory.said.clear()
    async with watching(server, memory) as at:
        await until(lambda: at.memory.said, "a word")
        assert at.memory.said[0][0] == "needs_you"
        del server.mails[2]
        at.clock.ahead += timedelta(minutes=2)
        await until(lambda: at.health[0] == "ok", "somebody took it away")
        assert at.taken.events == {}


@pytest.mark.parametrize("fault", ["empty in parts", "short in parts"])
async def test_what_contradicts_itself_is_asked_for_in_other_words(fault: Fault) -> None:
    whole = letter(2, text="word " * 400)
    async with watching(ScriptedImap(FOUR | {2: whole}, {2: fault})) as at:
        await until(lambda: len(at.taken.events) == 4, "all four")
        (event,) = (event for event in at.taken.events.values() if event.title == "Question 2")
        assert event.text.count("word") == 400
        assert event.problems == ()
        await until(lambda: at.health[0] == "ok", "nothing to tell")


async def test_a_mail_of_which_only_a_part_is_given_says_so() -> None:
    whole = letter(2, text="word " * 400)
    async with watching(ScriptedImap({1: letter(1), 2: whole}, {2: "short"})) as at:
        await until(lambda: len(at.taken.events) == 2, "both")
        (event,) = (event for event in at.taken.events.values() if event.title == "Question 2")
        assert f"The server says that the mail has {len(whole)} bytes, and gave {len(whole) // 4}." in event.problems


async def test_a_folder_that_is_numbered_anew_at_each_opening_is_told_and_not_hammered() -> None:
    async with watching(ScriptedImap(dict(FOUR), renumbers=True)) as at:
        await until(lambda: at.health[0] == "trouble", "it is told")
        assert "numbers the mails in INBOX anew each time it is opened" in at.health[1]
        await asyncio.sleep(1.5)
        before = len(at.server.commands)
        await asyncio.sleep(1.0)
        assert len(at.server.commands) - before < 40, "the pauses grow"
        at.server.renumbers = False
        await until(lambda: len(at.taken.events) == 4, "all are read once it stands still")
        await until(lambda: at.health[0] == "ok", "and it is well")


async def test_a_server_that_rings_without_end_is_not_asked_without_end() -> None:
    async with watching(ScriptedImap(dict(FOUR), chatters=True)) as at:
        await until(lambda: len(at.taken.events) == 4, "all four")
        before = len([command for command in at.server.commands if command.startswith("EXAMINE")])
        await asyncio.sleep(1.0)
        looks = len([command for command in at.server.commands if command.startswith("EXAMINE")]) - before
        assert 1 <= looks <= 8


async def test_copies_that_cannot_be_filed_hold_up_no_mail() -> None:
    """The connection breaks whenever one is to be moved."""
    seal = Seal(memory := KeptMemory())
    await seal.ready()
    config, key, now = mail_config(1, 1), "c0" * 32, datetime.now(UTC)
    raw = written(config, key=key, to="ann@harbour.example", subject="Re: x", text="x", now=now, auto="")
    ours = seal.sealed(raw, message_id(key, config))
    async with watching(ScriptedImap({1: ours, 2: letter(2)}, breaks_at="UID MOVE"), memory) as at:
        await until(lambda: at.health[0] == "ok", "it was given up")
        assert at.taken.titles == ["Question 2"]
        assert memory.get("folder:INBOX")["uid"] == 2

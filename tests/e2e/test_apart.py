"""Slow and failing systems stop nothing else; watched folders; what a run sees of its own simulated changes."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app import watching
from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.domain.action import Call, Result
from opsconsole.domain.errors import DiskError, TransientError
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import EffectId
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine import calls, engine, watches
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.ports.connector import Connector, Take
from opsconsole.engine.runs.intake import Taken
from tests.support.rig import ANN, agent, call, mail, rig
from tests.support.running import beside, make, running, state, until

DO = call("out.do", what="x")
MAIL = (
    b"From: ann@harbour.example\r\nTo: support@slotwise.example\r\nMessage-ID: <1@harbour.example>\r\n"
    b"Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nSubject: Hello\r\n\r\nHello.\r\n"
)


async def never(_: Call) -> Result:
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_slow_system_makes_no_other_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "GRACE_S", 0.05)

    async def hangs(asked: Call) -> Result:
        return await never(asked) if asked.args["what"] == "slow" else Result(is_ok=True)

    def script(view: RunView) -> Turn:
        if view.past:
            return Turn(category="case", final="done")
        return Turn(category="case", proposals=(call("out.do", what=view.event.title),))

    out = FakeConnector(hangs)
    async with rig(tmp_path, script, agent(level=2), connectors=beside(out)) as r:
        await r.take(mail(1, title="slow"), mail(2, title="quick"))
        async with running(r):
            for number in (1, 2):
                await r.approve(number)
                r.clock.move(seconds=11)
                await until(lambda n=number: len(out.calls) == n, f"effect {number} was begun")
            await until(lambda: r.run(2).state == "done", "the second run is over")
        assert state(r) == ["done", "sending"]


async def test_what_was_cut_off_at_the_end_is_in_doubt_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "GRACE_S", 0.05)
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(FakeConnector(never))) as r:
        await r.take(mail())
        async with running(r):
            await r.approve(1)
            r.clock.move(seconds=11)
            await until(lambda: state(r) == ["sending"], "it was begun")
    async with rig(tmp_path, [], connectors=beside(FakeConnector()), clock=r.clock) as r:
        await r.settle()
        assert state(r) == ["unknown"]


async def test_an_unexpected_error_of_one_effect_ends_neither_engine_nor_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(calls, "REST_S", (0.05, 0.05))
    caplog.set_level(logging.CRITICAL, "opsconsole.engine.calls")
    out = FakeConnector()
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail(1), mail(2))
        send, failed = r.engine.effects.send, list[EffectId]()

        async def breaks(effect: EffectId) -> None:
            if effect == 1 and len(failed) < 3:
                failed.append(effect)
                raise KeyError("broken")
            await send(effect)

        r.engine.effects.send = breaks  # type: ignore[method-assign]
        async with running(r) as task:
            await r.approve(1)
            await r.approve(2)
            r.clock.move(seconds=11)
            await until(lambda: state(r) == ["done", "done"], "both are done in the end")
            assert len(failed) == 3 and not task.done()


async def test_a_watch_that_fails_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watches, "AGAIN_S", (0.01, 0.01))
    caplog.set_level(logging.CRITICAL, "opsconsole.engine.watches")
    tries: list[int] = []

    class Flaky(DeskConnector):
        async def watch(self, take: Take) -> None:
            tries.append(len(tries))
            if len(tries) < 3:
                raise TransientError("the server hung up") if len(tries) == 1 else ValueError("odd")
            await take(mail())

    def flaky(engine: Engine) -> list[Connector]:
        return [Flaky(engine.reader, engine.writer, engine.clock)]

    async with rig(tmp_path, [], agent(), connectors=flaky) as r:
        async with running(r):
            await until(lambda: r.count("event") == 1, "the event comes in")
        assert len(tries) == 3


async def test_a_watched_file_is_known_once_it_was_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "EVERY_S", 0.01)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.eml").write_bytes(MAIL)
    (folder / "broken.zip").write_bytes(b"PK no")
    async with rig(tmp_path / "w", [], agent()) as r:
        take, is_full = r.engine.take, [True, True]

        async def once_full(connection: str, incoming: IncomingEvent, **words: Any) -> Taken:
            if is_full:
                is_full.pop()
                raise DiskError("The disk is full")
            return await take(connection, incoming, **words)

        r.engine.take = once_full  # type: ignore[method-assign]
        task = asyncio.create_task(watching.watch_folders(r.engine, [folder]))
        await until(lambda: r.count("event") == 1, "the mail comes in when there is room")
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not is_full and r.count("event") == 1


async def test_a_watched_file_that_cannot_be_read_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watching, "EVERY_S", 0.01)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "broken.zip").write_bytes(b"PK no")
    async with rig(tmp_path / "w", [], agent()) as r:
        task = asyncio.create_task(watching.watch_folders(r.engine, [tmp_path / "in", tmp_path / "gone"]))
        await until(lambda: "broken.zip" in caplog.text, "it is told")
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    told = [record.getMessage() for record in caplog.records if record.name == "opsconsole.app.watching"]
    assert len(told) == 2 and len([line for line in told if "broken.zip" in line]) == 1


async def test_look_ups_see_simulated_changes_before_they_compare(tmp_path: Path) -> None:
    wanted = [
        call("desk.update_ticket", id=1, status="solved"),
        call("desk.find_tickets", email=ANN, status="open"),
        call("desk.find_tickets", email=ANN, status="solved"),
        call("desk.update_deal", id=1, stage="won"),
        call("desk.find_deals", email=ANN),
        call("desk.find_deals", email=ANN, stage="won", is_open=False),
        call("desk.get_deal", id=1),
        call("desk.reply", to=ANN, text="Hello."),
        call("desk.thread"),
    ]
    async with rig(tmp_path, wanted, agent(stage={"default": "shadow"})) as r:
        await make(r, "ticket", title="T", requester_email=ANN, status="open")
        await make(r, "deal", name="D", contact_email=ANN, stage="offer", last_activity_at=1)
        await r.take(mail())
        results = [dict(action.result or {}) for action in r.actions()]
        assert [results[number]["count"] for number in (1, 2, 4, 5, 8)] == [0, 1, 0, 1, 2]
        assert results[6]["stage"] == "won" and results[6]["idle_days"] == 0 and results[8]["has_our_reply"]


async def test_what_a_stranger_wrote_stays_a_strangers_on_the_desk(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        if view.past:
            return Turn(category="case", final="done")
        if view.event.kind == "mail.received":
            wanted = call("desk.create_deal", name=view.event.title, contact_email=ANN)
        else:
            text, to = view.event.title, view.event.fields["contact_email"]
            wanted = call("desk.send_mail", step=None, to=to, subject="Hi", text=text)
        return Turn(category="case", proposals=(wanted,))

    raised = [{"action": "desk.send_mail", "ceiling": "irreversible", "reason": "nudges may go out"}]
    async with rig(tmp_path, script, agent(subscribes=[{"kinds": ["*"]}], raised=raised)) as r:
        await r.take(mail(title="Renewal: log in at http://elsewhere.example/now"))
        r.clock.move(days=20)
        connector: Any = r.engine.registry.connectors["desk"]
        connector._stalled_after_days = 14
        await r.take(*connector.stalled())
        await r.wait(seconds=11)
        assert r.sent() == [] and len(r.waiting()) == 1
        assert all(kind.is_untrusted for kind in connector.action_types() if kind.effect == "read")

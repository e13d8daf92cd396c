"""A running engine takes up what is connected, changed and removed, by itself; one broken connection stops nobody."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, web

from opsconsole.app.secretaudit import audit_secret
from opsconsole.app.session import opened
from opsconsole.domain.redaction import forget_all
from opsconsole.engine.commands import approvals as commands
from opsconsole.engine.commands.results import DecisionResult
from opsconsole.store.queries import approvals, connections
from tests.support.http.threaded import RestSystem
from tests.support.http.web import post, says
from tests.support.mail.mailrig import SUPPORT, letter, until
from tests.support.plugged import SIGNING, AtWork, Plugged, at_work, plugged
from tests.support.secrets.sealed import store

pytestmark = pytest.mark.xdist_group("connect_mail")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Plugged]:
    with plugged(tmp_path, monkeypatch) as made:
        yield made
    forget_all()


@asynccontextmanager
async def everything(out: Plugged, *wants: str) -> AsyncGenerator[AtWork]:
    """All of them connected while the engine works."""
    async with at_work(out.folder, *wants) as work:
        await work.plug(out)
        yield work


def health(work: AtWork, name: str) -> str:
    found = connections.health(work.engine.reader, name)
    return "" if found is None else f"{found[0]}: {found[1]}"


def events(work: AtWork) -> list[str]:
    rows = work.engine.reader.execute("SELECT connection_id, external_id FROM event ORDER BY id").fetchall()
    return [f"{connection} {number}" for connection, number in rows]


async def lead(out: Plugged, number: int, word: str = SIGNING, path: str = "/leads") -> int:
    """Send a lead as another system does; give the status, 0 where nobody listens."""
    try:
        url = f"http://127.0.0.1:{out.hook_port}{path}"
        status, _, _ = await post(url, {"id": str(number)}, {"Authorization": f"Bearer {word}"})
    except (OSError, ClientError):
        return 0
    return status


async def comes_to(status: int, out: Plugged, number: int, **how: str) -> None:
    async def is_so() -> bool:
        return await lead(out, number, **how) == status

    await until(is_so, f"the answer {status}")


async def test_what_is_connected_while_the_engine_works_is_worked_at_once(out: Plugged) -> None:
    async with everything(out, "mail.archive") as work:
        await asyncio.to_thread(out.dovecot.deliver, letter(1), SUPPORT)
        await until(lambda: work.waiting() == 1, "the mail's request")
        await comes_to(202, out, 7)
        await until(lambda: work.waiting() == 2, "the lead's request")
        assert work.engine.registry.type("crm.note") is not None


async def test_what_is_removed_is_let_go_and_what_is_changed_takes_its_place(out: Plugged) -> None:
    async with everything(out) as work:
        await comes_to(202, out, 1)
        former = work.engine.registry.connectors["hook"]
        await work.connect("hook", "webhook", out.hook(path="/other"))
        await until(lambda: work.engine.registry.connectors["hook"] is not former, "the change")
        await comes_to(202, out, 2, path="/other")
        assert await lead(out, 3) == 404
        await work.disconnect("hook")
        await until(lambda: "hook" not in work.names, "its going")
        assert await lead(out, 4, path="/other") == 0, "nobody listens there"
        await work.disconnect("crm")
        await until(lambda: work.engine.registry.type("crm.note") is None, "the tool's going")
        await work.connect("crm", "http", out.rest())
        await until(lambda: work.engine.registry.type("crm.note") is not None, "the tool's return")


async def test_who_sends_to_a_path_in_use_is_told_to_come_again_while_nobody_listens_there(out: Plugged) -> None:
    """As between the end of the old connection and the start of the new one, or until its secret is kept."""
    async with everything(out) as work:
        await work.connect("other", "webhook", {**out.hook(path="/other"), "connection": "other"})
        await comes_to(202, out, 1, path="/other")
        await work.connect("hook", "webhook", out.hook(secret="not-kept"))
        await until(lambda: health(work, "hook").startswith("needs_you"), "its word")
        url = f"http://127.0.0.1:{out.hook_port}/leads"
        status, _, headers = await post(url, {"id": "2"}, {"Authorization": f"Bearer {SIGNING}"})
        assert (status, headers["Retry-After"]) == (503, "10"), "many senders give up at a 404"
        assert await lead(out, 3, path="/never") == 404
        await work.disconnect("hook")
        await until(lambda: "hook" not in work.names, "its going")
        assert await lead(out, 4) == 404, "nothing is there any more"
        assert await lead(out, 5, path="/other") == 202


async def test_only_those_that_changed_are_replaced(out: Plugged) -> None:
    async with everything(out) as work:
        before = dict(work.engine.registry.connectors)
        await work.connect("crm", "http", out.rest(timeout_s=3))
        await until(lambda: work.engine.registry.connectors["crm"] is not before["crm"], "the change")
        after = work.engine.registry.connectors
        assert {name for name in before if after[name] is not before[name]} == {"crm"}


async def test_what_is_on_its_way_ends_with_the_old_connection(out: Plugged) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def slow(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            loop.call_soon_threadsafe(arrived.set)
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(go_on.wait(), loop))
        return web.json_response({"text": "as it was"})

    with RestSystem(slow) as old:
        async with everything(out, "crm.note") as work:
            former = work.engine.registry.connectors["crm"]
            await work.connect("crm", "http", out.rest(base=old.base))
            await until(lambda: work.engine.registry.connectors["crm"] is not former, "the change")
            await comes_to(202, out, 1)
            await until(lambda: work.waiting() == 1, "the request")
            await approve(work)
            await asyncio.wait_for(arrived.wait(), 30)
            former = work.engine.registry.connectors["crm"]
            await work.connect("crm", "http", out.rest())
            await until(lambda: work.engine.registry.connectors["crm"] is not former, "the change")
            assert effect(work) == "sending"
            loop.call_soon(go_on.set)
            await until(lambda: effect(work) == "done", "the answer to the old one")
            assert [seen.method for seen in old.seen].count("POST") == 1
            assert not [seen for seen in out.crm.seen if seen.method == "POST"]


async def test_what_was_asked_about_one_system_is_not_done_in_another_of_the_same_name_unseen(out: Plugged) -> None:
    with RestSystem(says(200, {"text": "as it was"})) as other:
        async with everything(out, "crm.note") as work:
            await comes_to(202, out, 1)
            await until(lambda: work.waiting() == 1, "the request")
            former = work.engine.registry.connectors["crm"]
            await work.connect("crm", "http", out.rest(base=other.base))
            await until(lambda: work.engine.registry.connectors["crm"] is not former, "the change")
            result = await approve(work)
            assert result.changes == (f"crm is another account now: {other.base}; it was {out.crm.base}",)
            assert effect(work) == ""
            await approve(work, is_seen=True)
            await until(lambda: effect(work) == "done", "the note")
        assert [seen.method for seen in other.seen].count("POST") == 1
        assert not [seen for seen in out.crm.seen if seen.method == "POST"]


async def approve(work: AtWork, *, is_seen: bool = False) -> DecisionResult:
    request = approvals.waiting_approvals(work.engine.reader)[0]
    digest = request.digest if is_seen else None
    return await work.engine.writer.write(
        lambda tx: commands.approve(work.engine.kernel, tx, request.id, actor="person:test", digest=digest),
        name="decision",
    )


def effect(work: AtWork) -> str:
    row = work.engine.reader.execute("SELECT state FROM effect").fetchone()
    return "" if row is None else str(row[0])


@pytest.mark.parametrize(
    ("name", "kind", "config", "says"),
    [
        ("odd", "http", {"connection": "odd", "kind": "http", "base": "nonsense", "actions": []}, "base"),
        ("odd", "fax", {}, "of a kind"),
        ("odd", "mail", {"address": "a@b.example"}, "cannot be used"),
    ],
)
async def test_a_broken_connection_says_so_and_stops_nobody(
    out: Plugged, name: str, kind: str, config: dict[str, Any], says: str
) -> None:
    async with everything(out, "mail.archive") as work:
        await work.connect(name, kind, config)
        await until(lambda: health(work, name), "its word")
        assert health(work, name).startswith("needs_you: ") and says in health(work, name)
        await asyncio.to_thread(out.dovecot.deliver, letter(1), SUPPORT)
        await until(lambda: work.waiting() == 1, "the mail's request")
    async with at_work(out.folder, "mail.archive") as work:
        assert work.names == {"mail", "crm", "hook", "main"}, "an engine starts beside it as well"
    with opened(out.folder) as session:
        assert session.kernel.registry.type("mail.archive") is not None, "and so does a window"


async def test_a_missing_secret_is_told_and_healed_once_it_is_kept(out: Plugged) -> None:
    async with everything(out) as work:
        await work.connect("hook", "webhook", out.hook(secret="not-kept"))
        await until(lambda: health(work, "hook").startswith("needs_you"), "its word")
        await work.connect("crm", "http", out.rest(timeout_s=3))
        with opened(out.folder) as session:
            store(out.folder).put("not-kept", "another word")
            audit_secret(session, "secret.stored", name="not-kept", is_kept=True)
        await comes_to(202, out, 1, word="another word")

"""Webhooks against a real engine: answers after the commit, repeats, forged and broken requests, shared ports."""

import asyncio
import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from opsconsole.connectors.webhook import WebhookConnector
from opsconsole.connectors.webhook import connector as webhook_module
from opsconsole.domain.errors import DiskError
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import EventId
from opsconsole.net import server
from opsconsole.store.queries import events
from tests.support.http.hooks import BODY, HEAD, OLD, config, listening, made, signed
from tests.support.http.web import Notes, post, raw
from tests.support.ports import free_port
from tests.support.rig import Rig
from tests.support.running import until


async def test_an_event_is_on_disk_when_it_is_answered_and_is_worked(tmp_path: Path) -> None:
    port = free_port()
    async with listening(tmp_path, config(port)) as r:
        status, said, _ = await post(f"http://127.0.0.1:{port}/intake", BODY, {"webhook-id": "m-1"})
        assert (status, said) == (202, {"event": "accepted"})
        assert r.count("event") == 1
        await until(lambda: r.states() == ["desk.add_note done"], "the agent worked it")


async def test_a_repeat_is_known_and_another_body_under_the_same_id_is_told_to_the_lead_and_no_error(
    tmp_path: Path,
) -> None:
    port, notes = free_port(), Notes()
    url = f"http://127.0.0.1:{port}/intake"
    async with listening(tmp_path, config(port), notes=notes) as r:
        answers = [(await post(url, BODY, {"webhook-id": "m-1"}))[0] for _ in range(3)]
        assert answers == [202, 200, 200] and len(notes.said) == 1
        for number in (18, 19):  # a sender that counts its tries in what it sends
            assert (await post(url, {**BODY, "id": number}, {"webhook-id": "m-1"}))[0] == 200
        assert notes.said[-1][0] == "ok"
        assert "A known id came with other content (2 times; last: m-1); the first counts" in notes.said[-1][1]
        assert [(await post(url, {"id": 3}))[0] for _ in range(2)] == [202, 200]
        assert r.count("event") == 2
        assert events.event(r.engine.reader, EventId(1)).subject == "lead:17"  # pyright: ignore[reportOptionalMemberAccess]


async def test_who_is_turned_away_is_told_to_the_lead_and_writes_no_more_than_once_a_minute(tmp_path: Path) -> None:
    port, notes = free_port(), Notes()
    url = f"http://127.0.0.1:{port}/intake"
    wrong = {"webhook-id": "m-1", "authorization": "Bearer wrong"}
    hook = config(port, verify="bearer", secret="bearer")
    async with listening(tmp_path, hook, notes=notes) as r:
        assert [(await post(url, BODY, wrong))[0] for _ in range(5)] == [401] * 5
        assert len(notes.said) == 2 and notes.said[-1][0] == "ok"
        assert "Turned away once, without the right token or signature (last: " in notes.said[-1][1]
        r.clock.move(seconds=61)
        assert (await post(url, BODY, wrong))[0] == 401
        assert len(notes.said) == 3 and "Turned away 6 times, without" in notes.said[-1][1]
        right = {**wrong, "authorization": "Bearer let me in"}
        assert (await post(url, BODY, right))[0] == 202 and len(notes.said) == 3


async def test_a_hundred_at_once_share_commits_and_each_is_taken_once(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/intake"
    async with listening(tmp_path, config(port)) as r:
        writer = r.engine.writer
        groups, jobs = writer.groups, writer.jobs
        posts = [post(url, {**BODY, "id": number % 50}) for number in range(100)]
        answers = sorted(status for status, _, _ in await asyncio.gather(*posts))
        assert answers == [200] * 50 + [202] * 50
        assert r.count("event") == 50
        assert (writer.groups - groups) * 2 <= writer.jobs - jobs


async def test_signatures_of_either_secret_are_taken_while_they_are_fresh(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/intake"
    both = config(port, verify="standard_webhooks", secret=["signing", "old"])
    async with listening(tmp_path, both) as r:
        assert (await post(url, BODY, signed(BODY, "a")))[0] == 202
        assert (await post(url, BODY, signed(BODY, "b", OLD)))[0] == 202
        now = datetime.now(UTC).timestamp()
        refused = [
            signed(BODY, "c", "whsec_" + "b3RoZXI="),
            signed(BODY, "c", at=datetime.fromtimestamp(now - 400, UTC)),
            signed(BODY, "c", at=datetime.fromtimestamp(now + 400, UTC)),
            signed({**BODY, "id": 18}, "c"),
            {**signed(BODY, "c"), "webhook-id": "d"},
            {**signed(BODY, "c"), "webhook-signature": "v1,%%%"},
            {**signed(BODY, "c"), "webhook-signature": "nonsense"},
            {**signed(BODY, "c"), "webhook-timestamp": "1e400"},
            {"authorization": "Bearer let me in"},
            {},
        ]
        answers = [await post(url, BODY, headers) for headers in refused]
        assert [status for status, _, _ in answers] == [401] * len(refused)
        assert {json.dumps(said) for _, said, _ in answers} == {json.dumps({"error": "not signed as agreed"})}
        assert (await post(url, b"\xff\xfe{}", signed(BODY, "c")))[0] == 401
        assert r.count("event") == 2


async def test_a_bearer_secret_is_asked_for(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/intake"
    async with listening(tmp_path, config(port, verify="bearer", secret="bearer")) as r:
        for given, wanted in (
            ("Bearer let me in", 202),
            ("bearer let me in", 200),
            ("Bearer let me i", 401),
            ("x", 401),
        ):
            assert (await post(url, BODY, {"Authorization": given}))[0] == wanted
        dump = b"".join(path.read_bytes() for path in r.workspace.folder.iterdir() if path.is_file())
        assert b"let me in" not in dump


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{not json", {}, 400),
        (b"[" * 300 + b"]" * 300, {}, 400),
        (b'{"a": NaN}', {}, 400),
        (b'{"a": 1, "a": 2}', {}, 400),
        (b"\xff", {}, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {"Content-Encoding": "gzip"}, 415),
        (b'"' + b"x" * 1100 + b'"', {}, 413),
        (b"{}", {"Origin": "http://evil.example"}, 403),
        (b"{}", {"Host": "evil.example"}, 403),
    ],
)
async def test_what_is_no_event_is_refused_with_a_clear_status(
    tmp_path: Path, body: bytes, headers: dict[str, str], status: int
) -> None:
    port = free_port()
    async with listening(tmp_path, config(port, largest_kb=1)) as r:
        answered, said, _ = await post(f"http://127.0.0.1:{port}/intake", body, headers)
        assert (answered, "error" in said) == (status, True)
        assert r.count("event") == 0


async def test_other_paths_and_methods_and_the_health_page(tmp_path: Path) -> None:
    port = free_port()
    async with listening(tmp_path, config(port)):
        ask = "HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        assert b" 200 " in (await raw(port, f"GET /health {ask}".encode(), is_whole=False)).splitlines()[0]
        assert b" 405 " in (await raw(port, f"GET /intake {ask}".encode(), is_whole=False)).splitlines()[0]
        assert b" 404 " in (await raw(port, f"POST /other {ask}".encode(), is_whole=False)).splitlines()[0]
        assert (
            b" 400 "
            in (await raw(port, b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n", is_whole=False)).splitlines()[0]
        )
        assert b" 400 " in (await raw(port, b"nonsense\r\n\r\n", is_whole=False)).splitlines()[0]


async def test_a_body_without_end_is_cut_off(tmp_path: Path) -> None:
    port = free_port()
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    async with listening(tmp_path, config(port, largest_kb=1)) as r:
        answer = await raw(
            port, head + b"400\r\n" + b"x" * 1024 + b"\r\n400\r\n" + b"x" * 1024 + b"\r\n", is_whole=False
        )
        assert b" 413 " in answer.splitlines()[0]
        assert r.count("event") == 0


async def test_senders_that_dawdle_are_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = HEAD + b"Content-Length: 10\r\n\r\n"
    with monkeypatch.context() as patch:
        patch.setattr(server, "HEADER_S", 0.3)
        async with listening(tmp_path / "head", config(port := free_port())):
            assert await raw(port, b"POST /intake HTTP/1.1\r\nHost:", is_whole=False) == b""
    async with listening(tmp_path / "body", config(port := free_port())):
        with monkeypatch.context() as patch:
            patch.setattr(server, "BODY_S", 0.3)
            assert b" 408 " in (await raw(port, head + b"{", is_whole=False)).splitlines()[0]
        assert (await post(f"http://127.0.0.1:{port}/intake", BODY))[0] == 202


async def test_a_full_disk_asks_the_sender_to_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/intake"
    async with listening(tmp_path, config(port)) as r:
        take = r.engine.take

        async def full(connection: str, incoming: IncomingEvent, **_: Any) -> Any:
            raise DiskError("The disk is full.")

        async def busy(connection: str, incoming: IncomingEvent, **_: Any) -> Any:
            await asyncio.Event().wait()

        for broken in (full, busy):
            monkeypatch.setattr(webhook_module, "TAKE_S", 0.1 if broken is busy else 20.0)
            status, _, headers = await _with(r, broken, url)
            assert (status, int(headers["Retry-After"]) > 0) == (503, True)
        assert (await _with(r, take, url))[0] == 202


async def _with(r: Rig, take: Callable[..., Any], url: str) -> tuple[int, Any, dict[str, str]]:
    connector = r.engine.registry.connectors["intake"]
    assert isinstance(connector, WebhookConnector)
    port = free_port()
    other = made(r.engine, config(port), Notes())

    async def takes(incoming: IncomingEvent) -> bool:
        return bool((await take("intake", incoming)).is_new)

    watching = asyncio.create_task(other.watch(takes))
    try:
        for _ in range(500):
            try:
                return await post(f"http://127.0.0.1:{port}/intake", BODY)
            except OSError:
                await asyncio.sleep(0.01)
        raise AssertionError("it never listened")
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_connections_share_a_port_and_one_that_cannot_listen_harms_no_other(tmp_path: Path) -> None:
    port, taken = free_port(), socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    notes = Notes()
    try:
        configs = (
            config(port, "intake"),
            config(port, "other"),
            config(taken.getsockname()[1], "late"),
            config(port, "lost", verify="bearer", secret="nowhere"),
        )
        async with listening(tmp_path, *configs, notes=notes) as r:
            for name in ("intake", "other"):
                assert (await post(f"http://127.0.0.1:{port}/{name}", BODY))[0] == 202
            assert r.count("event") == 2
            said = dict(notes.said)
            assert "taken by another program" in said["trouble"]
            assert "nowhere" in said["needs_you"]
            taken.close()
            late = f"http://127.0.0.1:{configs[2].address.port}/late"
            await until(
                lambda: any(f"/{'late'}" in text for state, text in notes.said if state == "ok"), "it listens later"
            )
            assert (await post(late, BODY))[0] == 202
    finally:
        taken.close()
    with pytest.raises(OSError):
        await post(f"http://127.0.0.1:{port}/intake", BODY)

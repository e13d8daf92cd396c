"""HTTP actions against real servers on loopback: what each answer, and each silence, says about what was done."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from opsconsole.connectors.http import HttpConfig, HttpConnector
from opsconsole.connectors.http.responses import refusal
from opsconsole.connectors.http.scrub import Scrubber
from opsconsole.domain.action import Call, Result
from opsconsole.domain.errors import AmbiguousError, ConnectorError, PermanentError, TransientError
from opsconsole.domain.ids import ActionId
from opsconsole.doubles.clock import FakeClock
from opsconsole.net.client import HttpClient, HttpResponse
from tests.support.http.web import Handler, Kept, Notes, Outside, hang_up, outside, says
from tests.support.ports import free_port

TOKEN = "tok-" + "0123456789/+x"
TICKET: dict[str, Any] = {
    "name": "create_ticket",
    "title": "create a ticket",
    "effect": "internal",
    "method": "POST",
    "path": "/tickets/{{ args.queue }}",
    "body": {"title": "{{ args.title }}", "priority": "{{ args.priority }}", "note": "{{ args.note }}"},
    "arguments": {
        "type": "object",
        "properties": {
            "queue": {"type": "string"},
            "title": {"type": "string"},
            "priority": {"type": "integer", "default": 3},
            "note": {"type": "string"},
        },
        "required": ["queue", "title"],
    },
    "idempotency_header": "Idempotency-Key",
    "look_up": {"path": "/tickets?key={{ key }}", "not_found": 404, "result": {"id": "{{ body.ticket_id }}"}},
    "result": {"id": "{{ body.ticket_id }}"},
    "undo": {"words": "the ticket is closed", "method": "DELETE", "path": "/tickets/{{ result.id }}"},
    "current": {"path": "/tickets/{{ args.queue }}", "values": {"title": "{{ body.title }}"}},
}
READ: dict[str, Any] = {"name": "find", "title": "find things", "effect": "read", "path": "/find"}


@asynccontextmanager
async def connected(
    answer: Handler,
    *,
    port: int | None = None,
    token: str = TOKEN,
    ticket: dict[str, Any] | None = None,
    **changes: Any,
) -> AsyncGenerator[tuple[HttpConnector, Outside, Notes]]:
    async with outside(answer) as server:
        config = HttpConfig.model_validate(
            {
                "connection": "crm",
                "kind": "http",
                "base": server.base if port is None else f"http://127.0.0.1:{port}",
                "headers": {"Authorization": "Bearer {{ secret('crm-token') }}"},
                "timeout_s": 5,
                "actions": [{**TICKET, **(ticket or {})}, READ],
                **changes,
            }
        )
        notes, secrets = Notes(), Kept(**({"crm_token": token} if token else {}))
        made = HttpConnector("crm", config, http=HttpClient(), secrets=secrets, health=notes, clock=FakeClock())
        try:
            yield made, server, notes
        finally:
            await made.close()


def call(tool: str = "create_ticket", **args: Any) -> Call:
    given = args or ({"queue": "billing", "title": "Refund"} if tool == "create_ticket" else {})
    return Call(
        action_id=ActionId("1/0.0"), tool=f"crm.{tool}", args=given, subject="s:1", actor="agent:mira", key="key-1"
    )


async def refused(answer: Handler, kind: type[ConnectorError], *, tool: str = "create_ticket", **changes: Any) -> Any:
    async with connected(answer, **changes) as (made, _, _):
        with pytest.raises(ConnectorError) as caught:
            await (made.read(call(tool), {}, None) if tool == "find" else made.execute(call(tool)))
    assert type(caught.value) is kind, caught.value
    assert TOKEN not in str(caught.value)
    return caught.value


async def test_a_call_sends_what_is_declared_and_reads_what_comes() -> None:
    async with connected(says(201, {"ticket_id": "T-1", "more": 1})) as (made, server, notes):
        assert await made.execute(call()) == Result(is_ok=True, data={"id": "T-1"})
        seen = server.seen[0]
        assert (seen.method, seen.path) == ("POST", "/tickets/billing")
        assert seen.body == {"title": "Refund", "priority": 3}
        assert seen.headers["authorization"] == f"Bearer {TOKEN}"
        assert (seen.headers["idempotency-key"], seen.headers["content-type"]) == ("key-1", "application/json")
        assert notes.said == [("ok", "")]


async def test_not_now_is_no_promise_where_a_repeat_could_be_a_second_one() -> None:
    made = refusal(HttpResponse(503, {}, b""), "crm.create", Scrubber(()), is_write=True, has_key=False)
    assert isinstance(made, AmbiguousError)


@pytest.mark.parametrize(
    ("status", "for_write", "for_read"),
    [
        (400, PermanentError, PermanentError),
        (401, PermanentError, PermanentError),
        (404, PermanentError, PermanentError),
        (422, PermanentError, PermanentError),
        (409, AmbiguousError, PermanentError),
        (408, AmbiguousError, TransientError),
        (425, TransientError, TransientError),
        (429, TransientError, TransientError),
        (503, TransientError, TransientError),
        (500, AmbiguousError, TransientError),
        (502, AmbiguousError, TransientError),
        (504, AmbiguousError, TransientError),
        (501, PermanentError, PermanentError),
        (203, AmbiguousError, PermanentError),
        (301, PermanentError, PermanentError),
        (302, AmbiguousError, PermanentError),
        (303, AmbiguousError, PermanentError),
        (307, PermanentError, PermanentError),
    ],
)
async def test_each_status_says_whether_it_was_done(
    status: int, for_write: type[ConnectorError], for_read: type[ConnectorError]
) -> None:
    answer = says(status, {"error": "no"}, {"Location": "http://evil.example/x?t=1"} if 300 < status < 400 else None)
    assert str(status) in str(await refused(answer, for_write))
    await refused(answer, for_read, tool="find")


async def test_a_conflict_without_a_key_is_a_no() -> None:
    await refused(says(409), PermanentError, ticket={"idempotency_header": None})


async def test_redirects_are_never_followed() -> None:
    async with outside(says(200, {"ticket_id": "T-1"})) as elsewhere:
        error = await refused(says(307, headers={"Location": elsewhere.base}), PermanentError)
        await refused(says(302, headers={"Location": elsewhere.base}), PermanentError, tool="find")
        assert "redirect" in str(error)
        assert elsewhere.seen == []


@pytest.mark.parametrize(
    ("given", "wish_s"),
    [("7", 7.0), ("999999999999", 3600.0), ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0), ("-5", None), ("soon", None)],
)
async def test_the_wish_of_a_busy_system_is_heard_within_bounds(given: str, wish_s: float | None) -> None:
    for status in (429, 503):
        error = await refused(says(status, headers={"Retry-After": given}), TransientError)
        assert error.retry_after_s == wish_s


async def test_nobody_there_is_certainly_not_done() -> None:
    await refused(says(200), TransientError, port=free_port())


async def test_a_broken_or_silent_connection_leaves_doubt_after_a_write_and_none_after_a_read() -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"{")
        assert request.transport is not None
        request.transport.abort()
        return response

    for answer in (hang_up, broken, never):
        await refused(answer, AmbiguousError, timeout_s=0.3)
        await refused(answer, TransientError, tool="find", timeout_s=0.3)


async def never(request: web.Request) -> web.StreamResponse:
    """Keep the caller waiting for longer than it waits."""
    await asyncio.sleep(2)
    return web.Response()


@pytest.mark.parametrize("body", [{"other": 1}, "x" * 5000, ""])
async def test_done_but_unreadable_is_done_and_says_so(body: Any) -> None:
    async with connected(says(200, body), largest_kb=1) as (made, _, _):
        result = await made.execute(call())
        assert result.is_ok
        assert "id could not be read" in result.data["unread"]


async def test_without_a_declared_result_the_body_is_the_result() -> None:
    bodies: list[tuple[Any, Any]] = [({"a": 1}, {"a": 1}), ([1, 2], {"items": [1, 2]}), ("hello", {"text": "hello"})]
    for body, data in bodies:
        async with connected(says(200, body)) as (made, _, _):
            assert (await made.read(call("find"), {}, None)).data == data


async def test_a_secret_that_is_echoed_is_scrubbed_from_errors_and_results() -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        status = 400 if request.method == "POST" else 200
        return web.json_response({"sent": dict(request.headers)}, status=status)

    error = await refused(echo, PermanentError)
    assert "[secret]" in str(error)
    async with connected(echo) as (made, _, _):
        assert TOKEN not in repr(await made.read(call("find"), {}, None))


async def test_a_missing_or_refused_secret_is_said_and_nothing_is_done() -> None:
    async with connected(says(200), token="") as (made, server, notes):
        with pytest.raises(TransientError, match="crm-token"):
            await made.execute(call())
        assert server.seen == []
        assert notes.said[-1][0] == "needs_you"
    async with connected(says(401)) as (made, _, notes):
        with pytest.raises(PermanentError):
            await made.execute(call())
        assert notes.said[-1][0] == "needs_you"
        assert "crm-token" in notes.said[-1][1]


@pytest.mark.parametrize(
    ("answer", "found"),
    [(says(200, {"ticket_id": "T-9"}), {"id": "T-9"}), (says(404, {"error": "not found"}), None)],
)
async def test_the_look_up_says_there_or_not_there(answer: Handler, found: Any) -> None:
    async with connected(answer) as (made, server, _):
        result = await made.find(call())
        assert (None if result is None else result.data) == found
        assert server.seen[0].path == "/tickets?key=key-1"


@pytest.mark.parametrize(
    "answer",
    [says(401), says(403), says(500), says(429), says(302), says(410), says(200, "<html>"), says(200, {}), hang_up],
)
async def test_any_other_answer_of_the_look_up_says_nothing(answer: Handler) -> None:
    async with connected(answer) as (made, _, _):
        with pytest.raises(ConnectorError):
            await made.find(call())


async def test_a_search_that_finds_nothing_is_read_by_its_condition() -> None:
    look_up = {
        "path": "/tickets?key={{ key }}",
        "found_if": "{{ body['items'] | length > 0 }}",
        "result": {"id": "{{ body.items[0].id }}"},
    }
    cases: list[tuple[Any, Any]] = [({"items": [{"id": 4}]}, {"id": 4}), ({"items": []}, None)]
    for body, found in cases:
        async with connected(says(200, body), ticket={"look_up": look_up}) as (made, _, _):
            result = await made.find(call())
            assert (None if result is None else result.data) == found
    async with connected(says(200, {"page": "moved"}), ticket={"look_up": look_up}) as (made, _, _):
        with pytest.raises(TransientError):
            await made.find(call())


async def test_taking_back_is_a_call_with_a_key_of_its_own() -> None:
    async with connected(says(204)) as (made, server, _):
        undo = replace(call(), undo_key="key-1:undo")
        assert (await made.undo(undo, {"id": "T/1"})).is_ok
        seen = server.seen[0]
        assert (seen.method, seen.path, seen.headers["idempotency-key"]) == ("DELETE", "/tickets/T%2F1", "key-1:undo")
    async with connected(says(404)) as (made, _, _):
        assert (await made.undo(call(), {"id": "T-1"})).is_ok
        with pytest.raises(PermanentError):
            await made.undo(call(), {})


async def test_what_was_only_simulated_is_never_sent() -> None:
    async with connected(says(200)) as (made, server, _):
        simulated = await made.simulate(call(), {})
        assert simulated.result.data == {"id": "sim:1/0.0"}
        known = await made.read(call("find", id="sim:1/0.0"), simulated.records, None)
        assert known.data == {"queue": "billing", "title": "Refund", "id": "sim:1/0.0"}
        for attempt in (
            made.read(call("find", id="sim:9/0.0"), {}, None),
            made.execute(call(queue="sim:1/0.0", title="x")),
        ):
            with pytest.raises(PermanentError, match="simulated"):
                await attempt
        assert server.seen == []


async def test_the_card_shows_now_against_after() -> None:
    async with connected(says(200, {"title": "Old"})) as (made, server, _):
        changes = await made.preview(call())
        assert [(change.field, change.now, change.after) for change in changes] == [
            ("queue", "", "billing"),
            ("title", "Old", "Refund"),
        ]
        assert [request.method for request in server.seen] == ["GET"]

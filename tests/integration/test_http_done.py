"""A good status is not done: what an answer says of itself, and web pages that come instead of an answer."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from opsconsole.connectors.http.outcome import is_page
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError
from opsconsole.net.client import HttpResponse
from tests.support.http.rest import READ, WRITE, rest, rest_call, rest_refused
from tests.support.http.web import says
from tests.support.rig import agent, call, desk_only, mail, rig
from tests.support.running import state

UNDO = {"words": "it is removed", "method": "DELETE", "path": "/things/1"}
LOGIN = "<!DOCTYPE html>\n<html><title>Sign in</title></html>"
OK_IF = {"ok_if": "{{ body.ok }}"}


@pytest.mark.parametrize(
    "body",
    [
        {"ok": False, "error": "channel_not_found"},
        {"success": False},
        {"success": "false"},
        {"status": "ERROR"},
        {"error": True, "message": "no such queue"},
        {"data": None, "errors": [{"message": "no such field"}]},
        {"jsonrpc": "2.0", "error": {"code": -32000, "message": "no"}},
        {"status": "fail", "data": {"title": "is needed"}},
        [{"data": {"a": 1}}, {"errors": [{"message": "no"}]}],
    ],
)
async def test_a_write_whose_answer_says_no_by_custom_is_in_doubt_and_not_done(body: Any) -> None:
    said = await rest_refused(says(200, body), WRITE, AmbiguousError)
    assert "ok_if" in said


@pytest.mark.parametrize(
    "body", [{"id": 1}, {"ok": True, "error": None, "errors": []}, [1, {"a": 1}], {"error": 0}, ""]
)
async def test_a_write_whose_answer_says_nothing_of_the_kind_is_done(body: Any) -> None:
    async with rest(says(200, body), WRITE) as (made, _, _):
        assert (await made.execute(rest_call())).is_ok


async def test_what_the_file_calls_done_is_done_and_what_it_calls_not_done_is_not() -> None:
    async with rest(says(200, {"ok": True, "error": "only a warning"}), {**WRITE, **OK_IF}) as (made, _, _):
        assert (await made.execute(rest_call())).is_ok
    said = await rest_refused(says(200, {"ok": False, "error": "is_archived"}), {**WRITE, **OK_IF}, PermanentError)
    assert "is_archived" in said
    graph = {**WRITE, "ok_if": "{{ not body.errors | default(none) }}"}
    async with rest(says(200, {"data": {"a": 1}}), graph) as (made, _, _):
        assert (await made.execute(rest_call())).is_ok
    await rest_refused(says(200, {"data": None, "errors": [{"message": "x"}]}), graph, PermanentError)


@pytest.mark.parametrize("body", [{"other": 1}, {"ok": "yes"}, "plainly done", "", [1], {"ok": None}])
async def test_a_condition_that_cannot_be_read_leaves_a_write_in_doubt_and_fails_a_read(body: Any) -> None:
    await rest_refused(says(200, body), {**WRITE, **OK_IF}, AmbiguousError)
    await rest_refused(says(200, body), {**READ, **OK_IF}, PermanentError)


@pytest.mark.parametrize(
    "page",
    [
        LOGIN,
        "<html>welcome</html>",
        "\ufeff  <!-- gateway --><html lang=en>",
        "<?xml version='1.0'?><!doctype HTML><html>",
        "<head><meta http-equiv=refresh></head>",
        "<!----> <!-- a > b -->\n<!-- c --><body>",
    ],
)
async def test_a_web_page_is_never_done_whatever_it_is_called(page: str) -> None:
    for facts in ({}, OK_IF, {"ok_if": "{{ body.ok is defined }}"}, {"result": {"id": "{{ header.server }}"}}):
        assert "web page" in await rest_refused(says(200, page), {**WRITE, **facts}, AmbiguousError)
        assert "web page" in await rest_refused(says(200, page), {**READ, **facts}, PermanentError)
    async with rest(says(200, page), WRITE) as (made, _, notes):
        with pytest.raises(AmbiguousError):
            await made.execute(rest_call())
        assert notes.said[-1][0] == "trouble"


async def test_what_is_called_html_and_is_data_is_data_and_a_text_that_is_none_is_in_doubt() -> None:
    def typed(text: str) -> Any:
        async def answer(request: web.Request) -> web.StreamResponse:
            return web.Response(text=text, content_type="text/html")

        return answer

    async with rest(typed('{"id": 7}'), WRITE) as (made, _, _):
        assert (await made.execute(rest_call())).data == {"id": 7}
    await rest_refused(typed("Thank you!"), WRITE, AmbiguousError)
    thanks = {**WRITE, "ok_if": "{{ 'Thank you' in body }}"}
    async with rest(typed("<html>Thank you!</html>"), thanks) as (made, _, _):
        assert (await made.execute(rest_call())).is_ok


async def test_a_look_up_that_gets_a_web_page_says_neither_yes_nor_no() -> None:
    look_up = {"path": "/things?key={{ key }}", "not_found": 404, "result": {"from": "{{ header.server }}"}}
    for status in (200, 404):
        async with rest(says(status, LOGIN), {**WRITE, "look_up": look_up}) as (made, _, _):
            with pytest.raises(TransientError, match="web page"):
                await made.find(rest_call())


async def test_taking_back_is_done_only_where_the_answer_says_so() -> None:
    undo = {"words": "it is removed", "method": "DELETE", "path": "/things/1", "ok_if": "{{ body.ok }}"}
    cases: list[tuple[Any, Any]] = [({"ok": False}, PermanentError), (LOGIN, AmbiguousError), ({}, AmbiguousError)]
    for body, kind in cases:
        async with rest(says(200, body), {**WRITE, "undo": undo}) as (made, _, _):
            with pytest.raises(kind):
                await made.undo(rest_call(), {})
    async with rest(says(200, {"ok": True}), {**WRITE, "undo": undo}) as (made, _, _):
        assert (await made.undo(rest_call(), {})).is_ok


@pytest.mark.parametrize(
    ("answer", "more", "stands"),
    [
        ({"ok": False, "error": "x"}, {}, "unknown"),
        (LOGIN, OK_IF, "unknown"),
        ({"ok": False, "error": "x"}, OK_IF, "failed"),
        ({"ok": True}, OK_IF, "done"),
    ],
    ids=["says no by custom", "a page", "says no", "says yes"],
)
async def test_what_the_answer_says_is_what_stands_in_the_record(
    tmp_path: Path, answer: Any, more: dict[str, Any], stands: str
) -> None:
    action = {**WRITE, "reversibility": "reversible", "arrival_s": 0, "undo": UNDO, "untrusted": False, **more}
    async with rest(says(200, answer), action) as (made, server, _):
        works = agent()
        script = [call("crm.act", id="7")]
        async with rig(tmp_path, script, works, connectors=lambda engine: [*desk_only(engine), made]) as r:
            await r.take(mail())
            await r.wait(seconds=70)
            assert state(r) == [stands] and len(server.seen) == 1, "it is never sent a second time by itself"
            asked = [ApprovalKind.UNKNOWN] if stands == "unknown" else []
            assert [request.kind for request in r.waiting()] == asked


@pytest.mark.parametrize("piece", [b"<!---->", b"<!--", b" ", b"<?xml"])
def test_the_start_of_an_answer_is_looked_at_once(piece: bytes) -> None:
    assert not is_page(HttpResponse(200, {}, piece * 1_000_000 + b"x"), is_json=False)  # anew from each: never ready


def test_what_looks_like_a_page_far_inside_an_answer_is_none() -> None:
    assert not is_page(HttpResponse(200, {}, b"<!-- a -->" * 2_000 + b"<html>"), is_json=False)

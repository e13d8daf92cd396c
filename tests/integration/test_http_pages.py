"""Reads whose answer comes in pages: to their end, and never beside what was declared."""

from typing import Any

import pytest
from aiohttp import web

from opsconsole.domain.errors import PermanentError
from tests.support.http.rest import READ, rest, rest_call
from tests.support.http.web import Handler, says

PAGED: dict[str, Any] = {**READ, "path": "/things?size=2", "query": {"q": "a b"}}


async def test_pages_are_read_to_their_end_by_cursor_address_or_link() -> None:
    async def cursor(request: web.Request) -> web.StreamResponse:
        at = int(request.query.get("after", "0"))
        return web.json_response({"items": [at, at + 1], "next": at + 2 if at < 4 else None})

    async def address(request: web.Request) -> web.StreamResponse:
        at = int(request.query.get("p", "0"))
        following = f"/things?size=2&p={at + 1}" if at < 2 else ""
        return web.json_response({"items": [2 * at, 2 * at + 1], "next": following})

    async def link(request: web.Request) -> web.StreamResponse:
        at = int(request.query.get("p", "0"))
        told = f'<{request.url.origin()}/things?p={at + 1}>; rel="next", </things?p=0>; rel="first"'
        headers = {"Link": told if at < 2 else '</things?p=0>; rel="first"'}
        return web.json_response([2 * at, 2 * at + 1], headers=headers)

    ways: list[tuple[Handler, dict[str, Any]]] = [
        (cursor, {"items": "{{ body['items'] }}", "next": "{{ body.next }}", "into": "after"}),
        (address, {"items": "{{ body['items'] }}", "next": "{{ body.next }}"}),
        (link, {"items": "{{ body }}", "next": "link"}),
    ]
    for answer, pages in ways:
        async with rest(answer, {**PAGED, "pages": pages}) as (made, server, _):
            assert (await made.read(rest_call(), {}, None)).data == {"items": [0, 1, 2, 3, 4, 5]}
            assert server.seen[0].path == "/things?size=2&q=a%20b"
            assert len(server.seen) == 3
        async with rest(answer, {**PAGED, "pages": {**pages, "most": 2}}) as (made, _, _):
            cut = (await made.read(rest_call(), {}, None)).data
            assert cut == {"items": [0, 1, 2, 3], "left_out": "there are more; 4 were read"}


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:1/things", "//evil.example/x", "https://evil.example/", "file:///x"]
)
async def test_a_next_page_elsewhere_is_not_read(where: str) -> None:
    pages = {"items": "{{ body['items'] }}", "next": "{{ body.next }}"}
    async with rest(says(200, {"items": [1], "next": where}), {**PAGED, "pages": pages}) as (made, server, _):
        with pytest.raises(PermanentError, match="another system"):
            await made.read(rest_call(), {}, None)
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    "where",
    [
        "/admin/delete?all=1",
        "/api",
        "/api/v22/x",
        "/api/v2/../../admin",
        "../../admin",
        "/api/v2/%2e%2e/%2E./admin",
        "/api/v2/%252e%252e/admin",
        "/api/v2/..;a=b/admin",
        "/api/v2/a%5c..%5c..%5cadmin",
        "/API/v2/x",
        "//{host}/admin",
    ],
)
async def test_a_next_page_above_or_beside_the_base_is_not_read(where: str) -> None:
    pages = {"items": "{{ body['items'] }}", "next": "{{ body.next }}"}

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"items": [1], "next": where.replace("{host}", request.host)})

    async with rest(answer, {**PAGED, "pages": pages}, under="/api/v2") as (made, server, _):
        with pytest.raises(PermanentError, match="does not lie below"):
            await made.read(rest_call(), {}, None)
        assert len(server.seen) == 1


async def test_a_next_page_below_the_base_is_read() -> None:
    pages = {"items": "{{ body['items'] }}", "next": "{{ body.next }}"}
    ways = iter(["other/a%20b?p=2", "/api/v2/x..y/.z;v=1?p=../3", "?p=4", "/api/v2?p=5", ""])

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"items": [1], "next": next(ways)})

    async with rest(answer, {**PAGED, "pages": {**pages, "most": 9}}, under="/api/v2") as (made, server, _):
        assert (await made.read(rest_call(), {}, None)).data["items"] == [1] * 5
        assert {seen.path.partition("?")[0].split("/")[1] for seen in server.seen} == {"api"}


async def test_pages_that_never_end_do_and_one_that_is_none_is_told() -> None:
    pages = {"items": "{{ body['items'] }}", "next": "{{ body.next }}", "into": "after", "most": 50}
    same = says(200, {"items": [1], "next": "x"})
    async with rest(same, {**PAGED, "pages": pages}) as (made, server, _):
        said = (await made.read(rest_call(), {}, None)).data
        assert said["items"] == [1, 1] and "leads back to itself" in said["left_out"]
        assert len(server.seen) == 2
    for body in ({"items": 3}, {"nothing": 1}):
        async with rest(says(200, body), {**PAGED, "pages": pages}) as (made, _, _):
            with pytest.raises(PermanentError, match="page"):
                await made.read(rest_call(), {}, None)

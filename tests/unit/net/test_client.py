"""What the HTTP client sends, what it does with what comes, and with a request that nobody answers."""

import asyncio
import gzip
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError
from opsconsole.net.client import LONGEST_LINE, HttpClient, Request
from tests.support.http.web import Handler, hang_up, outside, says
from tests.support.ports import free_port


@asynccontextmanager
async def client() -> AsyncGenerator[HttpClient]:
    made = HttpClient()
    try:
        yield made
    finally:
        await made.close()


def pieces(*parts: bytes, then: Callable[[], object] = lambda: None, **headers: str) -> Handler:
    """An answer in pieces."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={name.replace("_", "-"): value for name, value in headers.items()})
        await response.prepare(request)
        for part in parts:
            await response.write(part)
        if (waits := then()) is not None:
            assert isinstance(waits, asyncio.Future)
            await waits
        return response

    return answer


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_a_request_without_an_answer_is_sent_once(method: str) -> None:
    async with client() as http, outside(hang_up) as there:
        with pytest.raises(AmbiguousError):
            await http.send(Request(method, f"{there.base}/tickets/1"), timeout_s=30.0)
        assert [seen.method for seen in there.seen] == [method]


@pytest.mark.parametrize(
    "path", ["/tickets/T%2F1?q=a%20b&q='c'&d=%7Bx%7D", "/a//b/", "/x;y=1/@z", "/~p/%41%c3%bc", "/a/../b/./c"]
)
async def test_an_address_is_asked_as_it_was_written(path: str) -> None:
    async with client() as http, outside(says(200)) as there:
        await http.send(Request("GET", there.base + path), timeout_s=5)
        assert there.seen[0].path == path


async def test_headers_are_sent_as_given_and_the_body_whole() -> None:
    async with client() as http, outside(says(200)) as there:
        headers = {"X-Name": "Zürich", "Authorization": "Bearer planted"}
        await http.send(Request("PUT", f"{there.base}/x", headers, b'{"a": "\xc3\xbc"}'), timeout_s=5)
        (seen,) = there.seen
        assert (seen.headers["x-name"], seen.headers["authorization"]) == ("Zürich", "Bearer planted")
        assert seen.headers["host"] == f"127.0.0.1:{there.port}" and seen.body == {"a": "ü"}


async def test_a_line_break_in_a_header_sends_nothing() -> None:
    async with client() as http, outside(says(200)) as there:
        with pytest.raises(AmbiguousError):
            await http.send(Request("GET", f"{there.base}/x", {"X-A": "b\r\nX-Planted: c"}), timeout_s=5)
        assert not there.seen


async def test_cookies_are_not_kept_and_nobody_is_signed_in_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine localhost login planted password planted\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    async with client() as http, outside(says(200, headers={"Set-Cookie": "a=b; Path=/"})) as there:
        for _ in range(2):
            await http.send(Request("GET", f"http://localhost:{there.port}/x"), timeout_s=5)
        assert not [seen for seen in there.seen if {"cookie", "authorization"} & seen.headers.keys()]


async def test_an_address_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with client() as http, outside(says(200)) as there:
        await http.send(Request("GET", f"{there.base}/planted-in-the-path"), timeout_s=5)
    assert "planted" not in caplog.text


@pytest.mark.parametrize(
    "url", ["http://", "ftp://127.0.0.1/x", "http://127.0.0.1:99999/x", "http://[::1/x", "nothing"]
)
async def test_what_is_no_address_is_said_and_its_path_is_not(url: str) -> None:
    async with client() as http:
        with pytest.raises(PermanentError, match="not an address that can be asked"):
            await http.send(Request("GET", url), timeout_s=5)


async def test_a_packed_answer_is_unpacked_and_bounded_as_it_is_then() -> None:
    packed = gzip.compress(b"x" * 1_000_000)
    async with client() as http, outside(pieces(packed, content_encoding="gzip")) as there:
        request = Request("GET", f"{there.base}/x")
        assert (await http.send(request, timeout_s=5)).body == b"x" * 1_000_000
        cut = await http.send(request, timeout_s=5, largest=1000, may_cut=True)
        assert (cut.body, cut.is_cut) == (b"x" * 1000, True)
        with pytest.raises(AmbiguousError, match="more than 999 bytes"):
            await http.send(request, timeout_s=5, largest=999)


async def test_an_answer_that_is_too_long_is_not_read_to_its_end() -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while sent < 100_000_000:
            await response.write(b"x" * 500_000)
            sent += 500_000
        return response

    async with client() as http, outside(endless) as there:
        assert (await http.send(Request("GET", there.base), timeout_s=30, largest=9, may_cut=True)).body == b"x" * 9
        assert sent < 20_000_000


async def test_a_proxy_that_lets_nobody_through_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def turned_away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    port = free_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with client() as http, await asyncio.start_server(turned_away, "127.0.0.1", port):
        with pytest.raises(TransientError, match=r"proxy lets nobody through to it \(status 407\)"):
            await http.send(Request("GET", "https://api.example.com/planted"), timeout_s=5)


async def test_an_sdk_that_is_given_it_gets_whole_answers() -> None:
    async with client() as http, outside(says(200, {"a": 1})) as there:
        outbound = await http.outbound()
        assert (await outbound.send(outbound.build_request("GET", f"{there.base}/x", timeout=5))).json() == {"a": 1}
        with pytest.raises(TypeError, match="params"):
            outbound.build_request("GET", there.base, params={"a": "b"})


async def lines_of(http: HttpClient, url: str, *, silence_s: float = 5.0, largest: int = 10_000_000) -> list[bytes]:
    async with (
        asyncio.timeout(10),
        http.open(Request("GET", url), timeout_s=60) as answer,
        aclosing(http.lines(answer, silence_s=silence_s, largest=largest)) as lines,
    ):
        return [line async for line in lines]


async def test_lines_come_whole_however_they_were_cut() -> None:
    text = "data: a\u2028b\x0b\x85\r\n\r\ndata: ü \t\nlast".encode()
    wanted = ["data: a\u2028b\x0b\x85".encode(), b"", "data: ü \t".encode(), b"last"]
    bytewise = [text[at : at + 1] for at in range(len(text))]
    for parts in ([text], bytewise):
        async with client() as http, outside(pieces(*parts)) as there:
            assert await lines_of(http, f"{there.base}/x") == wanted


async def test_lines_end_where_nothing_comes_and_where_too_much_does() -> None:
    def never() -> asyncio.Future[None]:
        return asyncio.get_running_loop().create_future()

    async with client() as http:
        async with outside(pieces(b"data: a\n", b"data", then=never)) as there:
            with pytest.raises(AmbiguousError, match="no answer in time"):
                await lines_of(http, f"{there.base}/x", silence_s=0.1)
        async with outside(pieces(*([b"x" * 100_000] * (LONGEST_LINE // 100_000 + 2)))) as there:
            with pytest.raises(AmbiguousError, match="line of the answer is longer"):
                await lines_of(http, f"{there.base}/x")
        async with outside(pieces(b"data: a\n" * 1000)) as there:
            with pytest.raises(AmbiguousError, match="more than 100 bytes"):
                await lines_of(http, f"{there.base}/x", largest=100)


async def test_it_can_be_used_again_after_it_was_closed() -> None:
    async with client() as http, outside(says(200)) as there:
        for _ in range(2):
            assert (await http.send(Request("GET", f"{there.base}/x"), timeout_s=5)).status == 200
            await http.close()


async def test_of_headers_that_come_twice_the_last_one_counts() -> None:
    async def twice(request: web.Request) -> web.StreamResponse:
        response = web.Response(status=429)
        response.headers.add("Retry-After", "7")
        response.headers.add("Retry-After", "9")
        return response

    async with client() as http, outside(twice) as there:
        answer = await http.send(Request("GET", there.base), timeout_s=5)
        assert answer.retry_after_s == 9.0


async def test_a_header_that_is_no_text_is_not_sent_and_said() -> None:
    async with client() as http, outside(says(200, {})) as there:
        with pytest.raises(PermanentError, match="not sent"):
            await http.send(Request("GET", there.base, {"X-Odd": "\ud800"}), timeout_s=5)
        assert there.seen == []

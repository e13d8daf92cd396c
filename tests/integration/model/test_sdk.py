"""What the SDK is let do on the wire: ask what it is told, once, as it is told, and tell nobody of this machine."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from opsconsole.brains.model import Endpoint, ModelConfig
from opsconsole.domain.errors import PermanentError, TransientError
from opsconsole.doubles.modelendpoint import message
from opsconsole.net.client import HttpClient
from tests.support.http.web import Handler, Outside, outside, says
from tests.support.ports import free_port
from tests.support.thinking import KnownSecrets

QUESTION = [{"role": "user", "content": "Zürich \u2028?"}]
TOOLS = '[{"type": "function", "function": {"name": "look", "parameters": {}}}]'
GOOD = says(200, message("yes"))


@asynccontextmanager
async def asking(
    answer: Handler = GOOD, *, secrets: Mapping[str, str] | None = None, **config: Any
) -> AsyncGenerator[tuple[Endpoint, Outside]]:
    http = HttpClient()
    async with outside(answer) as there:
        facts = {"base_url": f"{there.base}/v1", "model": "fake", "timeout_s": 5, "stall_s": 0.3} | config
        made = ModelConfig.model_validate(facts)
        try:
            yield Endpoint("main", made, secrets=KnownSecrets(**(secrets or {})), http=http), there
        finally:
            await http.close()


async def test_a_question_is_sent_as_it_is_meant() -> None:
    async with asking(extra={"temperature": 0.2, "vendor": {"deep": [1]}}, query={"api-version": "2026-06 01"}) as made:
        endpoint, there = made
        assert (await endpoint.ask(QUESTION, TOOLS)).text == "yes"
        (seen,) = there.seen
        assert (seen.method, seen.path) == ("POST", "/v1/chat/completions?api-version=2026-06+01")
        assert seen.body == {
            "model": "fake",
            "temperature": 0.2,
            "vendor": {"deep": [1]},
            "messages": QUESTION,
            "tools": json.loads(TOOLS),
        }


async def test_the_environment_adds_nothing_and_the_machine_is_not_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{free_port()}/v1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Extra: from-the-environment\nAuthorization: Bearer environment")
    async with asking() as (endpoint, there):
        await endpoint.ask(QUESTION, "")
        assert await endpoint.models() == ()
        for seen in there.seen:
            assert "environment" not in repr(seen.headers)
            assert not [name for name in seen.headers if name.startswith(("x-stainless", "openai-", "authorization"))]


@pytest.mark.parametrize(
    ("header", "sent"), [("authorization", "Bearer planted-key"), ("api-key", "planted-key")], ids=["bearer", "azure"]
)
async def test_a_key_goes_into_its_header_and_no_other(header: str, sent: str) -> None:
    async with asking(secrets={"key": "planted-key"}, key="key", key_header=header) as (endpoint, there):
        await endpoint.ask(QUESTION, "")
        await endpoint.models()
        for seen in there.seen:
            assert [name for name, value in seen.headers.items() if "planted-key" in value] == [header]
            assert seen.headers[header] == sent


@pytest.mark.parametrize("status", [301, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with outside(GOOD) as elsewhere:
        moved = says(status, headers={"Location": f"{elsewhere.base}/v1/chat/completions"})
        async with asking(moved, secrets={"key": "planted-key"}, key="key") as (endpoint, there):
            with pytest.raises(PermanentError, match="sends us elsewhere"):
                await endpoint.ask(QUESTION, "")
            assert len(there.seen) == 1 and not elsewhere.seen


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503])
async def test_trouble_is_asked_once_and_the_wish_is_handed_on(status: int) -> None:
    async with asking(says(status, {"error": {"message": "not now"}}, {"Retry-After": "7"})) as (endpoint, there):
        with pytest.raises(TransientError) as caught:
            await endpoint.ask(QUESTION, "")
        assert len(there.seen) == 1 and caught.value.retry_after_s == 7.0


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [200, 500])
async def test_an_endless_answer_is_not_read_to_its_end(status: int, stream: bool) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(status=status)
        await response.prepare(request)
        while sent < 100_000_000:
            await response.write(b"data: {}\n" * 100_000)
            sent += 900_000
        return response

    async with asking(endless, stream=stream, timeout_s=60) as (endpoint, _):
        with pytest.raises(TransientError, match="it was not read"):
            await endpoint.ask(QUESTION, "")
    assert sent < 20_000_000


async def test_nobody_there_is_said_in_our_words() -> None:
    async with asking(base_url=f"http://127.0.0.1:{free_port()}/v1") as (endpoint, _):
        for asked in (endpoint.ask(QUESTION, ""), endpoint.models()):
            with pytest.raises(TransientError, match="nobody listens there"):
                await asked


async def test_a_hundred_questions_at_once_each_get_their_own_answer() -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        return web.json_response(message(asked["messages"][0]["content"]))

    async with asking(echo, at_once=100) as (endpoint, _):
        asked = (endpoint.ask([{"role": "user", "content": str(number)}], "") for number in range(100))
        assert [answer.text for answer in await asyncio.gather(*asked)] == [str(number) for number in range(100)]


@pytest.mark.parametrize("charset", ["utf-16", "base64", "hex", "zlib", "idna", "undefined", "no-such"])
async def test_a_refusal_in_an_odd_charset_is_a_refusal(charset: str) -> None:
    async def busy(request: web.Request) -> web.StreamResponse:
        return web.Response(status=503, body=b"{}", headers={"Content-Type": f"application/json; charset={charset}"})

    async with asking(busy) as (endpoint, _):
        with pytest.raises(TransientError, match="503"):
            await endpoint.ask(QUESTION, "")

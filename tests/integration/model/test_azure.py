"""Models at Azure over real HTTP: deployments by key, and the sign-in of an app registration at Microsoft Entra ID."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from opsconsole.app.modelaccount import Azure, addressed, by_key_again, config_of
from opsconsole.brains.model import Endpoint
from opsconsole.brains.model.endpoint import KeyRefusedError
from opsconsole.domain.errors import ConnectorError, PermanentError, TransientError, UserError
from opsconsole.doubles.modelendpoint import message
from opsconsole.net.client import HttpClient
from tests.support.http.web import serving
from tests.support.ports import free_port
from tests.support.thinking import KnownSecrets

QUESTION = [{"role": "user", "content": "well?"}]
SECRET = "planted~secret-of-an-app"
RESOURCE = "https://name.openai.azure.com"


class Cloud:
    """An Azure resource with one deployment, and who gives tokens for it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.life_s: Any = 3600
        self.given = 0
        self.forms: list[dict[str, list[str]]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.takes: Callable[[str], bool] = lambda token: token == f"token-{self.given}"
        self.refusal: tuple[int, Any] | None = None
        self.held, self.let_go = asyncio.Event(), asyncio.Event()
        self.let_go.set()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def token(self, request: web.Request) -> web.Response:
        self.forms.append(parse_qs(await request.text()) | {"path": [request.path]})
        if self.refusal is not None:
            return web.json_response(self.refusal[1], status=self.refusal[0])
        self.given += 1
        facts = {"token_type": "Bearer", "expires_in": self.life_s, "access_token": f"token-{self.given}"}
        return web.json_response(facts)

    async def model(self, request: web.Request) -> web.Response:
        self.asked.append((request.raw_path, {name.lower(): value for name, value in request.headers.items()}))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token and not self.takes(token):
            if not self.held.is_set():
                self.held.set()
                await self.let_go.wait()
            return web.json_response({"error": {"message": f"no {token}"}}, status=401)
        return web.json_response({"data": [{"id": "gpt-base"}]} if request.method == "GET" else message("yes"))

    @asynccontextmanager
    async def signed_in(self, **said: str) -> AsyncGenerator[Endpoint]:
        """An endpoint that is connected as `connect model` would."""
        app, http = web.Application(), HttpClient()
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self.token)
        app.router.add_route("*", "/openai/{tail:.*}", self.model)
        azure = Azure(deployment="mine", **said)
        config = config_of({**addressed({}, url=self.base, model="", azure=azure), "key": "key"})
        async with serving(app, self.port):
            try:
                yield Endpoint("main", config, secrets=KnownSecrets(key=SECRET), http=http)
            finally:
                await http.close()

    def by_entra(self) -> Any:
        return self.signed_in(tenant="tenant.example", client="client-1", authority=self.base)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({}, "/openai/v1/chat/completions"),
        ({"version": "2026-06-01"}, "/openai/deployments/mine/chat/completions?api-version=2026-06-01"),
    ],
    ids=["v1", "versioned"],
)
async def test_a_deployment_is_asked_with_the_resources_key(said: dict[str, str], path: str) -> None:
    cloud = Cloud()
    async with cloud.signed_in(**said) as endpoint:
        assert (await endpoint.ask(QUESTION, "")).text == "yes"
        assert await endpoint.models() == (), "the list there names no deployments"
    (asked, headers), _ = cloud.asked
    assert asked == path and headers["api-key"] == SECRET and "authorization" not in headers


async def test_an_app_signs_in_with_one_token_for_many_questions() -> None:
    cloud = Cloud()
    async with cloud.by_entra() as endpoint:
        await asyncio.gather(*(endpoint.ask(QUESTION, "") for _ in range(20)))
    assert cloud.forms == [
        {
            "grant_type": ["client_credentials"],
            "client_id": ["client-1"],
            "client_secret": [SECRET],
            "scope": ["https://cognitiveservices.azure.com/.default"],
            "path": ["/tenant.example/oauth2/v2.0/token"],
        }
    ]
    assert len(cloud.asked) == 20
    assert {headers["authorization"] for _, headers in cloud.asked} == {"Bearer token-1"}
    assert not [headers for _, headers in cloud.asked if SECRET in repr(headers)]


@pytest.mark.parametrize(("life_s", "tokens"), [(0, 3), ("3599", 1), (None, 3), ("soon", 3)])
async def test_a_token_is_renewed_when_it_ends(life_s: Any, tokens: int) -> None:
    cloud = Cloud()
    cloud.life_s = life_s
    async with cloud.by_entra() as endpoint:
        for _ in range(3):
            await endpoint.ask(QUESTION, "")
    assert cloud.given == tokens


async def test_a_refused_token_is_renewed_once() -> None:
    cloud = Cloud()
    async with cloud.by_entra() as endpoint:
        await endpoint.ask(QUESTION, "")
        cloud.takes = lambda token: token == "token-2"
        assert (await endpoint.ask(QUESTION, "")).text == "yes"
        assert cloud.given == 2 and len(cloud.asked) == 3
        cloud.takes = lambda token: False
        with pytest.raises(KeyRefusedError, match="Cognitive Services OpenAI User") as caught:
            await endpoint.ask(QUESTION, "")
        assert cloud.given == 3 and len(cloud.asked) == 5 and "token-" not in str(caught.value)


async def test_a_token_that_is_refused_late_does_not_cost_the_new_one() -> None:
    cloud = Cloud()
    async with cloud.by_entra() as endpoint:
        await endpoint.ask(QUESTION, "")
        cloud.takes = lambda token: token == "token-2"
        cloud.let_go.clear()
        late = asyncio.create_task(endpoint.ask(QUESTION, ""))
        await cloud.held.wait()
        await endpoint.ask(QUESTION, "")
        assert cloud.given == 2
        cloud.let_go.set()
        assert (await late).text == "yes" and cloud.given == 2


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, {"error": "invalid_client", "error_codes": [7000215]}, PermanentError, "invalid_client, AADSTS7000215"),
        (400, {"error": "unauthorized_client"}, PermanentError, "tenant, client id and client secret"),
        (429, {"error": "too_many"}, TransientError, "no token at the moment"),
        (503, {"error": "server_error"}, TransientError, "status 503"),
        (200, {"access_token": ""}, TransientError, "no token at the moment"),
        (200, {"access_token": "two\r\nlines"}, TransientError, "no token at the moment"),
        (200, {}, TransientError, "no token at the moment"),
    ],
)
async def test_what_entra_refuses_is_said_without_the_secret(
    status: int, body: dict[str, Any], kind: type[ConnectorError], words: str
) -> None:
    cloud = Cloud()
    cloud.refusal = (status, {**body, "error_description": f"you sent {SECRET}"})
    async with cloud.by_entra() as endpoint:
        with pytest.raises(kind, match=words) as caught:
            await endpoint.ask(QUESTION, "")
    assert SECRET not in str(caught.value) and not cloud.asked


def test_a_resources_own_address_is_enough() -> None:
    facts = addressed({}, url=RESOURCE, model="mine", azure=Azure())
    assert (facts["base_url"], facts["model"], facts["key_header"]) == (f"{RESOURCE}/openai/v1", "mine", "api-key")
    assert addressed({}, url=f"{RESOURCE}/v1", model="m", azure=Azure()) == {"base_url": f"{RESOURCE}/v1", "model": "m"}


@pytest.mark.parametrize(
    ("host", "authority"),
    [
        ("name.openai.azure.com", "https://login.microsoftonline.com"),
        ("name.openai.azure.us", "https://login.microsoftonline.us"),
        ("name.openai.azure.cn", "https://login.partner.microsoftonline.cn"),
        ("models.example.us", "https://login.microsoftonline.com"),
    ],
)
def test_the_cloud_follows_from_the_resource(host: str, authority: str) -> None:
    azure = Azure(deployment="mine", tenant="t", client="c")
    assert addressed({}, url=f"https://{host}", model="", azure=azure)["entra"]["authority"] == authority


def test_a_key_stays_with_the_address_and_the_app_it_was_given_for() -> None:
    entra = Azure(deployment="mine", tenant="t", client="c")
    known = {**addressed({}, url=RESOURCE, model="", azure=entra), "key": "model-main"}
    assert addressed(known, url=known["base_url"], model="mine", azure=Azure()) == known
    other = Azure(deployment="mine", tenant="t", client="other")
    assert "key" not in addressed(known, url=RESOURCE, model="", azure=other)
    moved = addressed(known, url="https://api.example.com/v1", model="m", azure=Azure())
    assert moved == {"base_url": "https://api.example.com/v1", "model": "m"}


def test_an_app_registration_that_is_cleared_leaves_no_secret_behind_as_a_key() -> None:
    entra = Azure(deployment="mine", tenant="t", client="c")
    known = {**addressed({}, url=RESOURCE, model="", azure=entra), "key": "model-main"}
    facts = addressed(by_key_again(known), url=known["base_url"], model="mine", azure=Azure())
    assert (facts.get("key"), facts.get("entra"), facts["key_header"]) == (None, None, "api-key")
    plain = {"base_url": "http://127.0.0.1/v1", "key": "model-main", "key_header": "authorization"}
    assert by_key_again(plain) == plain


@pytest.mark.parametrize("said", [{"tenant": "t"}, {"client": "c"}, {"tenant": "../x", "client": "c"}])
def test_half_of_an_app_registration_is_said(said: dict[str, str]) -> None:
    with pytest.raises(UserError):
        addressed({}, url=RESOURCE, model="mine", azure=Azure(**said))


async def test_a_token_that_still_holds_is_used_while_no_new_one_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud()
    async with cloud.by_entra() as endpoint:
        await endpoint.ask(QUESTION, "")
        began = time.monotonic()
        monkeypatch.setattr("opsconsole.brains.model.entra.time.monotonic", lambda: began + 3400)
        cloud.refusal = (503, {"error": "temporarily_unavailable"})
        await endpoint.ask(QUESTION, "")
        assert [headers["authorization"] for _, headers in cloud.asked] == ["Bearer token-1"] * 2
        monkeypatch.setattr("opsconsole.brains.model.entra.time.monotonic", lambda: began + 3700)
        with pytest.raises(TransientError):
            await endpoint.ask(QUESTION, "")

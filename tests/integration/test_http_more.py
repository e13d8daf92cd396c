"""REST systems as they are: sign-in by name, forms, versions, values before an undo, and tokens."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import web

from opsconsole.connectors.http import vault
from opsconsole.connectors.http.scrub import MARK
from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError, UserError
from tests.support.http.rest import READ, WRITE, rest, rest_call
from tests.support.http.web import Handler, Kept, says


def by_path(answers: Mapping[str, Handler]) -> Handler:
    """Answer by method and path: `GET /things`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await answers[f"{request.method} {request.path}"](request)

    return answer


@pytest.mark.parametrize(
    ("written", "pair"),
    [
        ("{{ basic('ann', 'crm-pass') }}", "ann:s3cret word"),
        ("Basic {{ basic('ann', 'crm-pass') }}", "ann:s3cret word"),
        ("{{ basic('crm-pass') }}", "s3cret word:"),
        ("{{ basic('crm-pair') }}", "bob:another"),
    ],
)
async def test_basic_writes_the_whole_header_and_its_secret_is_scrubbed(written: str, pair: str) -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        return web.json_response({"sent": request.headers["authorization"]})

    kept = {"crm_pass": "s3cret word", "crm_pair": "bob:another"}
    async with rest(echo, READ, secrets=kept, headers={"Authorization": written}) as (made, server, _):
        found = await made.read(rest_call(), {}, None)
    coded = base64.b64encode(pair.encode()).decode()
    assert server.seen[0].headers["authorization"] == f"Basic {coded}"
    assert found.data == {"sent": f"Basic {MARK}"}


async def test_a_form_is_sent_as_web_forms_are_without_what_was_not_given() -> None:
    form = {"state": "{{ args.state }}", "id": "{{ args.id }}", "tag": ["a", "b c"], "fixed": "1&2"}
    async with rest(says(200), {**WRITE, "form": form}) as (made, server, _):
        await made.execute(rest_call(state="ö=1"))
        seen = server.seen[0]
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert seen.body == "state=%C3%B6%3D1&tag=a&tag=b%20c&fixed=1%262"


VERSIONED: dict[str, Any] = {
    **WRITE,
    "method": "PUT",
    "headers": {"If-Match": "{{ before.etag }}"},
    "body": {"state": "{{ args.state }}", "was": "{{ before.state }}"},
    "before": {"path": "/things", "values": {"etag": "{{ header.etag }}", "state": "{{ body.state }}"}},
    "result": {"id": "{{ body.id }}"},
    "undo": {
        "words": "the state before is set again",
        "method": "PUT",
        "path": "/things",
        "body": {"state": "{{ before.state }}"},
    },
}
OPEN = says(200, {"state": "open"}, {"ETag": '"v7"'})


async def test_what_is_there_before_binds_the_write_and_is_what_an_undo_brings_back() -> None:
    async with rest(by_path({"GET /things": OPEN, "PUT /things": says(200, {"id": 3})}), VERSIONED) as (
        made,
        server,
        _,
    ):
        done = await made.execute(rest_call(state="closed"))
        assert done.data == {"id": 3, "before": {"etag": '"v7"', "state": "open"}}
        assert [seen.method for seen in server.seen] == ["GET", "PUT"]
        assert server.seen[1].headers["if-match"] == '"v7"'
        assert server.seen[1].body == {"state": "closed", "was": "open"}
        assert (await made.undo(rest_call(state="closed"), done.data)).is_ok
        assert server.seen[2].body == {"state": "open"}
        with pytest.raises(PermanentError, match=r"before\.state"):  # looked up after a lost answer: nobody knows it
            await made.undo(rest_call(state="closed"), {"id": 3})
        assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        (says(200, {"other": 1}, {"ETag": "x"}), PermanentError),
        (says(200, {"state": "open"}), PermanentError),
        (says(404), PermanentError),
        (says(500), TransientError),
    ],
)
async def test_without_what_is_there_before_nothing_is_written(now: Handler, kind: type[Exception]) -> None:
    async with rest(by_path({"GET /things": now}), VERSIONED) as (made, server, _):
        with pytest.raises(kind):
            await made.execute(rest_call(state="closed"))
        assert [seen.method for seen in server.seen] == ["GET"]


async def test_a_version_that_is_old_is_a_clear_no_and_a_repeat_would_read_its_own_work_before_itself() -> None:
    stale = by_path({"GET /things": OPEN, "PUT /things": says(412)})
    async with rest(stale, VERSIONED) as (made, _, _):
        with pytest.raises(PermanentError, match="412"):
            await made.execute(rest_call(state="closed"))
    keyed = {**VERSIONED, "idempotency_header": "X-Key"}
    busy = by_path({"GET /things": OPEN, "PUT /things": says(503)})
    async with rest(busy, keyed) as (made, _, _):
        assert not made.action_types()[0].is_idempotent
        with pytest.raises(AmbiguousError):
            await made.execute(rest_call(state="closed"))


TOKEN = {"url": "{base}/token", "client_id": "me", "client_secret": "crm-client", "scope": "a b"}
CLIENT = {"crm_client": "cl/ient+s3cret", "crm_refresh": "first-refresh-token"}


class Issuer:
    """Gives tokens one after the other, and lets only the latest in."""

    def __init__(self, **more: Any) -> None:
        self.count = 0
        self.more = more

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/token":
            self.count += 1
            more = {
                name: value.format(self.count) if isinstance(value, str) else value for name, value in self.more.items()
            }
            return web.json_response({"access_token": f"token-{self.count}", "token_type": "Bearer", **more})
        is_in = request.headers.get("authorization") == f"Bearer token-{self.count}"
        return web.json_response({"sent": dict(request.headers)}, status=200 if is_in else 401)


async def test_a_token_is_fetched_once_used_scrubbed_and_fetched_anew_where_it_is_refused() -> None:
    issuer = Issuer(expires_in=3600)
    async with rest(issuer, WRITE, secrets=CLIENT, token=TOKEN) as (made, server, _):
        first = await made.execute(rest_call())
        await made.execute(rest_call())
        assert [seen.path for seen in server.seen] == ["/token", "/things", "/things"]
        asked = server.seen[0]
        assert asked.body == "grant_type=client_credentials&scope=a+b"
        pair = base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode()
        assert pair == "me:cl%2Fient%2Bs3cret"
        assert "token-1" not in repr(first)
        issuer.count += 1  # the system forgot the first
        assert (await made.execute(rest_call())).is_ok
        assert [seen.path for seen in server.seen[3:]] == ["/things", "/token", "/things"]


async def test_a_refresh_token_that_is_replaced_is_kept_and_used_the_next_time() -> None:
    token = {**TOKEN, "grant": "refresh_token", "refresh_secret": "crm-refresh", "client_auth": "form"}
    kept = Kept(**CLIENT)
    issuer = Issuer(refresh_token="refresh-number-{}")
    async with rest(issuer, WRITE, secrets=kept, token=token) as (made, server, _):
        await made.execute(rest_call())
        assert "refresh_token=first-refresh-token&client_id=me&client_secret=cl%2Fient%2Bs3cret" in server.seen[0].body
        assert kept.get("crm-refresh") == "refresh-number-1"
        issuer.count += 1
        await made.execute(rest_call())
        assert "refresh_token=refresh-number-1&" in server.seen[3].body
        kept.put("crm-refresh", "from-another-process")  # with which the one we got has ended
        issuer.count += 1
        await made.execute(rest_call())
        assert "refresh_token=from-another-process&" in server.seen[6].body


async def test_a_refresh_token_that_no_place_takes_is_used_all_the_same_and_what_is_learnt_stays_scrubbed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Full(Kept):
        def put(self, name: str, value: str) -> None:
            raise UserError("There is no place for it.")

    monkeypatch.setattr(vault, "KEPT_S", -1.0)  # secrets are read anew at each call
    token = {**TOKEN, "grant": "refresh_token", "refresh_secret": "crm-refresh"}
    issuer = Issuer(refresh_token="refresh-number-{}")
    secrets = Full(**CLIENT)
    async with rest(issuer, WRITE, secrets=secrets, token=token) as (made, server, _):
        await made.execute(rest_call())
        assert "token-1" not in repr(await made.execute(rest_call()))
        issuer.count += 1
        await made.execute(rest_call())
        asked = [seen.body for seen in server.seen if seen.path == "/token"]
        assert ["refresh-number-1" in body for body in asked] == [False, True]
        secrets.values["crm-refresh"] = "from-another-process"
        issuer.count += 1
        await made.execute(rest_call())
        assert server.seen[-2].body.endswith("refresh_token=from-another-process")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (says(401, {"error": "invalid_client", "told": "cl/ient+s3cret"}), "needs_you"),
        (says(400, {"error": "invalid_grant"}), "needs_you"),
        (says(200, "<html>sign in</html>"), "needs_you"),
        (says(200, {"access_token": "a\nb"}), "needs_you"),
        (says(200, {"token": "x"}), "needs_you"),
        (says(200, {"access_token": "", "expires_in": 5}), "needs_you"),
        (says(200, {"access_token": "  ", "expires_in": 5}), "needs_you"),
        (says(200, {"access_token": "token-1", "expires_in": "[" * 5_000}), "needs_you"),
    ],
)
async def test_without_a_token_nothing_is_sent_and_it_is_said(answer: Handler, state: str) -> None:
    async with rest(answer, WRITE, secrets=CLIENT, token=TOKEN) as (made, server, notes):
        with pytest.raises(TransientError, match="crm-client"):
            await made.execute(rest_call())
        assert {seen.path for seen in server.seen} == {"/token"}
        assert notes.said[-1][0] == state
        assert "s3cret" not in repr(notes.said)


@pytest.mark.parametrize("lasts", ["3600", 3600, 0, -1, "soon", "1e999", "nan", 10**400, {"a": 1}, None, True])
async def test_how_long_a_token_lasts_may_be_said_oddly(lasts: object) -> None:
    async with rest(Issuer(expires_in=lasts), WRITE, secrets=CLIENT, token=TOKEN) as (made, _, _):
        assert (await made.execute(rest_call())).is_ok

"""A REST system is tried out with its key before it is put in use: a wrong sign-in is told then, not later."""

from typing import Any

import pytest
from aiohttp import web

from opsconsole.app.declared import reach
from opsconsole.domain.errors import MachineError, UserError
from tests.support.http.rest import READ, WRITE, rest_config
from tests.support.http.web import Handler, Kept, Outside, outside, says

RIGHT = "right-key-4711"
HEADERS = {"Authorization": "Bearer {{ secret('crm-key') }}"}
FIND: dict[str, Any] = {
    **READ,
    "path": "/things/{{ args.id }}",
    "arguments": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
}


async def guarded(request: web.Request) -> web.StreamResponse:
    """Say hello to anybody at the address alone, and elsewhere only to who has the right key."""
    is_in = request.headers.get("authorization") == f"Bearer {RIGHT}"
    return web.json_response({}, status=200 if is_in or request.path == "/" else 401)


async def tried(
    answer: Handler, action: dict[str, Any], key: str = "wrong-key-4711", **changes: Any
) -> tuple[str, Outside]:
    """Give why it is refused; "proven" or "open" where it is not."""
    async with outside(answer) as server:
        token = changes.get("token")
        if token is not None:
            changes["token"] = {**token, "url": f"{server.base}/token"}
        config = rest_config(server.base, action, **{"headers": HEADERS, **changes})
        try:
            is_proven = await reach(config, Kept(crm_key=key))
        except UserError as error:
            assert key not in str(error)
            return str(error), server
        return "proven" if is_proven else "open", server


@pytest.mark.parametrize(
    ("action", "changes", "path"),
    [
        (WRITE, {"check": "/me"}, "/me"),
        (READ, {}, "/things"),
        (FIND, {}, "/things/opsconsole-trial"),
    ],
)
async def test_a_wrong_key_is_told_at_connect_and_a_right_one_is_proven(
    action: dict[str, Any], changes: dict[str, Any], path: str
) -> None:
    said, server = await tried(guarded, action, **changes)
    assert "does not take the key (401)" in said and "Nothing was stored" in said
    assert [(seen.method, seen.path) for seen in server.seen] == [("GET", path)]
    assert (await tried(guarded, action, RIGHT, **changes))[0] == "proven"


async def test_where_nothing_can_be_tried_it_is_not_called_proven_and_no_write_is_tried() -> None:
    said, server = await tried(guarded, WRITE)
    assert said == "open"
    assert [(seen.method, seen.path) for seen in server.seen] == [("GET", "/")]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (says(200, "<html><form>Sign in</form></html>"), "web page"),
        (says(302, headers={"Location": "https://login.example/oauth/authorize"}), "page to sign in"),
        (says(200, {"ok": False, "error": "invalid_auth"}), "something is wrong"),
        (says(404), "there is no /me"),
        (says(403), "403"),
        (says(407), "407"),
    ],
)
async def test_a_refusal_in_another_dress_is_one(answer: Handler, words: str) -> None:
    said, _ = await tried(answer, WRITE, check="/me")
    assert words in said


async def test_a_file_without_a_key_is_told_that_one_is_asked_for() -> None:
    said, _ = await tried(says(401), READ, headers={})
    assert "names none" in said


async def test_a_token_that_cannot_be_had_is_told_at_connect() -> None:
    token = {"client_id": "me", "client_secret": "crm-key"}
    said, server = await tried(says(401, {"error": "invalid_client"}), WRITE, headers={}, token=token)
    assert "gives no token (401" in said and "crm-key" in said
    assert [seen.path for seen in server.seen] == ["/token"]
    with pytest.raises(MachineError):
        await reach(rest_config("http://127.0.0.1:1", WRITE), Kept())

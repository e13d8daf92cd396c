"""One action of a REST system against a server that a test scripts."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from opsconsole.connectors.http import HttpConfig, HttpConnector
from opsconsole.domain.action import Call
from opsconsole.domain.errors import ConnectorError
from opsconsole.domain.ids import ActionId
from opsconsole.doubles.clock import FakeClock
from opsconsole.net.client import HttpClient
from tests.support.http.web import Handler, Kept, Notes, Outside, outside

WRITE: dict[str, Any] = {
    "name": "act",
    "title": "do something",
    "effect": "internal",
    "method": "POST",
    "path": "/things",
    "arguments": {"type": "object", "properties": {"id": {"type": "string"}, "state": {"type": "string"}}},
}
READ: dict[str, Any] = {"name": "act", "title": "find things", "effect": "read", "path": "/things"}


def rest_config(base: str, action: Mapping[str, Any], **changes: Any) -> HttpConfig:
    """Return the configuration of a system with one action."""
    return HttpConfig.model_validate(
        {"connection": "crm", "kind": "http", "base": base, "actions": [action], **changes}
    )


@asynccontextmanager
async def rest(
    answer: Handler,
    action: Mapping[str, Any],
    *,
    secrets: Mapping[str, str] | Kept | None = None,
    under: str = "",
    **changes: Any,
) -> AsyncGenerator[tuple[HttpConnector, Outside, Notes]]:
    """Serve, and connect; `{base}` in the changes is where the server is, `under` a path there."""
    async with outside(answer) as server:
        placed = {name: _placed(value, server.base) for name, value in changes.items()}
        notes, kept = Notes(), secrets if isinstance(secrets, Kept) else Kept(**dict(secrets or {}))
        config = rest_config(f"{server.base}{under}", action, **placed)
        made = HttpConnector("crm", config, http=HttpClient(), secrets=kept, health=notes, clock=FakeClock())
        try:
            yield made, server, notes
        finally:
            await made.close()


def _placed(value: Any, base: str) -> Any:
    if isinstance(value, dict):
        return {name: _placed(item, base) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return value.replace("{base}", base) if isinstance(value, str) else value


def rest_call(**args: Any) -> Call:
    """Return a call of the one action."""
    return Call(action_id=ActionId("1/0.0"), tool="crm.act", args=args, subject="s:1", actor="agent:mira", key="key-1")


async def rest_refused(answer: Handler, action: Mapping[str, Any], kind: type[ConnectorError]) -> str:
    """Make the call; give what it fails with, which is of this kind exactly."""
    async with rest(answer, action) as (made, _, _):
        with pytest.raises(ConnectorError) as caught:
            await (made.read(rest_call(), {}, None) if action["effect"] == "read" else made.execute(rest_call()))
    assert type(caught.value) is kind, caught.value
    return str(caught.value)

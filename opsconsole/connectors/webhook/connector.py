"""The webhook as a connector: it has events and no actions."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opsconsole.connectors.webhook.config import WebhookConfig
from opsconsole.connectors.webhook.mapping import DIGEST, Mapper
from opsconsole.connectors.webhook.verify import Verifier
from opsconsole.domain.action import ActionType
from opsconsole.domain.errors import MachineError, UserError
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.ports.connector import Take
from opsconsole.engine.ports.machine import Clock, Health, Secrets
from opsconsole.net.jsontext import JsonError, parse_json
from opsconsole.net.places import is_loopback
from opsconsole.net.server import BUSY, Arrived, Hook, Reply, expect, expect_no_more, serving

_log = logging.getLogger(__name__)
TAKE_S = 20.0
"""An event that is not on disk after so many seconds is refused for now; the sender tries again."""
_FULL = Reply(503, {"error": "cannot be kept just now; send it again"}, retry_after_s=30)
_STRANGER = Reply(401, {"error": "not signed as agreed"})
FieldsOf = Callable[[str], Mapping[str, Any] | None]
"""Gives the stored fields of an event by its external id."""


class WebhookConnector:
    """Serves one path while it is watched."""

    def __init__(
        self,
        name: str,
        config: WebhookConfig,
        *,
        secrets: Secrets,
        health: Health,
        clock: Clock,
        fields_of: FieldsOf,
    ) -> None:
        self.id = name
        self._config = config
        self._secrets = secrets
        self._health = health
        self._clock = clock
        self._fields_of = fields_of
        self._mapper = Mapper(config)
        self._is_expected = False

    def expect(self) -> None:
        """Have senders come again while nobody listens: the connection is in use."""
        if not self._is_expected:
            self._is_expected = True
            expect(self._config.address, self._config.path)

    def expect_no_more(self) -> None:
        """The connection is not in use any more."""
        if self._is_expected:
            self._is_expected = False
            expect_no_more(self._config.address, self._config.path)

    async def watch(self, take: Take) -> None:
        """Listen until cancelled.

        Raises:
            UserError: a secret is missing, or another connection has this path.
            EnvironmentError_: the address cannot be listened at, or the keyring does not answer.
        """
        try:
            verifier = await asyncio.to_thread(self._verifier)
        except (UserError, MachineError) as error:
            await self._health.note("needs_you", str(error))
            raise
        config = self._config

        async def answer(arrived: Arrived) -> Reply:
            return await self._answer(arrived, verifier, take)

        try:
            async with serving(config.address, Hook(config.path, config.largest_kb * 1024, answer)):
                whose = "; nobody is verified: any program here can send" if config.verify == "nobody" else ""
                await self._health.note("ok", f"listens at {config.address}{config.path}{whose}")
                await asyncio.get_running_loop().create_future()
        except (UserError, MachineError) as error:
            await self._health.note("trouble", str(error))
            raise

    def _verifier(self) -> Verifier:
        return Verifier(self._config.verify, [self._secrets.get(name) for name in self._config.secrets])

    async def _answer(self, arrived: Arrived, verifier: Verifier, take: Take) -> Reply:
        if self._config.verify == "nobody" and not _is_from_here(arrived.headers):
            return Reply(403, {"error": "only programs on this machine"})
        if not verifier.is_genuine(arrived.headers, arrived.body):
            return _STRANGER
        try:
            body = parse_json(arrived.body)
        except JsonError as error:
            return Reply(400, {"error": str(error)})
        event = self._mapper.event(body, arrived.body, arrived.headers, now=self._clock.now())
        try:
            async with asyncio.timeout(TAKE_S):
                is_new = await take(event)
        except TimeoutError:
            return BUSY
        except Exception as error:
            _log.error("%s: an event could not be kept; the sender is asked to send it again: %s", self.id, error)
            return _FULL
        return Reply(202, {"event": "accepted"}) if is_new else self._known(event)

    def _known(self, event: IncomingEvent) -> Reply:
        """Answer a repeat: well where it is the same, with a conflict where another body has this id."""
        stored = self._fields_of(event.external_id) or {}
        if stored.get(DIGEST, event.fields[DIGEST]) == event.fields[DIGEST]:
            return Reply(200, {"event": "known"})
        return Reply(409, {"error": "this id was used for another event before; nothing was taken"})

    async def close(self) -> None:
        """Nothing stays open: the server ends with the watch."""

    def event_kinds(self) -> Sequence[str]:
        """Return the kind that its file maps to; a `*` where a body decides."""
        return self._mapper.kinds

    def action_types(self) -> Sequence[ActionType]:
        """Return none."""
        return ()


def _is_from_here(headers: Mapping[str, str]) -> bool:
    """Return whether a request can come from a program here, and not from a web page that a browser here shows."""
    host = headers.get("host", "")
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return "origin" not in headers and is_loopback(name.strip("[]").lower())

"""The webhook as a connector: it has events and no actions."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from opsconsole.connectors.webhook.config import WebhookConfig
from opsconsole.connectors.webhook.mapping import DIGEST, Mapper
from opsconsole.connectors.webhook.request import RequestError, parts_of
from opsconsole.connectors.webhook.verify import Verifier, as_standard
from opsconsole.domain.action import ActionType
from opsconsole.domain.errors import MachineError, UserError
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.ports.connector import Take
from opsconsole.engine.ports.machine import Clock, Health, Secrets
from opsconsole.net.places import is_loopback
from opsconsole.net.server import BUSY, Arrived, Hook, Reply, expect, expect_no_more, serving

_log = logging.getLogger(__name__)
TAKE_S = 20.0
"""An event that is not on disk after so many seconds is refused for now; the sender tries again."""
STRANGERS_EVERY = timedelta(minutes=1)
"""So often at most is it noted that somebody was turned away."""
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
        self._unlike = 0
        self._last_unlike = ""
        self._strangers = 0
        self._strangers_told_at: datetime | None = None

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

        greet = self._greet if config.cloudevents else None
        hook = Hook(config.path, config.largest_kb * 1024, answer, is_form=config.body == "form", greet=greet)
        try:
            async with serving(config.address, hook):
                await self._health.note("ok", self._listens())
                await asyncio.get_running_loop().create_future()
        except (UserError, MachineError) as error:
            await self._health.note("trouble", str(error))
            raise

    def _listens(self) -> str:
        config = self._config
        whose = "; nobody is verified: any program here can send" if config.verify == "nobody" else ""
        return f"listens at {config.address}{config.path}{whose}"

    def _greet(self, headers: Mapping[str, str]) -> Mapping[str, str] | None:
        """Answer who asks whether it may send here (CloudEvents' web hooks); None where it may not.

        An address to call back is not called: it would be a stranger's choice where this computer sends to.
        """
        origin = headers.get("webhook-request-origin", "")
        allowed = self._config.origins
        if not origin or not origin.isascii() or not origin.isprintable() or (allowed and origin not in allowed):
            return None
        rate = headers.get("webhook-request-rate", "")
        told = rate if rate == "*" or (rate.isascii() and rate.isdigit() and len(rate) < 7) else "120"
        return {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": told}

    def _verifier(self) -> Verifier:
        secrets = [self._secrets.get(name) for name in self._config.secrets]
        return Verifier(self._config.verify, secrets, signing=self._config.hmac)

    async def _answer(self, arrived: Arrived, verifier: Verifier, take: Take) -> Reply:
        if self._config.verify == "nobody" and not _is_from_here(arrived.headers):
            return Reply(403, {"error": "only programs on this machine"})
        headers, now = as_standard(arrived.headers), self._clock.now()
        if not verifier.is_genuine(headers, arrived.body, now=now):
            await self._tell_of_stranger(now)
            return _STRANGER
        try:
            parts = parts_of(self._config, arrived)
        except RequestError as error:
            return Reply(400, {"error": str(error)})
        events = [self._mapper.event(part, headers, now=now) for part in parts]
        try:
            async with asyncio.timeout(TAKE_S):
                news = await asyncio.gather(*(take(event) for event in events))
        except TimeoutError:
            return BUSY
        except Exception as error:
            _log.error("%s: an event could not be kept; the sender is asked to send it again: %s", self.id, error)
            return _FULL
        for event, is_new in zip(events, news, strict=True):
            if not is_new:
                await self._look_at_repeat(event)
        return Reply(202, {"event": "accepted"}) if any(news) else Reply(200, {"event": "known"})

    async def _look_at_repeat(self, event: IncomingEvent) -> None:
        """Tell the lead of another body under a known id. Its sender gets no error: many count their tries in it."""
        stored = self._fields_of(event.external_id) or {}
        if stored.get(DIGEST, event.fields[DIGEST]) == event.fields[DIGEST]:
            return
        self._unlike += 1
        self._last_unlike = event.external_id[:80]
        await self._tell()

    async def _tell_of_stranger(self, now: datetime) -> None:
        """Tell the lead that somebody was turned away: a sender with an old token would be missed by nobody."""
        self._strangers += 1
        told_at = self._strangers_told_at
        if told_at is None or now - told_at >= STRANGERS_EVERY:  # whoever knocks all day writes no more than that
            self._strangers_told_at = now
            await self._tell()

    async def _tell(self) -> None:
        said = [self._listens()]
        if self._unlike:
            said.append(
                f"A known id came with other content ({_times(self._unlike)}; last: {self._last_unlike});"
                " the first counts"
            )
        if self._strangers and self._strangers_told_at is not None:
            last = f"{self._strangers_told_at.astimezone():%d %b, %H:%M}"
            said.append(f"Turned away {_times(self._strangers)}, without the right token or signature (last: {last})")
        try:
            await self._health.note("ok", ". ".join(said))
        except MachineError as error:
            _log.warning("%s: what came could not be noted: %s", self.id, error)

    async def close(self) -> None:
        """Nothing stays open: the server ends with the watch."""

    def event_kinds(self) -> Sequence[str]:
        """Return the kind that its file maps to; a `*` where a body decides."""
        return self._mapper.kinds

    def action_types(self) -> Sequence[ActionType]:
        """Return none."""
        return ()


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _is_from_here(headers: Mapping[str, str]) -> bool:
    """Return whether a request can come from a program here, and not from a web page that a browser here shows."""
    host = headers.get("host", "")
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return "origin" not in headers and is_loopback(name.strip("[]").lower())

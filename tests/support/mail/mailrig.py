"""A mailbox on a real server with its connector, and the people who write to it."""

import asyncio
import email.message
import email.parser
import email.policy
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from opsconsole.connectors.mail.config import Login, MailConfig, Server
from opsconsole.connectors.mail.connector import MailConnector
from opsconsole.domain.action import Call
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import ActionId
from opsconsole.engine.systemclock import SystemClock
from tests.support.http.proxy import Proxy
from tests.support.mail.cyrus import Cyrus, login
from tests.support.mail.dovecot import Dovecot
from tests.support.mail.relay import Relay

ANN = "ann@harbour.example"
SUPPORT = "support@slotwise.example"
WORDS = {ANN: "anns word", SUPPORT: "the team's word"}
PATIENCE_S = 15.0


class KeptSecrets:
    """Secrets in memory."""

    def __init__(self, **kept: str) -> None:
        self.kept = dict(kept)

    def get(self, name: str) -> str:
        return self.kept[name]

    def put(self, name: str, value: str) -> None:
        self.kept[name] = value

    def delete(self, name: str) -> bool:
        return self.kept.pop(name, None) is not None


@dataclass
class KeptMemory:
    """What a connection remembers, and says of itself, in memory."""

    kept: dict[str, Any] = field(default_factory=dict[str, Any])
    said: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def get(self, key: str) -> Any:
        return self.kept.get(key)

    async def put(self, key: str, value: Any) -> None:
        self.kept[key] = value

    async def note(self, state: str, text: str) -> None:
        if not self.said or self.said[-1] != (state, text):
            self.said.append((state, text))


@dataclass
class Taken:
    """The engine's end of a watch: each event once, by its external id."""

    events: dict[str, IncomingEvent] = field(default_factory=dict[str, IncomingEvent])
    calls: int = 0
    times: dict[str, float] = field(default_factory=dict[str, float])

    async def __call__(self, incoming: IncomingEvent) -> bool:
        self.calls += 1
        is_new = incoming.external_id not in self.events
        self.events.setdefault(incoming.external_id, incoming)
        self.times.setdefault(incoming.title, asyncio.get_running_loop().time())
        return is_new

    @property
    def first(self) -> IncomingEvent:
        return next(iter(self.events.values()))

    @property
    def titles(self) -> list[str]:
        return [event.title for event in self.events.values()]


@dataclass
class MailRig:
    """Everything of one test."""

    dovecot: Dovecot
    """The server; a Cyrus can what is asked of it here too."""
    relay: Relay
    imap: Proxy
    smtp: Proxy
    memory: KeptMemory
    connector: MailConnector
    config: MailConfig

    def another(self, **changes: Any) -> MailConnector:
        """A connector to the same account, as after a restart."""
        return connector(self.config.model_copy(update=changes), self.memory)

    async def deliver(self, raw: bytes, *to: str) -> None:
        """Deliver off the loop."""
        await asyncio.to_thread(self.dovecot.deliver, raw, *(to or (SUPPORT,)))

    async def mails(self, user: str, folder: str = "INBOX") -> list[email.message.EmailMessage]:
        """Read a folder with other eyes than ours."""
        return [parsed(raw) for raw in await asyncio.to_thread(self.dovecot.mails, user, folder)]

    async def until_mails(self, user: str, count: int, folder: str = "INBOX") -> list[email.message.EmailMessage]:
        """Wait until a folder holds so many mails."""
        found: list[email.message.EmailMessage] = []

        async def is_there() -> bool:
            found[:] = await self.mails(user, folder)
            return len(found) >= count

        await until(is_there, f"{count} mails of {user} in {folder}")
        return found

    @asynccontextmanager
    async def watching(self, made: MailConnector | None = None) -> AsyncGenerator[Taken]:
        """Watch meanwhile; what the watch raises fails the test."""
        taken = Taken()
        task = asyncio.create_task((made or self.connector).watch(taken))
        try:
            yield taken
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def connector(config: MailConfig, memory: KeptMemory, **options: Any) -> MailConnector:
    """Make a connector that keeps its secrets and its memory in this process."""
    return MailConnector(
        "mail", config, secrets=KeptSecrets(support=WORDS[SUPPORT]), memory=memory, health=memory,
        clock=SystemClock(), **options,
    )  # fmt: skip


def mail_config(imap: int, smtp: int, **changes: Any) -> MailConfig:
    """Configure the support mailbox on this machine."""
    facts: dict[str, Any] = {
        "address": SUPPORT,
        "name": "Slotwise Support",
        "imap": Server(host="127.0.0.1", port=imap, tls="none"),
        "smtp": Server(host="127.0.0.1", port=smtp, tls="none"),
        "login": Login(user=SUPPORT, secret="support"),
        "authserv": "mx.slotwise.example",
        "authserv_strips": True,
        "since": datetime.now(UTC) - timedelta(minutes=5),
    }
    return MailConfig(**(facts | changes))


@asynccontextmanager
async def mail_rig(
    *, has_tls: bool = False, extra: Sequence[str] = (), server: Mapping[str, Any] | None = None, **changes: Any
) -> AsyncGenerator[MailRig]:
    """Start a server (with `extra` lines of configuration), a relay behind it, and proxies before it.

    `server` holds further fields of `Dovecot`, `changes` fields of the account's configuration.
    """
    options: Mapping[str, Any] = server or {}
    with Relay() as relay, Dovecot(WORDS, relay_port=relay.port, has_tls=has_tls, extra=extra, **options) as dovecot:
        relay.deliver_to(dovecot.lmtp_port, dovecot.home)
        async with Proxy(dovecot.imap_port) as imap, Proxy(dovecot.smtp_port) as smtp:
            config, memory = mail_config(imap.port, smtp.port, **changes), KeptMemory()
            made = MailRig(dovecot, relay, imap, smtp, memory, connector(config, memory), config)
            try:
                yield made
            finally:
                await made.connector.close()


@asynccontextmanager
async def cyrus_rig(*, is_under_inbox: bool, extra: Sequence[str] = (), **changes: Any) -> AsyncGenerator[MailRig]:
    """Start a Cyrus (with `extra` lines of configuration).

    What is sent goes to the relay without sign-in, which delivers it there.
    """
    with Relay() as relay, Cyrus(WORDS, is_under_inbox=is_under_inbox, extra=extra) as cyrus:
        relay.deliver_to(cyrus.lmtp_port, cyrus.home)
        async with Proxy(cyrus.imap_port) as imap, Proxy(relay.port) as smtp:
            facts: dict[str, Any] = {"is_relay": True, "login": Login(user=login(SUPPORT), secret="support")}
            config, memory = mail_config(imap.port, smtp.port, **(facts | changes)), KeptMemory()
            server: Any = cyrus
            made = MailRig(server, relay, imap, smtp, memory, connector(config, memory), config)
            try:
                yield made
            finally:
                await made.connector.close()


def letter(number: int = 1, *, to: str = SUPPORT, sender: str = ANN, text: str = "Hello there.", **more: str) -> bytes:
    """A mail from Ann, vouched for by the receiving server."""
    heads = {
        "Authentication-Results": f"mx.slotwise.example; dmarc=pass header.from={sender.rpartition('@')[2]}",
        "From": f"Ann Harbour <{sender}>",
        "To": to,
        "Subject": f"Question {number}",
        "Date": "Tue, 24 Nov 2026 10:00:00 +0000",
        "Message-ID": f"<m{number}@harbour.example>",
    }
    heads |= {name.replace("_", "-"): value for name, value in more.items()}
    return ("".join(f"{name}: {value}\r\n" for name, value in heads.items()) + f"\r\n{text}\r\n").encode()


def call_on(event: IncomingEvent, tool: str, key: str = "a" * 64, **args: Any) -> Call:
    """A deed on an event's mail."""
    return Call(
        action_id=ActionId("1/0.0"), tool=f"mail.{tool}", args=args, subject=event.subject, actor="agent:mira", key=key,
        fields=event.fields,
    )  # fmt: skip


def again(call: Call, tool: str, **changes: Any) -> Call:
    """The same call as another tool."""
    return replace(call, tool=f"mail.{tool}", **changes)


def parsed(raw: bytes) -> email.message.EmailMessage:
    """Read a mail with the standard library."""
    found: Any = email.parser.BytesParser(policy=email.policy.default).parsebytes(raw)
    return found


async def until(holds: Callable[[], Any], what: str, *, timeout_s: float = PATIENCE_S) -> None:
    """Wait for a condition, which may be a coroutine function.

    Raises:
        TimeoutError: it does not come to hold.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while True:
        found = holds()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        if loop.time() > deadline:
            raise TimeoutError(f"{what}: not within {timeout_s:g} s")
        await asyncio.sleep(0.01)

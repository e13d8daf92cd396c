"""Tries a mailbox out, step by step, and says in plain words what is wrong and what to do.

Each of the two servers is tried until a step fails; the mail to oneself is sent only where both let us in.
"""

import asyncio
import contextlib
import secrets
import ssl
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime

from opsconsole.connectors.mail import mailbox, tls
from opsconsole.connectors.mail.auth import SignIn
from opsconsole.connectors.mail.compose import message_id, written
from opsconsole.connectors.mail.config import MailConfig, Server, is_loopback
from opsconsole.connectors.mail.imap import Imap
from opsconsole.connectors.mail.link import Link
from opsconsole.connectors.mail.mailbox import Named
from opsconsole.connectors.mail.smtp import Sender
from opsconsole.domain.errors import AmbiguousError, OpsError
from opsconsole.net.client import resolves

REACH_S = 10.0
ARRIVAL_S = 90.0
"""A mail to oneself may take so long, in seconds; slower is no fault, but worth a word."""
_LOOK_S = (0.1, 3.0)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried."""

    name: str
    is_ok: bool
    words: str


async def steps(config: MailConfig, signin: SignIn, *, arrival_s: float = ARRIVAL_S) -> AsyncGenerator[Step]:
    """Try everything out that agents will need."""
    link, sender = Link(config, signin, "check"), Sender(config, signin)
    try:
        has_failed, folders = False, None
        async for step, found in _reading(config, link):
            has_failed, folders = has_failed or not step.is_ok, found or folders
            yield step
        async for step in _sending(config, sender):
            has_failed = has_failed or not step.is_ok
            yield step
        if not has_failed and folders is not None:
            yield await _to_oneself(config, link, sender, folders, arrival_s)
    finally:
        await sender.close()
        await link.close()


async def _reading(config: MailConfig, link: Link) -> AsyncGenerator[tuple[Step, Named | None]]:
    is_open = True
    async for step in _way(config, config.imap, "imap"):
        yield step, None
        is_open = is_open and step.is_ok
    if not is_open:
        return
    try:
        await link.read(lambda client: client.noop())
    except OpsError as error:
        yield Step("imap sign-in", False, str(error)), None
        return
    yield Step("imap sign-in", True, f"signed in as {config.user}"), None
    try:
        named, has_idle = await link.read(lambda client: _look(client, config))
    except OpsError as error:
        yield (
            Step("folders", False, f"{error}. Look at the folder names (--watch), and at the rights of {config.user}."),
            None,
        )
        return
    missing = [one for one in config.watched_folders if one not in named.every and one.upper() != "INBOX"]
    if missing:
        words = f"there is no folder {', '.join(missing)}; the mailbox has {', '.join(named.every[:20])}"
        yield Step("folders", False, words), None
        return
    yield Step("folders", True, _folders_in_words(named)), named
    waits = (
        "new mail is noticed at once (IDLE)" if has_idle else "no IDLE here: new mail is looked for every 15 seconds"
    )
    yield Step("waiting", True, waits), named


def _look(client: Imap, config: MailConfig) -> tuple[Named, bool]:
    named = mailbox.named(client, config.folders)
    for folder in config.watched_folders:
        if folder in named.every or folder.upper() == "INBOX":
            client.select_folder(folder, readonly=True)
    return named, bool(client.has_capability("IDLE"))


def _folders_in_words(named: Named) -> str:
    uses = {"sent": named.sent, "drafts": named.drafts, "archive": named.archive}
    there = [f"{use} is {folder}" for use, folder in uses.items() if folder]
    lacking = [use for use, folder in uses.items() if not folder]
    words = f"{len(named.every)} folders" + "".join(f", {one}" for one in there)
    return words + (f"; none for {', '.join(lacking)}, so agents cannot use that" if lacking else "")


async def _sending(config: MailConfig, sender: Sender) -> AsyncGenerator[Step]:
    is_open = True
    async for step in _way(config, config.smtp, "smtp"):
        yield step
        is_open = is_open and step.is_ok
    if not is_open:
        return
    try:
        await sender.check()
    except OpsError as error:
        yield Step("smtp sign-in", False, str(error))
        return
    yield Step("smtp sign-in", True, f"signed in as {config.user}")


async def _way(config: MailConfig, server: Server, kind: str) -> AsyncGenerator[Step]:
    """The name, the port, the encryption."""
    host, port = server.host, server.port
    if not await resolves(host):
        words = f"there is no server called {host}. Check its spelling, and that this machine is online"
        yield Step(f"{kind} name", False, words)
        return
    yield Step(f"{kind} name", True, host)
    try:
        async with asyncio.timeout(REACH_S):
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        why = "refuses" if isinstance(error, ConnectionRefusedError) else "gives no answer on"
        words = f"{host} {why} port {port}. Check the port (usual: 993, 465, or 143, 587); a firewall may be between"
        yield Step(f"{kind} port", False, words)
        return
    try:
        yield Step(f"{kind} port", True, str(port))
        yield await _encryption(config, server, kind, reader, writer)
    finally:
        writer.close()


async def _encryption(
    config: MailConfig, server: Server, kind: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Step:
    name = f"{kind} TLS"
    if server.tls == "none":
        return Step(name, is_loopback(server.host), "none, and none needed: it does not leave this machine")
    try:
        async with asyncio.timeout(REACH_S):
            if server.tls == "starttls" and not await _asked_for_tls(kind, reader, writer):
                return Step(
                    name, False, f"{server.host} offers no STARTTLS on port {server.port}. Try --{kind}-tls tls."
                )
            await writer.start_tls(tls.context(config), server_hostname=server.host)
    except ssl.SSLError as error:
        return Step(name, False, tls.in_words(error, server.host))
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return Step(
            name, False, f"{server.host} did not answer as an encrypted server does; port {server.port} may be for"
            " another kind. Usual: 993 and 465 for TLS, 143 and 587 for STARTTLS.",
        )  # fmt: skip
    version = writer.get_extra_info("ssl_object").version()
    return Step(name, True, f"{version}, and its certificate is good")


async def _asked_for_tls(kind: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    if kind == "imap":
        await reader.readuntil(b"\r\n")
        writer.write(b"a1 STARTTLS\r\n")
        while True:
            line = await reader.readuntil(b"\r\n")
            if line.startswith(b"a1 "):
                return line.upper().startswith(b"A1 OK")
    await _smtp_reply(reader)
    for command in (b"EHLO localhost\r\n", b"STARTTLS\r\n"):
        writer.write(command)
        if not (await _smtp_reply(reader)).startswith(b"2"):
            return False
    return True


async def _smtp_reply(reader: asyncio.StreamReader) -> bytes:
    while True:
        line = await reader.readuntil(b"\r\n")
        if line[3:4] != b"-":
            return line


async def _to_oneself(config: MailConfig, link: Link, sender: Sender, folders: Named, arrival_s: float) -> Step:
    """Send a mail to the mailbox itself, wait for it, and take it away again."""
    name, key = "mail to itself", secrets.token_hex(20)
    raw = written(
        config,
        key=key,
        to=config.address,
        subject="opsconsole tries out this mailbox",
        text="This mail was sent while the mailbox was connected. It is deleted by itself.",
        now=datetime.now(UTC),
        auto="auto-generated",
    )
    began = time.monotonic()
    try:
        # No answer after the mail was handed in is no matter here: it is looked for anyway.
        with contextlib.suppress(AmbiguousError):
            await sender.send(raw, to=[config.address])
        wait_s, most_s = _LOOK_S
        while not await link.read(lambda client: _take_away(client, folders, message_id(key, config))):
            if time.monotonic() - began > arrival_s:
                words = f"it was taken, but did not arrive within {arrival_s:.0f} s. Look into the spam folder; if mail"
                return Step(name, False, f"{words} is merely slow here, --anyway stores the mailbox.")
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 1.5, most_s)
    except OpsError as error:
        return Step(name, False, str(error))
    return Step(name, True, f"arrived after {time.monotonic() - began:.1f} s")


def _take_away(client: Imap, folders: Named, identity: str) -> bool:
    """Delete the mail wherever it lies; True where it had arrived, and not only been filed as sent."""
    has_arrived = False
    for folder in dict.fromkeys((folders.inbox, folders.archive, folders.sent)):
        if folder and (uids := mailbox.by_id(client, folder, identity, readonly=False)):
            mailbox.delete(client, uids)
            has_arrived = has_arrived or folder != folders.sent
    return has_arrived

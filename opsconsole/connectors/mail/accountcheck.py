"""Trying an account step by step before it is connected, in words that say what is wrong and what to do.

Each step gives a `CheckStep`; none raises. They are made in order, and the first that fails makes the rest pointless.
"""

import asyncio
import contextlib
import secrets
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from opsconsole.connectors.mail.config import MailConfig, Server
from opsconsole.connectors.mail.imap.changes import delete
from opsconsole.connectors.mail.imap.client import Imap
from opsconsole.connectors.mail.imap.connection import Link
from opsconsole.connectors.mail.imap.folders import Named, named
from opsconsole.connectors.mail.imap.mailbox import by_id
from opsconsole.connectors.mail.signin import tls
from opsconsole.connectors.mail.signin.auth import SignIn
from opsconsole.connectors.mail.smtp.compose import TRIAL_SUBJECT, TRIAL_TEXT, message_id, written
from opsconsole.connectors.mail.smtp.sender import Sender
from opsconsole.domain.errors import AmbiguousError, OpsError, PermanentError
from opsconsole.engine.ports.machine import Clock
from opsconsole.net.places import is_loopback
from opsconsole.net.whynot import not_reached

CONNECT_S = 10.0
ROUND_TRIP_S = 60.0
LOOK_EVERY_S = 0.5
MOST_SHOWN = 20
"""So many folders are named where one is not found."""
_LOST = {
    "sent": "No folder for sent mail: what people answer from other programs is not seen, so agents in shadow cannot be"
    " compared with it.",
    "drafts": "No folder for drafts: agents cannot lay down drafts.",
    "archive": "No archive: agents cannot archive, and people's archiving counts as moving.",
    "trash": "No trash: a mail that people delete counts as moved.",
}
"""What does not work where a folder is missing."""
SETTLE_S = 3.0
"""After the mail came, the server has so much longer to file its own copy of it, in seconds."""


@dataclass(frozen=True, slots=True)
class CheckStep:
    """What one step found."""

    is_ok: bool
    text: str
    is_needed: bool = True
    """Without it the account cannot be used; else it is a warning."""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """What sending to ourselves found."""

    step: CheckStep
    sent_copy: Literal["server", "self"] = "self"
    """What to configure: whether the server itself files what is sent."""
    took_s: float = 0.0


async def name(server: Server) -> CheckStep:
    """Is the server's name known?"""
    try:
        async with asyncio.timeout(CONNECT_S):
            found = await asyncio.get_running_loop().getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        why = not_reached(error, server.host, server.port)
        help_ = "Your provider's help pages name it, often imap.… for reading and smtp.… for sending."
        return CheckStep(False, f"{why} {help_}")
    except TimeoutError:
        return CheckStep(False, f"The name {server.host} could not be looked up in time. Check this machine's network.")
    return CheckStep(True, f"{server.host} is known ({found[0][4][0]})")


async def port(server: Server) -> CheckStep:
    """Does anything answer at the port?"""
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(server.host, server.port)
    except OSError as error:
        why = not_reached(error, server.host, server.port)
        return CheckStep(False, f"{why} Usual ports are 993 for reading, 465 or 587 for sending.")
    writer.transport.abort()
    return CheckStep(True, f"port {server.port} answers")


async def encryption(server: Server, config: MailConfig, *, kind: Literal["imap", "smtp"]) -> CheckStep:
    """Does it encrypt, and is it who it says it is?"""
    if server.tls == "none":
        where = "on this machine" if is_loopback(server.host) else "in your own network; mail goes there in the open"
        return CheckStep(True, f"not encrypted: the server is {where}")
    try:
        async with asyncio.timeout(CONNECT_S):
            await (_starttls(server, config, kind) if server.tls == "starttls" else _direct(server, config))
    except ssl.SSLError as error:
        return CheckStep(False, tls.in_words(error, server.host))
    except TimeoutError:
        return CheckStep(
            False,
            f"{server.host} answers at port {server.port}, but not in TLS. Try STARTTLS there, or port 993 (reading)"
            " and 465 (sending).",
        )
    except OpsError as error:
        return CheckStep(False, str(error))
    except (OSError, EOFError) as error:
        return CheckStep(False, not_reached(error, server.host, server.port))
    return CheckStep(True, "encrypted, and the certificate is good")


async def _direct(server: Server, config: MailConfig) -> None:
    _, writer = await asyncio.open_connection(server.host, server.port, ssl=tls.context(config))
    writer.transport.abort()


async def _starttls(server: Server, config: MailConfig, kind: Literal["imap", "smtp"]) -> None:
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        await _until_line(reader, b"220 " if kind == "smtp" else b"* ")
        if kind == "smtp":
            writer.write(b"EHLO localhost\r\n")
            await _until_line(reader, b"250 ")
        writer.write(b"a STARTTLS\r\n" if kind == "imap" else b"STARTTLS\r\n")
        answer = await _until_line(reader, b"a " if kind == "imap" else b"")
        if not answer.startswith((b"a OK", b"220")):
            raise PermanentError(
                f"{server.host} does not offer STARTTLS at port {server.port}. Try TLS at port 993 (reading) or 465"
                " (sending)."
            )
        await writer.start_tls(tls.context(config), server_hostname=server.host)
    finally:
        writer.transport.abort()


async def _until_line(reader: asyncio.StreamReader, start: bytes) -> bytes:
    while line := await reader.readline():
        if line.startswith(start):
            return line
    raise EOFError("it hung up")


async def sign_in(config: MailConfig, how: SignIn) -> CheckStep:
    """Do both servers let us in?"""
    link, sender = Link(config, how, "check"), Sender(config, how)
    try:
        await link.read(lambda client: client.noop())
        if config.smtp is not None:
            await sender.check()
    except OpsError as error:
        return CheckStep(False, str(error))
    finally:
        await sender.close()
        await link.close()
    if config.smtp is None:
        return CheckStep(True, f"signed in as {config.user}, for reading")
    if config.is_relay:
        return CheckStep(True, f"signed in as {config.user}, for reading; {config.smtp.host} sends without sign-in")
    if config.smtp_login is not None:
        return CheckStep(True, f"signed in as {config.user}, for reading, and as {config.smtp_login.user}, for sending")
    return CheckStep(True, f"signed in as {config.user}, for reading and for sending")


async def folders(config: MailConfig, how: SignIn) -> tuple[CheckStep, Named | None]:
    """Which folders are there for what?"""
    link = Link(config, how, "check")
    try:
        found = await link.read(lambda client: named(client, config.folders))
        for folder in config.watched_folders:
            await link.read(lambda client, folder=folder: client.select_folder(found.full(folder), readonly=True))
    except OpsError as error:
        return CheckStep(False, f"A folder cannot be opened: {error}"), None
    finally:
        await link.close()
    uses = {use: str(getattr(found, use)) for use in _LOST}
    if wrong := [folder for folder in uses.values() if folder and not found.is_there(folder)]:
        there = ", ".join(found.plain(folder) for folder in found.every[:MOST_SHOWN])
        return CheckStep(False, f"There is no folder {found.plain(wrong[0])}. There are: {there}."), found
    text = ", ".join(f"{use}: {folder}" for use, folder in uses.items() if folder)
    missing = [use for use, folder in uses.items() if not folder]
    if "sent" in missing and config.sent_copy == "server":
        return CheckStep(
            False, "There is no folder for sent mail. Name it, so that sent mails can be found again."
        ), found
    if not missing:
        return CheckStep(True, text), found
    lost = " ".join(_LOST[use] for use in missing)
    return CheckStep(False, f"{text}. {lost} If there is one, name it.".removeprefix(". "), is_needed=False), found


async def waiting(config: MailConfig, how: SignIn) -> CheckStep:
    """Does the server tell at once when mail comes?"""
    link = Link(config, how, "check")
    try:
        has_idle = await link.read(lambda client: client.has_capability("IDLE"))
    except OpsError as error:
        return CheckStep(False, str(error))
    finally:
        await link.close()
    if has_idle:
        return CheckStep(True, "the server tells at once when mail comes")
    return CheckStep(True, "the server does not tell when mail comes (no IDLE); it is asked every quarter of a minute")


async def round_trip(config: MailConfig, how: SignIn, clock: Clock) -> RoundTrip:
    """Send a mail to ourselves, see it come, see whether the server files what was sent, and remove it all."""
    key = secrets.token_hex(32)
    raw = written(
        config, key=key, to=config.address, subject=TRIAL_SUBJECT, auto="auto-generated", text=TRIAL_TEXT,
        now=clock.now(),
    )  # fmt: skip
    link, sender, loop = Link(config, how, "check"), Sender(config, how), asyncio.get_running_loop()
    began = loop.time()
    try:
        with contextlib.suppress(AmbiguousError):  # whether it comes says more
            await sender.send(raw, to=[config.address])
        found = await link.read(lambda client: named(client, config.folders))
        places = tuple(dict.fromkeys((found.inbox, *config.watched_folders, *found.every)))
        wanted = message_id(key, config)
        sent_copy: Literal["server", "self"] = "self"
        async for lying in _look(link, wanted, places):
            if any(folder != found.sent for folder in lying):
                took_s = loop.time() - began
                if found.sent:
                    sent_copy = await _is_filed(link, wanted, found.sent)
                await link.write(lambda client: _remove(client, wanted, places))
                return RoundTrip(
                    CheckStep(True, f"a mail to ourselves came back after {took_s:.1f} s"), sent_copy, took_s
                )
        text = f"The mail was sent, but did not come within {ROUND_TRIP_S:.0f} s. Is {config.address} this mailbox?"
        return RoundTrip(CheckStep(False, text))
    except OpsError as error:
        return RoundTrip(CheckStep(False, str(error)))
    finally:
        await sender.close()
        await link.close()


async def _look(link: Link, wanted: str, places: tuple[str, ...]) -> AsyncIterator[list[str]]:
    """Yield again and again where a mail lies, until time is up."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ROUND_TRIP_S
    while loop.time() < deadline:
        yield [place for place in places if await link.read(lambda client, folder=place: by_id(client, folder, wanted))]
        await asyncio.sleep(LOOK_EVERY_S)


async def _is_filed(link: Link, wanted: str, sent: str) -> Literal["server", "self"]:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + SETTLE_S
    while loop.time() < deadline:
        if await link.read(lambda client: by_id(client, sent, wanted)):
            return "server"
        await asyncio.sleep(LOOK_EVERY_S)
    return "self"


def _remove(client: Imap, wanted: str, places: tuple[str, ...]) -> None:
    for folder in places:
        if uids := by_id(client, folder, wanted, readonly=False):
            delete(client, uids)

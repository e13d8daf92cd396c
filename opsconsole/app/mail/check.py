"""Tries a mailbox out, step by step, in the order in which things go wrong."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Literal

from opsconsole.connectors.mail import accountcheck
from opsconsole.connectors.mail.config import MailConfig
from opsconsole.connectors.mail.signin.auth import SignIn
from opsconsole.engine.ports.machine import Clock

READ_ONLY = (
    "no server for sending: mail is read and filed, and nothing can be sent. That is enough to watch agents in shadow;"
    " replies that you approve would fail."
)


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One thing that was tried."""

    name: str
    is_ok: bool
    words: str
    is_needed: bool = True
    """Without it the mailbox is not connected; else it is a warning."""


@dataclass(slots=True)
class Found:
    """What was found out on the way, for the configuration."""

    sent_copy: Literal["server", "self"] = "self"
    watched: tuple[str, ...] = ()
    """The watched folders, as the server spells them."""

    def told_by(self, config: MailConfig) -> MailConfig:
        """Return the configuration with what was found out."""
        changes: dict[str, Any] = {"watched": self.watched} if self.watched else {}
        if self.sent_copy == "server":
            changes["sent_copy"] = "server"
        return config.model_copy(update=changes)


async def checks(config: MailConfig, how: SignIn, clock: Clock, found: Found) -> AsyncGenerator[CheckStep]:
    """Try both servers as far as each can be reached; then sign in, and the rest, until something fails."""
    is_good = True
    for kind in ("imap", "smtp"):
        async for check in _reached(config, kind):
            is_good = is_good and check.is_ok
            yield check
    if not is_good:
        return
    for name in ("sign-in", "folders", "waiting"):
        step = await _inside(name, config, how, found)
        yield CheckStep(name, step.is_ok, step.text, step.is_needed)
        if step.is_needed and not step.is_ok:
            return
    if config.smtp is None:
        return
    trip = await accountcheck.round_trip(found.told_by(config), how, clock)
    found.sent_copy = trip.sent_copy
    yield CheckStep("mail to itself", trip.step.is_ok, trip.step.text)


async def _reached(config: MailConfig, kind: Literal["imap", "smtp"]) -> AsyncGenerator[CheckStep]:
    server = config.imap if kind == "imap" else config.smtp
    if server is None:
        yield CheckStep("sending", True, READ_ONLY)
        return
    for name in ("name", "port", "TLS"):
        if name == "name":
            step = await accountcheck.name(server)
        elif name == "port":
            step = await accountcheck.port(server)
        else:
            step = await accountcheck.encryption(server, config, kind=kind)
        yield CheckStep(f"{kind} {name}", step.is_ok, step.text)
        if not step.is_ok:
            return


async def _inside(name: str, config: MailConfig, how: SignIn, found: Found) -> accountcheck.CheckStep:
    if name == "sign-in":
        return await accountcheck.sign_in(config, how)
    if name == "folders":
        step, folders = await accountcheck.folders(config, how)
        if folders is not None and config.watched:
            found.watched = tuple(folders.full(folder) for folder in config.watched)
        return step
    return await accountcheck.waiting(config, how)

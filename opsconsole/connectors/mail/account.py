"""What every part of the connector needs of one account, joined once."""

import asyncio
import logging
from dataclasses import dataclass, field

from opsconsole.connectors.mail import lostfolders
from opsconsole.connectors.mail.config import MailConfig
from opsconsole.connectors.mail.imap.connection import Link
from opsconsole.connectors.mail.imap.folders import Named, named
from opsconsole.connectors.mail.seal import Seal
from opsconsole.connectors.mail.signin.auth import SignIn, SignInError
from opsconsole.connectors.mail.smtp.sender import Sender
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.ports.machine import Clock, Memory

_log = logging.getLogger(__name__)
LISTED_S = 10.0
"""The list of folders that new mails are worked by is at most so old, in seconds."""


@dataclass(slots=True)
class Account:
    """One account: its configuration, one connection for commands, one for sending."""

    id: str
    config: MailConfig
    sign_in: SignIn
    clock: Clock
    seal: Seal
    memory: Memory
    commands: Link = field(init=False)
    sender: Sender = field(init=False)
    unreadable: dict[str, str] = field(default_factory=dict[str, str])
    """By folder, in words, what cannot be read there."""
    _named: Named | None = None
    _listed_at: float | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _listing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.commands = Link(self.config, self.sign_in, f"{self.id}-commands")
        self.sender = Sender(self.config, self.sign_in)

    async def folders(self, *, is_anew: bool = False) -> Named:
        """Return the folders by use; looked up once, or anew."""
        async with self._lock:
            if self._named is None or is_anew:
                self._named = await self.commands.read(lambda client: named(client, self.config.folders))
            return self._named

    async def look_over(self) -> None:
        """List the folders anew where that was a while ago, and keep which of those that there were are lost."""
        async with self._listing:
            now = asyncio.get_running_loop().time()
            if self._listed_at is not None and now - self._listed_at < LISTED_S:
                return
            try:
                found = await self.folders(is_anew=True)
            except SignInError:
                raise
            except PermanentError as error:  # mails can be read all the same
                _log.warning("%s: its folders cannot be listed: %s", self.id, error)
            else:
                await lostfolders.note(self.memory, self.config.account, found)
            self._listed_at = now

    async def folder_for(self, use: str) -> str:
        """Return the folder for a use: `sent`, `drafts`, `archive`, `trash`.

        Raises:
            PermanentError: there is none.
        """
        if found := str(getattr(await self.folders(), use)):
            return found
        if found := str(getattr(await self.folders(is_anew=True), use)):
            return found
        raise PermanentError(
            f"The mailbox of {self.config.address} has no folder for {use}. Create one there, or name it, and connect"
            " it again.",
            hint=f"In a terminal: `opsconsole connect mail NAME --{use} FOLDER`.",
        )

    async def close(self) -> None:
        """Let go of both connections, and of what signs in."""
        await self.sender.close()
        await self.commands.close()
        await self.sign_in.close()

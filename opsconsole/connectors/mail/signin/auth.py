"""Signing in: a password, or a token that has to be renewed now and then."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from opsconsole.connectors.mail.config import Login, MailConfig
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.ports.machine import Secrets

_T = TypeVar("_T")
AGAIN = "In a terminal: `opsconsole connect mail NAME`."
"""What to type where a mailbox has to be connected again."""


class SignInError(PermanentError):
    """The server does not let us in; only a person can change that."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is shown to a server: exactly one of password and token."""

    user: str
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


class SignIn(Protocol):
    """Where credentials come from."""

    async def credentials(self) -> Credentials:
        """Return what to sign in with now.

        Raises:
            UserError, EnvironmentError_: it cannot be had without a person.
            TransientError: it cannot be had at the moment.
        """
        ...

    async def refresh(self, refused: Credentials) -> Credentials | None:
        """After the server refused these: give new ones to try once; None where there are none.

        Raises:
            UserError, EnvironmentError_, PermanentError: a person must sign in again.
            TransientError: it cannot be had at the moment.
        """
        ...

    async def close(self) -> None:
        """Let go of what is open to the provider."""
        ...


class PasswordSignIn:
    """A password or app password out of the keyring; read anew at each sign-in, so that a changed one is noticed."""

    def __init__(self, login: Login, secrets: Secrets) -> None:
        self._login = login
        self._secrets = secrets

    async def credentials(self) -> Credentials:
        """Return user and password."""
        return Credentials(self._login.user, password=await asyncio.to_thread(self._secrets.get, self._login.secret))

    async def refresh(self, refused: Credentials) -> Credentials | None:
        """A password does not renew itself."""
        return None

    async def close(self) -> None:
        """Nothing is open."""


class TwoSignIns:
    """Reading and sending sign in apart; `sending` None: it signs in not at all."""

    def __init__(self, reading: SignIn, sending: SignIn | None) -> None:
        self.reading = reading
        self.sending = sending

    async def credentials(self) -> Credentials:
        """Return what reading signs in with."""
        return await self.reading.credentials()

    async def refresh(self, refused: Credentials) -> Credentials | None:
        """Renew what reading signs in with."""
        return await self.reading.refresh(refused)

    async def close(self) -> None:
        """Let go of both."""
        await self.reading.close()
        if self.sending is not None:
            await self.sending.close()


def parted(config: MailConfig, reading: SignIn, secrets: Secrets) -> SignIn:
    """Return how an account signs in: sending as reading does, unless its configuration says otherwise."""
    if config.is_relay:
        return TwoSignIns(reading, None)
    if config.smtp_login is not None:
        return TwoSignIns(reading, PasswordSignIn(config.smtp_login, secrets))
    return reading


def to_send(sign_in: SignIn) -> SignIn | None:
    """Return how sending signs in; None where it does not."""
    return sign_in.sending if isinstance(sign_in, TwoSignIns) else sign_in


async def signed_in(sign_in: SignIn, open_: Callable[[Credentials], Awaitable[_T]]) -> _T:
    """Open a connection that signs in; where the server refuses, once more with renewed credentials, if there are any.

    Raises:
        SignInError: the server does not let us in; and what `SignIn` and opening raise.
    """
    credentials = await sign_in.credentials()
    try:
        return await open_(credentials)
    except SignInError:
        renewed = await sign_in.refresh(credentials)
        if renewed is None:
            raise
        return await open_(renewed)

"""The machine around the engine: its clock, its keyring, and what a connection keeps on it."""

from datetime import datetime
from typing import Any, Literal, Protocol


class Clock(Protocol):
    """The time, so that tests can move it."""

    def now(self) -> datetime:
        """Return the present, aware, in UTC."""
        ...


class Secrets(Protocol):
    """Passwords and tokens by name. Blocking: from the loop call it through `asyncio.to_thread`."""

    def get(self, name: str) -> str:
        """Return a secret.

        Raises:
            SecretMissingError: it is kept nowhere.
            KeyringError: the keyring does not answer.
        """
        ...

    def put(self, name: str, value: str) -> None:
        """Keep a secret.

        Raises:
            KeyringError: there is no place to keep it.
        """
        ...

    def delete(self, name: str) -> bool:
        """Forget a secret; False where there was none."""
        ...


class Memory(Protocol):
    """What one connection remembers across restarts: small JSON values, never a secret."""

    def get(self, key: str) -> Any:
        """Return a value; None where nothing is kept."""
        ...

    async def put(self, key: str, value: Any) -> None:
        """Keep a value; returns once it is on disk."""
        ...


class Health(Protocol):
    """How a connection is, for people."""

    async def note(self, state: Literal["ok", "trouble", "needs_you"], text: str) -> None:
        """Say how it is; the same again costs nothing."""
        ...

"""What we use of IMAPClient, with types: its own are partly unknown, and it ships none."""

# ruff: noqa: D102  (the methods are described where they come from)

import socket as sockets
import ssl
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, cast

from imapclient import IMAPClient, SocketTimeout  # pyright: ignore[reportMissingTypeStubs]
from imapclient import imap4 as plain  # pyright: ignore[reportMissingTypeStubs]
from imapclient import tls as secure  # pyright: ignore[reportMissingTypeStubs]
from imapclient.exceptions import (  # pyright: ignore[reportMissingTypeStubs]
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
    ProtocolError,
)

__all__ = [
    "IMAPClientAbortError", "IMAPClientError", "IMAPClientReadOnlyError", "Imap", "LoginError", "ProtocolError",
    "ReadOnlyFolder", "Row", "Uids", "connect",
]  # fmt: skip

MOST_ANSWERED = 256 * 1024 * 1024
"""Bytes that a server may say to one command. More than any that we give can need: mails are asked for in groups."""
Row = dict[bytes, Any]
Uids = Sequence[int]


class ReadOnlyFolder(IMAPClientError):
    """What was to be changed can only be read; nothing was changed."""


class Namespaces(Protocol):
    """Where an account's folders lie: pairs of prefix and separator, None where there are none of a kind."""

    @property
    def personal(self) -> Sequence[tuple[str, str | None]] | None: ...


class Imap(Protocol):
    """A signed-in connection; every call blocks. Raises `IMAPClientError`, `OSError`."""

    normalise_times: bool

    def login(self, username: str, password: str) -> bytes: ...
    def plain_login(self, identity: str, password: str) -> bytes: ...
    def oauth2_login(self, user: str, access_token: str) -> bytes: ...
    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> bytes: ...
    def socket(self) -> sockets.socket: ...
    def shutdown(self) -> None: ...
    def logout(self) -> bytes: ...
    def noop(self) -> Any: ...
    def capabilities(self) -> Sequence[bytes]: ...
    def has_capability(self, capability: str) -> bool: ...
    def enable(self, *capabilities: str) -> Any: ...
    def namespace(self) -> Namespaces: ...
    def list_folders(self) -> list[tuple[Sequence[bytes], bytes | None, str]]: ...
    def folder_exists(self, folder: str) -> bool: ...
    def create_folder(self, folder: str) -> Any: ...
    def subscribe_folder(self, folder: str) -> Any: ...
    def select_folder(self, folder: str, readonly: bool = False) -> dict[bytes, Any]: ...
    def search(self, criteria: Sequence[Any] | str = "ALL", charset: str | None = None) -> Sequence[int]: ...
    def fetch(self, messages: Uids, data: Sequence[str], modifiers: Sequence[str] | None = None) -> dict[int, Row]: ...
    def move(self, messages: Uids, folder: str) -> Any: ...
    def copy(self, messages: Uids, folder: str) -> Any: ...
    def append(self, folder: str, msg: bytes, flags: Sequence[str] = (), msg_time: datetime | None = None) -> Any: ...
    def add_flags(self, messages: Uids, flags: Sequence[str], silent: bool = False) -> Any: ...
    def remove_flags(self, messages: Uids, flags: Sequence[str], silent: bool = False) -> Any: ...
    def delete_messages(self, messages: Uids, silent: bool = False) -> Any: ...
    def uid_expunge(self, messages: Uids) -> Any: ...
    def idle(self) -> None: ...
    def idle_check(self, timeout: float | None = None) -> list[tuple[Any, ...]]: ...
    def idle_done(self) -> Any: ...


class _Bounded:
    """Ends a connection whose server says without end, or announces more than it could be asked for.

    A timeout alone does not help: it counts from the last byte, and the library keeps all that it is told.
    """

    heard = 0

    def send(self, data: Any) -> None:
        self.heard = 0
        super().send(data)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

    def read(self, size: int) -> bytes:
        self._hear(size)
        return cast(bytes, super().read(size))  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

    def readline(self) -> bytes:
        line = cast(bytes, super().readline())  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        self._hear(len(line))
        return line

    def _hear(self, size: int) -> None:
        self.heard += size
        if self.heard > MOST_ANSWERED:
            raise IMAPClientAbortError(f"it said more than {MOST_ANSWERED // 1024 // 1024} MB to one command")


class _Plain(_Bounded, plain.IMAP4WithTimeout):
    pass


class _Secure(_Bounded, secure.IMAP4_TLS):
    pass


class _Client(IMAPClient):
    def _create_IMAP4(self) -> Any:
        timeout: Any = cast(Any, self)._timeout
        connect_s: float = timeout.connect
        if self.ssl:
            return _Secure(self.host, self.port, self.ssl_context, connect_s)
        return _Plain(self.host, self.port, connect_s)


def connect(
    host: str, port: int, *, has_tls: bool, context: ssl.SSLContext | None, connect_s: float, answer_s: float
) -> Imap:
    """Connect, and sign in nobody yet.

    Raises:
        OSError, IMAPClientError: it cannot be reached.
    """
    timeout: Any = SocketTimeout(connect=connect_s, read=answer_s)
    made = _Client(host, port, ssl=has_tls, ssl_context=context, timeout=timeout)
    made.normalise_times = False  # aware times instead of local ones
    return cast(Imap, made)

"""One IMAP connection in a thread of its own, so that a server that does not answer holds up nobody else.

A call that is cancelled closes the connection, which frees the thread; the next call opens a new one.
"""

import asyncio
import contextlib
import logging
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from opsconsole.connectors.mail.config import MailConfig
from opsconsole.connectors.mail.imap.client import (
    Imap,
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
    ProtocolError,
    ReadOnlyFolder,
    connect,
)
from opsconsole.connectors.mail.signin import tls
from opsconsole.connectors.mail.signin.auth import AGAIN, Credentials, SignIn, SignInError, signed_in
from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError
from opsconsole.net.whynot import lost, not_reached, without_codes

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
CONNECT_S = 10.0
ANSWER_S = 30.0
"""A server that says nothing for so long is given up, in seconds."""
FRESH_S = 5.0
"""A connection that was used so lately is taken to be alive, in seconds."""
CLOSE_S = 3.0
_LIMIT = re.compile(
    r"too many (?:simultaneous |open |concurrent )*(?:connections|logins|sessions)|maximum (?:number of )?connections",
    re.IGNORECASE,
)
_QUOTA = re.compile(
    r"\b(?:over|exceed(?:s|ed)?) (?:the )?quota|quota (?:is )?exceeded|mailbox (?:is )?full", re.IGNORECASE
)
_RIGHTS = re.compile(
    r"\[(?:NOPERM|READ-ONLY)\]|permission|permitted|privilege|not allowed|access denied|read-?only", re.IGNORECASE
)
_NOISE = re.compile(r"^\w+ failed: |\[[A-Z-]+\] ?| ?\([\d.]+ \+ [\d.]+ [^)]{0,40}\)")
"""What the library, and some servers for their makers, put around the server's words."""
_PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "TEMPORARY")


class Link:
    """One connection, made when it is needed. Calls are made one after another."""

    def __init__(self, config: MailConfig, sign_in: SignIn, name: str) -> None:
        self._config = config
        self._sign_in = sign_in
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"imap-{name}")
        self._lock = asyncio.Lock()
        self._client: Imap | None = None
        self._used_at = 0.0

    async def read(self, work: Callable[[Imap], _T]) -> _T:
        """Do what changes nothing; tried once more over a new connection where the old one turns out to be dead.

        Raises:
            SignInError: the server does not let us in.
            PermanentError: the server says no.
            TransientError: it cannot be reached.
        """
        async with self._lock:
            had_one = self._client is not None
            try:
                return await self._run(work)
            except TransientError:
                if not had_one:
                    raise
            return await self._run(work)

    async def stay(self, work: Callable[[Imap], _T]) -> _T:
        """Do what takes its time (waiting for mail), over this connection or none; raises as `read` does."""
        async with self._lock:
            return await self._run(work)

    async def write(self, work: Callable[[Imap], _T]) -> _T:
        """Do what changes something.

        Raises:
            SignInError, PermanentError, TransientError: certainly not done.
            AmbiguousError: the connection was lost on the way; perhaps done.
        """
        async with self._lock:
            if self._client is not None and asyncio.get_running_loop().time() - self._used_at > FRESH_S:
                with contextlib.suppress(TransientError):
                    await self._run(lambda client: client.noop())
            await self._ready()
            return await self._run(work, is_write=True)

    def cut(self) -> None:
        """Close the connection now, from whatever thread; what waits for an answer fails at once."""
        client, self._client = self._client, None
        if client is None:
            return
        _wake(client)
        self._thread.submit(_let_go, [client])

    async def close(self) -> None:
        """Let go; waits a moment for the thread to end."""
        self.cut()
        done = self._thread.submit(_nothing)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await asyncio.wrap_future(done)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[Imap], _T], *, is_write: bool = False) -> _T:
        client = await self._ready()
        try:
            found = await self._in_thread(lambda: work(client))
        except UnicodeError as error:
            raise PermanentError(
                f"A name or text cannot be said to {self._config.imap.host}: {without_codes(str(error))}"
            ) from error
        except ReadOnlyFolder as error:
            raise PermanentError(
                f"It was not done: {error}. Whoever runs the server can give the right to change it."
            ) from error
        except (OSError, IMAPClientAbortError, ProtocolError, ValueError, AttributeError) as error:
            # ValueError and AttributeError: imaplib, when its socket is closed under it.
            self.cut()
            if is_write:
                raise AmbiguousError(f"{self._where} was lost before it answered; perhaps it was done") from error
            raise TransientError(f"{self._where} was lost ({lost(error)}); it is tried again") from error
        except IMAPClientError as error:
            if _is_passing(error):
                raise TransientError(f"{self._where} cannot do it at the moment; it is tried again") from error
            if is_write and _is_over_quota(error):
                raise PermanentError(
                    f"It was not done: your own mailbox {self._config.address} is full, says"
                    f" {self._config.imap.host}. Make room there, then try again."
                ) from error
            raise PermanentError(self._refused(error, is_write=is_write)) from error
        except asyncio.CancelledError:
            self.cut()
            raise
        self._used_at = asyncio.get_running_loop().time()
        return found

    def _refused(self, error: Exception, *, is_write: bool) -> str:
        said = without_codes(_NOISE.sub("", str(error)))
        if not is_write:
            return f"{self._where} says no: {said}"
        if _RIGHTS.search(str(error)) is None:
            return f"It was not done: {self._config.imap.host} says no: {said}"
        return (
            f"It was not done: {self._config.imap.host} does not allow it with this sign-in ({said}). Whoever runs the"
            " server can give the right."
        )

    @property
    def _where(self) -> str:
        return f"The mail server {self._config.imap.host}"

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _ready(self) -> Imap:
        if self._client is None:
            self._client = await self._connect()
        return self._client

    async def _connect(self) -> Imap:
        return await signed_in(self._sign_in, self._open)

    async def _open(self, credentials: Credentials) -> Imap:
        made: list[Imap] = []
        is_open = False
        try:
            await self._in_thread(lambda: _open(self._config, credentials, made))
            is_open = True
        except ssl.SSLError as error:
            raise PermanentError(tls.in_words(error, self._config.imap.host)) from error
        except (OSError, IMAPClientError) as error:
            raise TransientError(not_reached(error, self._config.imap.host, self._config.imap.port)) from error
        finally:
            if not is_open:
                for client in made:
                    _wake(client)
                self._thread.submit(_let_go, made)  # after the thread is done with it, when all that was made is there
        return made[0]


def _open(config: MailConfig, credentials: Credentials, made: list[Imap]) -> None:
    server = config.imap
    context = None if server.tls == "none" else tls.context(config)
    client = connect(
        server.host,
        server.port,
        has_tls=server.tls == "tls",
        context=context,
        connect_s=CONNECT_S,
        answer_s=ANSWER_S,
    )
    made.append(client)
    if server.tls == "starttls":
        client.starttls(context)
    _sign_in(client, credentials, server.host)
    # Before any SELECT, as RFC 7162 wants it. With QRESYNC the server also tells what vanished.
    wanted = next((name for name in ("QRESYNC", "CONDSTORE") if client.has_capability(name)), None)
    if wanted is not None and client.has_capability("ENABLE"):
        client.enable(wanted)


def _sign_in(client: Imap, credentials: Credentials, host: str) -> None:
    try:
        if credentials.token:
            client.oauth2_login(credentials.user, credentials.token)
        elif f"{credentials.user}{credentials.password}".isascii():
            client.login(credentials.user, credentials.password)
        elif client.has_capability("AUTH=PLAIN"):
            client.plain_login(credentials.user, credentials.password)  # LOGIN takes ASCII only
        else:
            raise SignInError(
                f"{host} takes no password with letters beyond A to Z. Make an app password there, or change it, then"
                " connect it again.",
                hint=AGAIN,
            )
    except LoginError as error:
        if _is_at_limit(error):
            raise TransientError(
                f"{host} lets no more programs in at once as {credentials.user} (its limit of connections). Close other"
                " mail programs, or have the limit raised; it is tried again"
            ) from None
        # A line that was cut is a failed sign-in to IMAPClient too; only what it was made from tells them apart.
        if isinstance(error.__context__, IMAPClientAbortError) or _is_passing(error):
            raise TransientError(f"{host} does not let anybody sign in at the moment; it is tried again") from None
        # `from None`, and without the server's words: some repeat what was shown to them.
        raise SignInError(
            f"{host} does not accept the sign-in of {credentials.user}. Check user and password (many providers want an"
            " app password here, or the sign-in in the browser), then connect it again.",
            hint=AGAIN,
        ) from None


def _is_passing(error: Exception) -> bool:
    """A server that is overloaded or restarts says so with a code of its own (RFC 5530)."""
    return any(code in str(error).upper() for code in _PASSING)


def _is_at_limit(error: Exception) -> bool:
    return "[LIMIT]" in str(error).upper() or _LIMIT.search(str(error)) is not None


def _is_over_quota(error: Exception) -> bool:
    return "[OVERQUOTA]" in str(error).upper() or _QUOTA.search(str(error)) is not None


def _wake(client: Imap) -> None:
    """End what waits on the connection, whichever thread that is."""
    with contextlib.suppress(Exception):
        # The plain socket's own method: that of a TLS socket would take the layer away under the reading thread.
        socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)


def _let_go(clients: Sequence[Imap]) -> None:
    for client in clients:
        with contextlib.suppress(Exception):
            client.shutdown()


def _nothing() -> None:
    """Comes after whatever the thread still had to do."""

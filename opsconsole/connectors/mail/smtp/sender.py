"""Sending: one pooled SMTP connection, and an exact word on whether a mail was sent.

Until the lone dot that ends a mail is on its way, nothing is sent, whatever happens. From then on only the server's
answer tells; where none comes, perhaps it was sent.
"""

import asyncio
import contextlib
import logging
import re
import ssl
from collections.abc import Awaitable, Callable, Generator, Sequence

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponse, SMTPResponseException

from opsconsole.connectors.mail.config import MailConfig, Server
from opsconsole.connectors.mail.signin import tls
from opsconsole.connectors.mail.signin.auth import AGAIN, Credentials, SignIn, SignInError, signed_in, to_send
from opsconsole.connectors.mail.smtp.refusals import (
    PATIENT_TRIES,
    FullError,
    Refused,
    is_full,
    refusal,
    said_by,
    says_nothing,
)
from opsconsole.domain.errors import AmbiguousError, ConnectorError, PermanentError, TransientError
from opsconsole.net.whynot import not_reached, without_codes
from opsconsole.store import faults

_log = logging.getLogger(__name__)
CONNECT_S = 10.0
ANSWER_S = 20.0
DATA_ANSWER_S = 30.0
NO_SENDING = "To send from it, connect it again with its server for sending."
_LINE_END = re.compile(rb"\r\n|\r|\n")


async def _nothing() -> None:
    """Nobody wants to know."""


class Sender:
    """Sends mails one after another."""

    def __init__(self, config: MailConfig, sign_in: SignIn) -> None:
        self._config = config
        self._sign_in = sign_in
        self._lock = asyncio.Lock()
        self._smtp: SMTP | None = None

    async def send(
        self,
        raw: bytes,
        *,
        to: Sequence[str],
        copies: Sequence[str] = (),
        uncopied: Callable[[], Awaitable[None]] = _nothing,
    ) -> list[Refused]:
        """Send to every recipient, or to none; who gets only a copy may be refused.

        Args:
            raw: the mail.
            to: without one of these it is not sent.
            copies: where it would be good to have.
            uncopied: is called where all copies were refused, before the mail is on its way: nothing will show of it.

        Returns:
            The copies that were refused.

        Raises:
            SignInError, PermanentError, TransientError: certainly not sent.
            AmbiguousError: perhaps sent.
        """
        async with self._lock:
            is_clean = False
            try:
                refused = await self._send(await self._ready(), raw, to, copies, uncopied)
                is_clean = True
                return refused
            finally:
                if not is_clean:
                    self._drop()

    async def _send(
        self, smtp: SMTP, raw: bytes, to: Sequence[str], copies: Sequence[str], uncopied: Callable[[], Awaitable[None]]
    ) -> list[Refused]:
        refused = await self._envelope(smtp, to, copies)
        if copies and len(refused) == len(copies):
            await uncopied()
        try:
            await self._data(smtp, raw)
        except FullError as error:
            # Whose mailbox is full is not said here. Ours must not hold up the mail: once more without it.
            kept = [address for address in copies if address not in {each.address for each in refused}]
            if not kept:
                raise error.plain() from error
            with self._translated():
                await smtp.rset(timeout=ANSWER_S)
            await self._envelope(smtp, to, ())
            await uncopied()
            try:
                await self._data(smtp, raw)
            except FullError as again:
                raise again.plain() from again
            return [*refused, *(Refused(address, error.said) for address in kept)]
        return refused

    async def check(self) -> None:
        """Sign in, and nothing more.

        Raises:
            SignInError, PermanentError, TransientError: it does not work.
        """
        async with self._lock:
            await self._ready()

    async def close(self) -> None:
        """Let go of the connection."""
        async with self._lock:
            smtp, self._smtp = self._smtp, None
            if smtp is not None:
                with contextlib.suppress(SMTPException, OSError, ValueError):
                    await smtp.quit(timeout=1.0)
                smtp.close()

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    @property
    def _where(self) -> str:
        return f"The mail server {self._server.host}"

    @property
    def _server(self) -> Server:
        if self._config.smtp is None:
            raise PermanentError(f"{self._config.address} is connected for reading only. {NO_SENDING}")
        return self._config.smtp

    async def _ready(self) -> SMTP:
        if self._smtp is not None:
            try:
                answer = await self._smtp.noop(timeout=ANSWER_S)
                if answer.code == 250:
                    return self._smtp
            except (SMTPException, OSError):
                pass
            self._drop()
        sign_in = to_send(self._sign_in)
        return await (self._open(None) if sign_in is None else signed_in(sign_in, self._open))

    async def _open(self, credentials: Credentials | None) -> SMTP:
        server = self._server
        smtp = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            tls_context=None if server.tls == "none" else tls.context(self._config),
            local_hostname="localhost",  # not the machine's own name: that is nobody's business
            timeout=CONNECT_S,
        )
        is_open = False
        try:
            await smtp.connect()
            if credentials is not None:
                await _sign_in(smtp, credentials, server.host)
            is_open = True
        except ConnectorError:
            raise
        except (SMTPException, OSError) as error:
            if (untrusted := _of_kind(error, ssl.SSLError)) is not None:
                raise PermanentError(tls.in_words(untrusted, server.host)) from error
            raise self._not_reached(error) from error
        finally:
            if not is_open:
                smtp.close()
        self._smtp = smtp
        return smtp

    def _not_reached(self, error: Exception) -> TransientError:
        if isinstance(error, SMTPResponseException):
            said = without_codes(f"{error.code} {error.message}")
            return TransientError(f"{self._where} lets nobody in at the moment: {said}", tries=PATIENT_TRIES)
        return TransientError(not_reached(error, self._server.host, self._server.port))

    @contextlib.contextmanager
    def _translated(self, address: str = "") -> Generator[None]:
        try:
            yield
        except SMTPResponseException as error:
            raise refusal(self._server.host, error, address) from error
        except (SMTPException, OSError) as error:
            raise TransientError(f"{self._where} was lost before the mail was sent; it is tried again") from error

    async def _envelope(self, smtp: SMTP, to: Sequence[str], copies: Sequence[str]) -> list[Refused]:
        with self._translated():
            await smtp.mail(self._config.address, timeout=ANSWER_S)
        for address in to:
            with self._translated(address):
                await smtp.rcpt(address, timeout=ANSWER_S)
        refused: list[Refused] = []
        for address in copies:
            with self._translated(address):
                try:
                    await smtp.rcpt(address, timeout=ANSWER_S)
                except SMTPResponseException as error:
                    if error.code == 421:  # it hangs up
                        raise
                    refused.append(Refused(address, said_by(error)))
        return refused

    async def _data(self, smtp: SMTP, raw: bytes) -> None:
        protocol = smtp.protocol
        if protocol is None:
            raise TransientError(f"{self._where} was lost before the mail was sent; it is tried again")
        is_on_its_way = False
        try:
            answer = await protocol.execute_command(b"DATA", timeout=ANSWER_S)
            self._expect(answer, 354)
            protocol.write(_dotted(raw))
            faults.reach("smtp.before_dot")
            is_on_its_way = True
            protocol.write(b".\r\n")
            # What was written is handed to the system within the call where its buffer has room, as it has for a dot.
            faults.reach("smtp.data_sent")
            answer = await protocol.read_response(timeout=DATA_ANSWER_S)
            faults.reach("smtp.data_answered")
            self._expect(answer, 250)
        except SMTPResponseException as error:
            if is_on_its_way and says_nothing(error):
                raise AmbiguousError(f"{self._where} gave up on the way; perhaps it was sent") from error
            if is_full(error):
                raise FullError(refusal(self._server.host, error), said_by(error)) from error
            raise refusal(self._server.host, error) from error
        except (SMTPException, OSError) as error:
            if is_on_its_way:
                raise AmbiguousError(f"{self._where} was lost before it answered; perhaps it was sent") from error
            raise TransientError(f"{self._where} was lost before the mail was sent; it is tried again") from error

    def _expect(self, answer: SMTPResponse, code: int) -> None:
        if answer.code != code:
            raise SMTPResponseException(answer.code, answer.message)


async def _sign_in(smtp: SMTP, credentials: Credentials, host: str) -> None:
    try:
        if credentials.token:
            await smtp.auth_xoauth2(credentials.user, credentials.token, timeout=ANSWER_S)
        else:
            await _by_password(smtp, credentials, host)
    except SMTPAuthenticationError as error:
        if 400 <= error.code < 500:
            raise TransientError(f"{host} does not let anybody sign in at the moment; it is tried again") from None
        # `from None`, and without the server's words: some repeat what was shown to them.
        raise SignInError(
            f"{host} does not accept the sign-in of {credentials.user} for sending. Check user and password, then"
            " connect it again.",
            hint=AGAIN,
        ) from None


async def _by_password(smtp: SMTP, credentials: Credentials, host: str) -> None:
    """One try, by one method: each failed one brings the account nearer to being locked."""
    if smtp.is_ehlo_or_helo_needed:
        await smtp.ehlo(timeout=ANSWER_S)
    ways = {"plain": smtp.auth_plain, "login": smtp.auth_login, "cram-md5": smtp.auth_crammd5}
    way = next((ways[way] for way in ways if way in smtp.supported_auth_methods), None)
    if way is None:
        raise SignInError(
            f"{host} offers no sign-in by password for sending. Choose TLS or STARTTLS (ports 465, 587), or the sign-in"
            " in the browser.",
            hint=AGAIN,
        )
    await way(credentials.user, credentials.password, timeout=ANSWER_S)


def _dotted(raw: bytes) -> bytes:
    """Return a mail as it goes over the wire, without the dot that ends it."""
    lines = _LINE_END.split(raw.removesuffix(b"\n").removesuffix(b"\r"))
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)


def _of_kind(error: BaseException | None, kind: type[ssl.SSLError]) -> ssl.SSLError | None:
    while error is not None:
        if isinstance(error, kind):
            return error
        error = error.__cause__ or error.__context__
    return None

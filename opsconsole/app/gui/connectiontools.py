"""The window's tools for connections and their secrets. What blocks runs in threads of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from opsconsole.app import removal
from opsconsole.app.gui import mailhosts, removalwords
from opsconsole.app.gui.checks import check_mail, check_model
from opsconsole.app.gui.filechecks import base_of, check_rest, check_webhook
from opsconsole.app.mail.account import NOBODY
from opsconsole.app.place import resources
from opsconsole.app.secretstore.pending import PendingSecrets
from opsconsole.app.secretstore.typed import TypedPassphrase
from opsconsole.app.session import Session, opened, secrets_of
from opsconsole.domain.errors import DiskError, SealedError, UserError
from opsconsole.ui.drafts import MailDraft, ModelDraft, RestDraft, WebhookDraft
from opsconsole.ui.tools import CheckStep, ConnectionCheck, MailHost, RemovalPlan

_T = TypeVar("_T")
_EXAMPLES = {"http": "tickets-http.yaml", "webhook": "leads-webhook.yaml"}
WRONG = (
    "That passphrase does not open the secrets. Type it again. A lost one cannot be recovered: `opsconsole secrets file"
    " off --forget` in a terminal, then store the secrets anew."
)
CLOSED = (
    "The secrets are sealed in an encrypted file. Open them with their passphrase (Ctrl+K, Open the sealed secrets),"
    " then try again; what you typed stays here."
)


class _UnderWay:
    """A trial in a loop of its own, which may be broken off from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._end: Callable[[], object] | None = None
        self._is_cancelled = False

    async def of(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Do the work, or nothing where it was broken off before it began; what was done by then counts as done."""
        done: list[_T] = []

        async def whole() -> None:
            done.append(await work)

        task, loop = asyncio.ensure_future(whole()), asyncio.get_running_loop()
        with self._lock:
            self._end = lambda: loop.call_soon_threadsafe(task.cancel)
            if self._is_cancelled:
                task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            if not done:  # else it was stored in the same moment
                raise
        finally:
            work.close()
            with self._lock:
                self._end = None
        return done[0]

    def cancel(self) -> None:
        """Break it off."""
        with self._lock:
            self._is_cancelled = True
            if self._end is not None:
                self._end()


class ConnectionTools:
    """Tools over one workspace folder."""

    def __init__(self, folder: Path, typed: TypedPassphrase | None = None) -> None:
        self._folder, self._typed = folder, typed or TypedPassphrase()

    async def try_mail(self, draft: MailDraft, said: Callable[[CheckStep], None], *, is_kept: bool) -> ConnectionCheck:
        """Try a mailbox out, and store it where every step worked."""
        tell = here(said)
        return await self._apart(lambda session, secrets: check_mail(session, secrets, draft, tell, is_kept=is_kept))

    def mail_hosts(self) -> Sequence[MailHost]:
        """Return the providers that a mailbox's form offers first."""
        return mailhosts.offered()

    async def try_model(
        self, draft: ModelDraft, said: Callable[[CheckStep], None], *, is_kept: bool
    ) -> ConnectionCheck:
        """Try a model out, and store it where what is needed worked."""
        tell = here(said)
        return await self._apart(lambda session, secrets: check_model(session, secrets, draft, tell, is_kept=is_kept))

    async def try_rest(self, draft: RestDraft, said: Callable[[CheckStep], None], *, is_kept: bool) -> ConnectionCheck:
        """Try a REST system out, and store it where it answers."""
        tell = here(said)
        return await self._apart(lambda session, secrets: check_rest(session, secrets, draft, tell, is_kept=is_kept))

    async def try_webhook(
        self, draft: WebhookDraft, said: Callable[[CheckStep], None], *, is_kept: bool
    ) -> ConnectionCheck:
        """Try out whether a webhook can be listened for, and store it where it can."""
        tell = here(said)
        return await self._apart(lambda session, secrets: check_webhook(session, secrets, draft, tell, is_kept=is_kept))

    async def base_of(self, file: str) -> str:
        """Return the address of the REST system that a file describes; empty where it cannot be read from it."""
        return await asyncio.to_thread(base_of, file)

    async def save_example(self, kind: Literal["http", "webhook"], path: str) -> None:
        """Write an example of a file that describes such a connection."""
        text = (resources() / "examples" / _EXAMPLES[kind]).read_bytes()
        try:
            await asyncio.to_thread(Path(path).write_bytes, text)
        except OSError as error:
            raise DiskError(f"{path} cannot be written: {error.strerror}. Choose another place.") from error

    async def plan_removal(self, name: str) -> RemovalPlan:
        """Say what hangs on a connection."""

        def run() -> RemovalPlan:
            with opened(self._folder, is_mending=True, typed=self._typed) as session:
                return removalwords.plan(removal.planned(session, name))

        return await asyncio.to_thread(run)

    async def remove_connection(self, name: str) -> str:
        """Take a connection out of use and remove its secrets."""

        def run() -> str:
            with opened(self._folder, is_mending=True, typed=self._typed) as session:
                store = secrets_of(session.workspace, typed=self._typed)
                return removalwords.done(*removal.remove(session, store, name))

        try:
            return await asyncio.to_thread(run)
        except SealedError as error:
            raise SealedError(CLOSED) from error

    async def open_secrets(self, passphrase: str) -> None:
        """Open the encrypted file of secrets, for this window and the engines it starts."""
        await self._unseal(passphrase, is_made=False)

    async def make_secrets(self, passphrase: str) -> None:
        """Have the encrypted file of secrets made with the first that is kept. One that is there is opened."""
        await self._unseal(passphrase, is_made=True)

    async def _unseal(self, passphrase: str, *, is_made: bool) -> None:
        def run() -> bool:
            with opened(self._folder, is_mending=True, typed=self._typed) as session:
                secrets = secrets_of(session.workspace, typed=lambda: passphrase)
                if not (is_made or secrets.file.is_on()):
                    raise UserError("Secrets are not in an encrypted file here; there is nothing to open.")
                secrets.unlock()
                return secrets.file.is_on()

        try:
            is_there = await asyncio.to_thread(run)
        except SealedError as error:
            raise SealedError(WRONG) from error
        self._typed.keep(passphrase, is_for_new=not is_there)

    async def _apart(
        self, job: Callable[[Session, PendingSecrets], Coroutine[Any, Any, ConnectionCheck]]
    ) -> ConnectionCheck:
        """Run in a thread with a loop and a session of its own, where nobody is asked at a terminal.

        What was stored by the moment it was cancelled is answered: nobody must hear then that nothing was.
        """

        def run() -> ConnectionCheck:
            NOBODY.set(True)
            with opened(self._folder, is_mending=True, typed=self._typed) as session:
                secrets = PendingSecrets(secrets_of(session.workspace, typed=self._typed))
                try:
                    done.append(asyncio.run(under_way.of(job(session, secrets))))
                    return done[0]
                except asyncio.CancelledError:  # it would end Qt's thread instead of the task
                    raise UserError("Stopped. Nothing was stored.") from None

        under_way, done = _UnderWay(), list[ConnectionCheck]()
        try:
            return await until(run, under_way.cancel)
        except asyncio.CancelledError:
            if not (done and done[0].is_kept):
                raise
            return done[0]
        except SealedError as error:
            raise SealedError(CLOSED) from error


async def until(job: Callable[[], _T], stop: Callable[[], object]) -> _T:
    """Run a job in a thread; when cancelled, have it stop and wait for that."""
    work = asyncio.ensure_future(asyncio.to_thread(job))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop()
        await asyncio.wait([work])
        if not work.cancelled():
            work.exception()  # looked at, so that nobody complains of it
        raise


def here(said: Callable[[_T], None]) -> Callable[[_T], None]:
    """Return a function that may be called on any thread and is heard on this one."""
    loop = asyncio.get_running_loop()
    return lambda what: loop.call_soon_threadsafe(said, what) and None

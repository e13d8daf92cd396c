"""`ui.tools.Tools`: the functions behind the commands, for the window. What blocks runs in threads of its own."""

import asyncio
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from opsconsole.app import mailkeeping, modelaccount
from opsconsole.app.connections import MODEL
from opsconsole.app.importing import import_path
from opsconsole.app.mailaccount import NOBODY, AccountDraft, Said
from opsconsole.app.mailtrial import Found, trials
from opsconsole.app.secretrecord import record_of_secret
from opsconsole.app.session import Session, opened, secrets_of
from opsconsole.app.trialsecrets import TrialSecrets
from opsconsole.brains.model import Endpoint, ModelConfig
from opsconsole.brains.model.check import check
from opsconsole.connectors.mail.config import MailConfig, Server
from opsconsole.domain.errors import OpsError, UserError
from opsconsole.net.client import HttpClient
from opsconsole.store import backup as backups
from opsconsole.store.queries import connections
from opsconsole.store.workspace import DATABASE
from opsconsole.ui.tools import ImportReport, MailDraft, ModelDraft, Step, Trial

_T = TypeVar("_T")
EARLY_S = 2.0
"""A window that does not open ends sooner than this, in seconds."""
RESTART = "Restart the engine, so that it knows it."


class _StoppedError(Exception):
    """The person ended it."""


class WindowTools:
    """Tools over one workspace folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def try_mail(self, draft: MailDraft, said: Callable[[Step], None], *, is_kept: bool) -> Trial:
        """Try a mailbox out, and store it where every step worked."""
        tell = _here(said)
        return await self._apart(lambda session: _mail(session, draft, tell, is_kept=is_kept))

    async def try_model(self, draft: ModelDraft, said: Callable[[Step], None], *, is_kept: bool) -> Trial:
        """Try a model out, and store it where what is needed worked."""
        tell = _here(said)
        return await self._apart(lambda session: _model(session, draft, tell, is_kept=is_kept))

    async def _apart(self, job: Callable[[Session], Coroutine[Any, Any, _T]]) -> _T:
        """Run in a thread with a loop and a session of its own, where nobody is asked at a terminal."""

        def run() -> _T:
            NOBODY.set(True)
            with opened(self._folder, is_mending=True) as session:
                return asyncio.run(job(session))

        return await asyncio.to_thread(run)

    async def import_history(self, path: Path, progress: Callable[[int], None]) -> ImportReport:
        """Bring in what a person exported; cancelling ends it after the present piece."""
        tell, stop = _here(progress), threading.Event()
        seen = 0

        def count(number: int) -> None:
            nonlocal seen
            seen = number
            tell(number)
            if stop.is_set():
                raise _StoppedError

        def run() -> ImportReport:
            with opened(self._folder) as session:
                try:
                    done = import_path(session, path, is_history=True, own_addresses=(), authserv=None, progress=count)
                except _StoppedError:
                    return ImportReport(seen, seen, 0, 0, is_whole=False)
                return ImportReport(done.seen, done.new, done.known, done.broken, is_whole=True)

        return await _until(run, stop)

    async def open_sample(self) -> None:
        """Open the sample in a window of its own, by a process of its own that outlives this one."""

        def begin() -> None:
            command = [sys.executable, "-m", "opsconsole", "demo"]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
            try:
                code = process.wait(EARLY_S)
            except subprocess.TimeoutExpired:
                return
            if code != 0:
                raise UserError("The sample did not open. `opsconsole demo` in a terminal says why.")

        await asyncio.to_thread(begin)

    async def backup(self, target: Path, progress: Callable[[int, int], None]) -> Path:
        """Copy the workspace; give the file."""

        def both(pages: tuple[int, int]) -> None:
            progress(*pages)

        tell, stop = _here(both), threading.Event()

        def count(done: int, total: int) -> None:
            tell((done, total))
            if stop.is_set():
                raise _StoppedError

        def run() -> Path:
            backups.backup(self._folder / DATABASE, target, progress=count)
            return target

        return await _until(run, stop)

    def open_folder(self, path: Path) -> bool:
        """Show a folder in the system's own way."""
        return webbrowser.open(path.resolve().as_uri())


async def _mail(session: Session, draft: MailDraft, tell: Callable[[Step], None], *, is_kept: bool) -> Trial:
    said = Said(
        name=draft.name or mailkeeping.name_of(draft.address),
        address=draft.address,
        user=draft.user,
        imap=draft.imap,
        smtp=draft.smtp,
        auth="password",
        has_password=bool(draft.password),
        shown_name=draft.shown_name,
        authserv=draft.authserv,
    )
    earlier = _earlier(session, said.name, mailkeeping.KIND)
    account, secrets = AccountDraft(said, earlier), TrialSecrets(secrets_of(session.workspace))
    secret = mailkeeping.secret_of(said.name, "password")
    if draft.password:
        secrets.need_place(secret)
        # Google shows an app password in groups of four; the spaces are not part of it.
        is_grouped = account.host is not None and account.host.name == "gmail"
        secrets.put(secret, draft.password.replace(" ", "") if is_grouped else draft.password)
    elif not await asyncio.to_thread(secrets.has, secret):
        advice = account.host.advice if account.host is not None else "Your mailbox password."
        raise UserError(f"Type the password in. {advice}")
    login = {"user": draft.user or account.user_before or account.address, "secret": secret}
    config = account.config(await _servers(account), sign_in={"login": login}, now=session.kernel.clock.now())
    http, found, steps = HttpClient(), Found(), list[Step]()
    try:
        way = mailkeeping.sign_in_with(said.name, config, secrets, session, http)
        async for one in trials(config, way, session.kernel.clock, found):
            steps.append(Step(_words(one.name), one.is_ok, one.words))
            tell(steps[-1])
    finally:
        await http.close()
    return _kept_mail(session, said.name, config, secrets, found=found, steps=steps, is_kept=is_kept)


def _kept_mail(
    session: Session,
    name: str,
    config: MailConfig,
    secrets: TrialSecrets,
    *,
    found: Found,
    steps: list[Step],
    is_kept: bool,
) -> Trial:
    if found.sent_copy == "server":
        config = config.model_copy(update={"sent_copy": "server"})
    is_good = all(step.is_ok for step in steps)
    if not (is_good and is_kept):
        return Trial(tuple(steps), False, "Everything works." if is_good else "Mend what is marked, then try again.")
    mailkeeping.store_mail(session, name, config, secrets, trouble=[])
    return Trial(tuple(steps), True, f"{config.address} is connected as {name}. {RESTART}")


async def _servers(account: AccountDraft) -> tuple[Server, Server]:
    try:
        return await account.servers()
    except OpsError as error:
        if account.said.imap and account.said.smtp:
            raise
        raise UserError(
            f"The mail servers of {account.domain} are not known and do not answer under the usual names. Fill in both"
            " servers as host:port, like imap.example.com:993; your provider's help names them."
        ) from error


async def _model(session: Session, draft: ModelDraft, tell: Callable[[Step], None], *, is_kept: bool) -> Trial:
    name = draft.name.strip() or "main"
    facts: dict[str, Any] = dict(_earlier(session, name, MODEL))
    url = modelaccount.KNOWN.get(draft.url.strip().lower(), draft.url.strip()).removesuffix("/chat/completions")
    if "://" not in url:
        known = ", ".join(modelaccount.KNOWN)
        # What was typed is not said again: a key in the wrong field would stand on the screen.
        raise UserError(f"The address has no beginning. Write it like https://api.example.com/v1, or one of {known}.")
    if url != facts.get("base_url"):
        facts.pop("key", None)  # a key goes to the address that it was given for, and to no other
    facts |= {"base_url": url, "model": draft.model.strip()}
    if draft.price_in or draft.price_out:
        facts["prices"] = {"read": draft.price_in, "written": draft.price_out, "cached": None}
    secrets = TrialSecrets(secrets_of(session.workspace))
    if draft.key:
        facts["key"] = f"model-{name}"
        secrets.need_place(facts["key"])
        secrets.put(facts["key"], draft.key.strip())
    config = modelaccount.config_of(facts)
    steps = await _try_model(name, config, secrets, tell)
    if not all(step.is_ok or not step.is_needed for step in steps):
        return Trial(tuple(steps), False, "Mend what is marked, then try again.")
    if not is_kept:
        return Trial(tuple(steps), False, f"{config.model} works.")
    for secret in secrets.keep():
        record_of_secret(session, "secret.stored", name=secret, is_kept=True)
    modelaccount.store_model(session, name, config, trouble="")
    return Trial(tuple(steps), True, f"{config.model} is connected as {name}. {RESTART}")


async def _try_model(name: str, config: ModelConfig, secrets: TrialSecrets, tell: Callable[[Step], None]) -> list[Step]:
    http, steps = HttpClient(ca_file=config.ca_file), list[Step]()
    try:
        async for one in check(Endpoint(name, config, secrets=secrets, http=http)):
            steps.append(Step(_words(one.name), one.is_ok, one.words, one.is_needed))
            tell(steps[-1])
    finally:
        await http.close()
    return steps


def _earlier(session: Session, name: str, kind: str) -> dict[str, Any]:
    row = connections.connection(session.kernel.reader, name)
    if row is not None and row.kind != kind:
        raise UserError(f"{name} is a connection of another kind ({row.kind}). Choose another name.")
    return {} if row is None or row.is_off else dict(row.config)


def _words(name: str) -> str:
    return name[:1].upper() + name[1:]


def _here(said: Callable[[_T], None]) -> Callable[[_T], None]:
    """Give a function that may be called on any thread and is heard on this one."""
    loop = asyncio.get_running_loop()
    return lambda what: loop.call_soon_threadsafe(said, what) and None


async def _until(job: Callable[[], _T], stop: threading.Event) -> _T:
    """Run a job in a thread; when cancelled, have it stop and wait for that."""
    work = asyncio.ensure_future(asyncio.to_thread(job))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([work])
        if not work.cancelled():
            work.exception()  # looked at, so that nobody complains of it
        raise

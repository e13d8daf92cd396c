"""Opens a workspace for a command, and joins connectors, brain and engine. The one composition root."""

import asyncio
import getpass
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import typer

from opsconsole.app.connections import Models, Parts, connector_of, endpoints, make_connectors
from opsconsole.app.place import workspace_folder
from opsconsole.app.secretstore import SecretStore
from opsconsole.app.secretstore.names import PASSPHRASE
from opsconsole.app.secretstore.sealedfile import WrongPassphraseError
from opsconsole.app.secretstore.typed import TypedPassphrase
from opsconsole.app.words import speak_of
from opsconsole.brains.chain import BrainChain
from opsconsole.brains.model import Endpoint, LanguageModelBrain
from opsconsole.brains.playbook import PlaybookBrain
from opsconsole.brains.triage import Hit
from opsconsole.domain.errors import OpsError
from opsconsole.engine.connected import Make
from opsconsole.engine.doorbell import ring
from opsconsole.engine.engine import Engine
from opsconsole.engine.kernel import Kernel, Writes
from opsconsole.engine.ports.brain import Brain, CaseExample
from opsconsole.engine.ports.machine import Clock
from opsconsole.engine.registry import Registry
from opsconsole.engine.systemclock import SystemClock
from opsconsole.store import cases as case_store
from opsconsole.store import lease
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import cases
from opsconsole.store.queries.connections import Setting, in_use
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction
from opsconsole.store.workspace import Workspace

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
Typed = Callable[[], str | None]
"""Gives the passphrase of the encrypted file that a person typed elsewhere; None where nobody has."""
PASSPHRASE_TRIES = 3
LET_GO_S = 5.0
"""A connection has so long to close, in seconds."""


@dataclass(frozen=True, slots=True)
class Session:
    """A workspace opened by a command that is not the engine."""

    workspace: Workspace
    kernel: Kernel
    actor: str
    plugged: Mapping[str, Setting]
    """What was connected when it was opened."""
    _runners: list[asyncio.Runner] = field(default_factory=list[asyncio.Runner])
    """The loop in which a command's connections live, once one was wanted."""

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run what looks into other systems, in a thread without a loop; its connections stay open until the end."""
        if not self._runners:
            self._runners.append(asyncio.Runner())
        return self._runners[0].run(work)

    async def let_go(self) -> None:
        """Close what the connections have open to other systems; one that does not let go is left and logged."""
        for connector in self.kernel.registry.connectors.values():
            try:
                async with asyncio.timeout(LET_GO_S):
                    await connector.close()
            except Exception as error:
                _log.warning("%s did not close: %s", connector.id, error, exc_info=not isinstance(error, OpsError))

    def end(self) -> None:
        """Close what a command opened by `run`."""
        for runner in self._runners:
            with runner:
                runner.run(self.let_go())

    def write(self, job: Callable[[Transaction], _T], *, name: str) -> _T:
        """Run a job in one transaction, and have the engine look.

        Whether one runs is asked within it: what is approved while none does is let go by the next one's start, which
        writes too, so it comes before this or after it.
        """

        def at_this_moment(tx: Transaction) -> _T:
            self.kernel.is_engine_running = lease.holder(self.workspace.folder) is not None
            return job(tx)

        answer = self.workspace.database.write(at_this_moment, name=name)
        ring(self.workspace.folder)
        return answer

    @property
    def writes(self) -> Writes:
        """What parts of the engine that work outside of one write through."""
        return _Direct(self.workspace)


class _Direct:
    """Writes of the desk and the like when no engine's writer is there."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def write(self, job: Callable[[Transaction], _T], *, name: str) -> _T:
        return self._workspace.database.write(job, name=name)


def actor() -> str:
    """Return who is at the keyboard, for the record."""
    try:
        return f"person:{getpass.getuser()}"
    except (OSError, KeyError, ImportError):
        return f"person:{os.environ.get('USER', 'unknown')}"


@contextmanager
def opened(
    folder: Path | None, *, clock: Clock | None = None, is_mending: bool = False, typed: Typed | None = None
) -> Generator[Session]:
    """Open the workspace for reading and for commands. To mend a connection, none of them needs to be readable.

    `typed` gives the passphrase that a person typed elsewhere; with it nobody is asked at the terminal.

    Raises:
        WorkspaceError: it cannot be used.
    """
    speak_of(folder)
    workspace = workspaces.open_(workspace_folder(folder))
    reader = workspace.database.reader()
    try:
        time = clock or SystemClock()
        parts = Parts(reader, _Direct(workspace), time, secrets_of(workspace, typed=typed))
        plugged = in_use(reader)
        registry = Registry([] if is_mending else make_connectors(parts))
        is_running = lease.holder(workspace.folder) is not None
        kernel = Kernel(workspace.id, registry, time, reader, is_engine_running=is_running)
        session = Session(workspace, kernel, actor(), plugged)
        try:
            yield session
        finally:
            session.end()
    finally:
        reader.close()
        workspace.close()


def models(session: Session, *, typed: Typed | None = None) -> dict[str, Endpoint]:
    """Make an endpoint of every connected model, for a command. Asks for a passphrase, if one is needed.

    `typed` gives the passphrase that a person typed elsewhere; with it nobody is asked at the terminal.
    """
    kernel, secrets = session.kernel, secrets_of(session.workspace, typed=typed)
    unlock(secrets)
    return endpoints(Parts(kernel.reader, session.writes, kernel.clock, secrets))


def playbook_brain(reader: Reader, kept: dict[tuple[str, str, int], Sequence[Hit]] | None = None) -> PlaybookBrain:
    """Make the offline brain over a workspace's cases.

    Args:
        reader: reads the workspace.
        kept: what was found near a text of an agent before; more is put there. None: nothing is kept.
    """

    def nearest(agent: str, text: str, count: int) -> Sequence[Hit]:
        found = None if kept is None else kept.get((agent, text, count))
        if found is None:
            found = case_store.nearest(reader, text, scope=agent, limit=count)
            if kept is not None:
                kept[agent, text, count] = found
        return found

    def lessons(agent: str) -> Iterator[CaseExample]:
        for case_id, category, text in cases.of_agent(reader, agent):
            yield CaseExample(case_id, agent, category, text)

    return PlaybookBrain(nearest, lessons)


def engine_of(
    place: Workspace,
    reader: Reader,
    *,
    clock: Clock | None = None,
    typed: Typed | None = None,
    is_of_window: bool = False,
) -> Engine:
    """Make the engine of a workspace, with everything that is connected. Asks for a passphrase, if one is needed.

    `is_of_window`: a window started it, and may stop it.

    Raises:
        KeyringError: the encrypted file of secrets is in use and cannot be opened.
        WorkspaceError: a connection's stored configuration cannot be read any more.
    """
    secrets, playbook = secrets_of(place, typed=typed), playbook_brain(reader)
    unlock(secrets)

    def connecting(engine: Engine) -> Make:
        parts = Parts(engine.reader, engine.writer, engine.clock, secrets)
        return lambda row: connector_of(row, parts)

    def brain(engine: Engine) -> Brain:
        model = LanguageModelBrain(playbook.precedents, playbook.opinion)
        return BrainChain(playbook, model, Models(engine.registry))

    return Engine(place, connecting, brain, clock=clock, is_of_window=is_of_window)


def secrets_of(workspace: Workspace, *, typed: Typed | None = None) -> SecretStore:
    """Return where the secrets of a workspace are kept; with `typed` nobody is asked at the terminal."""
    ask = ask_passphrase if typed is None else None
    is_file_wanted = isinstance(typed, TypedPassphrase) and typed.is_for_new
    return SecretStore(workspace.folder, workspace.id, ask=ask, typed=typed, is_file_wanted=is_file_wanted)


def unlock(secrets: SecretStore) -> None:
    """Open the encrypted file of secrets, if one is in use; a mistyped passphrase is asked for again.

    Raises:
        KeyringError: it cannot be opened.
    """
    for left in reversed(range(PASSPHRASE_TRIES)):
        try:
            secrets.unlock()
            return
        except WrongPassphraseError as error:
            if left == 0 or not sys.stdin.isatty() or os.environ.get(PASSPHRASE):
                raise
            typer.echo(f"{error}", err=True)


def ask_passphrase() -> str | None:
    """Ask for the passphrase of the encrypted file; None where nobody is at a terminal."""
    if not sys.stdin.isatty():
        return None
    return getpass.getpass("Passphrase of the encrypted file of secrets (not shown): ")

"""The window with everything behind it: backend, engine process, panels, tray. Loaded behind its first picture."""

import asyncio
import contextlib
import importlib
import logging
import sys
import threading
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from opsconsole.app.discretion import be_discreet
from opsconsole.app.gui.onlyone import OnlyWindow
from opsconsole.app.interrupts import stopped_by_signals
from opsconsole.app.secretstore.typed import TypedPassphrase
from opsconsole.domain.errors import OpsError, UserError
from opsconsole.store import lease
from opsconsole.ui.backend import Backend, Opened
from opsconsole.ui.collector import Collector
from opsconsole.ui.command import Commands
from opsconsole.ui.loop import qt_loop
from opsconsole.ui.panel import Context, Navigator
from opsconsole.ui.shell.catalog import PANELS
from opsconsole.ui.shell.closing import Closing
from opsconsole.ui.shell.engineprocess import PATIENCE_MS, EngineProcess, EngineState
from opsconsole.ui.shell.notifier import Notifier
from opsconsole.ui.shell.seal import Seal
from opsconsole.ui.shell.tray import Tray
from opsconsole.ui.shell.window import Window
from opsconsole.ui.tasks import TaskRunner
from opsconsole.ui.theme.theme import Theme

_log = logging.getLogger(__name__)
FIRST_S, BETWEEN_S = 0.7, 0.05
"""So long after the start panels begin to be imported, and so long between two of them."""


def run(
    app: QApplication,
    window: Window,
    *,
    folder: Path,
    only: OnlyWindow,
    theme: Theme,
    is_sample: bool,
    with_engine: bool,
) -> None:
    """Run the window until it is closed for good."""
    be_discreet()
    with qt_loop(app) as loop:
        joined = Joined(window, folder, theme=theme, is_sample=is_sample, only=only)
        loop.run_until_complete(until_closed(joined, with_engine=with_engine))


async def until_closed(joined: "Joined", *, with_engine: bool) -> None:
    """Play the window until a person closes it, where no tray keeps it in reach, or quits."""
    ended, closing = asyncio.Event(), joined.closing
    leaves_agents = False

    def decided(leaves: bool) -> None:
        nonlocal leaves_agents
        leaves_agents = leaves
        ended.set()

    joined.window.quit_wanted.connect(closing.quit)
    closing.decided.connect(decided)
    joined.window.close_wanted.connect(lambda: joined.tray.hide_window() if joined.tray.is_there else closing.ask())
    with stopped_by_signals(ended.set):
        try:
            await joined.begin(with_engine=with_engine)
        except OpsError as error:
            box = QMessageBox(QMessageBox.Icon.Critical, "opsconsole", f"{error}", parent=joined.window)
            box.setTextFormat(Qt.TextFormat.PlainText)
            box.finished.connect(ended.set)
            box.open()
        await ended.wait()
        await joined.end(leaves_agents=leaves_agents)


class Joined:
    """A window with everything behind it."""

    def __init__(
        self,
        window: Window,
        folder: Path,
        *,
        theme: Theme,
        is_sample: bool = False,
        only: OnlyWindow | None = None,
    ) -> None:
        """`only` holds the workspace's one window, where that was looked at before the frame was made."""
        self.folder = folder
        self._only = only or OnlyWindow(folder)
        self._collector: Collector | None = None
        self._loader: threading.Thread | None = None
        self._ending = threading.Event()
        self._is_sample = is_sample
        typed = TypedPassphrase()
        self.backend = Backend(folder, lambda: _opened(folder, typed))
        program = [sys.executable, "-m", "opsconsole", "engine", "--passphrase-stdin", "-w", str(folder)]
        self.engine = EngineProcess([*program, *(["--live-sample"] if is_sample else [])], self.backend, typed)
        self.context = Context(
            backend=self.backend,
            tasks=TaskRunner(),
            theme=theme,
            commands=Commands(),
            navigator=Navigator(),
            memory=window.memory,
            tools=_LateTools(folder, typed),
        )
        self.window = window
        window.attach(self.context, self.engine)
        self.tray = Tray(self.window, show=self._show)
        self.notifier = Notifier(self.window, show=self._show)
        self.seal = Seal(self.window)
        self.closing = Closing(self.window, folder, is_sample=is_sample)

    async def begin(self, *, with_engine: bool = True) -> None:
        """Load what the panels need, make the workspace where there is none, and set the engine going.

        Raises:
            OpsError: the workspace cannot be used; the text says why.
        """
        loaded = asyncio.get_running_loop().create_future()
        told = (self.folder, loaded, self._ending, self._is_sample)
        self._loader = threading.Thread(target=_load, args=told, name="opsconsole-load")
        self._loader.start()
        await loaded
        if not self._only.take():
            self._only.call()
            raise UserError("The window of this workspace is open already; it comes to the front.")
        await self._only.answer(self._show)
        self._collector = Collector()
        self.backend.start()
        self.window.look()
        if with_engine:
            self.engine.begin()

    async def end(self, *, leaves_agents: bool = False) -> None:
        """Close everything in order; what was begun is finished. Agents stop, or are left at work without a window."""
        self._ending.set()
        self._only.be_deaf()
        self.window.remember()
        self.context.memory.sync()
        self.window.hide()
        await self._end_engine(leaves_agents=leaves_agents)
        await self.context.tasks.close()
        await self.notifier.close()
        if self._loader is not None:
            await asyncio.to_thread(self._loader.join)
        self.backend.close()
        self._only.close()
        self.window.deleteLater()
        if self._collector is not None:
            self._collector.close()

    async def _end_engine(self, *, leaves_agents: bool) -> None:
        engine, stopped = self.engine, asyncio.Event()
        if leaves_agents and engine.state is EngineState.JOINED and not engine.is_own:
            return  # it is nobody's child already
        is_of_window = engine.is_of_window
        engine.changed.connect(lambda: stopped.set() if engine.state is EngineState.STOPPED else None)
        engine.end()
        if is_of_window:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.5 * PATIENCE_MS / 1000):
                    await stopped.wait()
        if leaves_agents and lease.holder(self.folder) is None:
            engine.leave()

    def _show(self) -> None:
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()


def _opened(folder: Path, typed: TypedPassphrase) -> AbstractContextManager[Opened]:
    session = importlib.import_module("opsconsole.app.session")
    return session.opened(folder, typed=typed)


class _LateTools:
    """The composition root's own doings, loaded when first wanted."""

    def __init__(self, folder: Path, typed: TypedPassphrase) -> None:
        self._folder, self._typed = folder, typed
        self._tools: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._tools is None:
            self._tools = _tools().WindowTools(self._folder, self._typed)
        return getattr(self._tools, name)


def _tools() -> Any:
    return importlib.import_module("opsconsole.app.gui.tools")


def _load(folder: Path, loaded: "asyncio.Future[None]", ending: threading.Event, is_sample: bool) -> None:
    """On a thread: import the engine's parts, make the workspace, and import the panels before they are wanted."""
    error: Exception | None = None
    try:
        session = importlib.import_module("opsconsole.app.session")
        workspaces = importlib.import_module("opsconsole.store.workspace")
        at = datetime.now(UTC)
        if is_sample:  # its record begins with its days
            at = importlib.import_module("opsconsole.app.sample.company").opened(at)
        workspaces.create(folder, at=at, actor=session.actor()).close()
    except Exception as problem:
        error = problem

    def tell() -> None:
        if not loaded.done():
            loaded.set_result(None) if error is None else loaded.set_exception(error)

    loaded.get_loop().call_soon_threadsafe(tell)
    # On the window's thread each import would be a gap as its panel opens; at once, they would hold up the first one.
    waits_s = FIRST_S
    for load in (*(entry.load for entry in PANELS), _tools):
        if ending.wait(waits_s):
            return
        load()
        waits_s = BETWEEN_S

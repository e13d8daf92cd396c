"""Starts the window: paints first, loads the engine's parts behind it, joins backend, engine process and panels."""

import argparse
import asyncio
import importlib
import logging
import os
import signal
import sys
import threading
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QMessageBox

from opsconsole.app.place import data_folder, resources, workspace_folder
from opsconsole.domain.errors import OpsError
from opsconsole.ui.backend import Backend, Opened
from opsconsole.ui.command import Commands
from opsconsole.ui.loop import qt_loop
from opsconsole.ui.panel import Context, Navigator
from opsconsole.ui.shell.engineprocess import EngineProcess, EngineState
from opsconsole.ui.shell.tray import Tray
from opsconsole.ui.shell.window import Window
from opsconsole.ui.tasks import TaskRunner
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme

_log = logging.getLogger(__name__)


def main() -> None:
    """Open the window on a workspace, made where there is none yet."""
    parser = argparse.ArgumentParser(prog="opsconsole window", description="Open the console.")
    parser.add_argument("-w", "--workspace", type=Path, help="The workspace's folder.")
    parser.add_argument("--no-engine", action="store_true", help="Only look; start no engine.")
    parser.add_argument("--live-sample", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(sys.argv[2:])
    logging.basicConfig(level=os.environ.get("OPSCONSOLE_LOG", "ERROR").upper(), format="%(levelname)s %(message)s")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("opsconsole")
    app.setQuitOnLastWindowClosed(False)
    with qt_loop(app) as loop:
        loop.run_until_complete(_run(app, workspace_folder(asked.workspace), asked))


async def _run(app: QApplication, folder: Path, asked: argparse.Namespace) -> None:
    ended = asyncio.Event()
    joined = Joined(app, folder, is_sample=asked.live_sample)
    joined.window.quit_wanted.connect(ended.set)
    joined.window.close_wanted.connect(lambda: joined.window.hide() if joined.tray.is_there else ended.set())
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, ended.set)
    joined.window.show()
    try:
        await joined.begin(with_engine=not asked.no_engine)
    except OpsError as error:
        box = QMessageBox(QMessageBox.Icon.Critical, "opsconsole", f"{error}", parent=joined.window)
        box.finished.connect(ended.set)
        box.open()
    await ended.wait()
    await joined.end()


class Joined:
    """A window with everything behind it."""

    def __init__(self, app: QApplication, folder: Path, *, is_sample: bool = False, memory: QSettings | None = None):
        fonts.load(resources() / "fonts")
        settings = memory or QSettings(str(data_folder() / "window.ini"), QSettings.Format.IniFormat)
        mode: Any = settings.value("theme", "system")
        self.folder = folder
        self.backend = Backend(folder, lambda: _opened(folder))
        program = [sys.executable, "-m", "opsconsole", "engine", "-w", str(folder)]
        self.engine = EngineProcess([*program, *(["--live-sample"] if is_sample else [])], self.backend)
        self.context = Context(
            backend=self.backend,
            tasks=TaskRunner(),
            theme=Theme(app, mode if mode in ("light", "dark") else "system"),
            commands=Commands(),
            navigator=Navigator(),
            memory=settings,
            tools=_tools(self.backend),
        )
        self.window = Window(self.context, self.engine)
        self.tray = Tray(self.window, show=self._show)

    async def begin(self, *, with_engine: bool = True) -> None:
        """Load what the panels need, make the workspace where there is none, and set the engine going.

        Raises:
            OpsError: the workspace cannot be used; the text says why.
        """
        loaded = asyncio.get_running_loop().create_future()
        threading.Thread(target=_load, args=(self.folder, loaded), name="opsconsole-load", daemon=True).start()
        await loaded
        self.backend.start()
        self.window.look()
        if with_engine:
            self.engine.begin()

    async def end(self) -> None:
        """Close everything in order; what was begun is finished."""
        self.window.remember()
        self.context.memory.sync()
        self.window.hide()
        if self.engine.is_own:
            stopped = asyncio.Event()
            self.engine.changed.connect(lambda: stopped.set() if self.engine.state is EngineState.STOPPED else None)
            self.engine.end()
            await stopped.wait()
        await self.context.tasks.close()
        self.backend.close()
        self.window.deleteLater()

    def _show(self) -> None:
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()


def _opened(folder: Path) -> AbstractContextManager[Opened]:
    session = importlib.import_module("opsconsole.app.session")
    return session.opened(folder)


def _tools(backend: Backend) -> Any:
    return None


def _load(folder: Path, loaded: "asyncio.Future[None]") -> None:
    """On a thread: import the engine's parts, and make the workspace."""
    error: Exception | None = None
    try:
        session = importlib.import_module("opsconsole.app.session")
        workspaces = importlib.import_module("opsconsole.store.workspace")
        workspaces.create(folder, at=datetime.now(UTC), actor=session.actor()).close()
    except Exception as problem:
        error = problem

    def tell() -> None:
        if not loaded.done():
            loaded.set_result(None) if error is None else loaded.set_exception(error)

    loaded.get_loop().call_soon_threadsafe(tell)

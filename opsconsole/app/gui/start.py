"""Starts the window: paints its frame first, and loads all the rest behind it."""

import argparse
import importlib
import logging
import os
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMessageLogContext, QSettings, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from opsconsole.app.gui.onlyone import OnlyWindow
from opsconsole.app.place import data_folder, resources, workspace_folder
from opsconsole.ui.memory import THEME
from opsconsole.ui.shell.window import Window
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Theme


def main() -> None:
    """Open the window on a workspace, made where there is none yet."""
    parser = argparse.ArgumentParser(prog="opsconsole window", description="Open the console.")
    parser.add_argument("-w", "--workspace", type=Path, help="The workspace's folder.")
    parser.add_argument("--no-engine", action="store_true", help="Only look; start no engine.")
    parser.add_argument("--live-sample", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(sys.argv[2:])
    folder = workspace_folder(asked.workspace)
    only = OnlyWindow(folder)
    if not only.take():
        only.call()
        sys.stdout.write("The window of this workspace is open already; it comes to the front.\n")
        return
    logging.basicConfig(level=os.environ.get("OPSCONSOLE_LOG", "ERROR").upper(), format="%(levelname)s %(message)s")
    app = _application()
    app.setApplicationName("opsconsole")
    app.setQuitOnLastWindowClosed(False)
    window, theme = frame(app, QSettings(str(data_folder() / "window.ini"), QSettings.Format.IniFormat))
    window.show()
    app.processEvents()
    importlib.import_module("opsconsole.app.gui.mainwindow").run(
        app,
        window,
        folder=folder,
        only=only,
        theme=theme,
        is_sample=asked.live_sample,
        with_engine=not asked.no_engine,
    )


def _application() -> QApplication:
    """Make the application. Without a screen Qt would abort, and leave a dump of its memory."""

    def hear(kind: QtMsgType, _: QMessageLogContext, text: str | None) -> None:
        if kind is not QtMsgType.QtFatalMsg:
            return
        sys.stderr.write(
            "The window could not be opened: no screen answers here. Sit at the machine's own desktop, or set DISPLAY."
            " Without a screen, `opsconsole --help` lists what works in a terminal.\n"
            f"({(text or '').partition(chr(10))[0]})\n"
        )
        sys.stderr.flush()
        os._exit(3)

    before = qInstallMessageHandler(hear)
    try:
        return QApplication(sys.argv[:1])
    finally:
        qInstallMessageHandler(before)


def frame(app: QApplication, memory: QSettings) -> tuple[Window, Theme]:
    """Make the window's frame in the theme that was chosen."""
    fonts.load(resources() / "fonts")
    mode: Any = memory.value(THEME, "system")
    theme = Theme(app, mode if mode in ("light", "dark") else "system")
    return Window(theme, memory), theme

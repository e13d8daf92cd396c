"""Takes the pictures."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.gui.start import frame
from opsconsole.ui.loop import qt_loop
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.shell.catalog import PANELS, WELCOME
from tests.shots.agents import hold
from tests.shots.views import views
from tests.support.desktop.console import application, until
from tests.support.desktop.screen import OFFSCREEN

SIZE, SMALL = (1280, 800), (1024, 700)
SETTLE_S = 0.5
"""Longer than what is typed waits before it is looked over, and a panel before it fills itself anew."""
TWICE = "QT_SCALE_FACTOR"


@dataclass(frozen=True, slots=True)
class Series:
    """Pictures of one workspace in a window of one size."""

    into: Path
    kind: str
    panels: Collection[str]
    size: tuple[int, int] = SIZE


async def _settle(joined: Joined) -> None:
    for _ in range(2):
        await asyncio.sleep(SETTLE_S)
        await until(lambda: joined.context.tasks.count == 0)
    joined.window.notice.hide()


def _break(joined: Joined, folder: Path) -> None:
    (folder / "workspace.db").write_bytes(b"this is no database " * 500)
    for extra in ("workspace.db-wal", "workspace.db-shm"):
        (folder / extra).unlink(missing_ok=True)
    joined.backend.reopen()


async def _take(joined: Joined, series: Series, mode: str) -> None:
    window = joined.window

    def keep(name: str, picture: QWidget = window) -> None:
        picture.grab().save(str(series.into / f"{name}-{series.kind}-{mode}.png"))

    for entry in (*PANELS, WELCOME):
        if entry.name not in series.panels:
            continue
        window.show_panel(entry.name)
        await _settle(joined)
        keep(entry.name)
        panel = window.panel(entry.name)
        for view, take in views(panel):
            take()
            await _settle(joined)
            keep(f"{entry.name}-{view}")
        if series.kind.startswith("held") and isinstance(panel, AgentsPanel):
            panel.go({"agent": "deal-watch", "tab": "charter"})
            await _settle(joined)
            keep(f"{entry.name}-paused")
            panel.go({"agent": "customer-mail"})


async def _shoot(folder: Path, series: Series) -> None:
    app = application()
    with tempfile.TemporaryDirectory() as place:
        window, theme = frame(app, QSettings(f"{place}/window.ini", QSettings.Format.IniFormat))
        joined = Joined(window, folder, theme=theme)
        window.resize(*series.size)
        window.show()
        await joined.begin(with_engine=False)
        await until(lambda: window.state is not None)
        if series.kind == "error":
            _break(joined, folder)
        for mode in ("light", "dark"):
            theme.choose(mode)
            await _take(joined, series, mode)
        await joined.end()


def main(into: Path, only: str = "") -> None:
    """Take all pictures, or those of one panel."""
    into.mkdir(parents=True, exist_ok=True)
    every = [entry.name for entry in (*PANELS, WELCOME) if only in ("", entry.name)]
    agents, is_twice = [name for name in every if name == AgentsPanel.name], TWICE in os.environ
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        program = [sys.executable, "-m", "opsconsole"]
        subprocess.run([*program, "demo", "--headless", "-w", root / "data"], check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(root / "data", root / "held")
        hold(root / "held")
        many = [
            Series(into, "data", every), Series(into, "empty", every), Series(into, "error", every),
            Series(into, "held", agents), Series(into, "held-small", agents, SMALL),
        ]  # fmt: skip
        for series in [Series(into, "held-twice", agents, SMALL)] if is_twice else many:
            with qt_loop(application()) as loop:
                loop.run_until_complete(_shoot(root / series.kind.partition("-")[0], series))
    if agents and not is_twice:
        again = [sys.executable, "-m", "tests.shots", str(into), *agents]
        subprocess.run(again, check=True, env={**os.environ, TWICE: "2"})
        print(f"{len(list(into.glob('*.png')))} pictures in {into}")


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", OFFSCREEN)
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "shots"), *sys.argv[2:3])

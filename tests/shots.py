"""`python -m tests.shots FOLDER`: pictures of every panel, both themes, with data, empty and in error."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.gui.start import frame
from opsconsole.ui.loop import qt_loop
from opsconsole.ui.panel import Panel
from opsconsole.ui.panels.agents.blank.page import QUESTIONS
from opsconsole.ui.panels.agents.panel import TABS, AgentsPanel
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from opsconsole.ui.shell.catalog import PANELS, WELCOME
from tests.support.desktop.console import application, until
from tests.support.desktop.screen import OFFSCREEN

SIZE = (1280, 800)
SETTLE_S = 1.2
"""Time for a panel to fill; a picture is no measurement."""


def views(panel: Panel | None) -> list[tuple[str, Callable[[], object]]]:
    """The other views of a panel, each with how one gets there; the last leads back to the first."""
    if isinstance(panel, AgentsPanel):
        tabs = [(name, partial(panel.turn, name)) for name in list(TABS)[1:]]
        blank = [(f"blank-{number}", partial(_question, panel, number)) for number in range(len(QUESTIONS))]
        return [*tabs, ("new", panel.add), *blank, ("charter", partial(_charter, panel))]
    if not isinstance(panel, ShadowPanel):
        return []
    numbers = panel.numbers

    def details(is_open: bool) -> None:
        panel.turn("numbers")
        if numbers.toggle.isChecked() is not is_open:
            numbers.toggle.click()
        if is_open:
            numbers.detail_of(1)

    return [
        ("would", lambda: panel.turn("would")),
        ("recommendations", lambda: panel.turn("recommendations")),
        ("numbers", lambda: details(False)),
        ("details", lambda: details(True)),
        ("details-below", lambda: numbers.scroll_to(numbers.details)),
        ("lessons", lambda: panel.turn("lessons")),
        ("lessons-tried", panel.lessons.try_it),
        ("compare", lambda: panel.turn("compare")),
    ]


def _question(panel: AgentsPanel, number: int) -> None:
    panel.begin_blank()
    panel.blank.turn(number)


def _charter(panel: AgentsPanel) -> None:
    panel.gallery.left.emit()
    panel.turn("charter")


async def _shoot(folder: Path, into: Path, kind: str) -> None:
    app = application()
    with tempfile.TemporaryDirectory() as place:
        window, theme = frame(app, QSettings(f"{place}/window.ini", QSettings.Format.IniFormat))
        joined = Joined(window, folder, theme=theme)
        window.resize(*SIZE)
        window.show()
        await joined.begin(with_engine=False)
        await until(lambda: window.state is not None)
        if kind == "error":
            (folder / "workspace.db").write_bytes(b"this is no database " * 500)
            for extra in ("workspace.db-wal", "workspace.db-shm"):
                (folder / extra).unlink(missing_ok=True)
            joined.backend.reopen()
        for mode in ("light", "dark"):
            theme.choose(mode)
            for entry in (*PANELS, WELCOME):
                window.show_panel(entry.name)
                await asyncio.sleep(SETTLE_S)
                window.notice.hide()
                window.grab().save(str(into / f"{entry.name}-{kind}-{mode}.png"))
                for view, take in views(window.panel(entry.name)):
                    take()
                    await asyncio.sleep(SETTLE_S)
                    window.notice.hide()
                    window.grab().save(str(into / f"{entry.name}-{view}-{kind}-{mode}.png"))
        await joined.end()


def main(into: Path) -> None:
    """Take all pictures."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        program = [sys.executable, "-m", "opsconsole"]
        subprocess.run([*program, "demo", "--headless", "-w", root / "data"], check=True, stdout=subprocess.DEVNULL)
        for kind in ("data", "empty", "error"):
            with qt_loop(application()) as loop:
                loop.run_until_complete(_shoot(root / kind, into, kind))
    print(f"{len(list(into.glob('*.png')))} pictures in {into}")


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", OFFSCREEN)
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "shots"))

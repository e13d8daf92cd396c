"""The window: from start to the first picture beside a bare one, idle CPU, and the longest gap under load."""

import asyncio
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.store import audit
from opsconsole.ui.panels.agents.head import TABS
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.audit.export import ExportButton
from opsconsole.ui.panels.welcome.panel import WelcomePanel
from opsconsole.ui.shell.catalog import PANELS
from opsconsole.ui.shell.engineprocess import EngineState
from tests.support.desktop.console import in_window, until
from tests.support.desktop.screen import OFFSCREEN

ROUNDS = 7
HISTORY = 3_000
"""Mails of the history that is brought in while the window is open."""
_BARE = """
import os
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, lambda: os._exit(0))
app = QApplication([])
window = Window()
window.resize(1280, 800)
window.show()
app.exec()
"""
# Ours has painted its frame when it turns to loading the rest.
_OURS = """
import importlib, os, sys
import opsconsole.app.entry as entry
load = importlib.import_module
def until_painted(name, package=None):
    if name == "opsconsole.app.gui.mainwindow":
        os._exit(0)
    return load(name, package)
importlib.import_module = until_painted
sys.argv = ["opsconsole", "window", "--no-engine", "-w", os.environ["WS"]]
entry.main()
"""


def _start(code: str, env: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=env, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def _starts(folder: Path) -> dict[str, Any]:
    env = {**os.environ, "WS": str(folder), "QT_QPA_PLATFORM": OFFSCREEN}
    pairs = [(_start(_BARE, env), _start(_OURS, env)) for _ in range(ROUNDS)]
    return {
        "bench": "window_start",
        "bare_ms": round(statistics.median(bare for bare, _ in pairs) * 1e3),
        "ours_ms": round(statistics.median(ours for _, ours in pairs) * 1e3),
        "ratio": round(statistics.median(ours / bare for bare, ours in pairs), 2),
        "budget_ratio": 2.0,
    }


class _Gaps:
    """The longest time the window's thread did not come to a 10 ms timer."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.longest_s = 0.0
        self._timer = QTimer(interval=10)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.longest_s = max(self.longest_s, now - self._last)
        self._last = now

    def take(self) -> int:
        longest, self.longest_s = self.longest_s, 0.0
        return round(longest * 1e3)

    def stop(self) -> None:
        self._timer.stop()


def _lock(path: Path, seconds: float) -> threading.Thread:
    def hold() -> None:
        conn = sqlite3.connect(path, isolation_level=None)
        conn.execute("BEGIN IMMEDIATE")
        threading.Event().wait(seconds)
        conn.execute("ROLLBACK")
        conn.close()

    thread = threading.Thread(target=hold)
    thread.start()
    return thread


def _mails(path: Path, count: int) -> Path:
    name = path.stem
    with path.open("w", encoding="utf-8") as stream:
        for number in range(count):
            stream.write(
                f"From a@b Mon Nov  2 10:00:00 2026\nFrom: Ann <ann{number}@example.com>\n"
                "To: support@slotwise.example\n"
                f"Subject: Question {number}\nMessage-ID: <{name}{number}@example.com>\n"
                "Date: Mon, 2 Nov 2026 10:00:00 +0000\n\nHow do I change my booking page?\n\n"
            )
    return path


async def _brought_in(joined: Joined, mails: Path) -> None:
    """Import a history by the first screen, as a person does, while it shows how far it is."""
    joined.window.show_panel("welcome")
    panel = joined.window.panel("welcome")
    assert isinstance(panel, WelcomePanel)
    panel.bring(panel.draft(mails))
    await until(lambda: panel.said.text().startswith(f"{HISTORY:,} new items"), deadline_s=300)


async def _written_out(joined: Joined, path: Path) -> None:
    """Export the whole record by the button of the audit panel."""
    joined.window.show_panel("audit")
    panel = joined.window.panel("audit")
    assert panel is not None
    panel.findChildren(ExportButton)[0].write_to(str(path))
    await until(path.exists, deadline_s=300)
    await until(lambda: path.name in joined.window.notice.accessibleName())


async def _agents(joined: Joined, watch: "_Gaps", gaps: dict[str, int]) -> None:
    """Turn the pages of an agent, open a category and type in its playbook."""
    joined.window.show_panel("agents")
    panel = joined.window.panel("agents")
    assert isinstance(panel, AgentsPanel)
    await until(lambda: panel.shown is not None)
    for tab in TABS:
        panel.turn(tab)
        await asyncio.sleep(1.5)
        gaps[f"agents_{tab}_ms"] = watch.take()
    panel.turn("playbook")
    form = panel.playbook.ways.form
    form.cards[0].turn(is_open=True)
    await asyncio.sleep(1)
    gaps["agents_category_ms"] = watch.take()
    for letter in " and each of them is answered":
        QTest.keyClicks(form.purpose, letter)
        await asyncio.sleep(0.05)
    await asyncio.sleep(2)
    gaps["agents_typing_ms"] = watch.take()
    panel.playbook.discard()


def run(_data: Path) -> Iterator[dict[str, Any]]:
    """Measure."""
    os.environ.setdefault("QT_QPA_PLATFORM", OFFSCREEN)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "ws"
        program = [sys.executable, "-m", "opsconsole"]
        subprocess.run([*program, "demo", "--headless", "-w", folder], check=True, stdout=subprocess.DEVNULL)
        yield _starts(folder)
        found: list[dict[str, Any]] = []

        async def idle(joined: Joined) -> None:
            joined.window.show_panel("feed")
            await asyncio.sleep(3)
            cpu, wall = time.process_time(), time.perf_counter()
            await asyncio.sleep(10)
            used = (time.process_time() - cpu) / (time.perf_counter() - wall)
            found.append({"bench": "window_idle", "cpu_percent": round(used * 100, 2), "budget_percent": 1.0})

        async def loaded(joined: Joined) -> None:
            gaps: dict[str, int] = {}
            watch = _Gaps()
            await until(lambda: joined.engine.state is EngineState.WORKING)
            gaps["opening_ms"] = watch.take()
            for entry in PANELS:
                joined.window.show_panel(entry.name)
                await asyncio.sleep(1.5)
                gaps[f"opening_{entry.name}_ms"] = watch.take()
            await _agents(joined, watch, gaps)
            burst = [*program, "import", "--work", str(_mails(Path(place) / "burst.mbox", 1000)), "-w", str(folder)]
            joined.window.show_panel("feed")
            importing = await asyncio.create_subprocess_exec(*burst, stdout=subprocess.DEVNULL)
            await importing.wait()
            before = joined.window.state
            await until(lambda: joined.window.state is not before)
            await asyncio.sleep(8)
            gaps["burst_of_1000_ms"] = watch.take()
            await joined.backend.read(lambda kernel: audit.verify(kernel.reader), lane="long")
            gaps["verification_ms"] = watch.take()
            await _brought_in(joined, _mails(Path(place) / "history.mbox", HISTORY))
            gaps[f"import_of_{HISTORY}_ms"] = watch.take()
            for end in (".html", ".csv", ".jsonl"):
                await _written_out(joined, Path(place) / f"audit{end}")
                gaps[f"export{end.replace('.', '_')}_ms"] = watch.take()
            lock = _lock(folder / "workspace.db", 3.0)
            joined.window.toggle_pause()
            for panel in ("overview", "approvals", "feed"):
                joined.window.show_panel(panel)
                await asyncio.sleep(0.8)
            await until(lambda: joined.window.is_paused)
            lock.join()
            gaps["locked_3_s_ms"] = watch.take()
            watch.stop()
            found.append({"bench": "window_gaps", **gaps, "longest_ms": max(gaps.values()), "budget_ms": 100})

        in_window(folder, idle)
        in_window(folder, loaded, with_engine=True)
        yield from found

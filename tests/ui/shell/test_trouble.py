"""Trouble while the window is open: a full disk, a locked file, a killed window, no service for notifications."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.app.session import opened
from opsconsole.store import backup as backups
from opsconsole.store import lease
from opsconsole.store.queries import limits
from opsconsole.ui.shell.catalog import PANELS
from opsconsole.ui.shell.engineprocess import EngineState
from opsconsole.ui.shell.lasting import MET
from tests.support.desktop.console import in_window, until
from tests.support.desktop.screen import OFFSCREEN


def _notice(joined: Joined) -> str:
    return joined.window.notice.accessibleName()


def _limit_pages(joined: Joined, pages: int) -> Any:
    def job(opened: Any) -> None:
        opened.workspace.database.connection.execute(f"PRAGMA max_page_count = {pages}")

    return joined.backend.call(job, lane="write")


def test_a_full_disk_is_said_and_the_same_act_works_when_there_is_room(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        await _limit_pages(joined, 1)
        for _ in range(400):  # the last free page is used up at some time
            joined.window.toggle_pause()
            await until(lambda: joined.context.tasks.count == 0)
            if "full" in _notice(joined):
                break
        assert "full" in _notice(joined)
        was_paused = joined.window.is_paused
        await _limit_pages(joined, 1_000_000)
        joined.window.toggle_pause()
        await until(lambda: joined.window.is_paused is not was_paused)

    in_window(tmp_path / "ws", scenario)


def test_a_locked_file_holds_an_act_up_and_loses_nothing(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        with contextlib.closing(sqlite3.connect(joined.folder / "workspace.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            joined.window.toggle_pause()
            for number, entry in enumerate(PANELS[:5], start=1):
                QTest.keyClick(joined.window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)
                await until(lambda name=entry.name: (page := joined.window.panel(name)) and page.isVisible())
            assert not joined.window.is_paused
            other.execute("ROLLBACK")
        await until(lambda: joined.window.is_paused)

    in_window(tmp_path / "ws", scenario)


@pytest.mark.slow
def test_a_killed_window_leaves_the_engine_at_work_and_the_next_one_joins_it(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    env = {**os.environ, "QT_QPA_PLATFORM": OFFSCREEN, "XDG_DATA_HOME": str(tmp_path)}
    window = subprocess.Popen([sys.executable, "-m", "opsconsole", "window", "-w", str(folder)], env=env)
    engine = 0

    async def started() -> None:
        await until(lambda: (folder / "engine.lock").exists() and lease.holder(folder))

    try:
        asyncio.run(started())
        engine = lease.holder(folder) or 0
        window.kill()
        window.wait()
        assert lease.holder(folder) == engine

        async def scenario(joined: Joined) -> None:
            await until(lambda: joined.backend.engine == engine)
            joined.engine.begin()
            await until(lambda: joined.engine.state is EngineState.JOINED)
            assert MET[EngineState.JOINED] in joined.window.notice.accessibleName()
            joined.window.toggle_pause()
            await until(lambda: joined.window.is_paused)
            assert await joined.backend.read(lambda kernel: limits.switches(kernel.reader))

        in_window(folder, scenario)
        assert lease.holder(folder) is None, "the window that joined it stops it as it would its own"
    finally:
        window.kill()
        if engine and lease.holder(folder) == engine:
            os.kill(engine, signal.SIGTERM)


def test_where_no_service_notifies_the_window_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")

    async def scenario(joined: Joined) -> None:
        state = joined.window.state
        assert state is not None
        joined.window.hide()
        notifier = joined.notifier
        joined.window.state_changed.emit(state)
        joined.window.state_changed.emit(replace(state, waiting=3))
        await until(lambda: notifier.is_there is False)
        assert "3 waiting" in _notice(joined)
        joined.window.show()

    in_window(tmp_path / "ws", scenario)


def test_a_decision_goes_to_the_file_that_lies_there_now_and_never_to_one_that_was_taken_away(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        joined.window.toggle_pause()
        await until(lambda: joined.window.is_paused)
        workspace = joined.folder / "workspace.db"
        kept = tmp_path / "kept.db"
        backups.backup(workspace, kept, progress=lambda done, total: None)
        for path in joined.folder.glob("workspace.db*"):
            path.unlink()
        joined.window.toggle_pause()  # at once: nothing has looked yet
        await until(lambda: joined.context.tasks.count == 0)
        assert "no workspace" in _notice(joined) or "not there" in _notice(joined)
        kept.rename(workspace)
        joined.window.toggle_pause()
        await until(lambda: not joined.window.is_paused)
        with opened(joined.folder) as session:
            assert not limits.switches(session.kernel.reader)

    in_window(tmp_path / "ws", scenario)


def test_a_file_that_is_damaged_meanwhile_is_told_in_words_on_every_page(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        joined.window.show_panel("approvals")
        await until(lambda: joined.context.tasks.count == 0)
        (joined.folder / "workspace.db-wal").unlink(missing_ok=True)
        (joined.folder / "workspace.db").write_bytes(b"this was a database" * 5_000)
        failed: list[str] = []

        def hear(name: str, text: str) -> None:
            failed.append(f"{name}: {text}")

        joined.context.tasks.failed.connect(hear)
        for name in ("approvals", "feed", "audit", "overview"):
            joined.window.show_panel(name)
            await until(lambda: joined.context.tasks.count == 0)
        joined.window.toggle_pause()
        await until(lambda: joined.context.tasks.count == 0)
        assert failed and not [text for text in failed if "Something went wrong" in text], failed

    in_window(tmp_path / "ws", scenario)


def test_a_lock_file_that_cannot_be_written_does_not_keep_the_window_shut(tmp_path: Path) -> None:
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "engine.lock").mkdir()

    async def scenario(joined: Joined) -> None:
        assert joined.backend.engine == 0

    in_window(tmp_path / "ws", scenario)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always a screen there")
def test_without_a_screen_it_says_so_and_leaves_no_dump(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env |= {"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":4711"}
    command = [sys.executable, "-m", "opsconsole", "window", "-w", str(tmp_path / "ws")]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 3
    assert "no screen answers here" in ended.stderr

"""Closing the window: what becomes of the agents is asked once; and there is one window a workspace."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest

from opsconsole.app.gui.mainwindow import Joined, until_closed
from opsconsole.app.gui.onlyone import OnlyWindow
from opsconsole.app.gui.start import frame
from opsconsole.doubles.brain import FakeBrain, one_by_one
from opsconsole.engine.engine import Engine
from opsconsole.store import lease, workspace
from opsconsole.ui.loop import qt_loop
from opsconsole.ui.memory import on_close
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.shell import engineprocess
from opsconsole.ui.shell.closing import AskDialog
from opsconsole.ui.shell.engineprocess import EngineState
from tests.support.desktop.console import application, in_window, until
from tests.support.desktop.screen import OFFSCREEN
from tests.support.files import NOW

Scene = Callable[[Joined], Awaitable[None]]


def _memory(folder: Path) -> QSettings:
    return QSettings(str(folder.parent / "window.ini"), QSettings.Format.IniFormat)


def _play(folder: Path, scene: Scene, *, is_sample: bool = False) -> None:
    """Open the window with its engine, play a scene in it that closes it, and wait for its end."""

    async def play() -> None:
        window, theme = frame(application(), _memory(folder))
        joined = Joined(window, folder, theme=theme, is_sample=is_sample)
        window.show()
        playing = asyncio.ensure_future(until_closed(joined, with_engine=True))
        await until(lambda: joined.backend.engine and window.state is not None)
        await until(lambda: joined.engine.state in (EngineState.WORKING, EngineState.JOINED))
        await scene(joined)
        async with asyncio.timeout(30):
            await playing

    with qt_loop(application()) as loop:
        loop.run_until_complete(play())


def _holder(folder: Path) -> int:
    return lease.holder(folder) or 0


async def _asked(joined: Joined) -> AskDialog:
    joined.window.close()
    await until(lambda: joined.closing.dialog is not None)
    assert joined.closing.dialog is not None
    return joined.closing.dialog


@pytest.mark.slow
def test_agents_that_are_let_work_on_do_so_until_a_later_window_stops_them(worked: Path) -> None:
    async def leaves(joined: Joined) -> None:
        dialog = await _asked(joined)
        assert not dialog.keep.isChecked(), "nothing holds for ever that was not said"
        QTest.keyClick(dialog.keep, Qt.Key.Key_Space)
        QTest.mouseClick(dialog.leave, Qt.MouseButton.LeftButton)

    async def closes_again(joined: Joined) -> None:
        assert joined.engine.state is EngineState.JOINED
        assert "at work without a window" in joined.window.notice.accessibleName()
        joined.window.close()
        assert joined.closing.dialog is None, "it was said once"

    async def quits(joined: Joined) -> None:
        assert joined.engine.state is EngineState.JOINED
        joined.window.quit_wanted.emit()

    _play(worked, leaves)
    assert _memory(worked).value(on_close(worked)) == "leave"
    assert _memory(worked).value(on_close(worked.parent / "another")) is None
    asyncio.run(until(lambda: _holder(worked)))
    left = _holder(worked)
    assert lease.is_of_window(worked)
    _play(worked, closes_again)
    assert _holder(worked) == left
    _play(worked, quits)
    assert not _holder(worked)


@pytest.mark.slow
def test_agents_that_are_to_stop_stop_and_staying_closes_nothing(worked: Path) -> None:
    async def scene(joined: Joined) -> None:
        dialog = await _asked(joined)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await until(lambda: joined.closing.dialog is None)
        assert joined.window.isVisible() and _holder(worked) == joined.backend.engine
        dialog = await _asked(joined)
        QTest.mouseClick(dialog.stop, Qt.MouseButton.LeftButton)

    _play(worked, scene)
    assert not _holder(worked)
    assert _memory(worked).value(on_close(worked)) is None


@pytest.mark.slow
def test_a_joined_engine_can_be_started_anew(worked: Path) -> None:
    async def leaves(joined: Joined) -> None:
        (await _asked(joined)).leave.click()

    async def restarts(joined: Joined) -> None:
        earlier = joined.backend.engine
        assert joined.engine.can_restart
        joined.window.restart_engine()
        await until(lambda: joined.engine.state is EngineState.WORKING)
        assert joined.backend.engine not in (0, earlier)
        joined.window.quit_wanted.emit()

    _play(worked, leaves)
    asyncio.run(until(lambda: _holder(worked)))
    _play(worked, restarts)
    assert not _holder(worked)


@pytest.mark.slow
@pytest.mark.parametrize("is_sample", [False, True])
def test_without_an_agent_and_in_the_sample_nothing_is_asked(tmp_path: Path, worked: Path, is_sample: bool) -> None:
    folder = worked if is_sample else tmp_path / "new"

    async def scene(joined: Joined) -> None:
        joined.window.close()
        assert joined.closing.dialog is None

    _play(folder, scene, is_sample=is_sample)
    assert not _holder(folder)


def test_an_engine_of_a_terminal_is_told_from_one_of_a_window(tmp_path: Path) -> None:
    place = workspace.create(tmp_path / "ws", at=NOW, actor="person:test")

    async def work() -> list[bool]:
        told: list[bool] = []
        for is_of_window in (False, True):
            async with Engine(place, lambda _: [], FakeBrain(one_by_one("", [])), is_of_window=is_of_window):
                assert lease.holder(tmp_path / "ws") == os.getpid()
                told.append(lease.is_of_window(tmp_path / "ws"))
        return told

    assert asyncio.run(work()) == [False, True]
    assert not lease.is_of_window(tmp_path / "ws"), "nobody works"
    place.close()


@pytest.mark.qt_log_ignore("does not support raise")
def test_a_second_window_on_a_workspace_brings_the_first_to_the_front(empty: Path) -> None:
    async def scenario(joined: Joined) -> None:
        joined.window.hide()
        env = {**os.environ, "QT_QPA_PLATFORM": OFFSCREEN, "XDG_DATA_HOME": str(empty.parent)}
        command = [sys.executable, "-m", "opsconsole", "window", "-w", str(empty)]
        second = await asyncio.create_subprocess_exec(*command, env=env, stdout=subprocess.PIPE)
        out, _ = await second.communicate()
        assert second.returncode == 0
        assert b"open already" in out
        await until(joined.window.isVisible)

    in_window(empty, scenario)
    only = OnlyWindow(empty)
    assert only.take(), "the window that is closed lets go"
    only.close()


def test_where_the_folder_cannot_be_written_a_window_opens_all_the_same(tmp_path: Path) -> None:
    assert OnlyWindow(tmp_path / "missing").take()
    (tmp_path / "window.lock").mkdir()
    assert OnlyWindow(tmp_path).take()


@pytest.mark.slow
def test_agents_work_on_as_it_was_said_also_where_the_engine_is_starting_anew(worked: Path) -> None:
    """Closed in the moments after a crash: what holds is what the person chose, not which process was there."""
    _memory(worked).setValue(on_close(worked), "leave")

    async def scene(joined: Joined) -> None:
        os.kill(joined.backend.engine, signal.SIGKILL)
        await until(lambda: joined.engine.state is EngineState.CRASHED)
        joined.window.close()

    _play(worked, scene)
    asyncio.run(until(lambda: _holder(worked)))
    os.kill(_holder(worked), signal.SIGTERM)
    asyncio.run(until(lambda: not _holder(worked)))


@pytest.mark.slow
def test_an_engine_left_behind_that_does_not_stop_is_ended(worked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engineprocess, "PATIENCE_MS", 300)

    async def leaves(joined: Joined) -> None:
        (await _asked(joined)).leave.click()

    async def quits(joined: Joined) -> None:
        os.kill(joined.backend.engine, signal.SIGSTOP)  # it cannot hear that it shall stop
        joined.window.quit_wanted.emit()

    _play(worked, leaves)
    asyncio.run(until(lambda: _holder(worked)))
    _play(worked, quits)
    assert not _holder(worked)


@pytest.mark.slow
@pytest.mark.parametrize("is_quit", [True, False])
def test_what_is_typed_and_not_saved_is_told_before_the_window_goes(worked: Path, is_quit: bool) -> None:
    async def scene(joined: Joined) -> None:
        joined.window.show_panel("agents")
        panel = joined.window.panel("agents")
        assert isinstance(panel, AgentsPanel)
        await until(lambda: panel.shown is not None)
        panel.turn("playbook")
        panel.playbook.ways.form.purpose.setPlainText("Another one.")

        def close() -> None:
            if is_quit:
                joined.window.quit_wanted.emit()
            else:
                joined.window.close()

        close()
        warning = joined.closing.warning
        assert warning is not None and joined.closing.dialog is None
        QTest.keyClick(warning, Qt.Key.Key_Escape)
        await until(lambda: joined.closing.warning is None)
        assert joined.window.isVisible() and panel.playbook.is_changed
        close()
        warning = joined.closing.warning
        assert warning is not None
        warning.accept()
        if not is_quit:
            await until(lambda: joined.closing.dialog is not None)
            assert joined.closing.dialog is not None
            QTest.mouseClick(joined.closing.dialog.stop, Qt.MouseButton.LeftButton)

    _play(worked, scene)
    assert not _holder(worked)

"""What is not there while the window is open: a model's endpoint, a tray, a notification service on a real bus."""

import asyncio
import sys
import threading
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QLabel

from opsconsole.app.gui.mainwindow import Joined, until_closed
from opsconsole.app.gui.start import frame
from opsconsole.app.modelaccount import config_of, store_model
from opsconsole.app.session import opened
from opsconsole.doubles.modelendpoint import Reply, Request, call, ends, says
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.store.queries.views.console import ShellState
from opsconsole.ui.loop import qt_loop
from opsconsole.ui.shell.engineprocess import EngineState
from tests.support.desktop.console import application, in_window, until
from tests.support.desktop.notifications import Notifications
from tests.support.http.served import served
from tests.support.ports import free_port
from tests.support.secrets import keyrings
from tests.support.shell import write_mail
from tests.support.thinking import thinker
from tests.ui.sample import make_empty
from tests.ui.scenes import told


def _works(request: Request) -> Reply:
    done = any(message["role"] == "tool" for message in request["messages"])
    return ends("case") if done else says(None, call("create_ticket", {"title": "From a model"}))


def _with_model(folder: Path, port: int) -> None:
    """A workspace whose one agent thinks with a model at a port."""
    make_empty(folder)
    with opened(folder) as session:
        config = config_of({"base_url": f"http://127.0.0.1:{port}/v1", "model": "fake", "timeout_s": 5})
        store_model(session, "main", config, trouble="")
        now = session.kernel.clock.now()
        spec = thinker(limits={"attempts": 1})
        session.write(
            lambda tx: apply_agent(tx, AgentFile(spec, ""), session.kernel.registry, actor="person:test", now=now),
            name="apply",
        )


async def _take(joined: Joined, number: int) -> None:
    """A mail comes."""
    path = await asyncio.to_thread(write_mail, joined.folder.parent, number, f"Question {number}")
    program = [sys.executable, "-m", "opsconsole", "import", "--work", str(path), "-w", str(joined.folder)]
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0


def _status(joined: Joined) -> str:
    bar = next(
        label for label in joined.window.findChildren(QLabel) if label.text().startswith(("Model ", "Offline brain"))
    )
    return bar.text()


@pytest.mark.slow
def test_a_model_that_cannot_be_reached_is_said_while_agents_run_and_so_is_its_return(tmp_path: Path) -> None:
    port = free_port()
    _with_model(tmp_path / "ws", port)

    async def scenario(joined: Joined) -> None:
        await until(lambda: joined.engine.state is EngineState.WORKING)
        assert _status(joined) == "Model answers"
        await _take(joined, 1)
        await until(lambda: _status(joined) == "Model main does not answer")
        assert "main: " in told(joined.window) and "nobody listens there" in told(joined.window)
        assert joined.engine.state is EngineState.WORKING
        joined.window.show_panel("connections")
        await until(lambda: "In trouble" in told(joined.window))
        await asyncio.to_thread(is_back.set)
        await asyncio.to_thread(serving.wait)
        await _take(joined, 2)
        await until(lambda: _status(joined) == "Model answers")
        await until(lambda: "nobody listens there" not in told(joined.window))

    is_back, serving, is_over = threading.Event(), threading.Event(), threading.Event()

    def endpoint() -> None:
        is_back.wait()
        with served(_works, port=port):
            serving.set()
            is_over.wait()

    thread = threading.Thread(target=endpoint)
    thread.start()
    try:
        in_window(tmp_path / "ws", scenario, with_engine=True)
    finally:
        is_back.set()
        is_over.set()
        thread.join()


def test_without_a_tray_the_window_that_is_closed_ends(tmp_path: Path) -> None:
    app = application()
    memory = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)

    async def play() -> None:
        window, theme = frame(app, memory)
        joined = Joined(window, tmp_path / "ws", theme=theme)
        assert not joined.tray.is_there
        window.show()
        playing = asyncio.ensure_future(until_closed(joined, with_engine=False))
        await until(lambda: window.state is not None)
        window.close()
        async with asyncio.timeout(30):
            await playing
        assert joined.context.tasks.count == 0

    with qt_loop(app) as loop:
        loop.run_until_complete(play())
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("opsconsole")]


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    folder = tmp_path / "bus"
    folder.mkdir()
    with keyrings.session_bus(folder) as env:
        address = env["DBUS_SESSION_BUS_ADDRESS"]
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


def _speaks_alone(joined: Joined, monkeypatch: pytest.MonkeyPatch) -> ShellState:
    """From here on the window hears how things are from the test alone, not also from its own looks at the file."""
    window = joined.window
    monkeypatch.setattr(window, "look", lambda: None)
    for timer in window.findChildren(QTimer):
        timer.stop()
    joined.context.tasks.cancel(id(window))
    assert window.state is not None
    return window.state


@pytest.mark.slow
@pytest.mark.qt_log_ignore("does not support raise")
def test_a_notification_service_is_told_how_many_wait_and_a_click_shows_them(
    tmp_path: Path, bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(joined: Joined) -> None:
        async with Notifications(bus) as service:
            state = _speaks_alone(joined, monkeypatch)
            joined.window.hide()

            def waits(count: int) -> Any:
                return joined.window.state_changed.emit(replace(state, waiting=count))

            waits(0)
            waits(2)
            await until(lambda: len(service.shown) == 1)
            waits(3)
            await until(lambda: len(service.shown) == 2)
            assert [notice["text"] for notice in service.shown] == ["2 waiting for you", "1 new, 3 waiting for you"]
            assert {notice["title"] for notice in service.shown} == {"opsconsole"}
            assert joined.notifier.is_there and "waiting" not in joined.window.notice.accessibleName()
            waits(1)
            await service.click(2)
            await until(lambda: joined.window.isVisible() and "Approvals" in joined.window.windowTitle())
            assert len(service.shown) == 2, "fewer that wait are no news"

    in_window(tmp_path / "ws", scenario)


@pytest.mark.slow
def test_a_service_that_goes_away_is_replaced_by_the_window_itself(
    tmp_path: Path, bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(joined: Joined) -> None:
        state = _speaks_alone(joined, monkeypatch)
        joined.window.hide()
        joined.window.state_changed.emit(state)
        async with Notifications(bus) as service:
            joined.window.state_changed.emit(replace(state, waiting=1))
            await until(lambda: service.shown)
        joined.window.state_changed.emit(replace(state, waiting=4))
        await until(lambda: "4 waiting for you" in joined.window.notice.accessibleName())
        assert joined.notifier.is_there is False
        joined.window.show()

    in_window(tmp_path / "ws", scenario)

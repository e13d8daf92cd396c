"""The window stops, and stops its engine, also where there are no signals (Windows)."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings

from opsconsole.app.gui.mainwindow import Joined, until_closed
from opsconsole.app.gui.start import frame
from opsconsole.app.session import opened
from opsconsole.domain.engineprocess import STOP_LINE
from opsconsole.ui.backend import Backend
from opsconsole.ui.loop import SWITCH_S, qt_loop
from opsconsole.ui.shell.engineprocess import LOG, EngineProcess, EngineState
from tests.support.desktop.console import application, in_window, until

DEAF = """
import pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(sys.stdin.readline(), file=sys.stderr, flush=True)
pathlib.Path(sys.argv[1]).write_text(sys.stdin.readline())
"""


def test_an_engine_that_gets_no_signal_is_asked_to_stop_by_a_line(tmp_path: Path) -> None:
    async def scenario(joined: Joined) -> None:
        backend = Backend(joined.folder, lambda: opened(joined.folder))
        engine = EngineProcess([sys.executable, "-c", DEAF, str(tmp_path / "told")], backend, lambda: "open sesame")
        engine.begin()
        await until(lambda: "open sesame" in (joined.folder / LOG).read_text())
        engine.end()
        await until(lambda: engine.state is EngineState.STOPPED)
        assert (tmp_path / "told").read_bytes() == STOP_LINE
        backend.close()

    in_window(tmp_path / "ws", scenario)


def test_where_loops_know_no_signals_the_window_opens_and_a_signal_closes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = application()
    window, theme = frame(app, QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    joined = Joined(window, tmp_path / "ws", theme=theme)

    def add_signal_handler(*_: object) -> None:
        raise NotImplementedError

    async def play() -> None:
        window.show()
        playing = asyncio.ensure_future(until_closed(joined, with_engine=False))
        await until(lambda: window.state is not None)
        signal.raise_signal(signal.SIGTERM)
        await playing

    with qt_loop(app) as loop:
        monkeypatch.setattr(loop, "add_signal_handler", add_signal_handler)
        loop.run_until_complete(play())
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert not [widget for widget in app.topLevelWidgets() if widget.isVisible()]


def test_a_thread_that_works_lets_the_window_go_on_soon() -> None:
    before = sys.getswitchinterval()

    async def inside() -> float:
        return sys.getswitchinterval()

    with qt_loop(application()) as loop:
        assert loop.run_until_complete(inside()) == pytest.approx(SWITCH_S)
    assert sys.getswitchinterval() == before

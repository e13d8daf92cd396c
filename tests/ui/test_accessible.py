"""Everything that takes the focus names itself to a screen reader, and no panel breaks at twice the size."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QScrollArea, QWidget

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.ui.panels.approvals.panel import ApprovalsPanel
from opsconsole.ui.shell.catalog import PANELS, WELCOME
from opsconsole.ui.shell.screenfit import FRAME
from tests.shots.views import views
from tests.support.desktop.console import in_window, until
from tests.ui.test_narrow import beyond, unreachable

SMALL = QSize(1024, 700)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "ws"
    command = [sys.executable, "-m", "opsconsole", "demo", "--headless", "-w", str(folder)]
    env = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    subprocess.run(command, check=True, capture_output=True, env=env)
    return folder


def _focusable(page: QWidget) -> Iterator[QWidget]:
    for widget in page.findChildren(QWidget):
        is_inner = isinstance(widget.parent(), QAbstractScrollArea) or widget.objectName().startswith("qt_")
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not is_inner:
            yield widget


async def _at_rest(joined: Joined) -> None:
    """Wait until all that was asked for is read, and once more, for what that asked for."""
    for _ in range(2):
        await asyncio.sleep(0)
        await until(lambda: joined.context.tasks.count == 0)


def test_all_that_takes_the_focus_has_a_name(sample: Path) -> None:
    async def scenario(joined: Joined) -> None:
        nameless: list[str] = []
        for entry in (*PANELS, WELCOME):
            joined.window.show_panel(entry.name)
            panel = joined.window.panel(entry.name)
            assert panel is not None
            for view, take in (("", lambda: None), *views(panel)):
                take()
                await _at_rest(joined)
                for widget in _focusable(panel):
                    if isinstance(widget, QScrollArea):
                        continue
                    told = QAccessible.queryAccessibleInterface(widget)
                    if not told.text(QAccessible.Text.Name).strip():
                        nameless.append(f"{entry.name} {view}: {type(widget).__name__} {widget.objectName()}")
        for widget in _focusable(joined.window.rail):
            assert QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
        assert not nameless, "\n".join(sorted(set(nameless)))

    in_window(sample, scenario)


def test_rows_name_themselves(sample: Path) -> None:
    async def scenario(joined: Joined) -> None:
        for name in ("feed", "approvals", "audit", "shadow"):
            joined.window.show_panel(name)
            panel = joined.window.panel(name)
            assert panel is not None

            def filled(page: QWidget = panel) -> list[QAbstractItemView]:
                return [
                    view for view in page.findChildren(QAbstractItemView)
                    if view.isVisible() and view.model().rowCount()
                ]  # fmt: skip

            await until(filled)
            await _at_rest(joined)
            view = filled()[0]
            text = view.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
            assert isinstance(text, str)
            assert len(text) > 10, f"{name}: {text!r}"

    in_window(sample, scenario)


@pytest.mark.slow
def test_a_small_screen_and_twice_the_size_cut_nothing_off(sample: Path) -> None:
    async def scenario(joined: Joined) -> None:
        inner = joined.window.screen().availableGeometry().size() - FRAME
        assert joined.window.size() == joined.window.size().boundedTo(inner), "it opens larger than its screen"
        size = SMALL.boundedTo(inner)
        joined.window.resize(size)
        for entry in (*PANELS, WELCOME):
            joined.window.show_panel(entry.name)
            await _at_rest(joined)
            assert joined.window.size() == size, f"{entry.name} forces {joined.window.size()}"

    in_window(sample, scenario)


@pytest.mark.slow
def test_a_small_screen_and_twice_the_size_have_all_that_is_read_and_pressed(sample: Path) -> None:
    """On every panel, in every view: nothing is cut, nothing lies beyond an edge behind which one cannot scroll."""

    async def scenario(joined: Joined) -> None:
        inner = joined.window.screen().availableGeometry().size() - FRAME
        joined.window.resize(SMALL.boundedTo(inner))
        found: dict[str, list[str]] = {}
        for entry in (*PANELS, WELCOME):
            joined.window.show_panel(entry.name)
            panel = joined.window.panel(entry.name)
            assert panel is not None
            for view, take in (("", lambda: None), *views(panel)):
                take()
                await _at_rest(joined)
                found[f"{entry.name} {view}".strip()] = unreachable(panel)
        assert not any(found.values()), "\n".join(f"{name}: {told}" for name, told in found.items() if told)

    in_window(sample, scenario)


@pytest.mark.slow
def test_every_card_that_waits_fits_a_small_window(sample: Path) -> None:
    """Of money, forwards, questions and bad ones too, and many of one kind together; nothing is cut or lies beyond."""

    def cut(page: QWidget) -> str:
        areas = [area for area in page.findChildren(QScrollArea) if area.isVisible()]
        assert areas
        return "; ".join(fault for area in areas for fault in beyond(area))

    async def scenario(joined: Joined) -> None:
        joined.window.resize(SMALL)
        joined.window.show_panel("approvals")
        panel = joined.window.panel("approvals")
        assert isinstance(panel, ApprovalsPanel)
        await until(lambda: panel.shown is not None)
        found: dict[str, str] = {}
        for row in panel.queue.rows:
            panel.queue.look_at(row.id)
            await until(lambda number=row.id: panel.shown is not None and panel.shown.view.id == number)
            await _at_rest(joined)
            found[f"{row.tool} {row.kind.value}"] = cut(panel.detail)
        panel.desk.open()
        await until(lambda: panel.mode == "batch")
        await _at_rest(joined)
        found["many"] = cut(panel.batch)
        assert len(found) > 8 and not any(found.values()), {name: told for name, told in found.items() if told}

    in_window(sample, scenario)


@pytest.mark.slow
def test_the_same_at_twice_the_size() -> None:
    again = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "small_screen"]
    done = subprocess.run(
        again, env={**os.environ, "QT_SCALE_FACTOR": "2"}, cwd=Path(__file__).parents[2], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:]

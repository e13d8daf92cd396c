"""Every view of Agents in a small window, by keys alone: reached, left, in sight, lit up, named, and nothing cut."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from opsconsole.app.gui.mainwindow import Joined
from opsconsole.ui.panels.agents.growing import GrowingText
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.agents.parts import mark
from opsconsole.ui.theme import fonts
from opsconsole.ui.theme.theme import Mode, Theme
from tests.shots.agents import agents_views, hold
from tests.support.desktop.console import application, in_window, until
from tests.support.desktop.walker import Walker, controls, name_of, tab_round
from tests.ui.stage import FONTS

pytestmark = pytest.mark.slow
SMALL = (1024, 700)
LETTERS = "nbpac123"
"""Every key of Agents that writes a sign."""

WIDE = ("Charter", "Guardrails", "Versions", "Coverage", "Templates")
"""Pages whose cards go from edge to edge."""
FAINT, SEEN = bytes(range(24)), 20
"""Differences of brightness, of 255, that one overlooks; so many points must differ by more."""
Visit = Callable[[Walker, AgentsPanel], Iterator[str]]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, with a broken rule and an agent that is paused."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    command = [sys.executable, "-m", "opsconsole", "demo", "--headless", "-w", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ})
    hold(folder)
    return folder


def walk(held: Path, folder: Path, visit: Visit, *, size: tuple[int, int] = SMALL) -> None:
    """Go to every view and gather what is wrong there."""
    shutil.copytree(held, folder / "w")
    found: list[str] = []

    async def scenario(joined: Joined) -> None:
        joined.window.resize(*size)
        joined.window.activateWindow()
        await until(joined.window.isActiveWindow)
        walker = Walker(joined)
        panel = await walker.go("agents")
        assert isinstance(panel, AgentsPanel)
        for view, take in (("charter", lambda: None), *agents_views(panel)):
            take()
            for _ in range(3):  # also what was begun by what was begun
                await asyncio.sleep(0)
                await until(lambda: joined.context.tasks.count == 0 and panel.playbook.ways.form.is_whole)
            found.extend(f"{view}: {fault}" for fault in visit(walker, panel))

    in_window(folder / "w", scenario, deadline_s=240)
    assert not found, "\n".join(dict.fromkeys(found))


def side(panel: AgentsPanel) -> QWidget:
    """What is shown of the panel."""
    shown = panel.sides.currentWidget()
    assert shown is not None
    return shown


def test_tab_leads_to_every_control_of_every_view_and_on(held: Path, tmp_path: Path) -> None:
    def visit(walker: Walker, panel: AgentsPanel) -> Iterator[str]:
        yield from (f"Tab does not lead to {name}" for name in tab_round(walker, side(panel)))

    walk(held, tmp_path, visit)


def picture(widget: QWidget) -> QImage:
    """A control as it is painted, with a list's or a page's bar."""
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def look_alike(one: QImage, other: QImage) -> bool:
    """Few of their points differ so that one sees it."""
    if one.size() != other.size():
        return False
    apart = QPainter(one)
    apart.setCompositionMode(QPainter.CompositionMode.CompositionMode_Difference)
    apart.drawImage(0, 0, other)
    apart.end()
    grey = one.convertToFormat(QImage.Format.Format_Grayscale8)
    return len(bytes(grey.constBits()).translate(None, FAINT)) < SEEN


def test_what_has_the_keys_is_in_sight_and_lit_up(held: Path, tmp_path: Path) -> None:
    def visit(walker: Walker, panel: AgentsPanel) -> Iterator[str]:
        seen: list[QWidget] = []
        walker.press(Qt.Key.Key_Tab)  # what the program gave the keys to is not lit up before somebody tabs
        lit = picture(walker.focus)
        while walker.focus not in seen:
            at = walker.focus
            seen.append(at)
            if at.visibleRegion().isEmpty():
                yield f"{name_of(at)} has the keys and is out of sight"
            walker.press(Qt.Key.Key_Tab)
            if side(panel).isAncestorOf(at) and walker.focus is not at and look_alike(picture(at), lit):
                yield f"{name_of(at)} looks the same with the keys"
            lit = picture(walker.focus)

    walk(held, tmp_path, visit)


def test_every_control_says_what_it_is_and_no_two_the_same(held: Path, tmp_path: Path) -> None:
    def visit(walker: Walker, panel: AgentsPanel) -> Iterator[str]:
        every = controls(side(panel))
        names = [QAccessible.queryAccessibleInterface(each).text(QAccessible.Text.Name).strip() for each in every]
        for each, name in zip(every, names, strict=True):
            if len(name) < 2 or name == type(each).__name__:
                yield f"{type(each).__name__} is called {name!r}"
        yield from (f"{number} are called {name!r}" for name, number in Counter(names).items() if number > 1)

    walk(held, tmp_path, visit)


def test_what_is_typed_into_a_field_is_no_command(held: Path, tmp_path: Path) -> None:
    def visit(walker: Walker, panel: AgentsPanel) -> Iterator[str]:
        def state() -> tuple[object, ...]:
            rails = len(panel.guardrails.forms.cards)
            return side(panel), panel.tab, rails, dict(panel.autonomy.changes), walker.joined.context.tasks.count

        fields = [each for each in controls(side(panel)) if isinstance(each, QLineEdit | QComboBox)]
        for field in fields:
            field.setFocus()
            before, text = state(), field.text() if isinstance(field, QLineEdit) else ""
            for letter in LETTERS:
                QTest.keyClicks(walker.focus, letter)
                if state() != before:
                    yield f"{letter!r} in {name_of(field)} is a command"
                    return
            if isinstance(field, QLineEdit) and not field.isReadOnly():
                field.setText(text)

    walk(held, tmp_path, visit)


def lying_over_one_another(page: QWidget) -> Iterator[str]:
    """Words on one page of which some cover others."""
    by_parent: dict[QWidget, list[QLabel | QAbstractButton]] = {}
    for part in page.findChildren(QLabel) + page.findChildren(QAbstractButton):
        parent = part.parentWidget()
        if parent is not None and part.isVisible() and part.text():
            by_parent.setdefault(parent, []).append(part)
    for parts in by_parent.values():
        for one, other in combinations(parts, 2):
            if one.geometry().intersects(other.geometry()):
                yield f"{one.text()[:40]!r} lies over {other.text()[:40]!r}"


def cut_in(page: QWidget) -> Iterator[str]:
    """What ends beyond the edge of its page, is narrower than its words, or scrolls sideways."""
    for part in page.findChildren(QLabel) + page.findChildren(QAbstractButton):
        if not part.isVisible() or not part.text():
            continue
        right = part.mapTo(page, QPoint(part.width(), 0)).x()
        is_wrapped = isinstance(part, QLabel) and part.wordWrap()
        if right > page.width() or (not is_wrapped and part.width() < part.minimumSizeHint().width()):
            yield f"{part.text()!r} ends at {right} of {page.width()}, {part.width()} wide"
        if is_wrapped and part.height() < part.heightForWidth(part.width()):
            yield f"{part.text()[:60]!r} is cut below"
    yield from lying_over_one_another(page)
    for area in page.findChildren(QAbstractScrollArea):
        if area.isVisible() and area.horizontalScrollBar().isVisible() and area.accessibleName() != "The agent's file":
            yield f"{name_of(area)} scrolls sideways"


@pytest.mark.parametrize("size", [SMALL, (1280, 800)], ids=["small", "usual"])
def test_nothing_is_cut_and_nothing_scrolls_sideways(held: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    def visit(walker: Walker, panel: AgentsPanel) -> Iterator[str]:
        assert (walker.window.width(), walker.window.height()) == size, "the window is forced to be larger"
        yield from cut_in(side(panel))

    walk(held, tmp_path, visit, size=size)


def test_cards_end_under_what_stands_above_them(held: Path, tmp_path: Path) -> None:
    def visit(walker: Walker, panel: AgentsPanel) -> Iterator[str]:
        for area in side(panel).findChildren(QScrollArea):
            inside = area.widget()
            if not area.isVisible() or inside is None or area.accessibleName() not in WIDE:
                continue
            right = inside.mapTo(side(panel), QPoint(inside.childrenRect().right() + 1, 0)).x()
            if right != side(panel).width() - 28:
                yield f"{area.accessibleName()} ends at {right} of {side(panel).width()}"

    walk(held, tmp_path, visit)


@pytest.mark.parametrize("kind", [QLineEdit, GrowingText])
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("is_invalid", [False, True])
def test_a_field_with_the_keys_is_lit_up_also_where_it_is_wrong(
    kind: type[QLineEdit | GrowingText], mode: Mode, *, is_invalid: bool
) -> None:
    Theme(application(), mode)
    page, field, other = QWidget(), kind("words"), QLineEdit()
    field.setReadOnly(True)  # without a caret, which comes and goes
    if isinstance(field, GrowingText):
        field.setCursorWidth(0)
    column = QVBoxLayout(page)
    column.addWidget(field)
    column.addWidget(other)
    mark(field, QLabel(), "Mend it." if is_invalid else "")
    page.show()
    page.activateWindow()
    QTest.qWaitForWindowActive(page)
    field.setFocus()
    lit = picture(field)
    other.setFocus()
    assert not look_alike(picture(field), lit)
    page.close()
    page.deleteLater()


@pytest.mark.parametrize("lines", [1, 2, 5])
def test_a_field_is_as_high_as_its_lines_with_its_edges(lines: int) -> None:
    application()
    fonts.load(FONTS)
    Theme(application(), "light")
    page, field = QWidget(), GrowingText("\n".join(["words"] * lines))
    column = QVBoxLayout(page)
    column.addWidget(field)
    column.addStretch(1)
    page.resize(400, 400)
    page.show()
    QTest.qWaitForWindowExposed(page)
    needed = lines * field.fontMetrics().lineSpacing()
    assert needed <= field.viewport().height() <= needed + 2 * int(field.document().documentMargin()) + 2
    assert field.height() == field.maximumHeight(), "else its lower edge is cut"
    page.close()
    page.deleteLater()

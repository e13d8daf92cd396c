"""Shadow, Lessons: what corrections would change stands there, with its diff and its pairs, for keys alone too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from opsconsole.app.session import opened
from tests.ui.scenes import perform, press, told
from tests.ui.shadow.lessonhand import Hand, foot
from tests.ui.shadow.lessonsample import NEW, call_transfers_cards, make_corrected, pairs_of
from tests.ui.shadow.pairsample import make_pairs
from tests.ui.stage import Stage, until


def test_lessons_of_all_agents_stand_there_with_the_diff_and_open_their_pairs(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w", agents=("sorter", "helper"))
    other = call_transfers_cards(folder)
    with opened(folder) as session:
        learnt = pairs_of(session, "sorter", NEW)[:3]

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder)
        await until(lambda: hand.tab == "Lessons (3)")  # before anybody looked
        await hand.ready(3)
        page, model = hand.page, hand.page.list.model
        rows = [model.index(place).data(Qt.ItemDataRole.AccessibleTextRole) for place in range(3)]
        assert [row.partition(":")[0] for row in rows] == ["Helper", "Sorter", "Sorter"]
        assert all(row.endswith("3 pairs") for row in rows)
        place = next(at for at, row in enumerate(rows) if row.startswith("Sorter: 3 times people had folder"))
        page.list.view.setCurrentIndex(model.index(place))
        assert [(line.kind, line.text.strip()) for line in page.detail.table.lines.lines] == [
            ("place", "Line 16"),
            ("same", "- do: desk.move_mail"),
            ("same", "with:"),
            ("removed", "folder: Cards"),
            ("added", 'folder: "Bank cards"'),
            ("same", "- id: transfer"),
            ("same", "name: Transfers"),
        ]
        spoken = page.detail.table.lines.index(3).data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == "removed: folder: Cards"
        await until(lambda: {"− 1 removed", "+ 1 added", "Learnt from 3 pairs"} <= set(told(page).splitlines()))
        assert "Makes version 2; version 1 is in use" in foot(page)
        assert "Move mail, for “Cards”" in told(page) and "Folder: Bank cards" in told(page)
        assert page.detail.table.isHidden(), "a file is for who asks for it"
        press(page.detail, "Show the change in its file")
        assert page.detail.table.isVisible()
        press(page.detail, "Open all 3 pairs")
        queue = hand.panel.compare.queue
        assert hand.panel.tab == "compare" and queue.choice.ids == frozenset(learnt)
        await until(lambda: {row.id for row in queue.rows} == set(learnt))
        hand.panel.turn("lessons")
        page.list.view.setCurrentIndex(model.index(1 if place == 2 else 2))
        await until(lambda: "+ 3 added" in told(page))
        press(page.detail, "Question")
        assert hand.panel.tab == "compare" and queue.choice.ids == frozenset(other[:1])

    perform(folder, scene)


def test_without_lessons_it_says_what_makes_one_and_leads_to_judging(tmp_path: Path) -> None:
    folder = make_pairs(tmp_path / "w", 2)

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder)
        await hand.ready(0)
        words = told(hand.page)
        assert "No lessons yet" in words and "The same correction 3 times makes a lesson" in words
        assert "C which category it really was" in words and hand.tab == "Lessons"
        hand.key(Qt.Key.Key_L)
        hand.key(Qt.Key.Key_T)
        assert not hand.page.is_busy
        press(hand.page, "Judge pairs")
        assert hand.panel.tab == "compare"

    perform(folder, scene)


def test_what_cannot_be_read_says_what_to_do_next(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w")
    file = folder / "workspace.db"

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder)
        await hand.ready(1)
        file.rename(folder / "away.db")
        hand.panel.refresh()
        await until(lambda: "This could not be shown" in told(hand.page))
        (folder / "away.db").rename(file)
        press(hand.page, "Try again")
        await until(lambda: "What would change" in told(hand.page))

    perform(folder, scene)


def test_everything_is_reached_by_the_keyboard_alone(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w")
    call_transfers_cards(folder)

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder, width=968, height=640)
        await hand.ready(2)
        page = hand.page
        first = page.shown
        hand.key(Qt.Key.Key_J)
        second = page.shown
        assert first is not None and second is not None and first != second
        hand.key(Qt.Key.Key_J)
        assert page.shown == second
        hand.key(Qt.Key.Key_K)
        assert page.shown == first
        await until(lambda: "Learnt from 3 pairs" in told(page))
        seen: list[str] = []
        for _ in range(8):
            hand.key(Qt.Key.Key_Tab)
            now = QApplication.focusWidget()
            assert now is not None, seen
            seen.append(now.accessibleName() or getattr(now, "text", str)())
        links = ["Open all 3 pairs", *["Open the pair: Question"] * 3]
        assert seen == ["The lesson", "Show the change in its file", *links, "Take it", "Try on the past"]
        hand.look()
        page.list.view.setFocus()
        hand.key(Qt.Key.Key_T)
        await hand.tried()
        hand.key(Qt.Key.Key_L)
        await until(lambda: "version 2 now" in told(page.strip))
        assert QApplication.focusWidget() is page.list.view

    perform(folder, scene)


def test_no_text_is_cut_off_on_a_small_screen(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w", new=5, old=4)

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder, width=968, height=640)  # what a window of 1024 x 700 leaves
        await hand.ready(1)
        hand.key(Qt.Key.Key_T)
        await hand.tried()
        page = hand.page
        assert hand.panel.width() == 968 and page.detail.area.horizontalScrollBar().maximum() == 0
        for widget in page.findChildren(QWidget):
            text = getattr(widget, "text", str)()
            if widget.isVisible() and isinstance(text, str) and text and not getattr(widget, "wordWrap", bool)():
                assert widget.width() >= widget.minimumSizeHint().width(), text

    perform(folder, scene)


@pytest.mark.slow
def test_nor_at_twice_the_size() -> None:
    again = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "small_screen"]
    done = subprocess.run(
        again, env={**os.environ, "QT_SCALE_FACTOR": "2"}, cwd=Path(__file__).parents[3], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:]

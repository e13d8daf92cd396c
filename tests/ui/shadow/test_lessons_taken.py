"""Shadow, Lessons: one is taken by one key, as the command takes it, and there is a way back."""

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from typer.testing import CliRunner

from opsconsole.app.cli import app
from tests.ui.scenes import perform, press, record, told
from tests.ui.shadow.lessonhand import Hand, foot, in_use
from tests.ui.shadow.lessonsample import agent_text, apply, call_transfers_cards, make_corrected
from tests.ui.stage import Stage, until


def test_taken_it_is_in_use_and_on_record_and_the_earlier_one_can_be_applied_again(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w")
    other = call_transfers_cards(folder)
    earlier = in_use(folder)[1]

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder)
        await hand.ready(2)
        page = hand.page
        while page.shown is None or page.shown.lesson.pairs != tuple(other):
            hand.key(Qt.Key.Key_J)
        hand.look()
        assert "Makes version 2; version 1 is in use" in foot(page)
        hand.key(Qt.Key.Key_L)
        hand.key(Qt.Key.Key_L)  # a second finger takes nothing more
        await until(lambda: page.found is not None and len(page.found.rows) == 1)
        assert hand.tab == "Lessons (1)" and "Makes version 3; version 2 is in use" in foot(page)
        assert "Sorter works with version 2 now" in told(page.strip) and not hand.said
        number, source = in_use(folder)
        assert number == 2 and "week 10 has not reached" in source.partition("- id: transfer")[0]
        press(page.strip, "Apply version 1 again")
        await until(lambda: "as in version 1 again; that is version 3 now" in told(page.strip))
        await until(lambda: page.found is not None and len(page.found.rows) == 2)
        assert in_use(folder) == (3, earlier)

    perform(folder, scene)
    last: list[dict[str, Any]] = [
        entry for entry in record(folder) if entry["kind"] in ("agent.applied", "lesson.taken")
    ][-3:]
    assert [(entry["kind"], entry["number"]) for entry in last] == [
        ("agent.applied", 2), ("lesson.taken", 2), ("agent.applied", 3),
    ]  # fmt: skip
    assert last[1]["pairs"] == other and last[1]["actor"].startswith("person:") and last[1]["agent"] == "sorter"


def test_the_window_and_the_command_write_the_same(tmp_path: Path) -> None:
    folders = [make_corrected(tmp_path / name) for name in ("window", "command")]

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folders[0])
        await hand.ready(1)
        shown = hand.page.shown
        assert shown is not None
        lesson.append(shown.lesson.id)
        hand.key(Qt.Key.Key_L)
        await until(lambda: "version 2" in told(hand.page.strip))

    lesson: list[str] = []
    perform(folders[0], scene)
    done = CliRunner().invoke(app, ["shadow", "learn", "sorter", lesson[0], "-w", str(folders[1])])
    assert done.exit_code == 0, done.output
    mine, theirs = (  # `words`: the reason, under a salt of its own
        [
            {name: entry[name] for name in entry if name not in ("at", "seq", "prev", "words")}
            for entry in record(folder)[-2:]
        ]
        for folder in folders
    )
    assert mine == theirs and in_use(folders[0]) == in_use(folders[1])


def test_a_file_that_changed_meanwhile_takes_nothing_and_the_list_is_read_again(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder)
        await hand.ready(1)
        changed = agent_text(purpose="sorts mail of the bank")
        assert apply(folder, changed) == 2
        hand.key(Qt.Key.Key_L)
        await until(lambda: hand.said)
        assert hand.said == [
            "Nothing was taken: sorter's file changed meanwhile, version 2 is in use. Look at what it could learn now."
        ]
        await until(lambda: "Makes version 3; version 2 is in use" in foot(hand.page))
        assert in_use(folder) == (2, changed) and hand.page.strip.isHidden()
        hand.look()
        hand.key(Qt.Key.Key_L)
        await until(lambda: "version 3 now" in told(hand.page.strip))
        assert 'folder: "Bank cards"' in in_use(folder)[1] and "of the bank" in in_use(folder)[1]

    perform(folder, scene)


def test_a_quick_finger_takes_and_tries_nothing(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder)
        hand.panel.turn("lessons")
        await until(lambda: hand.page.shown is not None)
        hand.key(Qt.Key.Key_L)
        hand.key(Qt.Key.Key_T)
        assert not hand.page.is_busy and not hand.page.trial.is_running

    perform(folder, scene)
    assert in_use(folder)[0] == 1


def test_the_way_back_ends_where_another_version_came_into_use(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder)
        await hand.ready(1)
        hand.key(Qt.Key.Key_L)
        await until(lambda: "version 2 now" in told(hand.page.strip) and not hand.page.is_busy)
        later = agent_text(purpose="sorts mail of the bank")
        assert apply(folder, later) == 3
        press(hand.page.strip, "Apply version 1 again")
        await until(lambda: hand.said)
        assert hand.said[0].startswith("Nothing was changed: version 3 of sorter came into use meanwhile.")
        await until(lambda: hand.page.strip.isHidden())
        assert in_use(folder) == (3, later)

    perform(folder, scene)


def test_a_lesson_that_cannot_be_taken_says_so_and_the_other_one_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_corrected(tmp_path / "w")
    other = call_transfers_cards(folder)

    def odd(*_: object) -> str:
        raise LookupError("odd")

    monkeypatch.setattr("opsconsole.engine.evidence.lessons.add_texts", odd)

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder)
        await hand.ready(2)
        page = hand.page
        while page.shown is None or page.shown.lesson.pairs != tuple(other):
            hand.key(Qt.Key.Key_J)
        hand.look()
        assert "It cannot be taken" in foot(page) and "put it in by hand" in foot(page)
        assert not page.bar.take.isEnabled() and not page.bar.try_it.isEnabled()
        hand.key(Qt.Key.Key_L)
        hand.key(Qt.Key.Key_T)
        assert not page.is_busy and not page.trial.is_running
        first = page.found is not None and page.found.rows[0] is page.shown
        hand.key(Qt.Key.Key_J if first else Qt.Key.Key_K)
        assert page.bar.take.isEnabled()

    perform(folder, scene)
    assert in_use(folder)[0] == 1
    told_of = CliRunner().invoke(app, ["shadow", "lessons", "sorter", "-w", str(folder)]).output
    assert told_of.count("It cannot be taken: its file is written") == 1 and "better, " in told_of
    lessons = CliRunner().invoke(app, ["shadow", "lessons", "sorter", "--json", "-w", str(folder)]).output
    faulty = next(json.loads(line) for line in lessons.splitlines() if '"fault": null' not in line)
    assert faulty["backtest"] is None and faulty["diff"] == ""
    refused = CliRunner().invoke(app, ["shadow", "learn", "sorter", faulty["id"], "-w", str(folder)])
    assert "cannot be taken" in str(refused.exception) and in_use(folder)[0] == 1

"""So far and Compare where there are many pairs: what is cut says so, and the rest is still counted."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from opsconsole.app.session import opened
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.store.queries import pairs as read
from opsconsole.store.rows import present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import pairs as write
from opsconsole.store.writes.pairs import NewPair
from opsconsole.ui.panels.shadow.compare import queue
from opsconsole.ui.panels.shadow.numbers import data
from opsconsole.ui.panels.shadow.numbers.page import NumbersPage
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from opsconsole.ui.panels.welcome.past import _result  # pyright: ignore[reportPrivateUsage]
from opsconsole.ui.reports import PastPlan, PastReport
from tests.support.rig import agent
from tests.ui.scenes import perform, press, told
from tests.ui.shadow.pairsample import PLAYBOOK, make_pairs
from tests.ui.stage import Stage, until

CELL = "mira", "case"


def pressable(panel: ShadowPanel) -> set[str]:
    """The words of every button that is seen."""
    return {button.text() for button in panel.findChildren(QPushButton) if button.isVisible()}


def test_details_of_the_newest_end_where_all_pairs_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(make_pairs(tmp_path / "w", 90, kinds=("same", "same", "differs"))) as session:
        whole = data.load(session.kernel, CELL).told
        assert whole.newest is None and len(whole.growth) == 91 and whole.numbers.pairs == 90
        monkeypatch.setattr(data, "NEWEST", 60)
        cut = data.load(session.kernel, CELL).told
        assert cut.newest == 60 and cut.numbers.pairs == sum(len(ids) for ids in cut.confusion.values()) == 60
        assert set().union(*cut.confusion.values()) == set(range(1, 61)), "the newest have the lowest numbers there"
        assert (cut.growth[0].y, cut.growth[-1].x, cut.growth[-1].y) == (1.0, 90, whole.growth[-1].y)
        by_days = [point for point in cut.growth if point.words.startswith("until ")]
        assert by_days and not any(point.ids for point in by_days)
        assert all(whole.growth[int(point.x)].y == point.y for point in cut.growth)
        monkeypatch.setattr(data, "POINTS", 10)
        few = list(data.load(session.kernel, CELL).told.growth)
        assert len(few) <= 21 and few[-1].y == whole.growth[-1].y
        assert any(" of " in point.words and len(point.ids) > 1 for point in few)


def test_the_points_of_the_coverage_stand_for_the_pairs_that_are_so_sure(tmp_path: Path) -> None:
    with opened(make_pairs(tmp_path / "w", 9)) as session:
        (point,) = data.load(session.kernel, None).told.coverage
        assert point.x == 1 and point.ids == frozenset(range(1, 10))


def test_what_is_cut_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "NEWEST", 4)
    monkeypatch.setattr(queue, "MOST", 5)

    async def scene(stage: Stage) -> None:
        panel = stage.show(ShadowPanel)
        count = panel.compare.list.count
        await until(lambda: count.text() == "The first 5 pairs here · judged: 0 of all 9")
        assert "Compare (5+)" in pressable(panel)
        panel.compare.queue.filter_by("question 3")
        await until(lambda: count.text() == "1 pair of the first 5 here · judged: 0 of all 9")
        panel.turn("numbers")
        await until(lambda: "9 pairs" in pressable(panel))
        press(panel, "Details")
        assert "Details are of the newest 4 pairs that may count; the rows above are of all." in told(panel)

    perform(make_pairs(tmp_path / "w", 9, kinds=("differs",)), scene)


def test_a_row_opens_the_pairs_of_the_version_it_counts(tmp_path: Path) -> None:
    folder = make_pairs(tmp_path / "w", 9, kinds=("differs",))
    with opened(folder) as session:
        spec = agent(level=2, playbook=PLAYBOOK | {"purpose": "another one"})

        def go_on(tx: Transaction) -> None:
            apply_agent(tx, AgentFile(spec, ""), session.kernel.registry, actor="person:test", now=datetime.now(UTC))
            for number in (2, 4, 6):
                assert write.add_pair(tx, _of_version(tx, number, 2), now=datetime.now(UTC)) is not None

        session.write(go_on, name="another version")

    async def scene(stage: Stage) -> None:
        panel = stage.show(ShadowPanel)
        await until(lambda: panel.compare.list.count.text() == "3 pairs here · judged: 0 of all 12")
        panel.turn("numbers")
        await until(lambda: "3 pairs" in pressable(panel))
        press(panel, "3 pairs")
        boxes = panel.compare.boxes
        await until(lambda: (boxes["agent"].currentData(), boxes["category"].currentData()) == CELL)
        assert panel.tab == "compare" and panel.compare.queue.choice.show == "all"
        assert panel.compare.list.count.text() == "3 pairs here · judged: 0 of all 12"
        assert "Only: Mira, case  ✕" in pressable(panel)
        boxes["show"].activated.emit(boxes["show"].currentIndex())  # all pairs of the agent, whichever version
        await until(lambda: panel.compare.list.count.text() == "12 pairs here · judged: 0 of all 12")

    perform(folder, scene)


def _of_version(tx: Transaction, number: int, version: int) -> NewPair:
    pair = present(read.pair(tx.conn, number), "pair")
    return NewPair(
        source=pair.source, agent=pair.agent, version=version, event=pair.event_id, run=None, subject=pair.subject_id,
        category=pair.category, confidence=pair.confidence, about=pair.about, occurred_at=pair.occurred_at,
        agreement=pair.agreement, severity=pair.severity, is_blind=True, is_failed=False, excluded="", body={},
    )  # fmt: skip


def test_one_is_not_told_as_if_it_were_many(tmp_path: Path) -> None:
    folder = make_pairs(tmp_path / "w", 3)
    with opened(folder) as session:
        found = data.load(session.kernel, None)

    async def scene(stage: Stage) -> None:
        page = NumbersPage(stage.context)

        def said() -> set[str]:
            return {shown.text().partition(":")[0] for shown in page.findChildren(QLabel)}

        for number, words in ((1, "1 pair proves nothing"), (3, "3 pairs prove nothing")):
            cell = replace(found.cells[0], reasons={"an earlier version worked it": number})
            page._render(replace(found, cells=(cell,)))  # pyright: ignore[reportPrivateUsage]
            assert words in said()
        for number, words in ((1, "1 decision in shadow waits"), (2, "2 decisions in shadow wait")):
            page._render(replace(found, cells=(), awaited=number))  # pyright: ignore[reportPrivateUsage]
            assert any(text.startswith(f"{words} for what people do.") for text in said())
        page.deleteLater()

    perform(folder, scene)


def test_one_event_that_proves_nothing_is_told_after_an_import() -> None:
    plan = PastPlan("sorter", "Sorter", 2, 0, "")
    for more, words in ((1, "1 other event proves nothing"), (2, "2 other events prove nothing")):
        report = PastReport(2 + more, 2 + more, 2, 2, 0, is_whole=True)
        assert f" {words}; Shadow says why." in _result(plan, report)

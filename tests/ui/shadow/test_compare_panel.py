"""Shadow: pairs are judged by one key, numbers open what they stand on, what a screen showed is noted."""

from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from opsconsole.app.session import opened
from opsconsole.domain.enums import Adjudication
from opsconsole.engine.evidence import report, reshow
from opsconsole.engine.pairs import judging
from opsconsole.store import cases
from opsconsole.store.queries import pairs as read
from opsconsole.ui.panels.shadow.compare.page import ComparePage
from opsconsole.ui.panels.shadow.panel import ShadowPanel
from opsconsole.ui.widgets.diff.table import ChangeTable
from opsconsole.ui.widgets.guard import SETTLE_S
from tests.ui.sample import make_empty
from tests.ui.scenes import perform, press, record, told
from tests.ui.shadow.pairsample import add_pairs, make_pairs
from tests.ui.stage import Stage, until


class Hand:
    """A person at the keys who looks before pressing; time passes when they do."""

    def __init__(self, stage: Stage) -> None:
        self.now, self.said = 100.0, list[str]()
        stage.navigator.said.connect(lambda text, *_: self.said.append(str(text)))  # pyright: ignore[reportUnknownLambdaType,reportUnknownArgumentType]
        self.panel = ShadowPanel(stage.context, clock=lambda: self.now)
        stage.take(self.panel)

    @property
    def page(self) -> ComparePage:
        return self.panel.compare

    @property
    def shown(self) -> int:
        """The number of the pair on the screen."""
        shown = self.page.queue.shown
        return 0 if shown is None else shown.row.id

    def look(self) -> None:
        """Long enough to have read it."""
        self.now += SETTLE_S

    async def ready(self) -> None:
        await until(lambda: self.shown)
        self.look()

    async def press(self, key: Qt.Key, expected: int = 1) -> None:
        """Press, and wait until it was answered."""
        before = len(self.said)
        QTest.keyClick(self.page.list.view, key)
        await until(lambda: len(self.said) >= before + expected and not self.page.verbs.is_busy)


def said(folder: Path, pair: int) -> list[tuple[Adjudication, bool]]:
    with opened(folder) as session:
        return [(judgement[1], judgement[2]) for judgement in read.said_of(session.kernel.reader, pair)]


def test_keys_judge_what_is_shown_and_the_next_stands_there(tmp_path: Path) -> None:
    folder, judged = make_pairs(tmp_path / "w", 9, kinds=("differs",)), list[int]()

    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await hand.ready()
        assert hand.panel.tab == "compare" and len(hand.page.queue.rows) == 9
        queue, faces = hand.page.queue, list[int]()
        queue.changed.connect(lambda: faces.append(hand.shown))
        for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5):
            judged.append(hand.shown)
            # Four tenths of a second pass for a person: in them the next is read.
            await until(lambda: queue.rows[queue.place + 1].id in queue.ready)
            hand.look()
            await hand.press(key)
            assert hand.shown not in (0, judged[-1])
        assert 0 not in faces  # read ahead: never an empty page between
        assert hand.page.list.count.text().startswith("4 pairs")

    perform(folder, scene)
    assert [said(folder, pair)[0][0] for pair in judged] == list(Adjudication)


def test_who_comes_back_finds_the_pairs_made_meanwhile(tmp_path: Path) -> None:
    folder = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await until(lambda: hand.panel.tab == "would")
        add_pairs(folder, 2)
        hand.panel.go({})
        await until(lambda: hand.panel.tab == "compare" and hand.shown)
        hand.panel.turn("would")  # now a person chose
        hand.panel.go({})
        assert hand.panel.tab == "would"

    perform(folder, scene)


def test_a_held_key_and_a_quick_finger_judge_nothing(tmp_path: Path) -> None:
    folder = make_pairs(tmp_path / "w", 6, kinds=("differs",))

    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await until(lambda: hand.shown)
        QTest.keyClick(hand.page.list.view, Qt.Key.Key_1)  # at once: meant for what stood there before
        assert not hand.page.verbs.is_busy
        hand.look()
        first = hand.shown
        await hand.press(Qt.Key.Key_1)
        second = hand.shown
        QTest.keyClick(hand.page.list.view, Qt.Key.Key_1)
        hand.look()
        held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_1, Qt.KeyboardModifier.NoModifier, "1", True)
        QApplication.sendEvent(hand.page.list.view, held)
        assert not hand.page.verbs.is_busy and hand.shown == second != first
        await hand.press(Qt.Key.Key_2)  # the finger was lifted

    perform(folder, scene)
    kinds = [entry["verdict"] for entry in record(folder) if entry["kind"] == "pair.judged"]
    assert kinds == ["agent", "human"]


def test_undo_brings_the_pair_back(tmp_path: Path) -> None:
    folder, seen = make_pairs(tmp_path / "w", 5, kinds=("differs",)), list[int]()

    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await hand.ready()
        seen.append(hand.shown)
        await hand.press(Qt.Key.Key_1)
        assert hand.shown != seen[0]
        hand.page.setFocus()
        QTest.keyClick(hand.page.list.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: hand.shown == seen[0])
        assert hand.said[-1].startswith("Taken back")

    perform(folder, scene)
    assert said(folder, seen[0]) == []
    with opened(folder) as session:
        pair = read.pair(session.kernel.reader, seen[0])
        assert pair is not None
        assert not list(cases.iter_cases(session.kernel.reader, pair.agent))


def test_c_says_the_right_category_which_is_a_case_at_once(tmp_path: Path) -> None:
    folder, seen = make_pairs(tmp_path / "w", 5, kinds=("differs",)), list[int]()

    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await hand.ready()
        seen.append(hand.shown)
        QTest.keyClick(hand.page.list.view, Qt.Key.Key_C)
        assert hand.page.is_asking and hand.page.sheet.list.count() == 2
        QTest.keyClick(hand.page.sheet.list, Qt.Key.Key_2)
        await until(lambda: hand.said)
        assert "precedent" in hand.said[0] and not hand.page.is_asking

    perform(folder, scene)
    assert said(folder, seen[0]) == [(Adjudication.HUMAN, False)]
    learnt = [entry for entry in record(folder) if entry["kind"] == "case.learnt"]
    assert len(learnt) == 1
    with opened(folder) as session:
        kept = list(cases.iter_cases(session.kernel.reader, "mira"))
        assert [case.category for case in kept] == ["billing"]


def test_filters_and_what_is_marked(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await hand.ready()
        page = hand.page
        QTest.keyClick(page.list.view, Qt.Key.Key_Slash)
        assert QApplication.focusWidget() is page.list.filter
        QTest.keyClicks(page.list.filter, "question 5")
        assert [row.title for row in page.queue.rows] == ["Question 5"]
        page.list.filter.clear()
        await until(lambda: len(page.queue.rows) > 5)
        box = page.boxes["verdict"]
        box.setCurrentIndex(box.findData("extra"))
        box.activated.emit(box.currentIndex())
        await until(lambda: page.queue.rows and {row.agreement.value for row in page.queue.rows} == {"extra"})
        await until(lambda: "− Only the agent" in told(page))
        assert "The human did nothing." in told(page)
        panel_words = [table.changes.text(table.changes.index(0, 2)) for table in page.detail.findChildren(ChangeTable)]
        assert panel_words == ["—"]

    folder = make_pairs(tmp_path / "w", 12)
    perform(folder, scene)
    assert not [entry for entry in record(folder) if entry["kind"] == "pair.judged"]  # a digit in the filter is a digit


def test_why_a_pair_proves_nothing_stands_there(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await until(lambda: "There is nothing to judge" in told(hand.page))  # what proves nothing is not asked about
        assert "1 proves nothing: an earlier version worked it (1)." in told(hand.page)
        press(hand.page, "Show all pairs")
        await hand.ready()
        words = told(hand.page)
        assert "It proves nothing: an earlier version worked it." in words and "The human had seen it" in words
        assert "Please answer question" in words and "It reads like a call." in words

    folder = make_pairs(tmp_path / "w", 1, is_blind=False, excluded="an earlier version worked it")
    perform(folder, scene)


def test_an_old_pair_is_shown_again_blind(tmp_path: Path) -> None:
    folder, again = make_pairs(tmp_path / "w", 40, kinds=("differs",)), list[int]()
    with opened(folder) as session:
        kernel = session.kernel
        for pair in range(1, 24):
            session.write(
                lambda tx, pair=pair: judging.judge(kernel, tx, pair, Adjudication.AGENT, actor="person:t"),
                name="judge",
            )
        assert reshow.due(kernel.reader) is None

    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await hand.ready()
        await hand.press(Qt.Key.Key_2)  # the 24th
        queue = hand.page.queue
        assert queue.again is not None and queue.again in range(1, 5) and hand.shown != queue.again
        again.append(queue.again)
        hand.look()
        await hand.press(Qt.Key.Key_2)
        await until(lambda: hand.shown == again[0])
        shown = queue.shown
        assert shown is not None and shown.row.said is None and "✓" not in told(hand.page)
        hand.look()
        await hand.press(Qt.Key.Key_1)
        assert hand.said[-1] == "You judged this one before. You said the same then." and queue.again is None
        hand.panel.turn("numbers")
        await until(lambda: "Shown again, you said the same in 1 of 1." in told(hand.panel))

    perform(folder, scene)
    assert said(folder, again[0]) == [(Adjudication.AGENT, False), (Adjudication.AGENT, True)]
    with opened(folder) as session:
        assert report.consistency(session.kernel.reader) == (1, 1)


def test_undoing_a_repeat_leaves_the_first_word(tmp_path: Path) -> None:
    folder = make_pairs(tmp_path / "w", 1)
    with opened(folder) as session:
        kernel = session.kernel
        for is_repeat in (False, True):
            session.write(
                lambda tx, is_repeat=is_repeat: judging.judge(
                    kernel, tx, 1, Adjudication.HUMAN, actor="p", is_repeat=is_repeat
                ),
                name="judge",
            )
        session.write(lambda tx: judging.take_back(kernel, tx, 1, actor="p", is_repeat=True), name="undo")
    assert said(folder, 1) == [(Adjudication.HUMAN, False)]


def test_rows_and_points_open_their_pairs(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await hand.ready()
        panel, numbers = hand.panel, hand.panel.numbers
        panel.turn("numbers")
        await until(lambda: "Right so far" in told(panel))
        assert "clean decisions" in told(panel) and "Kappa" not in told(panel)
        press(panel, "8 pairs")
        await until(lambda: panel.tab == "compare" and len(hand.page.queue.rows) == 8)
        panel.turn("numbers")
        press(panel, "Details")
        assert "Kappa" in told(panel)
        numbers.detail_of(1)
        growth = numbers.details.growth
        await until(lambda: numbers.found is not None and len(numbers.found.told.growth) == 9)
        assert "after 8" in growth.accessibleName()
        at: QPointF = growth.place_of(3)
        QTest.mouseClick(growth, Qt.MouseButton.LeftButton, pos=at.toPoint())
        await until(lambda: panel.tab == "compare" and len(hand.page.queue.rows) == 1)
        hand.page.only.click()
        await until(lambda: len(hand.page.queue.rows) > 1)

    perform(make_pairs(tmp_path / "w", 8), scene)


def test_nothing_here_can_be_approved(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        hand = Hand(stage)
        await hand.ready()
        words = {button.text() for button in hand.panel.findChildren(QPushButton) if button.isVisible()}
        assert not any("pprove" in word for word in words)
        assert {"Agent right", "Human right", "Both fine", "Both wrong", "Cannot tell"} <= words

    perform(make_pairs(tmp_path / "w", 3), scene)

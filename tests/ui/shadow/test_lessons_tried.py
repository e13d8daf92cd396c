"""Shadow, Lessons: one is tried on the past in the background, and what came of it is told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.gui.tools import WindowTools
from opsconsole.doubles.modelendpoint import Reply, Request, call, ends, says
from opsconsole.engine.evidence.lessons import Lesson
from opsconsole.ui.reports import LessonReport
from tests.support.http.served import good, served
from tests.ui.scenes import perform, press, record, told
from tests.ui.shadow.lessonhand import Hand, foot, in_use
from tests.ui.shadow.lessonsample import MODEL, OLD, agent_text, apply, make_corrected
from tests.ui.stage import Stage, until


def test_it_is_tried_on_the_other_events_and_nothing_is_done(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w", new=8, old=2, transfers=6)
    before = len(record(folder))

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder)
        await hand.ready(1)
        assert "Not tried on the past" in foot(hand.page)
        hand.key(Qt.Key.Key_T)
        assert hand.page.trial.is_running and not hand.page.bar.try_it.isEnabled()
        card = (await hand.tried()).splitlines()
        assert "On 13 other events" in card and {"5 better", "2 worse"} <= set(card)
        assert {"8 of 13", "11 of 13"} <= set(card)
        at = card.index("Severe")
        assert card[at + 1 : at + 3] == ["0", "0"]
        at = card.index("Its rules, were it live")
        assert card[at + 1 : at + 3] == ["only recommends 13", "only recommends 13"]
        assert "The difference lies between −37.7 and +70.4 points (95 %)." in card
        assert any("The 3 events it was learnt from are left out. Nothing was done" in text for text in card)
        assert "On the past: 5 better, 2 worse; may be chance" in foot(hand.page)

    perform(folder, scene)
    assert len(record(folder)) == before and in_use(folder)[0] == 1


@pytest.mark.parametrize(
    ("new", "old", "words", "tone"),
    [(4, 3, "Worse on the past: 1 better, 3 worse", "danger"), (24, 0, "Better on the past: 21 better, 0 worse", "ok")],
)
def test_the_past_is_told_plainly_beside_the_button(tmp_path: Path, new: int, old: int, words: str, tone: str) -> None:
    folder = make_corrected(tmp_path / "w", new=new, old=old, transfers=2)

    async def scene(stage: Stage) -> None:
        hand = Hand(stage, folder)
        await hand.ready(1)
        hand.page.bar.try_it.click()
        await hand.tried()
        assert words in foot(hand.page) and words in hand.page.bar.take.accessibleDescription()
        said = next(widget for widget in hand.page.bar.findChildren(QWidget) if getattr(widget, "text", str)() == words)
        assert said.property("tone") == tone

    perform(folder, scene)


def test_stopped_it_shows_nothing_and_can_be_tried_again(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w", new=100, old=2, transfers=0)

    async def scene(stage: Stage) -> None:
        far: list[int] = []

        class Watched(WindowTools):
            async def try_lesson(
                self, lesson: Lesson, progress: Callable[[int, int], None], *, cap: float | None = None
            ) -> LessonReport:
                def tell(done: int, of: int) -> None:
                    progress(done, of)
                    far.append(done)
                    if len(far) == 5:
                        assert "5 of 102 events" in told(page.detail.past) and page.detail.past.progress.value() == 5
                        press(page.detail.past, "Cancel")

                return await super().try_lesson(lesson, tell, cap=cap)

        hand = Hand(stage, folder, tools=Watched(folder))
        page = hand.page
        await hand.ready(1)
        hand.key(Qt.Key.Key_T)
        await until(lambda: "Stopped. Nothing of it is kept" in told(page.detail.past))
        assert not page.trial.is_running and QApplication.focusWidget() is page.list.view
        await until(lambda: stage.tasks.count == 0)  # the thread came to its end as well
        assert page.trial.report is None and "Not tried on the past" in foot(page)
        hand.key(Qt.Key.Key_T)
        assert "On 99 other events" in await hand.tried()

    perform(folder, scene)


def test_an_agent_with_a_model_asks_first_what_it_may_cost(tmp_path: Path) -> None:
    folder = make_corrected(tmp_path / "w")
    apply(folder, agent_text(more=MODEL))

    async def scene(stage: Stage) -> None:
        caps: list[float | None] = []

        class Asked(WindowTools):
            async def try_lesson(
                self, lesson: Lesson, progress: Callable[[int, int], None], *, cap: float | None = None
            ) -> LessonReport:
                caps.append(cap)
                return await super().try_lesson(lesson, progress, cap=cap)

        hand = Hand(stage, folder, tools=Asked(folder))
        await hand.ready(1)
        field = hand.page.detail.past.cap
        hand.key(Qt.Key.Key_T)
        assert QApplication.focusWidget() is field and not hand.page.trial.is_running
        assert "Say how much it may cost at most" in told(hand.page.detail.past)
        for typed in ("0", "nan", "1,000", "-2", "tl"):  # letters are letters here, not keys
            field.clear()
            QTest.keyClicks(field, typed)
            hand.key(Qt.Key.Key_Return)
            assert field.property("invalid") == "true" and not hand.page.trial.is_running, typed
        field.clear()
        QTest.keyClicks(field, "0,50")
        hand.key(Qt.Key.Key_Return)
        assert hand.page.trial.is_running
        assert "no model is connected as main" in await hand.tried()
        assert caps == [0.5] and QApplication.focusWidget() is hand.page.list.view

    perform(folder, scene)
    assert in_use(folder)[0] == 2


def _sorts(request: Request) -> Reply:
    """Move every mail to where the playbook says, after having been tried out."""
    if "note_word" in f"{request.get('tools')}" or not request.get("tools"):
        return good(request)
    if any(message["role"] == "tool" for message in request["messages"]):
        return ends("card")
    told = call("triage", {"category": "card", "confidence": 0.9, "evidence": []})
    return says(None, told, call("move_mail", {"folder": OLD}, identity="call_2"))


@pytest.mark.parametrize(("cap", "events"), [("5", 5), ("0.003", 2)])
def test_a_model_is_really_asked_and_its_cap_holds(tmp_path: Path, cap: str, events: int) -> None:
    folder = make_corrected(tmp_path / "w", new=6, old=2, transfers=0)
    apply(folder, agent_text(more=MODEL))
    with served(_sorts) as endpoint:
        place = ["--url", endpoint.base_url, "--model", "fake", "--price-in", "2", "--price-out", "5"]
        done = CliRunner().invoke(app, ["connect", "model", *place, "-w", str(folder)])
        assert done.exit_code == 0, done.output
        asked = len(endpoint.requests)

        async def scene(stage: Stage) -> None:
            hand = Hand(stage, folder)
            await hand.ready(1)
            QTest.keyClicks(hand.page.detail.past.cap, cap)
            hand.page.try_it()
            card = await hand.tried()
            report = hand.page.trial.report
            assert report is not None
            spent = report.before.cost + report.after.cost
            assert report.events == events and 0 < spent <= float(cap)
            assert f"EUR {report.before.cost:,.2f}" in card
            assert events * 4 <= len(endpoint.requests) - asked < (events + 1) * 4
            assert (f"its cap of {cap} is reached" in card) is (events < 5)

        perform(folder, scene)

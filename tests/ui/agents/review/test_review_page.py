"""A review in the window: said to be due, shown in sentences with the report's numbers, signed by keys."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QWidget

from opsconsole.app.commands.reports.text import lines_of
from opsconsole.app.session import opened
from opsconsole.domain.enums import ReviewDecision
from opsconsole.domain.enums import Stage as LiveStage
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.ladder.climb import rung_of
from opsconsole.engine.oversight.review import review
from opsconsole.engine.oversight.reviewpage import review_page
from opsconsole.engine.oversight.signing import sign
from opsconsole.policy.ladder import review_due
from opsconsole.ui.panels.agents.list import AgentFace
from opsconsole.ui.panels.agents.panel import AgentsPanel
from opsconsole.ui.panels.agents.review.decision import NO_REASON, NO_STEP
from opsconsole.ui.panels.agents.review.page import AGAIN, ReviewPage
from opsconsole.ui.panels.overview.panel import OverviewPanel
from tests.support.teampages.past import Past
from tests.ui.agents.ladder.test_ladder_page import hear
from tests.ui.agents.review.reviewed import PAIRS, WRONG, make_owing, month, reviews
from tests.ui.scenes import perform, told, went
from tests.ui.stage import Stage, until

CTRL = Qt.KeyboardModifier.ControlModifier
WHY = "refunds went wrong"


def key(which: Qt.Key, with_: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keys are."""
    holder = QApplication.focusWidget()
    assert isinstance(holder, QWidget)
    QTest.keyClick(holder, which, with_)


async def asked(stage: Stage) -> tuple[AgentsPanel, ReviewPage]:
    """Go to the sheet by its key."""
    panel = stage.show(AgentsPanel)
    panel.activateWindow()
    await until(lambda: panel.isActiveWindow() and panel.shown is not None)
    key(Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    page = panel.sides.review
    await until(lambda: panel.sides.currentWidget() is page and page.put.isVisible())
    return panel, page


def next_due() -> str:
    on = review_due(datetime.now(UTC).astimezone().date())
    return f"{on.day} {on:%B %Y}"


def test_it_is_signed_by_keys_and_said_wherever_the_agent_is(tmp_path: Path) -> None:
    folder = make_owing(tmp_path / "w", days=43)

    async def scene(stage: Stage) -> None:
        said, (panel, page) = hear(stage), await asked(stage)
        assert panel.head.review.text().startswith("Review overdue by 1")
        assert "review overdue by 1" in AgentFace().text(panel.rows[0])
        assert page.decision.choices[ReviewDecision.KEEP].hasFocus() and page.put.text() == "Sign: keep"
        assert month().title in told(page) and "Nothing is demoted or paused for that." in told(page)
        key(Qt.Key.Key_Return, CTRL)
        await until(lambda: panel.sides.is_here and reviews(folder))
        assert said.texts[-1] == (
            f"Signed: the review of Mira, {month().name}. Keep: its scope and levels stay as they are."
            f" The next one is due on {next_due()}."
        )
        await until(lambda: "The last one was signed on" in told(panel.charter))
        assert next_due() in told(panel.charter) and panel.tab == "charter" and not panel.head.review.isVisible()
        assert f"review {next_due()[:5]}".rstrip() in told(panel.head)
        assert f"review {next_due()[:5]}".rstrip() in AgentFace().text(panel.rows[0])

    perform(folder, scene)
    (row,) = reviews(folder)
    assert (row.decision, row.reason, row.since) == (ReviewDecision.KEEP, "", month().since)


def test_its_numbers_are_those_of_the_report(tmp_path: Path) -> None:
    folder = make_owing(tmp_path / "w", days=43)
    with opened(folder) as session:
        found = review(session.kernel, "mira", month())
        report = " ".join(" ".join(lines_of(review_page(found))).split())

    async def scene(stage: Stage) -> None:
        _, page = await asked(stage)
        assert page.view is not None and page.view.told == found and found.every.total == PAIRS
        shown = told(page.report).splitlines()
        assert shown[:2] == ["Decided blind", f"{PAIRS}"] and shown[shown.index("Wrong") + 1] == f"{WRONG}"
        assert shown[shown.index("Error at most") + 1] == f"{found.every.error.high:.1%}"
        sentences = [
            line for line in page.view.sentences if "mix of kinds" not in line and "no month before" not in line
        ]
        assert sentences and all(line in told(page.report) and line in report for line in sentences)

    perform(folder, scene)


def test_to_widen_needs_a_word_and_leads_to_the_ladder(tmp_path: Path) -> None:
    folder = make_owing(tmp_path / "w", days=43)

    async def scene(stage: Stage) -> None:
        panel, page = await asked(stage)
        key(Qt.Key.Key_2)
        assert page.put.text() == "Sign: widen"
        key(Qt.Key.Key_Return, CTRL)
        assert page.decision.said.text() == NO_REASON and page.decision.reason.hasFocus() and not reviews(folder)
        QTest.keyClicks(page.decision.reason, "2 more kinds go well")
        assert page.decision.decision is ReviewDecision.WIDEN, "a digit that is typed chooses nothing"
        key(Qt.Key.Key_Return, CTRL)
        await until(lambda: panel.sides.is_here and panel.tab == "ladder" and reviews(folder))

    perform(folder, scene)
    with opened(folder) as session:
        assert in_use(session.kernel.reader, "mira").number == 1, "it raises nothing by itself"
    assert reviews(folder)[0].reason == "2 more kinds go well"


def test_to_narrow_takes_down_what_is_ticked(tmp_path: Path) -> None:
    folder = make_owing(tmp_path / "w", days=43)

    async def scene(stage: Stage) -> None:
        said, (panel, page) = hear(stage), await asked(stage)
        assert not any(box.isVisible() for box in page.findChildren(QCheckBox))
        key(Qt.Key.Key_3)
        boxes = [box for box in page.findChildren(QCheckBox) if box.isVisible()]
        assert boxes[0].text() == "A mail: full to expanded"
        key(Qt.Key.Key_Return, CTRL)
        assert page.decision.said.text() == NO_STEP and boxes[0].hasFocus()
        key(Qt.Key.Key_Space)
        page.decision.reason.setFocus()
        QTest.keyClicks(page.decision.reason, WHY)
        key(Qt.Key.Key_Return, CTRL)
        await until(lambda: panel.sides.is_here and reviews(folder))
        assert "Narrow, from now on: A mail: full to expanded." in said.texts[-1]
        assert "No other review is owed" in said.texts[-1]
        await until(lambda: "No review owed" in told(panel.charter))

    perform(folder, scene)
    with opened(folder) as session:
        assert rung_of(session.kernel, session.kernel.reader, "mira", "mail_received")[1].stage is LiveStage.EXPANDED


def test_what_changed_since_it_was_shown_is_shown_first_and_what_is_typed_stays(tmp_path: Path) -> None:
    folder = make_owing(tmp_path / "w", days=43)

    async def scene(stage: Stage) -> None:
        _, page = await asked(stage)
        with opened(folder) as session:
            session.write(lambda tx: Past(tx, 500).pair(month().since + timedelta(days=2), is_same=False), name="past")
        page.decision.reason.setFocus()
        QTest.keyClicks(page.decision.reason, "a quiet month")
        key(Qt.Key.Key_Return, CTRL)
        await until(lambda: page.decision.said.text().endswith(AGAIN))
        assert "are not those that you saw" in page.decision.said.text() and not reviews(folder)
        await until(lambda: page.view is not None and page.view.told.every.total == PAIRS + 1)
        assert page.decision.reason.text() == "a quiet month" and f"{PAIRS + 1}" in told(page.report)
        key(Qt.Key.Key_Return, CTRL)
        await until(lambda: reviews(folder))

    perform(folder, scene)


def test_whoever_signs_second_is_told_who_was_first(tmp_path: Path) -> None:
    folder = make_owing(tmp_path / "w", days=43)

    async def scene(stage: Stage) -> None:
        _, page = await asked(stage)
        assert page.view is not None
        seen = page.view.told.digest
        with opened(folder) as session:
            kernel = session.kernel
            session.write(
                lambda tx: sign(kernel, tx, "mira", month(), ReviewDecision.KEEP, actor="person:Otto", seen=seen),
                name="review.sign",
            )
        key(Qt.Key.Key_Return, CTRL)
        await until(lambda: page.by.isVisible() and "Otto signed the review of Mira" in told(page.by))
        assert not page.foot.isVisible() and not page.decision.isVisible(), "there is nothing more to sign"

    perform(folder, scene)
    assert [row.actor for row in reviews(folder)] == ["person:Otto"]


def test_esc_signs_nothing_and_keeps_what_is_typed(tmp_path: Path) -> None:
    folder = make_owing(tmp_path / "w", days=43)

    async def scene(stage: Stage) -> None:
        panel, page = await asked(stage)
        page.decision.reason.setFocus()
        QTest.keyClicks(page.decision.reason, "perhaps")
        key(Qt.Key.Key_Escape)
        assert panel.sides.is_here and panel.list.view.hasFocus() and not reviews(folder)
        panel.show_review()
        await until(lambda: page.put.isVisible())
        assert page.decision.reason.text() == "perhaps"

    perform(folder, scene)


def test_overview_says_it_only_when_it_is_near(tmp_path: Path) -> None:
    for days, wanted in ((20, False), (28, True), (33, True)):
        folder = make_owing(tmp_path / f"w{days}", days=days)
        on = review_due((datetime.now(UTC) - timedelta(days=days)).astimezone().date())
        left = (on - date.today()).days  # noqa: DTZ011 - a day of this machine's zone

        async def scene(stage: Stage, wanted: bool = wanted, left: int = left) -> None:
            panel = stage.show(OverviewPanel)
            await until(lambda: panel.cards and panel.cards["mira"].frame.isVisible())
            card = panel.cards["mira"]
            assert card.review.isVisible() is wanted
            assert ("Review" in card.frame.accessibleName()) is wanted
            if wanted:
                told_of = f"overdue by {-left}" if left < 0 else f"due in {left}"
                assert told_of in card.review.text() or left == 0
                way = went(stage)
                card.review.click()
                assert way == [("agents", {"agent": "mira", "tab": "charter"})]

        perform(folder, scene)

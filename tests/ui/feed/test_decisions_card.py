"""Your decisions: six figures against the time before, what stands out with its door, and its four states."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from opsconsole.app.session import opened
from opsconsole.domain.enums import Verb
from opsconsole.domain.errors import MachineError
from opsconsole.store.queries.views.insights import HOUR_PRICE
from opsconsole.store.writes import settings
from opsconsole.ui.panels.overview.decisions import DAYS, DecisionsCard, FigureBlock
from opsconsole.ui.panels.overview.panel import OverviewPanel
from tests.ui.feed.decided import Asked, hire, make_decided
from tests.ui.scenes import perform, press, told, went
from tests.ui.stage import Stage, until
from tests.ui.test_narrow import SMALL, TWICE, beyond

WEEK = [
    *[Asked(days_ago=1, verb=Verb.EDIT)] * 6,
    *[Asked(days_ago=2)] * 3,
    *[Asked(days_ago=1, category="how_to", minutes=190)] * 5,
    Asked(days_ago=1, verb=Verb.REJECT, agent="vito"),
    Asked(days_ago=1, verb=None),
]
BEFORE = [*[Asked(days_ago=9)] * 4, *[Asked(days_ago=10, verb=Verb.REJECT)] * 4]
LONG_AGO = [Asked(days_ago=40)] * 3


def values(card: DecisionsCard) -> list[str]:
    """The figures as a screen reader hears them; nothing while they are not there."""
    return [block.accessibleName() for block in card.findChildren(FigureBlock)] or [""]


def doors(card: DecisionsCard) -> list[QPushButton]:
    """The doors of what stands out."""
    return [line.door for line in card.lines if line.isVisible()]


async def shown(stage: Stage, *size: int) -> tuple[OverviewPanel, DecisionsCard]:
    panel = stage.show(OverviewPanel, *size)
    await until(lambda: panel.decisions.isVisible() and stage.tasks.count == 0)
    return panel, panel.decisions


def test_the_week_stands_beside_the_week_before(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        _, card = await shown(stage)
        await until(lambda: values(card)[0] == "Asked: 16. 8 more than the 7 days before")
        assert values(card)[1:] == [
            "Approved: 93 %. 14 of 15 decided. 43 points more than the 7 days before",
            "Time to decide: 3 min. 15 requests. as in the 7 days before",
            "Edited first: 43 %. 6 of 14 approved. 43 points more than the 7 days before",
            "Expired: 0. none in the 7 days before either",
            "Overturned later: 0. of 14 approvals. none in the 7 days before either",
        ]
        assert "Price of oversight: 0.8 h of waiting (15 requests × median 3 min); 0.4 h in the 7 days before." in told(
            card
        )

    perform(make_decided(tmp_path / "w", [*WEEK, *BEFORE]), scene)


def test_the_month_is_a_switch_away_and_remembered(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        _, card = await shown(stage)
        press(card, "Last 30 days")
        await until(lambda: values(card)[0] == "Asked: 24. 21 more than the 30 days before")
        assert int(str(stage.context.memory.value(DAYS))) == 30
        again = stage.take(OverviewPanel(stage.context)).decisions
        await until(lambda: "30 days before" in values(again)[0])
        assert [chip.text() for chip in again.findChildren(QPushButton) if chip.isChecked()] == ["Last 30 days"]

    perform(make_decided(tmp_path / "w", [*WEEK, *BEFORE, *LONG_AGO]), scene)


def test_one_agent_is_looked_at_alone_by_the_keyboard(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        _, card = await shown(stage)
        await until(lambda: "Asked: 16" in values(card)[0])
        assert [card.agents.itemText(place) for place in range(card.agents.count())] == ["All agents", "Mira", "Vito"]
        card.agents.setFocus()
        QTest.keyClick(card.agents, Qt.Key.Key_Down)
        QTest.keyClick(card.agents, Qt.Key.Key_Down)
        await until(lambda: "Asked: 1." in values(card)[0])
        assert values(card)[1].startswith("Approved: 0 %. 0 of 1 decided. nothing in the 7 days before")
        assert "Too few decisions yet: 1 request decided, and of fewer than 5 nothing is said." in told(card)
        with opened(folder) as session:
            session.write(lambda tx: hire(session, tx, "adam"), name="test")
        card.refresh()
        await until(lambda: card.agents.itemText(1) == "Adam")
        assert card.agents.currentText() == "Vito", "who is looked at stays, wherever it stands now"
        assert "Asked: 1." in values(card)[0]

    folder = make_decided(tmp_path / "w", [*WEEK, *BEFORE])
    perform(folder, scene)


def test_each_thing_that_stands_out_opens_what_it_speaks_of(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        _, card = await shown(stage)
        places = went(stage)
        await until(lambda: "What stands out" in told(card) and len(doors(card)) == 2)
        assert [door.accessibleName() for door in doors(card)] == [
            "Open its events: Requests about “How-to” (Mira) wait longest: median 3 h 10 min over 5, 3 min for the"
            " rest.",
            "Open playbook: You edited 6 of the 9 you approved of “Reply” about “Billing” (Mira): the playbook's text"
            " may need it.",
        ]
        for door in doors(card):
            door.setFocus()
            QTest.keyClick(door, Qt.Key.Key_Space)
        (feed, where), playbook = places
        since = where.pop("since")
        assert abs(datetime.now(UTC) - timedelta(days=7) - since) < timedelta(minutes=1)
        assert (feed, where) == ("feed", {"agent": "mira", "outcome": "with_you", "category": "how_to"})
        assert playbook == ("agents", {"agent": "mira", "tab": "playbook"})

    perform(make_decided(tmp_path / "w", WEEK), scene)


def test_where_a_higher_level_may_be_due_autonomy_is_opened(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        _, card = await shown(stage)
        places = went(stage)
        await until(lambda: len(doors(card)) == 1)
        assert "All 20 requests you decided were “Reply” about “Billing”" in told(card)
        press(card, "Open autonomy")
        assert places == [("agents", {"agent": "mira", "tab": "autonomy"})]

    perform(make_decided(tmp_path / "w", [Asked(days_ago=1)] * 20), scene)


def test_that_nothing_stands_out_is_said(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        _, card = await shown(stage)
        await until(lambda: "Nothing: no rule finds anything in these 7 days." in told(card))
        assert not [line for line in card.lines if line.isVisible()]

    perform(make_decided(tmp_path / "w", [Asked(days_ago=1)] * 8), scene)


def test_what_is_counted_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        _, card = await shown(stage)
        await until(lambda: "What stands out" in told(card))
        assert "taken back before they were done" not in told(card)
        card.meaning.setFocus()
        QTest.keyClick(card.meaning, Qt.Key.Key_Space)
        assert "Overturned later: Approvals given in this time that were taken back before they were done" in told(card)
        press(card, "Hide what is counted")
        assert "taken back before they were done" not in told(card)

    perform(make_decided(tmp_path / "w", WEEK), scene)


def test_where_nothing_was_asked_it_says_so_and_counts_nothing(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        _, card = await shown(stage)
        await until(lambda: "Nothing was asked in the last 7 days" in told(card))
        assert not [block for block in card.findChildren(FigureBlock) if block.isVisible()]
        assert card.agents.isVisible(), "another agent or period can be chosen"
        press(card, "Last 30 days")
        await until(lambda: values(card)[0].startswith("Asked: 0. 3 fewer"))
        assert values(card)[1] == "Approved: —. nothing decided. 100 % in the 30 days before"

    perform(make_decided(tmp_path / "w", LONG_AGO), scene)


def test_what_cannot_be_read_leaves_the_page_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(OverviewPanel)
        card = panel.decisions
        assert "Loading…" in [part.text() for part in card.findChildren(QLabel)]
        with monkeypatch.context() as patch:
            patch.setattr("opsconsole.ui.panels.overview.decisions.insights", broken)
            await until(lambda: "This could not be shown" in told(card))
        assert "nothing waits for you" in told(panel) or "waits for you" in told(panel)
        press(card, "Try again")
        await until(lambda: "Asked: 16" in values(card)[0] and "What stands out" in told(card))
        assert stage.failures == ["your decisions: The disk is gone."]
        stage.failures.clear()

    perform(make_decided(tmp_path / "w", WEEK), scene)


def broken(*_: object, **__: object) -> None:
    raise MachineError("The disk is gone.")


def test_a_declared_price_of_an_hour_tells_the_price_in_money(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        _, card = await shown(stage)
        await until(lambda: "(15 requests × median 3 min), EUR 30.00 at the declared EUR 40.00 an hour" in told(card))

    folder = make_decided(tmp_path / "w", WEEK)
    with opened(folder) as session:
        session.write(lambda tx: settings.put(tx, HOUR_PRICE, "40"), name="test")
    perform(folder, scene)


@pytest.mark.parametrize("size", [SMALL, TWICE], ids=["small", "twice the size"])
def test_the_card_fits_a_small_window_and_one_at_twice_the_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async def scene(stage: Stage) -> None:
        panel, card = await shown(stage, *size)
        await until(lambda: len(doors(card)) == 2)
        card.meaning.click()
        await until(lambda: not beyond(panel.area))
        blocks = card.findChildren(FigureBlock)
        rows = [len([block for block in blocks if block.y() == top]) for top in sorted({each.y() for each in blocks})]
        assert rows == [3, 3], "no row is half empty"

    perform(make_decided(tmp_path / "w", [*WEEK, *BEFORE]), scene)

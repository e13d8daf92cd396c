"""The feed, worked as a person works it, over the sample company's two weeks."""

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from opsconsole.app.session import opened
from opsconsole.domain.event import IncomingEvent
from opsconsole.store.queries.views.eventlist import Filter
from opsconsole.store.writes import events
from opsconsole.ui.panels.feed.filters import describe
from opsconsole.ui.panels.feed.panel import FeedPanel
from tests.support.files import NOW
from tests.ui.scenes import press, went
from tests.ui.stage import Stage, play, until


def texts(panel: FeedPanel) -> str:
    return "\n".join(label.text() for label in panel.story.findChildren(QLabel))


def test_why_one_action_was_refused_in_three_clicks(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        await until(lambda: panel.model.ids)
        menu = panel.filters.menu("verdict")  # the first click opens it
        next(action for action in menu.actions() if action.text() == "Refused").trigger()  # the second chooses
        await until(lambda: len(panel.model.ids) == 1)
        panel.view.show_line(0)  # the third
        await until(lambda: "Refused because" in texts(panel))
        assert "No reply leaves on a Sunday" in texts(panel)

    play(worked, qapp, scene)


def test_a_story_leads_to_everything_about_its_sender_and_their_company(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel, places = stage.show(FeedPanel), went(stage)
        await until(lambda: panel.model.ids)
        panel.view.show_line(0)
        await until(lambda: "Sender not verified" in texts(panel))
        for party in ("p@example.com", "example.com"):
            press(panel, f"Everything about {party}")
        assert places == [("audit", {"subject": "p@example.com"}), ("audit", {"subject": "example.com"})]

    play(worked, qapp, scene)


def test_the_event_that_is_told_is_marked_in_the_list(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        await until(lambda: panel.model.ids and panel.view.currentIndex().isValid())
        assert panel.view.selectionModel().isSelected(panel.view.currentIndex())
        panel.view.clearSelection()  # as Qt does it: a line is current, and not chosen
        panel.view.clearFocus()
        panel.view.setFocus()
        await until(lambda: panel.view.selectionModel().isSelected(panel.view.currentIndex()))

    play(worked, qapp, scene)


def test_with_another_filter_the_story_is_of_an_event_that_fits(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        await until(lambda: len(panel.model.ids) == 5 and "Came" in texts(panel))
        panel.go({"verdict": "REFUSE"})
        await until(lambda: len(panel.model.ids) == 1 and "Refused because" in texts(panel))
        assert panel.view.selectionModel().isSelected(panel.view.currentIndex())
        panel.filters.search.setText("zzz")
        await until(lambda: not panel.model.ids and panel.detail.currentIndex() == 1)

    play(worked, qapp, scene)


def test_a_story_is_never_wider_than_its_pane(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        panel.split.setSizes([760, 400])
        await until(lambda: "Came" in texts(panel))
        page = panel.story.widget()
        assert page is not None
        await until(lambda: 0 < page.width() <= panel.story.viewport().width())

    play(worked, qapp, scene)


def test_search_filters_and_saved_filters(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        await until(lambda: len(panel.model.ids) == 5)
        panel.filters.search.setText('refund "')
        await until(lambda: len(panel.model.ids) == 2)
        panel.filters.saved_menu().actions()[0].trigger()
        panel.filters.search.setText("zzz (")
        await until(lambda: not panel.model.ids)
        await until(lambda: panel.list.currentIndex() == 1)
        panel.go({"state": "failed"})
        await until(lambda: len(panel.model.ids) == 1)
        panel.filters.saved_menu().actions()[-1].trigger()
        await until(lambda: len(panel.model.ids) == 2)
        assert describe(panel.filters.wanted) == '“refund "”'

    play(worked, qapp, scene)


def test_new_events_come_in_and_the_place_is_held(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        stage.backend.start()
        panel = stage.show(FeedPanel, height=400)
        stage.backend.changed.connect(panel.refresh)
        await until(lambda: len(panel.model.ids) == 5)
        panel.view.verticalScrollBar().setValue(100)
        top = panel.model.id_at(1)
        with opened(worked) as session:
            incoming = IncomingEvent(external_id="new", kind="mail.received", subject="thread:9", occurred_at=NOW)
            session.write(lambda tx: events.add(tx, "desk", incoming, now=NOW), name="test")
        await until(lambda: len(panel.model.ids) == 6)
        assert panel.model.id_at(2) == top and panel.view.verticalScrollBar().value() == 100 + panel.view.height_px

    play(worked, qapp, scene)


@pytest.mark.parametrize(("where", "number"), [({"event": 3}, 3), ({"run": 2}, 2), ({"event": 5}, 5)])
def test_another_panel_leads_to_a_place(worked: Path, qapp: QApplication, where: dict[str, int], number: int) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        panel.go(where)
        await until(lambda: panel.view.currentIndex().isValid())
        await until(
            lambda: f"Event {number}" in texts(panel) or panel.model.id_at(panel.view.currentIndex().row()) == number
        )
        assert panel.model.id_at(panel.view.currentIndex().row()) == number

    play(worked, qapp, scene)


def test_an_empty_workspace_says_what_to_do_next(empty: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        await until(lambda: "Nothing came in yet" in [label.text() for label in panel.list.findChildren(QLabel)])
        assert panel.filters.wanted == Filter()

    play(empty, qapp, scene)


def test_a_time_is_shown_taken_away_and_gone_with_what_it_was_about(worked: Path, qapp: QApplication) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(FeedPanel)
        await until(lambda: panel.model.ids)
        bar = panel.filters
        panel.go({"outcome": "failed", "since": NOW})
        await until(lambda: len(panel.model.ids) == 1)
        assert bar.since.isVisible() and bar.since.text().startswith("Since Mon 23 Nov")
        assert describe(bar.wanted).startswith("Failed, since Mon 23 Nov")
        panel.go({"outcome": "failed", "since": NOW + timedelta(seconds=1)})
        await until(lambda: not panel.model.ids)
        bar.since.click()
        await until(lambda: len(panel.model.ids) == 1)
        assert bar.wanted == Filter(outcome="failed") and not bar.since.isVisible()
        panel.go({"outcome": "failed", "since": NOW})
        bar.saved_menu().actions()[0].trigger()
        next(action for action in bar.menu("outcome").actions() if action.text() == "Any").trigger()
        assert bar.wanted == Filter(), "else a time would stand there that says nothing"
        bar.saved_menu().actions()[-1].trigger()
        assert bar.wanted == Filter(outcome="failed"), "a time is not kept"

    play(worked, qapp, scene)

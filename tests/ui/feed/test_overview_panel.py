"""The overview: one sentence, four numbers, and each number opens what it counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFrame, QPushButton

from opsconsole.app.session import opened
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.store.queries.connections import last_event_at
from opsconsole.store.queries.views import eventlist
from opsconsole.store.queries.views.console import shell_state
from opsconsole.store.queries.views.outcomes import Outcomes
from opsconsole.store.queries.views.overview import DAYS, AgentGlance, Overview, Sleep
from opsconsole.store.writes import events
from opsconsole.ui.memory import last_look
from opsconsole.ui.panels.overview import words
from opsconsole.ui.panels.overview.panel import OverviewPanel
from opsconsole.ui.panels.overview.parts import FigureButton
from tests.support.rig import agent
from tests.ui.sample import make_empty
from tests.ui.scenes import make_advised, perform, press, told, went
from tests.ui.stage import Stage, until

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


MIRA = AgentGlance("mira", "Mira", Outcomes(), 0, (0,) * DAYS, 0.0, is_paused=False)


def state(**changes: object) -> Overview:
    facts: dict[str, object] = {
        "since": NOW, "now": NOW, "agents": (MIRA,), "events": 3, "without_agent": 0, "cost": 0.0,
        "currency": "EUR", "median_s": None, "shadow": (), "refused": (),
        "refused_events": 0, "sleeps": (), "paused": (), "recommended": 0,
    }  # fmt: skip
    return Overview(**(facts | changes))  # type: ignore[arg-type]


def test_the_sentence_says_what_is_wrong_before_what_was_done() -> None:
    waits = state(agents=(replace(MIRA, requests=9),))
    assert words.headline(waits, is_engine_on=True, since="today") == (
        "Nothing was finished today; 9 things wait for you.",
        "turn",
    )
    assert words.headline(state(), is_engine_on=True, since="today")[1] == "well"
    text, mood = words.headline(state(paused=("all",)), is_engine_on=False, since="today")
    assert text.startswith("Everything is paused and the engine is not running:") and mood == "trouble"


def test_what_is_paused_is_named_as_people_call_it() -> None:
    support = replace(MIRA, agent="support-agent", name="Support agent", is_paused=True)
    scopes = ("agent:support-agent", "connection:billing")
    text, mood = words.headline(state(agents=(support,), paused=scopes), is_engine_on=True, since="today")
    assert text.startswith("Paused: Support agent and connection Billing; nothing was finished") and mood == "trouble"


def test_the_sum_of_a_page_is_told() -> None:
    assert words.sum_of(Outcomes(alone=1240, with_you=2, failed=1)) == (
        "1,243 events: 1,240 handled alone + 2 handled with you + 1 failed"
    )
    assert words.sum_of(Outcomes(alone=1)) == "1 event, handled alone"
    assert words.sum_of(Outcomes(shadow=3)) == "3 events, only in shadow"
    assert words.sum_of(Outcomes()) == "No events"


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        (Outcomes(shadow=3), "1 agent worked 3 events in shadow today; nothing waits for you."),
        (Outcomes(not_done=1), "1 agent could do nothing about 1 event today; nothing waits for you."),
        (
            Outcomes(alone=2, shadow=3, not_done=1),
            "1 agent handled 2 events, worked 3 events in shadow and could do nothing about 1 event today;"
            " nothing waits for you.",
        ),
        (Outcomes(failed=1), "1 event failed: nothing else was finished today; nothing waits for you."),
        (Outcomes(), "Nothing was finished today; nothing waits for you."),
    ],
)
def test_the_sentence_knows_of_all_that_the_cards_call_finished(outcomes: Outcomes, told: str) -> None:
    assert (
        words.headline(state(agents=(replace(MIRA, outcomes=outcomes),)), is_engine_on=True, since="today")[0] == told
    )


def test_that_nothing_was_handled_alone_is_told_with_what_was_done_in_shadow() -> None:
    assert words.not_alone(Outcomes(shadow=3)) == "3 only in shadow"
    assert words.not_alone(Outcomes()) == "nothing yet"


def test_when_the_last_look_was_does_not_move_while_one_looks() -> None:
    later = state(since=NOW, now=NOW + timedelta(minutes=50))
    assert words.look(state()) == words.look(later) == f"Since your last look ({NOW.astimezone():%H:%M})"
    assert words.look(state(now=NOW + timedelta(days=2))) == f"Since {NOW.astimezone():%a %d %b, %H:%M}"


def test_what_is_open_since_long_is_not_said_to_have_come_since_then() -> None:
    since = "since you last looked"
    assert words.counted(Outcomes(alone=3, waiting=4, under_way=1), since) == f"3 events finished {since}, 5 open now"
    assert words.counted(Outcomes(waiting=4), since) == f"Nothing finished {since}, 4 open now"
    assert words.counted(Outcomes(alone=1), since) == f"1 event finished {since}"


def test_the_last_event_is_the_newest_line_of_the_feed_with_its_time(tmp_path: Path) -> None:
    folder, happened = make_empty(tmp_path / "w"), NOW - timedelta(days=5)
    with opened(folder) as session:
        incoming = IncomingEvent(external_id="1", kind="mail.received", subject="thread:1", occurred_at=happened)
        session.write(lambda tx: events.add(tx, "desk", incoming, now=NOW), name="test")
        conn = session.kernel.reader
        assert eventlist.rows(conn, [1], now=NOW)[1].at == happened
        assert shell_state(conn, now=NOW).last_event_at == last_event_at(conn, "desk") == happened


def test_a_night_is_told_with_what_was_worked_late() -> None:
    night = Sleep(NOW - timedelta(hours=10), NOW, 14, was_sudden=False)
    assert "(10 h); 14 events that came meanwhile worked late." in words.sleep(night)
    assert words.sleep(Sleep(NOW, None, 0, was_sudden=False)).startswith("Not running since")


def test_every_number_opens_what_it_counts(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        panel, places = stage.show(OverviewPanel), went(stage)
        await until(lambda: "handled 2 events" in told(panel))
        for figure in panel.findChildren(FigureButton):
            figure.click()
        for text in ("With you 2", "Shadow 1", "2 recommendations", "See 1 action"):
            press(panel, text)
        since = places[0][1]["since"]
        assert datetime.now(UTC) - since < timedelta(days=1, minutes=5)
        assert places == [
            ("feed", {"outcome": "alone", "since": since}),
            ("feed", {"outcome": "with_you", "since": since}),
            ("approvals", {"agent": ""}),
            ("feed", {"outcome": "failed", "since": since}),
            ("feed", {"agent": "mira", "outcome": "with_you", "since": since}),
            ("feed", {"agent": "mira", "outcome": "shadow", "since": since}),
            ("shadow", {"tab": "recommendations"}),
            ("shadow", {"tab": "would", "since": since}),
        ]
        assert "EUR 0.75" in [button.text() for button in panel.findChildren(QPushButton)]

    perform(make_advised(tmp_path / "w"), scene)


def test_the_last_look_is_kept_when_one_turns_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(stage: Stage) -> None:
        panel = stage.show(OverviewPanel)
        await until(lambda: "handled 2 events" in told(panel))
        turned_away = datetime.now(UTC)
        panel.hide()
        looked_at = datetime.fromisoformat(str(stage.context.memory.value(last_look(stage.backend.folder))))
        assert turned_away <= looked_at <= datetime.now(UTC), "all that came until then was on the screen"
        panel.show()
        panel.refresh()
        # back soon: the same look
        await until(lambda: "handled 2 events and worked 1 event in shadow in the last 24 hours" in told(panel))
        panel.hide()
        monkeypatch.setattr("opsconsole.ui.panels.overview.panel.AWAY", timedelta(0))
        panel.show()
        await until(lambda: "nothing was finished since you last looked" in told(panel))
        press(panel, "7 days")
        await until(lambda: "in the last 7 days" in told(panel))

    perform(make_advised(tmp_path / "w"), scene)


def test_a_look_at_one_workspace_is_none_at_another(tmp_path: Path) -> None:
    """They share what the window remembers, as the workspaces of one person do."""

    async def look(stage: Stage) -> None:
        panel = stage.show(OverviewPanel)
        await until(lambda: "in the last 24 hours" in told(panel))
        assert not [chip for chip in panel.findChildren(QPushButton) if chip.isVisible() and "look" in chip.text()]
        panel.hide()

    for name in ("first", "second"):
        perform(make_advised(tmp_path / name), look)


def test_an_agent_that_comes_between_others_has_a_place_of_its_own(tmp_path: Path) -> None:
    folder = make_advised(tmp_path / "w")

    def use(name: str) -> None:
        with opened(folder) as session:
            file = AgentFile(agent(name.lower()), "")
            session.write(
                lambda tx: apply_agent(tx, file, session.kernel.registry, actor="person:test", now=NOW), name="test"
            )

    async def scene(stage: Stage) -> None:
        panel = stage.show(OverviewPanel)
        names = ["Mira"]
        await until(lambda: shown_agents(panel) == names)
        for name in ("Zoe", "Nora", "Adam"):  # at the end, between, before all
            use(name)
            names = sorted([*names, name])
            panel.refresh()
            await until(lambda names=names: shown_agents(panel) == names)

    perform(folder, scene)


def shown_agents(panel: OverviewPanel) -> list[str]:
    """The agents that one sees, as their cards stand; one under another's card is not seen."""
    cards = [made for made in panel.findChildren(QFrame, "card") if made.isVisible()]
    places = {made.mapTo(panel, QPoint(0, 0)).toTuple(): made for made in cards}
    links = [
        [link.text() for link in made.findChildren(QPushButton) if link.accessibleName().endswith("open its events")]
        for _, made in sorted(places.items(), key=lambda item: (item[0][1], item[0][0]))
    ]
    return [name for names in links for name in names]


def test_events_without_an_agent_say_how_one_is_put_in_use(tmp_path: Path) -> None:
    folder = make_empty(tmp_path / "w")
    with opened(folder) as session:
        incoming = IncomingEvent(external_id="1", kind="mail.received", subject="thread:1", occurred_at=NOW)
        session.write(lambda tx: events.add(tx, "desk", incoming, now=NOW), name="test")

    async def scene(stage: Stage) -> None:
        panel = stage.show(OverviewPanel)
        await until(lambda: "no agent is in use yet" in told(panel))
        assert "opsconsole agents apply" in told(panel) and "Needs a look" in told(panel)

    perform(folder, scene)


def test_an_empty_workspace_says_where_to_begin(tmp_path: Path) -> None:
    empty = make_empty(tmp_path / "w")

    async def scene(stage: Stage) -> None:
        panel, places = stage.show(OverviewPanel), went(stage)
        await until(lambda: "Nothing is here yet" in told(panel))
        press(panel, "Begin")
        assert places == [("welcome", {})]

    perform(empty, scene)

"""What a wanted action waits for, as the feed and the story tell it: not every one that waits, waits for a person."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.session import opened
from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import RunState
from opsconsole.domain.errors import AmbiguousError, PermanentError, TransientError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.audittrail.story import event_story, run_story
from opsconsole.engine.audittrail.words import STANDS
from opsconsole.engine.commands.snooze import snooze
from opsconsole.store.queries.views import eventlist, timeline
from opsconsole.store.queries.views.overview import overview
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import pairs as write_pairs
from opsconsole.store.writes import work as write_work
from opsconsole.ui.panels.feed.line import became, state_of
from opsconsole.ui.widgets.moments import moment_words
from opsconsole.ui.widgets.words import ACTION_STATES, OUTCOMES, run_words
from tests.support.pairdeeds import PAIR
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.running import beside
from tests.ui.sample import make_worked

DO = call("out.do", what="x")
ME = "person:test"


def told(r: Rig) -> tuple[str, str, str]:
    """(pill of the line, what became of it, where the story says it stands); the history says the same."""
    now, reader = r.clock.now(), r.engine.reader
    row = eventlist.rows(reader, [1], now=now)[1]
    (action,) = run_story(r.kernel, 1)["actions"]
    history = [moment_words(moment) for moment in timeline.timeline(reader, 1, now=now) if moment.kind == "action"]
    stands = STANDS.get(action["stands"], action["stands"])
    assert history == [f"Mira wanted: Do: {stands}"]
    return state_of(row)[0], became(row)[0], stands


def raising(error: Exception, **facts: Any) -> FakeConnector:
    async def execute(_: Call) -> Result:
        raise error

    return FakeConnector(execute, **facts)


async def test_what_was_approved_and_is_tried_again_does_not_wait_for_a_person(tmp_path: Path) -> None:
    out = raising(TransientError("it is busy"))
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail(occurred_at=r.clock.now()))
        assert told(r) == ("Waits for you", "1 waits for you", "waits for you")
        await r.approve(1)
        assert told(r) == ("Under way", "1 approved, about to be done", "approved, about to be done")
        await r.wait(seconds=10)
        assert out.calls and told(r) == ("Under way", "1 approved, is tried again", "approved, is tried again")


async def test_what_an_agent_does_alone_and_tries_again_was_approved_by_nobody(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(level=3), connectors=beside(raising(TransientError("it is busy")))) as r:
        await r.take(mail(occurred_at=r.clock.now()))
        assert told(r) == ("Under way", "1 is tried again", "is tried again")


async def test_what_is_in_doubt_is_looked_up_before_a_person_is_asked(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(level=3), connectors=beside(raising(AmbiguousError("no answer")))) as r:
        await r.take(mail(occurred_at=r.clock.now()))
        assert told(r) == ("Under way", "1 in doubt, is looked up", "in doubt, is looked up")
        await r.wait(seconds=2)
        asks = "in doubt, waits for you"
        assert told(r) == ("Waits for you", f"1 {asks}", asks)


async def test_what_a_person_put_off_does_not_wait_until_then(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(FakeConnector())) as r:
        await r.take(mail(occurred_at=r.clock.now()))
        until = r.clock.now() + timedelta(hours=1)
        await r.engine.writer.write(lambda tx: snooze(r.kernel, tx, 1, actor=ME, until=until), name="snooze")
        assert told(r) == ("Put off", "1 put off by you", "put off by you")
        await r.wait(seconds=3601)
        assert told(r)[0] == "Waits for you"


async def test_what_a_pause_keeps_says_so(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(FakeConnector())) as r:
        await r.take(mail(occurred_at=r.clock.now()))
        await r.approve(1)
        await r.pause()
        await r.wait(seconds=10)
        assert told(r) == ("Paused", "1 kept by a pause", "kept by a pause")


async def test_a_run_that_is_over_and_failed_at_what_it_wanted_is_called_failed_everywhere(tmp_path: Path) -> None:
    async with rig(tmp_path, [DO], agent(level=3), connectors=beside(raising(PermanentError("no such thing")))) as r:
        await r.take(mail(occurred_at=r.clock.now()))
        await r.wait(seconds=10)
        now, story = r.clock.now(), run_story(r.kernel, 1)
        row = eventlist.rows(r.engine.reader, [1], now=now)[1]
        assert story["state"] == "done" and story["place"] == row.place == "failed"
        assert state_of(row) == run_words(story["state"], (), story["place"]) == ("Failed", "danger")
        counted = overview(r.engine.reader, since=now - timedelta(days=1), now=now).outcomes
        assert counted.failed == 1 and counted.all == 1


def test_each_end_that_is_no_success_has_the_word_of_the_overview() -> None:
    for place, words in (("failed", "Failed"), ("not_done", "Not done"), ("stopped", "Stopped")):
        assert run_words("done", (), place)[0] == OUTCOMES[place] == words
    assert run_words("done", (), "alone")[0] == "Done"


def test_what_is_in_shadow_is_never_called_done(tmp_path: Path) -> None:
    """An agent that asked in shadow what an event is wanted to do nothing, and did not deal with it."""
    with opened(make_worked(tmp_path / "w")) as session:
        reader, now = session.kernel.reader, session.kernel.clock.now()

        def line() -> tuple[tuple[str, str], str]:
            row = eventlist.rows(reader, [2], now=now)[2]
            return state_of(row), became(row)[0]

        def left(tx: Transaction) -> None:
            tx.conn.execute("UPDATE action SET is_write = 0, tool = 'person.ask' WHERE run_id = 2")
            write_work.set_run(tx, 2, RunState.DONE, now=now, outcome="left to people", is_handled=False)
            write_work.set_timer(tx, "pair", "2", due=now)

        session.write(left, name="test")
        assert line() == (("Shadow", "shadow"), "not compared yet"), "nobody reads here what the agent thinks of it"
        session.write(lambda tx: tx.conn.execute("UPDATE action SET state = 'done' WHERE run_id = 2"), name="test")
        assert line() == (("Shadow", "shadow"), "not compared yet"), "it wanted nothing, and that is not told either"
        session.write(lambda tx: tx.conn.execute("UPDATE action SET state = 'simulated' WHERE run_id = 2"), name="test")
        session.write(lambda tx: tx.conn.execute("DELETE FROM timer"), name="test")
        assert line() == (("Left to people", "plain"), "left to people")
        story = run_story(session.kernel, 2)
        assert run_words(story["state"], (), story["place"], is_left=story["is_left"]) == ("Left to people", "plain")

        def handled(tx: Transaction) -> None:
            write_work.set_run(tx, 2, RunState.DONE, now=now, is_handled=True)

        session.write(handled, name="test")
        assert line()[0] == ("Shadow", "shadow") and not run_story(session.kernel, 2)["is_left"]


@pytest.mark.parametrize("stands", STANDS)
def test_every_place_has_words_for_screens(stands: str) -> None:
    assert ACTION_STATES[stands][0] == STANDS[stands]


def test_an_event_on_which_an_agent_was_tried_says_so(tmp_path: Path) -> None:
    with opened(make_worked(tmp_path / "w")) as session:
        reader, now = session.kernel.reader, session.kernel.clock.now()

        def line() -> tuple[str, str]:
            row = eventlist.rows(reader, [5], now=now)[5]
            return state_of(row)[0], became(row)[0]

        assert line() == ("No agent", "nobody works this") and not event_story(reader, 5)["is_tried"]
        tried = replace(PAIR, event=5)
        session.write(lambda tx: write_pairs.add_pair(tx, tried, now=now), name="pair")
        assert line() == ("Tried", "tried on the past: see Shadow") and event_story(reader, 5)["is_tried"]

"""What is to be decided first stands on no list and in no story, until it is decided or looked at on purpose."""

import asyncio
import json
from pathlib import Path

import pytest

from opsconsole.app.session import opened
from opsconsole.domain.errors import DecisionError
from opsconsole.engine.audittrail.story import run_story
from opsconsole.engine.commands.cards import card
from opsconsole.engine.ladder import draws
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store.queries import approvals, pairs
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries.views import eventlist, feed, timeline, wanted
from opsconsole.store.queries.views.console import shell_state
from opsconsole.store.queries.views.outcomes import waiting_by_agent
from tests.e2e.ladder.laddered import worker
from tests.support.rig import call, mail, rig
from tests.support.shell import Run

TELLING = "The secret ticket"


def _wanted(view: RunView) -> Turn:
    if view.past:
        return Turn(category="case", confidence=1.0, final=f"made {TELLING}")
    ticket = call("desk.create_ticket", title=TELLING, queue="vault")
    return Turn(category="case", confidence=1.0, rationale=f"It wants {TELLING}", proposals=(ticket,))


@pytest.fixture(params=[2, 3])
def drawn(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in which an agent asked for a ticket (level 2) or made one (3), which a person decides first."""

    def always(_workspace: str, _run: int) -> float:
        return 0.0

    monkeypatch.setattr(draws, "coin", always)

    async def fill() -> None:
        async with rig(folder, _wanted) as r:
            await r.hire(worker(autonomy={"default": 1, "actions": {"desk.create_ticket": request.param}}))
            await r.take(mail(1))
            assert len(r.waiting()) == 3 - request.param

    asyncio.run(fill())
    return folder


def _is_asked(folder: Path) -> bool:
    with opened(folder) as session:
        return bool(approvals.waiting_approvals(session.kernel.reader))


def test_no_command_tells_it(run: Run, drawn: Path) -> None:
    for words in (["feed"], ["feed", "--json"], ["runs", "show", 1], ["runs", "show", 1, "--json"], ["status"],
                  ["approvals", "list"], ["approvals", "list", "--json"], ["ladder", "waiting"]):  # fmt: skip
        said = run(*words)
        assert said.code == 0 and not any(word in said.out for word in (TELLING, "vault", "create_ticket")), words
    assert "1 decision to make first" in run("status").out
    assert "1 decision to make first" in run("approvals", "list").out
    assert json.loads(run("status", "--json").out)["to_decide_first"] == 1
    if _is_asked(drawn):
        said = run("approvals", "show", 1)
        assert said.code != 0 and "decide first" in said.err and TELLING not in said.out + said.err
        listed = json.loads(run("approvals", "list", "--json").out)
        assert listed["decide_first"] and listed["title"] == "Question 1" and not {"tool", "args", "intent"} & {*listed}
    with opened(drawn) as session:
        assert read.is_undecided(session.kernel.reader, 1) and pairs.seen_at(session.kernel.reader, 1) is None


def test_who_looks_on_purpose_has_seen_it(run: Run, drawn: Path) -> None:
    words = ("approvals", "show", 1, "--anyway") if _is_asked(drawn) else ("runs", "show", 1, "--anyway")
    assert TELLING in run(*words).out
    with opened(drawn) as session:
        assert not read.is_undecided(session.kernel.reader, 1) and pairs.seen_at(session.kernel.reader, 1) is not None
    assert "Nothing waits" in run("approvals", "list").out or _is_asked(drawn)


def test_no_list_of_the_window_tells_it(drawn: Path) -> None:
    with opened(drawn) as session:
        conn, now = session.kernel.reader, session.kernel.clock.now()
        (row,) = eventlist.rows(conn, [1], now=now).values()
        assert row.is_drawn and (row.category, row.actions, row.outcome) == ("", (), "drawn for you to decide first")
        (line,) = feed.feed(conn)
        assert (line.category, line.verdicts) == ("", "")
        assert [moment.kind for moment in timeline.timeline(conn, 1, now=now)] == ["event"]
        assert timeline.history_of(conn, 1, now=now).number == 1
        assert wanted.recent_calls(conn, "mira", most=9) == []
        story = run_story(session.kernel, 1)
        assert story["is_undecided"] and not any(story[name] for name in ("actions", "turns", "audit", "outcome"))
        if _is_asked(drawn):
            with pytest.raises(DecisionError, match="decide first"):
                asyncio.run(card(session.kernel, 1))


def test_it_is_counted_once(drawn: Path) -> None:
    with opened(drawn) as session:
        conn, now = session.kernel.reader, session.kernel.clock.now()
        state = shell_state(conn, now=now)
        assert (state.waiting, state.first) == (1, 1)
        assert approvals.waiting_count(conn) == 0 and approvals.waiting_marks(conn, now=now, is_put_off=False) == []
        waiting = waiting_by_agent(conn, now=now)["mira"]
        assert (waiting.requests, waiting.first) == (1, 1)

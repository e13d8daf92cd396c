"""The numbers of the overview: whatever happened, they add up, for each agent and in total."""

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from opsconsole.app.session import opened
from opsconsole.domain.enums import ActionState, ApprovalKind, ApprovalState, RunState
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import ActionId
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries.approvals import waiting_count
from opsconsole.store.queries.views.console import shell_state
from opsconsole.store.queries.views.eventlist import Filter, event_ids, rows
from opsconsole.store.queries.views.outcomes import Outcomes
from opsconsole.store.queries.views.overview import Overview, overview
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events, people
from opsconsole.store.writes import work as write_work
from opsconsole.ui.panels.overview.words import places
from tests.support.rig import agent

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENDED = (RunState.DONE, RunState.FAILED, RunState.CANCELLED)
AGENTS = ("mira", "vito")
Job = tuple[str, RunState, int, ActionState, ApprovalState | None, int]
jobs = st.tuples(
    st.sampled_from(AGENTS),
    st.sampled_from(list(RunState)),
    st.integers(0, 48),
    st.sampled_from(list(ActionState)),
    st.sampled_from([None, *ApprovalState]),
    st.sampled_from([-1, 0, 5]),
)
"""(agent, state of the run, hours since it ended, state of its action, of the request about it, put off for hours)"""


def seen(found: list[Job], *, hours: int) -> tuple[Overview, int]:
    """The overview of so many hours, and what the badge says."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "w"
        workspaces.create(folder, at=NOW, actor="person:test").close()
        with opened(folder) as session:

            def job(tx: Transaction) -> None:
                for name in AGENTS:
                    apply_agent(tx, AgentFile(agent(name), ""), session.kernel.registry, actor="person:test", now=NOW)
                for number, case in enumerate(found):
                    _put(tx, number, *case)

            session.write(job, name="test")
            conn = session.kernel.reader
            assert shell_state(conn, now=NOW).waiting == waiting_count(conn, now=NOW)
            page = overview(conn, since=NOW - hours * HOUR, now=NOW)
            lists_are_as_long_as_their_numbers(conn, page)
            return page, shell_state(conn, now=NOW).waiting


def lists_are_as_long_as_their_numbers(conn: Reader, page: Overview) -> None:
    for place in Outcomes.__slots__:
        wanted = Filter(outcome=place, since=page.since)
        assert len(event_ids(conn, wanted, now=NOW)) == getattr(page.outcomes, place), place
        for glance in page.agents:
            ids = event_ids(conn, replace(wanted, agent=glance.agent), now=NOW)
            assert len(ids) == getattr(glance.outcomes, place), f"{place} of {glance.agent}"
            assert all(row.agent == glance.agent for row in rows(conn, ids, now=NOW, wanted=wanted).values())


def _put(
    tx: Transaction, number: int, name: str, state: RunState, ago: int, did: ActionState, asked: ApprovalState | None,
    put_off: int,
) -> None:  # fmt: skip
    came = NOW - 72 * HOUR
    incoming = IncomingEvent(external_id=f"e{number}", kind="mail.received", subject="thread:1", occurred_at=came)
    event, subject = events.add(tx, "desk", incoming, now=came)
    run = write_work.add_run(tx, event=event, agent=name, version=AGENTS.index(name) + 1, subject=subject, now=came)
    assert run is not None
    action = ActionId(f"{run}/0.0")
    write_work.add_action(
        tx, action, run=run, turn=0, position=0, tool="desk.reply", subject=subject, args_id=tx.keep({}), digest="d",
        is_write=True, category="case", now=came,
    )  # fmt: skip
    write_work.set_action(tx, action, did, now=came)
    if asked is not None:
        request = people.add_approval(
            tx, kind=ApprovalKind.ACTION, action=action, agent=name, digest="d", mark=0, because="", expires_at=None,
            now=came,
        )  # fmt: skip
        if asked is not ApprovalState.WAITING:
            people.close_approval(tx, request, asked, now=came)
        elif put_off >= 0:
            people.snooze_approval(tx, request, until=NOW + put_off * HOUR)
    write_work.set_run(tx, run, state, now=NOW - ago * HOUR if state in ENDED else came)


@settings(max_examples=40, deadline=None)
@given(st.lists(jobs, max_size=12), st.sampled_from([1, 24, 168]))
def test_the_places_of_events_add_up_to_all_of_the_time(found: list[Job], hours: int) -> None:
    page, badge = seen(found, hours=hours)
    of_the_time = [case for case in found if case[1] not in ENDED or case[2] <= hours]
    counts = Counter(case[0] for case in of_the_time)
    for glance in page.agents:
        assert glance.outcomes.all == counts[glance.agent]
        assert sum(count for count, _ in places(glance.outcomes)) == glance.outcomes.all
        assert min(count for count, _ in places(glance.outcomes)) >= 0
    assert page.outcomes.all == len(of_the_time) == sum(glance.outcomes.all for glance in page.agents)
    for place, (count, _) in enumerate(places(page.outcomes)):
        assert count == sum(places(glance.outcomes)[place][0] for glance in page.agents)
    assert page.waiting == badge, "the number on the rail"


def test_what_came_to_nothing_is_not_handled() -> None:
    """Refused, failed, lapsed without an answer, or given up by the agent: no work that was saved."""
    done, lapsed = RunState.DONE, ApprovalState.LAPSED
    found: list[Job] = [
        ("mira", done, 1, ActionState.REFUSED, None, -1),
        ("mira", done, 1, ActionState.FAILED, None, -1),
        ("mira", done, 1, ActionState.LAPSED, lapsed, -1),
        ("mira", done, 1, ActionState.DONE, None, -1),
        ("mira", done, 1, ActionState.REJECTED, ApprovalState.DECIDED, -1),
    ]
    page, _ = seen(found, hours=24)
    outcomes = page.outcomes
    assert (outcomes.not_done, outcomes.failed, outcomes.alone, outcomes.with_you) == (2, 1, 1, 1)
    assert page.outcomes.handled == 2


def test_an_event_stands_where_it_belongs() -> None:
    done, waits, decided = RunState.DONE, ApprovalState.WAITING, ApprovalState.DECIDED
    found: list[Job] = [
        ("mira", done, 1, ActionState.DONE, None, -1),
        ("mira", done, 1, ActionState.DONE, decided, -1),
        ("mira", done, 1, ActionState.RECOMMENDED, None, -1),
        ("mira", done, 1, ActionState.SIMULATED, None, -1),
        ("mira", done, 30, ActionState.DONE, None, -1),
        ("mira", RunState.FAILED, 1, ActionState.DONE, None, -1),
        ("mira", RunState.CANCELLED, 1, ActionState.DONE, None, -1),
        ("vito", RunState.WAITING, 0, ActionState.WAITING, waits, -1),
        ("vito", RunState.WAITING, 0, ActionState.WAITING, waits, 5),
        ("vito", RunState.QUEUED, 0, ActionState.DONE, None, -1),
    ]
    page, badge = seen(found, hours=24)
    mira, vito = (glance.outcomes for glance in page.agents)
    assert (mira.alone, mira.with_you, mira.shadow, mira.failed, mira.stopped, mira.all) == (1, 2, 1, 1, 1, 6)
    assert (vito.waiting, vito.under_way, vito.all, badge) == (1, 2, 3, 1)

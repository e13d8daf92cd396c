"""Ids and rows of the feed's list, and the search: what fits is found, and nothing typed is ever an error."""

from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsconsole.domain.enums import RunState, Verdict
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import ActionId
from opsconsole.domain.ruling import Reason, Ruling
from opsconsole.store import workspace
from opsconsole.store.queries.views import auditlist, eventlist, timeline
from opsconsole.store.queries.views.auditlist import AuditFilter
from opsconsole.store.queries.views.eventlist import Filter
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import agents, events, rulings
from opsconsole.store.writes import work as write_work
from tests.support.files import NOW

TEXTS = ("Refund for order 10482", "Überweisung fällig", "Demo for the spa", "Refund please", "Nothing")


def fill(tx: Transaction) -> None:
    """Five events, all but the last worked by mira; the first refused, the second first refused and then asked."""
    agents.add_version(tx, "mira", digest="d", spec="{}", tools={}, source="", actor="person:test", now=NOW)
    for number, text in enumerate(TEXTS, 1):
        event, subject = events.add(
            tx, "desk",
            IncomingEvent(
                external_id=f"e{number}", kind="mail.received", subject=f"thread:{number % 2}", occurred_at=NOW,
                title=text, text="body", sender=f"p{number}@example.com",
            ),
            now=NOW,
        )  # fmt: skip
        if number == 5:
            return
        run = write_work.add_run(tx, event=event, agent="mira", version=1, subject=subject, now=NOW)
        assert run is not None
        tx.conn.execute("UPDATE run SET category = ? WHERE id = ?", ("billing" if number < 3 else "demo", run))
        write_work.set_run(tx, run, RunState.FAILED if number == 3 else RunState.DONE, now=NOW)
        action = ActionId(f"{run}/0.0")
        write_work.add_action(
            tx, action, run=run, turn=0, position=0, tool="desk.reply", subject=subject,
            args_id=tx.keep({"text": f"wombat {number}", "lines": ["one", {"deep": "kangaroo"}]}), digest="d",
            is_write=True, category=None, now=NOW,
        )  # fmt: skip
        verdicts = {1: [Verdict.REFUSE], 2: [Verdict.REFUSE, Verdict.ASK]}.get(number, [Verdict.ACT])
        for verdict in verdicts:
            rulings.add_ruling(
                tx, action, Ruling(verdict, None, (Reason("r", "t", verdict),)), phase="proposed", if_live=None, now=NOW
            )


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    place = workspace.create(tmp_path / "w", at=NOW, actor="person:test")
    place.database.write(fill)
    conn = place.database.reader()
    yield conn
    conn.close()
    place.close()


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Filter(), [1, 2, 3, 4, 5]),
        (Filter(text="   "), [1, 2, 3, 4, 5]),
        (Filter(agent="mira"), [1, 2, 3, 4]),
        (Filter(agent="nobody"), []),
        (Filter(category="billing"), [1, 2]),
        (Filter(agent="mira", state="failed"), [3]),
        (Filter(state="done"), [1, 2, 4]),
        (Filter(connection="desk"), [1, 2, 3, 4, 5]),
        (Filter(connection="mail"), []),
        (Filter(verdict="REFUSE"), [1]),
        (Filter(verdict="ASK"), [2]),
        (Filter(verdict="ACT"), [3, 4]),
        (Filter(text="refund"), [1, 4]),
        (Filter(text="REFUNDS 104"), [1]),
        (Filter(text="uberweis"), [2]),
        (Filter(text="p3@example.com"), [3]),
        (Filter(text="kangaroo"), [1, 2, 3, 4]),
        (Filter(text="wombat 2"), [2]),
        (Filter(text="refund", category="demo", verdict="ACT"), [4]),
        (Filter(text="!!!"), []),
    ],
)
def test_a_filter_gives_what_fits_in_order(reader: Reader, wanted: Filter, ids: list[int]) -> None:
    assert eventlist.event_ids(reader, wanted, now=NOW) == array("q", ids)
    assert eventlist.event_ids(reader, wanted, now=NOW, after=2).tolist() == [number for number in ids if number > 2]


@pytest.mark.parametrize(
    "text",
    ['"', "a AND", "NEAR(", "text:refund", "x* ^y", "(", "-a", "\0", '""" OR 1', "'; DROP TABLE event", "{a b}:"],
)
def test_what_is_typed_is_never_an_error(reader: Reader, text: str) -> None:
    eventlist.event_ids(reader, Filter(text=text), now=NOW)
    auditlist.seqs(reader, AuditFilter(text=text))
    timeline.subject_of(reader, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_text_at_all_is_an_error(reader: Reader, text: str) -> None:
    eventlist.event_ids(reader, Filter(text=text), now=NOW)


def test_rows_say_what_became_of_an_event(reader: Reader) -> None:
    rows = eventlist.rows(reader, [1, 3, 5, 99], now=NOW)
    assert set(rows) == {1, 3, 5}
    assert (rows[1].title, rows[1].sender, rows[1].agent) == (TEXTS[0], "p1@example.com", "mira")
    assert rows[1].actions == (("proposed", 1),) and rows[3].state == "failed"
    assert rows[5].run_id is None and rows[5].others == 0


def test_arguments_that_a_person_changed_are_found_too(tmp_path: Path) -> None:
    place = workspace.create(tmp_path / "w", at=NOW, actor="person:test")
    place.database.write(fill)
    place.database.write(
        lambda tx: write_work.set_arguments(tx, "1/0.0", args_id=tx.keep({"text": "platypus"}), digest="e")
    )
    conn = place.database.reader()
    assert eventlist.event_ids(conn, Filter(text="platypus"), now=NOW).tolist() == [1]
    assert eventlist.choices(conn).categories == ("billing", "demo")
    conn.close()
    place.close()


def test_the_history_of_a_subject_holds_events_and_actions(reader: Reader) -> None:
    subject = timeline.subject_of(reader, "thread:1")
    assert subject is not None
    moments = timeline.timeline(reader, subject, now=NOW)
    assert [moment.kind for moment in moments].count("event") == 3
    assert {moment.what for moment in moments if moment.kind == "action"} == {"desk.reply"}


def test_entries_are_found_by_kind_actor_and_text(reader: Reader) -> None:
    everything = auditlist.seqs(reader, AuditFilter())
    assert auditlist.seqs(reader, AuditFilter(kind="event.received")).tolist() != []
    assert len(auditlist.seqs(reader, AuditFilter(actor="connection:"))) == 5
    assert len(auditlist.seqs(reader, AuditFilter(text="mail.RECEIVED"))) == 5
    assert [node.seq for node in auditlist.walk(reader, everything)] == everything.tolist()
    assert auditlist.seqs(reader, AuditFilter(run=77)).tolist() == []

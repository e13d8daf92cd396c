"""Everything about an address or a domain: found in mails, in what was sent there, and in the record."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from opsconsole.app.session import Session, opened
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import ActionId
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.store.queries.views import auditlist, people, timeline
from opsconsole.store.queries.views.auditlist import AuditFilter
from opsconsole.store.queries.views.people import events_about, party_of
from opsconsole.store.queries.views.timeline import history_about, history_of
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events, search
from opsconsole.store.writes import work as write_work
from tests.support.files import NOW
from tests.support.rig import agent
from tests.ui.sample import make_empty

MAILS = (
    ("alice@x.com", (), "Refund", "Please", "mail.received"),
    ("bob@x.com", (), "Hello", "It was alice@x.com who told me", "mail.received"),
    ("malice@x.com", (), "Other", "Nothing", "mail.received"),
    ("alice@x.company", (), "Other", "Nothing", "mail.received"),
    ("support@us.example", ("alice@x.com",), "An offer", "For you", "mail.sent"),
    ("carol@y.com", (), "See mail.x.com", "A server", "mail.received"),
    ("big.alice@x.com", (), "Another", "Nothing", "mail.received"),
    ("dora@y.com", (), "Two lines", "Please write to\nerik@z.com", "mail.received"),
    ("fred@y.com", ("support@us.example", "gina@z.com"), "A copy", "For both", "mail.received"),
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with opened(make_empty(tmp_path / "w")) as found:
        found.write(lambda tx: _fill(found, tx), name="test")
        yield found


def _fill(session: Session, tx: Transaction) -> None:
    for number, (sender, to, title, text, kind) in enumerate(MAILS, 1):
        incoming = IncomingEvent(
            external_id=f"e{number}", kind=kind, subject=f"thread:{number}", occurred_at=NOW, title=title, text=text,
            sender=sender, recipients=to,
        )  # fmt: skip
        events.add(tx, "desk", incoming, now=NOW)


def test_an_address_is_found_whole_and_nothing_that_only_holds_it(session: Session) -> None:
    conn = session.kernel.reader
    assert sorted(events_about(conn, "alice@x.com")) == [1, 2, 5]
    assert sorted(events_about(conn, "x.com")) == [1, 2, 3, 5, 6, 7]
    assert events_about(conn, "nobody@x.com") == []
    assert events_about(conn, "!@_._") == [], "nothing in it can be looked for"
    assert events_about(conn, "erik@z.com") == [8], "at the beginning of a line too"
    assert events_about(conn, "gina@z.com") == [9], "who got a copy"


def test_what_an_agent_sent_to_an_address_is_about_it(session: Session) -> None:
    def job(tx: Transaction) -> None:
        apply_agent(tx, AgentFile(agent(), ""), session.kernel.registry, actor="person:test", now=NOW)
        run = write_work.add_run(tx, event=6, agent="mira", version=1, subject=6, now=NOW)
        assert run is not None
        kept = tx.keep({"to": "dora@z.com", "text": "Look"})
        write_work.add_action(
            tx, ActionId(f"{run}/0.0"), run=run, turn=0, position=0, tool="desk.forward", subject=6, args_id=kept,
            digest="d", is_write=True, category="case", now=NOW,
        )  # fmt: skip
        search.add_arguments(tx, run, tool="desk.forward", args_id=kept)
        tx.audit("effect.prepared", at=NOW, actor="agent:mira", action=f"{run}/0.0")
        tx.audit("run.finished", at=NOW, actor="agent:mira", run=run)

    session.write(job, name="test")
    conn = session.kernel.reader
    assert events_about(conn, "dora@z.com") == [6]
    found = auditlist.entries(conn, auditlist.seqs(conn, AuditFilter(text="dora@z.com")))
    assert sorted(entry.kind for entry in found.values()) == ["effect.prepared", "event.received", "run.finished"]


def test_the_audit_search_finds_an_address_though_entries_hold_none(session: Session) -> None:
    conn = session.kernel.reader
    found = auditlist.entries(conn, auditlist.seqs(conn, AuditFilter(text=" Alice@X.com ")))
    assert sorted(entry.facts["event"] for entry in found.values()) == [1, 2, 5]
    assert not any("alice" in entry.blob for entry in found.values())
    only = auditlist.seqs(conn, AuditFilter(text="x.com", kind="workspace.created"))
    assert not only


def test_a_companys_history_is_of_all_its_threads(session: Session) -> None:
    history = history_about(session.kernel.reader, "x.com", now=NOW)
    moments = history.moments
    assert history.number == len(moments) and (history.looked_at, history.may_name) == (7, 7)
    assert {moment.text for moment in moments} == {"Refund", "Hello", "Other", "An offer", "See mail.x.com", "Another"}
    assert [moment.at for moment in moments] == sorted(moment.at for moment in moments)


@pytest.mark.parametrize(
    ("text", "party"),
    [
        (" Ann@Harbour.example ", "ann@harbour.example"), ("<ann@harbour.example>", "ann@harbour.example"),
        ("@harbour.example", "harbour.example"), ("harbour.example", "harbour.example"), ("deal:14", ""),
        ("16/4.0", ""), ("refund", ""), ("two words.com", ""), ("thread:<m1@harbour.example>", ""), ("", ""),
    ],
)  # fmt: skip
def test_only_an_address_or_a_domain_is_a_party(text: str, party: str) -> None:
    assert party_of(text) == party


def test_of_what_is_bounded_the_real_number_is_told_and_more_can_be_reached(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    conn = session.kernel.reader
    monkeypatch.setattr(people, "MOST", 3)
    monkeypatch.setattr(timeline, "MOST", 2)
    first = history_about(conn, "x.com", now=NOW)
    assert (len(first.moments), first.looked_at, first.may_name) == (2, 3, 7)
    assert len(events_about(conn, "x.com", newest=3)) == first.number == 3
    whole = history_about(conn, "x.com", now=NOW, reach=4)
    assert (len(whole.moments), whole.number, whole.looked_at) == (6, 6, 7)
    monkeypatch.setattr(timeline, "SUBJECTS", 1)
    some = history_about(conn, "x.com", now=NOW, reach=3)
    assert len(some.moments) == 3 and some.number == 6
    subject = timeline.subject_of(conn, "thread:1")
    assert subject is not None and history_of(conn, subject, now=NOW).number == 1


def test_a_search_can_look_at_every_event_that_may_name_somebody(session: Session) -> None:
    conn = session.kernel.reader
    number = {newest: len(auditlist.seqs(conn, AuditFilter(text="x.com", newest=newest))) for newest in (0, 2, None)}
    assert number == {0: 0, 2: 2, None: 6}

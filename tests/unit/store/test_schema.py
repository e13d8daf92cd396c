"""Laws that the schema itself keeps, whatever code may come to write."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsconsole.domain.enums import ApprovalKind, Verdict
from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import ActionId
from opsconsole.domain.ruling import Reason, Ruling
from opsconsole.store import workspace
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import agents, events, people, work
from opsconsole.store.writes import rulings as rulingwrites
from opsconsole.store.writes import work as write_work
from tests.support.files import NOW, raw

INSERT = (
    "INSERT INTO effect (action_id, ruling_id, verdict, approval_id, state, key, not_before, agent_id, created_at)"
    " VALUES ('1/0.0', ?, ?, ?, 'prepared', 'key', 0, 'mira', 0)"
)


def fill(tx: Transaction) -> dict[str, int]:
    """An event, a run and an action; a ruling of each verdict, and one request."""
    incoming = IncomingEvent(external_id="e1", kind="mail.received", subject="thread:1", occurred_at=NOW, raw=b"raw")
    event, subject = events.add(tx, "desk", incoming, now=NOW)
    agents.add_version(tx, "mira", digest="d", spec="{}", tools={}, source="", actor="person:test", now=NOW)
    work.add_run(tx, event=event, agent="mira", version=1, subject=subject, now=NOW)
    args = tx.keep({})
    for number in (0, 1):
        write_work.add_action(
            tx, ActionId(f"1/0.{number}"), run=1, turn=0, position=number, tool="desk.reply", subject=subject,
            args_id=args, digest="d", is_write=True, category=None, now=NOW,
        )  # fmt: skip
    rulings = {
        verdict.name: rulingwrites.add_ruling(
            tx, "1/0.0", Ruling(verdict, None, (Reason("r", "t", verdict),)), phase="proposed", if_live=None, now=NOW
        )
        for verdict in Verdict
    }
    rulings["of another"] = rulingwrites.add_ruling(
        tx, "1/0.1", Ruling(Verdict.ACT, None, ()), phase="proposed", if_live=None, now=NOW
    )
    people.add_approval(
        tx, kind=ApprovalKind.ACTION, action="1/0.0", agent="mira", digest="d", mark=0, because="", expires_at=NOW,
        now=NOW,
    )  # fmt: skip
    return rulings


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[tuple[sqlite3.Connection, dict[str, int]]]:
    made = workspace.create(tmp_path, at=NOW, actor="person:test")
    rulings = made.database.write(fill)
    made.close()
    with raw(tmp_path / workspace.DATABASE) as conn:
        conn.execute("PRAGMA foreign_keys = ON")
        yield conn, rulings


@pytest.mark.parametrize(
    ("ruling", "verdict", "approval"),
    [
        ("REFUSE", "REFUSE", 1), ("SIMULATE", "SIMULATE", 1), ("RECOMMEND", "RECOMMEND", 1), ("REFUSE", "ACT", 1),
        ("SIMULATE", "ACT", None),
        ("SIMULATE", "ASK", 1), ("RECOMMEND", "ASK", 1), ("ASK", "ACT", None), ("ASK", "ACT", 1), ("ACT", "ASK", 1),
        ("ASK", "ASK", None),
        ("of another", "ACT", None), ("ASK", "ASK", 99), ("ACT", "act", None), ("ACT", None, None),
    ],
)  # fmt: skip
def test_no_effect_without_a_ruling_that_allows_it(
    filled: tuple[sqlite3.Connection, dict[str, int]], ruling: str, verdict: str | None, approval: int | None
) -> None:
    conn, rulings = filled
    with pytest.raises(sqlite3.IntegrityError):
        conn.execute(INSERT, (rulings[ruling], verdict, approval))
    assert conn.execute("SELECT count(*) FROM effect").fetchone() == (0,)


@pytest.mark.parametrize(("verdict", "approval"), [("ACT", None), ("ACT", 1), ("ASK", 1)])
def test_an_allowed_effect_exists_once_and_cannot_be_turned(
    filled: tuple[sqlite3.Connection, dict[str, int]], verdict: str, approval: int | None
) -> None:
    conn, rulings = filled
    conn.execute(INSERT, (rulings[verdict], verdict, approval))
    with pytest.raises(sqlite3.IntegrityError):
        conn.execute(INSERT.replace("'key'", "'other'"), (rulings[verdict], verdict, approval))
    for change in (
        f"UPDATE effect SET ruling_id = {rulings['SIMULATE']}",
        "UPDATE effect SET verdict = 'SIMULATE'",
        "UPDATE effect SET state = 'dreamt'",
        f"DELETE FROM ruling WHERE id = {rulings[verdict]}",
        f"UPDATE ruling SET verdict = 'SIMULATE' WHERE id = {rulings[verdict]}",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            conn.execute(change)
    if verdict == "ASK":
        with pytest.raises(sqlite3.IntegrityError):
            conn.execute("UPDATE effect SET approval_id = NULL")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET kind = 'mail.sent'", "UPDATE event SET content_id = raw_id",
        "UPDATE event SET is_untrusted = 0",
        "UPDATE content SET bytes = x'7b7d'", "UPDATE content SET digest = x'00'",
        "UPDATE content SET bytes = NULL, salt = x'00'",
        "DELETE FROM event", "DELETE FROM content", "INSERT OR REPLACE INTO event SELECT * FROM event",
    ],
)  # fmt: skip
def test_events_never_change(filled: tuple[sqlite3.Connection, dict[str, int]], change: str) -> None:
    conn, _ = filled
    before = conn.execute("SELECT * FROM event JOIN content ON content.id = content_id").fetchall()
    with pytest.raises(sqlite3.IntegrityError):
        conn.execute(change)
    assert conn.execute("SELECT * FROM event JOIN content ON content.id = content_id").fetchall() == before


def test_what_a_person_wrote_can_be_erased_and_its_digest_stays(
    filled: tuple[sqlite3.Connection, dict[str, int]],
) -> None:
    conn, _ = filled
    digests = conn.execute("SELECT id, digest FROM content").fetchall()
    conn.execute("UPDATE content SET bytes = NULL")
    assert conn.execute("SELECT id, digest FROM content").fetchall() == digests


def test_an_agent_gets_an_event_once_and_an_event_comes_once(filled: tuple[sqlite3.Connection, dict[str, int]]) -> None:
    conn, _ = filled
    with pytest.raises(sqlite3.IntegrityError):
        conn.execute(
            "INSERT INTO run (event_id, agent_id, version_id, subject_id, state, queued_at)"
            " VALUES (1, 'mira', 1, 1, 'queued', 0)"
        )
    with pytest.raises(sqlite3.IntegrityError):
        conn.execute(
            "INSERT INTO event (connection_id, external_id, kind, subject_id, occurred_at, received_at, is_untrusted,"
            " is_broken, content_id)"
            " SELECT connection_id, external_id, kind, subject_id, 1, 1, 1, 0, content_id FROM event"
        )

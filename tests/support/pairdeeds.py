"""Whatever may happen to pairs, in any order: what hypothesis draws, and how it is done to a workspace."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import strategies as st

from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.domain.event import IncomingEvent
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import agents, events
from opsconsole.store.writes import pairs as write
from opsconsole.store.writes.pairs import NewPair

MIDNIGHT = datetime(2026, 11, 2, tzinfo=UTC)
TIMES = [
    *(MIDNIGHT + timedelta(hours=number * 5) for number in range(12)),
    *(MIDNIGHT - timedelta(days=number) for number in (9, 26, 27, 28, 45)),
    MIDNIGHT - timedelta(microseconds=1),
    MIDNIGHT + timedelta(days=40),
    datetime(1969, 12, 31, 23, tzinfo=UTC),
    datetime(1969, 12, 1, tzinfo=UTC),
]
"""Of the events, by their numbers; some about a midnight, some before 1970, one ahead of the clock."""
SPECS = ({"stage": "shadow"}, {"stage": "limited"}, {"brain": "model"}, {"stage": "full"}, {"brain": "playbook"})
"""Of the versions of each agent: the first, second and fourth decide alike."""
AGENTS = ("mira", "otto")
SYSTEMS = ("mira", "rival")
"""Other systems, one of them called like an agent."""

PAIR = NewPair(
    source="history", agent="mira", version=1, event=1, run=None, subject=1, category="billing", confidence=None,
    about="a", occurred_at=MIDNIGHT, agreement=Agreement.SAME, severity=Severity.NONE, is_blind=True, is_failed=False,
    excluded="", body={},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that happens."""

    what: Literal["add", "remake", "say", "take back", "apply"]
    which: int
    """The pair, of those there are; of `apply` the version."""
    new: NewPair
    said: Adjudication
    is_repeat: bool
    is_undone: bool
    """Its savepoint is rolled back."""


def _new(
    event: int, who: tuple[str, int | None], category: str, about: str, subject: int,
    verdict: Agreement, severity: Severity, is_blind: bool, is_failed: bool, excluded: str,
) -> NewPair:  # fmt: skip
    agent, version = who
    source = "file" if version is None else "history"
    return NewPair(
        source=source, agent=agent, version=version, event=event, run=None, subject=subject, category=category,
        confidence=None, about=about, occurred_at=TIMES[event - 1], agreement=verdict, severity=severity,
        is_blind=is_blind, is_failed=is_failed, excluded=excluded, body={},
    )  # fmt: skip


_WHO = [
    *((name, len(SPECS) * place + number) for place, name in enumerate(AGENTS) for number in range(1, len(SPECS) + 1)),
    *((name, None) for name in SYSTEMS),
]
new_pairs = st.builds(
    _new,
    st.integers(1, len(TIMES)),
    st.sampled_from(_WHO),
    st.sampled_from(["", "billing"]),
    st.sampled_from("abc"),
    st.integers(1, 4),
    st.sampled_from(Agreement),
    st.sampled_from(Severity),
    st.sampled_from([True, True, False]),
    st.sampled_from([False, False, True]),
    st.sampled_from(["", "", "", "not seen", "worked before"]),
)
deeds = st.builds(
    Deed,
    st.sampled_from(["add", "add", "add", "add", "remake", "say", "say", "take back", "apply"]),
    st.integers(0, 30),
    new_pairs,
    st.sampled_from(Adjudication),
    st.sampled_from([False, False, True]),
    st.sampled_from([False, False, False, False, True]),
)
courses = st.lists(st.lists(deeds, min_size=1, max_size=12), min_size=1, max_size=8)
"""Transactions, each with what happens in it."""


def begin(tx: Transaction) -> None:
    """Make the agents' versions and the events."""
    for agent in AGENTS:
        for number, spec in enumerate(SPECS):
            agents.add_version(
                tx, agent, digest=f"{agent}{number}", spec=json.dumps(spec), tools={}, source="", actor="person:test",
                now=MIDNIGHT,
            )  # fmt: skip
    for number, at in enumerate(TIMES, 1):
        incoming = IncomingEvent(
            external_id=f"e{number}", kind="mail.received", subject=f"thread:{number}", occurred_at=at
        )
        events.add(tx, "desk", incoming, now=MIDNIGHT)


def happen(tx: Transaction, deed: Deed) -> None:
    """Let it happen."""
    tx.conn.execute("SAVEPOINT job")
    _do(tx, deed)
    if deed.is_undone:
        tx.conn.execute("ROLLBACK TO job")
    tx.conn.execute("RELEASE job")


def _do(tx: Transaction, deed: Deed) -> None:
    pairs = [row[0] for row in tx.conn.execute("SELECT id FROM pair ORDER BY id")]
    if deed.what == "apply":
        version = deed.which % (len(SPECS) * len(AGENTS)) + 1
        tx.conn.execute(
            "UPDATE agent SET version_id = ?1 WHERE id = (SELECT agent_id FROM agent_version WHERE id = ?1)", (version,)
        )
    elif deed.what == "add":
        write.add_pair(tx, deed.new, now=MIDNIGHT)
    elif pairs:
        pair = pairs[deed.which % len(pairs)]
        if deed.what == "remake":
            write.change_pair(tx, pair, deed.new)
        elif deed.what == "say":
            write.add_adjudication(
                tx, pair, deed.said, is_repeat=deed.is_repeat, actor="person:test", content=None, now=MIDNIGHT
            )
        else:
            write.take_back_adjudication(tx, pair, is_repeat=deed.is_repeat)


LADDER = ("draw_cell", "draw", "demotion", "promotion", "ladder_basis", "review", "canary")


def go_back_to_15(conn: sqlite3.Connection) -> None:
    """Make a file one of format 15, from before the ladder."""
    for table in LADDER:
        conn.execute(f"DROP TABLE {table}")
    for index in ("decision_by_time", "approval_lapsed", "pair_by_version"):
        conn.execute(f"DROP INDEX {index}")
    conn.execute("PRAGMA user_version = 15")


def go_back_to_13(conn: sqlite3.Connection) -> None:
    """Make a file one of format 13, from before versions had a reason and doubt was kept."""
    go_back_to_15(conn)
    conn.execute("ALTER TABLE agent_version DROP COLUMN reason")
    conn.execute("ALTER TABLE ruling DROP COLUMN moment")
    conn.execute("DROP TABLE failing")
    conn.execute("ALTER TABLE action DROP COLUMN is_in_doubt")
    conn.execute("PRAGMA user_version = 13")


def go_back_to_12(conn: sqlite3.Connection) -> None:
    """Make a file one of format 12, from before accounts were kept."""
    go_back_to_13(conn)
    for table in ("action", "effect"):
        conn.execute(f"ALTER TABLE {table} DROP COLUMN account")
    conn.execute("ALTER TABLE correspondent DROP COLUMN written_at")
    conn.execute("PRAGMA user_version = 12")


def go_back_to_9(conn: sqlite3.Connection) -> None:
    """Make a file one of format 9, from before days were counted."""
    go_back_to_11(conn)
    for what in ("TABLE evidence_day", "TABLE evidence_span", "INDEX pair_to_judge", "INDEX pair_sampled"):
        conn.execute(f"DROP {what}")
    conn.execute("DROP INDEX pair_by_agent")
    conn.execute("CREATE INDEX pair_by_agent ON pair(agent_id, category, occurred_at)")
    conn.execute("ALTER TABLE run DROP COLUMN is_handled")
    conn.execute("PRAGMA user_version = 9")


def go_back_to_11(conn: sqlite3.Connection) -> None:
    """Make a file one of format 11, which knew the first of those an effect went to, and indexed no recipients."""
    go_back_to_12(conn)
    conn.execute("ALTER TABLE effect ADD COLUMN recipient TEXT NOT NULL DEFAULT ''")
    conn.execute(
        "UPDATE effect SET recipient = coalesce((SELECT min(recipient) FROM effect_recipient"
        " WHERE effect_id = effect.id), '')"
    )
    conn.execute("CREATE INDEX effect_by_recipient ON effect(recipient, created_at) WHERE recipient <> ''")
    conn.execute("DROP TABLE effect_recipient")
    conn.execute("INSERT INTO search (search) VALUES ('delete-all')")
    conn.execute(
        "INSERT INTO search (rowid, text) SELECT e.id * 1024, json_extract(CAST(c.bytes AS TEXT), '$.title')"
        " FROM event e JOIN content c ON c.id = e.content_id"
    )
    conn.execute("PRAGMA user_version = 11")

"""What the engine asks many times a second reads what is open, not everything there ever was."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.enums import EffectState
from opsconsole.store import evidencedays
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import runs
from opsconsole.store.queries.evidence import Counting
from opsconsole.store.queries.pairlists import Wanted, listed, that_count
from opsconsole.store.rows import Reader

NOW = datetime(2026, 11, 2, tzinfo=UTC)
ASKED: dict[str, Callable[[Reader], Any]] = {
    "queued runs": lambda conn: runs.queued(conn, limit=10),
    "due effects": lambda conn: runs.due_effects(conn, now=NOW),
    "effects in doubt": lambda conn: runs.effects_in(conn, EffectState.UNKNOWN),
    "what is due next": runs.next_due,
    "open runs": runs.run_counts,
}


CELL = Counting("mira", "d", frozenset((1,)))
LISTED: dict[str, tuple[Callable[[Reader], Any], str]] = {
    "to judge": (lambda conn: listed(conn, Wanted(show="queue"), [CELL], 9), "COVERING INDEX pair_"),
    "to judge of an agent": (
        lambda conn: listed(conn, Wanted(show="queue", agent="mira", category="case"), [CELL], 9),
        "COVERING INDEX pair_",
    ),
    "all": (lambda conn: listed(conn, Wanted(), [], 9), "INDEX pair_by_time"),
    "not judged": (lambda conn: listed(conn, Wanted(show="waiting"), [], 9), "INDEX pair_by_time"),
    "that count": (lambda conn: that_count(conn, [(CELL, "case")], 9), "(agent_id=? AND category=? AND occurred_at>?)"),
    "of a day": (
        lambda conn: conn.execute(evidencedays.OF_DAY, ("mira", "case", 0, 1)).fetchall(),
        "(agent_id=? AND category=? AND occurred_at>? AND occurred_at<?)",
    ),
}


@pytest.fixture
def reader(tmp_path: Path) -> Generator[Reader]:
    place = workspaces.create(tmp_path / "w", at=NOW, actor="person:test")
    place.database.write(
        lambda tx: tx.conn.execute("INSERT INTO agent (id, created_at) VALUES ('mira', 0)"), name="agent"
    )
    conn = place.database.reader()
    try:
        yield conn
    finally:
        conn.close()
        place.close()


@pytest.mark.parametrize("name", ASKED)
def test_open_work_is_found_by_its_index(reader: Reader, name: str) -> None:
    statements: list[str] = []
    reader.set_trace_callback(statements.append)
    ASKED[name](reader)
    reader.set_trace_callback(None)
    about = [statement for statement in statements if "FROM run" in statement or "FROM effect" in statement]
    assert about
    for statement in about:
        plan = [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {statement}")]
        steps = [step for step in plan if " run" in step or " effect" in step]
        assert steps
        assert all("run_by_state" in step or "effect_open" in step for step in steps), plan


@pytest.mark.parametrize("name", LISTED)
def test_pairs_are_listed_in_the_order_of_an_index(reader: Reader, name: str) -> None:
    asked, step = LISTED[name]
    statements: list[str] = []
    reader.set_trace_callback(statements.append)
    asked(reader)
    reader.set_trace_callback(None)
    about = [
        statement for statement in statements if "FROM pair p" in statement and "json_each('[]') j" not in statement
    ]
    assert about
    for statement in about:
        plan = [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert any(line.startswith(("SEARCH p", "SCAN p")) and step in line for line in plan), plan
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan

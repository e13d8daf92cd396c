"""What the engine asks many times a second reads what is open, not everything there ever was."""

from collections.abc import Callable, Generator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.enums import EffectState
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import runs
from opsconsole.store.rows import Reader

NOW = datetime(2026, 11, 2, tzinfo=UTC)
ASKED: dict[str, Callable[[Reader], Any]] = {
    "queued runs": lambda conn: runs.queued(conn, limit=10),
    "due effects": lambda conn: runs.due_effects(conn, now=NOW),
    "effects in doubt": lambda conn: runs.effects_in(conn, EffectState.UNKNOWN),
    "what is due next": runs.next_due,
    "open runs": runs.run_counts,
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

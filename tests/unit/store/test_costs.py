"""What was spent lately, by when it was thought."""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import limits
from opsconsole.store.transaction import Transaction
from opsconsole.store.workspace import Workspace
from opsconsole.store.writes import work as write_work

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def place(tmp_path: Path) -> Generator[Workspace]:
    made = workspaces.create(tmp_path / "w", at=NOW, actor="person:test")
    yield made
    made.close()


def think(tx: Transaction, agent: str, *, costs: list[tuple[datetime, int]]) -> None:
    """A run of an agent that waits, with turns at these times that cost so much."""
    tx.conn.execute("PRAGMA defer_foreign_keys = ON")
    run = write_work.add_run(tx, event=len(agent), agent=agent, version=1, subject=1, now=costs[0][0])
    assert run is not None
    tx.conn.execute("UPDATE run SET state = 'waiting', started_at = queued_at WHERE id = ?", (run,))
    for number, (at, cost) in enumerate(costs):
        write_work.add_turn(
            tx, run, number, body={}, category=None, confidence=None, cost_micros=cost, tokens=1, now=at
        )


def spent(place: Workspace, agent: str | None) -> float:
    found: list[float] = []

    def job(tx: Transaction) -> None:
        think(tx, "mira", costs=[(NOW - 500 * HOUR, 3_000_000), (NOW - HOUR / 2, 200_000)])
        think(tx, "tomas", costs=[(NOW - HOUR / 3, 50_000)])
        found.append(limits.cost_since(tx.conn, since=NOW - HOUR, agent=agent))
        raise InterruptedError

    with pytest.raises(InterruptedError):
        place.database.write(job, name="test")
    return found[0]


@pytest.mark.parametrize(("agent", "wanted"), [("mira", 0.2), ("tomas", 0.05), (None, 0.25)])
def test_a_waiting_run_counts_with_its_late_turns(place: Workspace, agent: str | None, wanted: float) -> None:
    assert spent(place, agent) == pytest.approx(wanted)


@pytest.mark.parametrize("agent", ["mira", None])
def test_what_was_spent_is_summed_over_the_time_asked_about(place: Workspace, agent: str | None) -> None:
    conn = place.database.reader()
    try:
        said: list[str] = []
        conn.set_trace_callback(said.append)
        limits.cost_since(conn, since=NOW, agent=agent)
        conn.set_trace_callback(None)
        plan = [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {said[0]}")]
    finally:
        conn.close()
    assert "turn_by_cost (at>?" in plan[0] and not any("SCAN" in step for step in plan), plan

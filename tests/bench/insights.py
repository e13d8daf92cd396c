"""What people decided, counted over a month and the month before: CPU of one look, by how many approvals there are."""

import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.registry import Registry
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries.views.insights import insights
from opsconsole.store.transaction import Transaction
from tests.support.files import NOW
from tests.support.rig import agent

SIZES = (10_000, 100_000)
DAYS = 30
LOOKS = 9
MINUTE = 60_000_000
CATEGORIES = ("billing", "bug_report", "how_to", "demo_request", "refund")
TOOLS = ("desk.reply", "desk.create_ticket", "desk.tag_mail")
BEGIN = int((NOW - timedelta(days=2 * DAYS)).timestamp() * 1e6)


def fill(tx: Transaction, count: int) -> None:
    """Write so many approvals of two months straight into the tables: most decided and done, some undone or lapsed."""
    conn, step = tx.conn, int(timedelta(days=2 * DAYS).total_seconds() * 1e6) // count
    content = tx.keep({})
    conn.execute("INSERT INTO subject (id, key) VALUES (1, 'thread:1')")
    numbers = range(1, count + 1)
    conn.executemany(
        "INSERT INTO event (id, connection_id, external_id, kind, subject_id, occurred_at, received_at, is_untrusted,"
        " is_broken, content_id) VALUES (?1, 'desk', ?1, 'mail.received', 1, ?2, ?2, 1, 0, ?3)",
        ((number, BEGIN + number * step, content) for number in numbers),
    )
    conn.executemany(
        "INSERT INTO run (id, event_id, agent_id, version_id, subject_id, state, category, queued_at)"
        " VALUES (?1, ?1, 'mira', 1, 1, 'done', ?2, 0)",
        ((number, CATEGORIES[number % 5]) for number in numbers),
    )
    conn.executemany(
        "INSERT INTO action (id, run_id, turn, position, tool, subject_id, args_id, digest, is_write, category, state,"
        " at) VALUES (?, ?, 0, 0, ?, 1, ?, 'd', 1, ?, 'done', 0)",
        ((f"{number}/0.0", number, TOOLS[number % 3], content, CATEGORIES[number % 5]) for number in numbers),
    )
    conn.executemany(
        "INSERT INTO approval (id, kind, action_id, agent_id, digest, state, subject_mark, because, created_at,"
        " expires_at, snoozed_until, closed_at) VALUES (?1, 'action', ?2, 'mira', ?3, ?4, 0, ?5, ?6, ?7, ?8, ?7)",
        (
            (
                number, f"{number}/0.0", "d" * 64, "decided" if number % 50 else "lapsed",
                "autonomy level 2 for reply: act with approval", (at := BEGIN + number * step), at + 90 * MINUTE,
                at + MINUTE if number % 40 == 0 else None,
            )
            for number in numbers
        ),
    )  # fmt: skip
    conn.executemany(
        "INSERT INTO decision (approval_id, verb, actor, at) VALUES (?, ?, 'person:ann', ?)",
        (
            (number, ("approve", "approve", "approve", "edit", "reject")[number % 5], BEGIN + number * step + MINUTE)
            for number in numbers
            if number % 50
        ),
    )
    conn.executemany(
        "INSERT INTO ruling (id, action_id, phase, at, verdict, reasons) VALUES (?1, ?2, 'decided', 0, 'ASK', '[]')",
        ((number, f"{number}/0.0") for number in numbers),
    )
    conn.executemany(
        "INSERT INTO effect (id, action_id, ruling_id, verdict, approval_id, state, key, not_before, agent_id,"
        " created_at) VALUES (?1, ?2, ?1, 'ASK', ?1, 'done', ?2, 0, 'mira', 0)",
        ((number, f"{number}/0.0") for number in numbers if number % 50),
    )
    conn.execute(
        "INSERT INTO undo (effect_id, state, key, attempts, begun_at) SELECT id, 'done', key, 1, 0 FROM effect"
        " WHERE id % 30 = 0"
    )


def run(_data: Path) -> Iterator[dict[str, Any]]:
    """Measure."""
    for count in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            place = workspaces.create(Path(folder) / "w", at=NOW, actor="person:bench")
            file = AgentFile(agent("mira"), "")
            place.database.write(
                lambda tx, f=file: apply_agent(tx, f, Registry([]), actor="person:bench", now=NOW), name="bench"
            )
            place.database.write(lambda tx, c=count: fill(tx, c), name="bench")
            conn = place.database.reader()
            found, took = insights(conn, until=NOW, days=DAYS), list[float]()
            for _ in range(LOOKS):
                began = time.process_time()
                insights(conn, until=NOW, days=DAYS)
                took.append(time.process_time() - began)
            yield {
                "bench": "insights",
                "approvals": count,
                "decided": found.now.decided + found.before.decided,
                "cpu_ms": round(sorted(took)[LOOKS // 2] * 1e3, 1),
                "budget_ms": 30 if count == SIZES[0] else None,
            }
            conn.close()
            place.close()

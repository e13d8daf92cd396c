"""The feed over a million events: CPU a frame while scrolling with a hundred new ones a second, jumps, memory."""

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opsconsole.domain.action import Proposal
from opsconsole.domain.canonical import canonical
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.ports.brain import Turn
from opsconsole.engine.registry import Registry
from opsconsole.engine.runstate.turnbody import turn_body
from opsconsole.store import workspace as workspaces
from opsconsole.store.transaction import Transaction
from tests.support.desktop.screen import OFFSCREEN
from tests.support.files import NOW, raw
from tests.support.rig import agent

EVENTS = 1_000_000
BATCH = 50_000
TURN = 2_000_000_000
"""Content of every turn."""
CATEGORIES = ("billing", "bug_report", "how_to", "demo_request", "no_action")
WORDS = [
    "refund",
    "order",
    "invoice",
    "demo",
    "broken",
    "login",
    "spa",
    "question",
    "urgent",
    "price",
    "renewal",
    "thanks",
]
MICROS = int(NOW.timestamp() * 1e6)


def rows(number: int) -> tuple[dict[str, str], str, str]:
    """Return (body, category, state) of an event; the same ones every time."""
    some = random.Random(number)
    title = " ".join(some.choices(WORDS, k=4)).capitalize()
    body = {"title": title, "text": " ".join(some.choices(WORDS, k=12)), "sender": f"p{number % 5000}@example.com"}
    return {**body, "sender_name": ""}, CATEGORIES[number % 5], "failed" if number % 97 == 0 else "done"


def add(conn: Any, first: int, count: int) -> None:
    """Write events with a run each, and every tenth with a refused or shadow action, straight into the tables."""
    contents: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    runs: list[tuple[Any, ...]] = []
    found: list[tuple[int, str]] = []
    actions: list[tuple[Any, ...]] = []
    rulings: list[tuple[str, str]] = []
    for number in range(first, first + count):
        body, category, state = rows(number)
        data = json.dumps(body).encode()
        contents.append((number, b"salt", data, hashlib.sha256(b"salt" + data).digest()))
        events.append((number, f"e{number}", MICROS + number, MICROS + number, number))
        runs.append((number, number, state, category, MICROS))
        found.append((number * 1024, f"{body['title']} {body['sender']} {body['text']}"))
        if number % 10 == 0:
            actions.append((f"{number}/0.0", number, number, "refused" if number % 1000 == 0 else "done"))
            rulings.append((f"{number}/0.0", "REFUSE" if number % 1000 == 0 else "ACT"))
    conn.executemany("INSERT INTO content (id, salt, bytes, digest) VALUES (?, ?, ?, ?)", contents)
    conn.executemany(
        "INSERT INTO event (id, connection_id, external_id, kind, subject_id, occurred_at, received_at, is_untrusted,"
        " is_broken, content_id) VALUES (?, 'desk', ?, 'mail.received', 1, ?, ?, 1, 0, ?)",
        events,
    )
    conn.executemany(
        "INSERT INTO run (id, event_id, agent_id, version_id, subject_id, state, category, queued_at)"
        " VALUES (?, ?, 'mira', 1, 1, ?, ?, ?)",
        runs,
    )
    conn.executemany("INSERT INTO search (rowid, text) VALUES (?, ?)", found)
    conn.executemany(
        "INSERT INTO action (id, run_id, turn, position, tool, subject_id, args_id, digest, is_write, state, at)"
        " VALUES (?, ?, 0, 0, 'desk.reply', 1, ?, 'd', 1, ?, 0)",
        actions,
    )
    conn.executemany(
        "INSERT INTO turn (run_id, number, at, content_id) VALUES (?, 0, 0, ?)",
        [(action[1], TURN) for action in actions],
    )
    conn.executemany(
        "INSERT INTO ruling (action_id, phase, at, verdict, reasons) VALUES (?, 'proposed', 0, ?, '[]')", rulings
    )


def _turn() -> bytes:
    proposal = Proposal(tool="desk.reply", args={"text": "Dear customer"}, because="So that they know.")
    return canonical(turn_body(Turn(category="billing", confidence=0.9, proposals=(proposal,))))


def make(folder: Path, count: int = EVENTS) -> None:
    """Make a workspace with so many events, quickly."""
    place = workspaces.create(folder, at=NOW, actor="person:bench")

    def begin(tx: Transaction) -> None:
        apply_agent(tx, AgentFile(agent(level=2), ""), Registry([]), actor="bench", now=NOW)
        tx.conn.execute("INSERT OR IGNORE INTO agent (id, version_id, created_at) VALUES ('mira', 1, 0)")
        tx.conn.execute("INSERT INTO content (id, salt, bytes, digest) VALUES (?, x'', ?, x'')", (TURN, _turn()))
        tx.conn.execute("INSERT INTO subject (id, key) VALUES (1, 'thread:1')")

    place.database.write(begin)
    place.close()
    with raw(folder / workspaces.DATABASE) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -400000")
        for first in range(1, count + 1, BATCH):
            conn.execute("BEGIN")
            add(conn, first, min(BATCH, count + 1 - first))
            conn.execute("COMMIT")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def run(data_dir: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures. Needs PySide6; `OPSCONSOLE_BENCH_EVENTS` makes it smaller."""
    count = int(os.environ.get("OPSCONSOLE_BENCH_EVENTS", EVENTS))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "w"
        make(place, count)
        yield {"bench": "feed_file", "events": count, "mb": round((place / "workspace.db").stat().st_size / 1e6)}
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.feedwindow", str(place)],
            capture_output=True, text=True, check=False, env={**os.environ, "QT_QPA_PLATFORM": OFFSCREEN},
        )  # fmt: skip
        if done.returncode:
            yield {"bench": "feed_window", "failed": done.stderr[-1500:]}
        yield from (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))

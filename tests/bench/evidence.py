"""Evidence at size: five years of pairs of four agents. What a view costs, what a pair's write costs, and the rest.

CPU of this process, the best of some; pages are in memory. `OPSCONSOLE_BENCH_PAIRS` makes it smaller.
"""

import hashlib
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from opsconsole.app.session import Session, opened
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.ladder.standing import progress_of
from opsconsole.engine.pairs.compared import compared_call
from opsconsole.engine.pairs.pair import Origin, Sides, keep
from opsconsole.engine.registry import Registry
from opsconsole.store import evidencedays
from opsconsole.store import workspace as workspaces
from opsconsole.store.queries import events as read_events
from opsconsole.store.queries.evidence import counting, totals
from opsconsole.store.queries.pairlists import Wanted, listed
from opsconsole.store.rows import present
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import events as write_events
from opsconsole.ui.panels.shadow.numbers.data import load
from tests.support.files import raw
from tests.support.rig import agent

PAIRS = 1_000_000
AGENTS = ("mira", "otto", "lena", "theo")
CATEGORIES = tuple(f"category_{number:02}" for number in range(12))
DAYS = 5 * 365
BEGAN = datetime(2021, 11, 1, 6, tzinfo=UTC)
BATCH = 20_000
CUSTOMERS = 5_000
JUDGED = 400
"""One in so many pairs that differ was judged."""
LISTED = 2_001
"""Pairs that the list of Compare reads."""
ONE_DAY = 10_000
REASONS = ("another version worked this event before", "what people do there cannot be seen")


def run(data_dir: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures."""
    count = int(os.environ.get("OPSCONSOLE_BENCH_PAIRS", PAIRS))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "w"
        make(folder, count)
        with raw(folder / workspaces.DATABASE) as conn:
            conn.execute("BEGIN IMMEDIATE")
            began = time.process_time()
            evidencedays.fill(conn)
            conn.execute("COMMIT")
            yield {"bench": "evidence_fill", "pairs": count, "cpu_s": round(time.process_time() - began, 1)}
            began = time.process_time()
            wrong = len(list(evidencedays.differences(conn)))
            cpu_s = round(time.process_time() - began, 1)
            yield {"bench": "evidence_verify", "pairs": count, "differences": wrong, "cpu_s": cpu_s}
        with opened(folder) as session:
            yield from _views(session)
            yield _writes(session, together=1, times=200, system=None)
            yield _writes(session, together=50, times=20, system=None)
            yield _writes(session, together=200, times=ONE_DAY // 400, system="rival")


def _views(session: Session) -> Iterator[dict[str, Any]]:
    kernel, now = session.kernel, BEGAN + timedelta(days=DAYS)
    conn = kernel.reader
    asked: dict[str, Callable[[], Any]] = {
        "cells": lambda: progress_of(conn, now=now),
        "numbers, all together": lambda: load(kernel, None),
        "numbers, one cell": lambda: load(kernel, (AGENTS[0], CATEGORIES[0])),
        "compare": lambda: (listed(conn, Wanted(show="queue"), counting(conn), LISTED), totals(conn)),
    }
    for name, ask in asked.items():
        took: list[float] = []
        for _ in range(5):
            began = time.process_time()
            ask()
            took.append(time.process_time() - began)
        yield {"bench": "evidence_view", "view": name, "cpu_ms": round(1e3 * min(took), 1)}


def _writes(session: Session, *, together: int, times: int, system: str | None) -> dict[str, Any]:
    """Keep new pairs, some in a transaction, in turns with and without counting their days.

    Those of another system are of one day and category.
    """
    took: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * times):
        numbers = range(turn * together, (turn + 1) * together)
        made = session.write(
            lambda tx, some=numbers: [_sides(session, tx, number, together, system) for number in some], name="events"
        )
        is_counting = bool(turn % 2)
        with nullcontext() if is_counting else _uncounted():
            began = time.process_time()
            session.write(
                lambda tx, some=made: [keep(tx, sides, now=sides.event.occurred_at) for sides in some], name="pairs"
            )
            took[is_counting].append(time.process_time() - began)
    last = session.kernel.reader.execute("SELECT max(pairs) FROM evidence_day").fetchone()
    without, counting_too = (sorted(took[which][-20:])[10] for which in (False, True))
    return {
        "bench": "evidence_write",
        "what": "one cell and day" if system else "many cells",
        "together": together,
        "pairs_of_a_cell": last[0],
        "us_per_pair_not_counted": round(1e6 * without / together),
        "us_per_pair": round(1e6 * counting_too / together),
        "dearer_by": round(counting_too / without - 1, 3),
    }


@contextmanager
def _uncounted() -> Generator[None]:
    """Write pairs as before there was a table; the next write of their day counts them."""
    whole = evidencedays.count_anew
    evidencedays.count_anew = lambda conn, cell: None
    try:
        yield
    finally:
        evidencedays.count_anew = whole


def _sides(session: Session, tx: Transaction, number: int, together: int, system: str | None) -> Sides:
    days = DAYS + 2 if system else DAYS + number * len(AGENTS) * DAYS / PAIRS + together
    at = BEGAN + timedelta(days=days, seconds=number if system else 0)
    some = random.Random(number)
    incoming = IncomingEvent(
        external_id=f"new{together}:{number}", kind="mail.received", subject=f"new{together}:{number}", occurred_at=at,
        title=f"Question {number}", text="Could you please have a look? " * 20, sender=f"q{number}@example.com",
    )  # fmt: skip
    event, _ = write_events.add(tx, "desk", incoming, now=at)
    kind = session.kernel.registry.type("desk.add_note")
    deed = compared_call(kind, "desk.add_note", {"text": f"Called {number}", "about": "contact:1"}, "contact:1")
    category = "" if system else some.choice(CATEGORIES)
    origin = Origin(
        source="file" if system else "history", agent=system or AGENTS[0], version=None if system else 1, run=None,
        category=category, confidence=0.9, is_blind=True, is_failed=False, because="It reads like one.",
    )  # fmt: skip
    found = present(read_events.event(tx.conn, event), "event")
    return Sides(agent=[deed], human=[deed], acts=(), event=found, origin=origin)


def make(folder: Path, count: int) -> None:
    """Make a workspace with so many pairs, quickly; its days are not counted."""
    place = workspaces.create(folder, at=BEGAN, actor="person:bench")
    place.database.write(_begin)
    place.close()
    with raw(folder / workspaces.DATABASE) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -400000")
        for first in range(1, count + 1, BATCH):
            conn.execute("BEGIN")
            _add(conn, first, min(BATCH, count + 1 - first), count)
            conn.execute("COMMIT")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _begin(tx: Transaction) -> None:
    playbook = {"purpose": "a bench", "categories": [{"id": category, "name": category} for category in CATEGORIES]}
    for name in AGENTS:
        spec = agent(name, level=2, playbook=playbook)
        apply_agent(tx, AgentFile(spec, ""), Registry([]), actor="bench", now=BEGAN)
    tx.conn.executemany(
        "INSERT INTO subject (id, key) VALUES (?, ?)",
        [(number, f"thread:{number}") for number in range(1, CUSTOMERS * 4)],
    )


def _add(conn: Any, first: int, count: int, of: int) -> None:
    contents: list[tuple[Any, ...]] = []
    events: list[tuple[Any, ...]] = []
    pairs: list[tuple[Any, ...]] = []
    said: list[tuple[Any, ...]] = []
    for number in range(first, first + count):
        some = random.Random(number)
        at = to_micros(BEGAN + timedelta(days=DAYS * number / of))
        customer, place = some.randrange(CUSTOMERS), some.choice(CATEGORIES)
        is_same = some.random() < 0.8
        for which, body in enumerate((_event(some, number, customer), _body(place, is_same=is_same))):
            data = json.dumps(body).encode()
            contents.append((2 * number + which, b"salt", data, hashlib.sha256(b"salt" + data).digest()))
        subject = some.randrange(1, CUSTOMERS * 4)
        events.append((number, f"e{number}", subject, at, at, 2 * number))
        excluded = some.choice(REASONS) if some.random() < 0.1 else ""
        about = hashlib.sha256(f"{customer}".encode()).hexdigest()[:32]
        verdict, severity = ("same", 0) if is_same else (some.choice(("differs", "missing", "extra")), number % 3)
        confidence, is_failed = round(some.random(), 3), some.random() < 0.02
        which = some.randrange(len(AGENTS))
        pairs.append(
            ("history", AGENTS[which], which + 1, number, subject, place, confidence, about, at, at, verdict,
             severity, some.random() < 0.95, is_failed, excluded, 2 * number + 1)
        )  # fmt: skip
        if not is_same and number % JUDGED == 0:
            said.append((number, some.choice(("agent", "human", "both")), at))
    conn.executemany("INSERT INTO content (id, salt, bytes, digest) VALUES (?, ?, ?, ?)", contents)
    conn.executemany(
        "INSERT INTO event (id, connection_id, external_id, kind, subject_id, occurred_at, received_at, is_untrusted,"
        " is_broken, content_id) VALUES (?, 'desk', ?, 'mail.received', ?, ?, ?, 1, 0, ?)",
        events,
    )
    conn.executemany(
        "INSERT INTO pair (source, agent_id, version_id, event_id, subject_id, category, confidence, about,"
        " occurred_at, made_at, verdict, severity, is_blind, is_failed, excluded, content_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        pairs,
    )
    conn.executemany(
        "INSERT INTO adjudication (pair_id, verdict, is_repeat, actor, at) VALUES (?, ?, 0, 'person:bench', ?)", said
    )


def _event(some: random.Random, number: int, customer: int) -> dict[str, Any]:
    text = " ".join(some.choices(("invoice", "order", "login", "please", "refund", "hello"), k=60))
    sender = f"p{customer}@example.com"
    return {"title": f"Question {number}", "text": text, "sender": sender, "sender_name": "Ann", "fields": {}}


def _body(place: str, *, is_same: bool) -> dict[str, Any]:
    mine = {"tool": "desk.move_mail", "args": {"folder": place}}
    theirs = mine if is_same else {"tool": "desk.move_mail", "args": {"folder": "Elsewhere"}}
    match = {"agent": 0, "human": 0, "same": is_same, "elsewhere": False, "fields": list[Any]()}
    return {"agent": [mine], "human": [theirs], "matches": [match], "because": "It reads like one."}

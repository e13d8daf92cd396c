"""Reviews that a person signed, and the moments from which one is owed."""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.canonical import digest
from opsconsole.domain.enums import ReviewDecision
from opsconsole.store.times import from_micros, to_micros

_REVIEW = (
    "SELECT r.id, r.agent_id, r.since, r.until, r.decision, r.snapshot, r.lowered,"
    " CASE WHEN json_valid(CAST(c.bytes AS TEXT)) THEN json_extract(CAST(c.bytes AS TEXT), '$.reason') END,"
    " r.actor, r.at"
    " FROM review r LEFT JOIN content c ON c.id = r.reason_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedReview:
    """A review as a person signed it."""

    id: int
    agent: str
    since: datetime
    until: datetime
    decision: ReviewDecision
    digest: str
    """Of the numbers that were signed, in hex."""
    lowered: tuple[tuple[str, str], ...]
    """(category, tool) that it took a step back; the tool is empty for the category's stage."""
    reason: str
    """Empty: none was given, or it was erased."""
    actor: str
    at: datetime


def of_agent(conn: sqlite3.Connection, agent: str) -> list[SignedReview]:
    """Return the reviews of an agent, the one signed last first."""
    return [_review(row) for row in conn.execute(f"{_REVIEW} WHERE r.agent_id = ? ORDER BY r.id DESC", (agent,))]


def last(conn: sqlite3.Connection, agent: str, *, before: datetime) -> SignedReview | None:
    """Return the review of an agent that was signed last, of those dated before a moment; None where there is none."""
    row = conn.execute(
        f"{_REVIEW} WHERE r.agent_id = ? AND r.at < ? ORDER BY r.id DESC LIMIT 1", (agent, to_micros(before))
    ).fetchone()
    return None if row is None else _review(row)


def over(conn: sqlite3.Connection, agent: str, *, since: datetime, until: datetime) -> SignedReview | None:
    """Return the review of an agent that was signed over a time; None where none was over exactly that."""
    row = conn.execute(
        f"{_REVIEW} WHERE r.agent_id = ? AND r.since = ? AND r.until = ?", (agent, to_micros(since), to_micros(until))
    ).fetchone()
    return None if row is None else _review(row)


def between(conn: sqlite3.Connection, since: datetime, until: datetime) -> list[SignedReview]:
    """Return the reviews of all agents that were signed in a time, its end left out, in order."""
    rows = conn.execute(
        f"{_REVIEW} WHERE r.at >= ? AND r.at < ? ORDER BY r.at, r.id", (to_micros(since), to_micros(until))
    )
    return [_review(row) for row in rows]


def snapshot(conn: sqlite3.Connection, review: int) -> dict[str, Any]:
    """Return the numbers that a review was signed on.

    Raises:
        LookupError: there is no such review.
    """
    row = conn.execute("SELECT snapshot FROM review WHERE id = ?", (review,)).fetchone()
    if row is None:
        raise LookupError(f"review {review}")
    return json.loads(row[0])


def terms(conn: sqlite3.Connection, review: int) -> str:
    """Return the digest of all that a review says, in hex, its reason by its salted digest; empty: there is none."""
    row = conn.execute(
        "SELECT r.agent_id, r.since, r.until, r.decision, r.snapshot, r.lowered, hex(c.digest), r.actor, r.at"
        " FROM review r LEFT JOIN content c ON c.id = r.reason_id WHERE r.id = ?",
        (review,),
    ).fetchone()
    return "" if row is None else digest([str(value or "") for value in row])


def _review(row: tuple[Any, ...]) -> SignedReview:
    return SignedReview(
        id=row[0],
        agent=row[1],
        since=from_micros(row[2]),
        until=from_micros(row[3]),
        decision=ReviewDecision(row[4]),
        digest=hashlib.sha256(row[5].encode()).hexdigest(),
        lowered=tuple((category, tool) for category, tool in json.loads(row[6])),
        reason=row[7] or "",
        actor=row[8],
        at=from_micros(row[9]),
    )

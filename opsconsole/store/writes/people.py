"""Write requests to a person, decisions, grants and switches."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsconsole.domain.enums import ApprovalKind, ApprovalState, Hold, Verb
from opsconsole.domain.ids import ApprovalId
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction


def add_approval(
    tx: Transaction,
    *,
    kind: ApprovalKind,
    action: str,
    agent: str,
    digest: str,
    mark: int,
    because: str,
    expires_at: datetime | None,
    now: datetime,
) -> ApprovalId:
    """Ask a person."""
    cursor = tx.conn.execute(
        "INSERT INTO approval (kind, action_id, agent_id, digest, state, subject_mark, because, created_at, expires_at)"
        " VALUES (?, ?, ?, ?, 'waiting', ?, ?, ?, ?)",
        (
            kind.value,
            action,
            agent,
            digest,
            mark,
            because,
            to_micros(now),
            None if expires_at is None else to_micros(expires_at),
        ),
    )
    tx.touch("approvals")
    return ApprovalId(cursor.lastrowid or 0)


def refresh_approval(tx: Transaction, approval: int, *, digest: str, mark: int, because: str | None = None) -> None:
    """Bind a request to the card as it is now; `because` is why it asks, None as before."""
    tx.conn.execute(
        "UPDATE approval SET digest = ?, subject_mark = ?, because = coalesce(?, because) WHERE id = ?",
        (digest, mark, because, approval),
    )
    tx.touch("approvals")


def snooze_approval(tx: Transaction, approval: int, *, until: datetime) -> None:
    """Hide a request until a time; one that is not to come shows it."""
    tx.conn.execute("UPDATE approval SET snoozed_until = ? WHERE id = ?", (to_micros(until), approval))
    tx.touch("approvals")


def close_approval(tx: Transaction, approval: int, state: ApprovalState, *, now: datetime) -> bool:
    """Close a request that waits; False where it was closed already."""
    cursor = tx.conn.execute(
        "UPDATE approval SET state = ?, closed_at = ? WHERE id = ? AND state = 'waiting'",
        (state.value, to_micros(now), approval),
    )
    tx.touch("approvals")
    return cursor.rowcount == 1


def escalate_approval(tx: Transaction, approval: int, *, expires_at: datetime) -> None:
    """Give an expired request a second, marked span."""
    tx.conn.execute(
        "UPDATE approval SET is_escalated = 1, expires_at = ? WHERE id = ?", (to_micros(expires_at), approval)
    )
    tx.touch("approvals")


def add_decision(
    tx: Transaction, approval: int, verb: Verb, *, actor: str, content: Mapping[str, Any] | None, now: datetime
) -> int | None:
    """Store what a person said; give the content id of their words."""
    kept = None if content is None else tx.keep(content)
    tx.conn.execute(
        "INSERT INTO decision (approval_id, verb, actor, at, content_id) VALUES (?, ?, ?, ?, ?)",
        (approval, verb.value, actor, to_micros(now), kept),
    )
    return kept


def add_grant(
    tx: Transaction,
    *,
    agent: str,
    tool: str,
    fingerprint: str,
    pinned: Mapping[str, Any],
    actor: str,
    expires_at: datetime,
    uses: int | None,
    now: datetime,
) -> int:
    """Store a standing grant."""
    cursor = tx.conn.execute(
        "INSERT INTO standing_grant (agent_id, tool, fingerprint, pinned, actor, created_at, expires_at, uses_left)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            agent,
            tool,
            fingerprint,
            json.dumps(pinned, sort_keys=True),
            actor,
            to_micros(now),
            to_micros(expires_at),
            uses,
        ),
    )
    tx.touch("grants")
    return cursor.lastrowid or 0


def use_grant(tx: Transaction, grant: int) -> None:
    """Count one use."""
    tx.conn.execute("UPDATE standing_grant SET uses_left = uses_left - 1 WHERE id = ? AND uses_left > 0", (grant,))


def revoke_grant(tx: Transaction, grant: int, *, now: datetime) -> bool:
    """Revoke a grant; False where there is none in force."""
    cursor = tx.conn.execute(
        "UPDATE standing_grant SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (to_micros(now), grant)
    )
    return cursor.rowcount == 1


def switch_on(tx: Transaction, scope: str, *, reason: str, actor: str, now: datetime) -> None:
    """Turn a kill switch on."""
    tx.conn.execute(
        "INSERT INTO switch (scope, reason, actor, at) VALUES (?, ?, ?, ?) ON CONFLICT (scope) DO UPDATE SET"
        " reason = CASE excluded.reason WHEN '' THEN reason ELSE excluded.reason END",
        (scope, reason, actor, to_micros(now)),
    )
    tx.touch("switches")


def is_on(tx: Transaction, scope: str) -> bool:
    """Return whether a kill switch is on."""
    return tx.conn.execute("SELECT 1 FROM switch WHERE scope = ?", (scope,)).fetchone() is not None


def switch_off(tx: Transaction, scope: str) -> bool:
    """Turn a kill switch off; False where it was not on."""
    tx.touch("switches")
    return tx.conn.execute("DELETE FROM switch WHERE scope = ?", (scope,)).rowcount == 1


def release_held(tx: Transaction) -> None:
    """Let every held effect come before the gate again; what still stands against it will say so."""
    tx.conn.execute("UPDATE effect SET is_held = ? WHERE state = 'prepared' AND is_held = ?", (Hold.NONE, Hold.SWITCH))
    tx.conn.execute(
        "UPDATE run SET state = 'queued' WHERE state = 'waiting'"
        " AND EXISTS (SELECT 1 FROM action WHERE run_id = run.id AND state = 'proposed')"
    )
    tx.touch("effects")
    tx.touch("runs")

"""Write runs, turns, actions, rulings and effects."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from opsconsole.domain.enums import ActionState, EffectState, Hold, RunState, Verdict
from opsconsole.domain.ids import ActionId, EffectId, RunId
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import search


def add_run(tx: Transaction, *, event: int, agent: str, version: int, subject: int, now: datetime) -> RunId | None:
    """Queue an event for an agent; None where it had it already."""
    cursor = tx.conn.execute(
        "INSERT OR IGNORE INTO run (event_id, agent_id, version_id, subject_id, state, queued_at)"
        " VALUES (?, ?, ?, ?, 'queued', ?)",
        (event, agent, version, subject, to_micros(now)),
    )
    tx.touch("runs")
    return RunId(cursor.lastrowid or 0) if cursor.rowcount else None


def set_run(
    tx: Transaction,
    run: int,
    state: RunState,
    *,
    now: datetime,
    outcome: str | None = None,
    error: str | None = None,
    is_handled: bool | None = None,
) -> None:
    """Move a run to a state; a final one gets its time. `is_handled`: it dealt with its event."""
    is_final = state.is_over
    tx.conn.execute(
        "UPDATE run SET state = ?, outcome = coalesce(?, outcome), error = coalesce(?, error),"
        " is_handled = coalesce(?, is_handled),"
        " finished_at = CASE WHEN ? THEN ? ELSE finished_at END,"
        " started_at = CASE WHEN ? = 'running' THEN coalesce(started_at, ?) ELSE started_at END WHERE id = ?",
        (state.value, outcome, error, is_handled, is_final, to_micros(now), state.value, to_micros(now), run),
    )
    tx.touch("runs")


def count_attempt(tx: Transaction, run: int) -> int:
    """Count another try of a run; give how many there were."""
    row = tx.conn.execute("UPDATE run SET attempts = attempts + 1 WHERE id = ? RETURNING attempts", (run,)).fetchone()
    return int(row[0])


def count_effect_attempt(tx: Transaction, effect: int) -> int:
    """Count another try to settle an effect; give how many there were."""
    row = tx.conn.execute(
        "UPDATE effect SET attempts = attempts + 1 WHERE id = ? RETURNING attempts", (effect,)
    ).fetchone()
    return int(row[0])


def start_waiting(tx: Transaction, *, now: datetime) -> int:
    """Let effects go that were approved while no engine ran: their time is now at the earliest. Give how many."""
    cursor = tx.conn.execute(
        "UPDATE effect SET is_held = ?, not_before = max(not_before, ?) WHERE state = 'prepared' AND is_held = ?",
        (Hold.NONE, to_micros(now), Hold.ENGINE),
    )
    tx.touch("effects")
    return cursor.rowcount


def requeue_running(tx: Transaction, but: Collection[int] = ()) -> int:
    """Queue again what an engine was advancing when it ended; give how many."""
    held = ",".join(str(int(run)) for run in but)
    cursor = tx.conn.execute(f"UPDATE run SET state = 'queued' WHERE state = 'running' AND id NOT IN ({held})")  # noqa: S608 - integers
    tx.touch("runs")
    return cursor.rowcount


def wake(tx: Transaction, run: int) -> None:
    """Queue a waiting run again: something it waited for is there."""
    tx.conn.execute("UPDATE run SET state = 'queued' WHERE id = ? AND state = 'waiting'", (run,))
    tx.touch("runs")


def add_turn(
    tx: Transaction,
    run: int,
    number: int,
    *,
    body: Mapping[str, Any],
    category: str | None,
    confidence: float | None,
    cost_micros: int,
    tokens: int,
    now: datetime,
) -> int:
    """Store a brain's turn; give the id of its content. The tries of the next one are counted anew."""
    content = tx.keep(body)
    tx.conn.execute(
        "INSERT INTO turn (run_id, number, at, content_id, cost_micros) VALUES (?, ?, ?, ?, ?)",
        (run, number, to_micros(now), content, cost_micros),
    )
    tx.conn.execute(
        "UPDATE run SET turns = ?, category = ?, confidence = ?, cost_micros = cost_micros + ?, tokens = tokens + ?,"
        " attempts = 0 WHERE id = ?",
        (number + 1, category, confidence, cost_micros, tokens, run),
    )
    return content


def add_action(
    tx: Transaction,
    action: ActionId,
    *,
    run: int,
    turn: int,
    position: int,
    tool: str,
    subject: int,
    args_id: int,
    digest: str,
    is_write: bool,
    category: str | None,
    now: datetime,
    account: str | None = None,
) -> None:
    """Store a wanted action; `account` is that of its connection, None where that is not known."""
    tx.conn.execute(
        "INSERT INTO action (id, run_id, turn, position, tool, subject_id, args_id, digest, is_write, category,"
        " account, state, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'proposed', ?)",
        (action, run, turn, position, tool, subject, args_id, digest, is_write, category, account, to_micros(now)),
    )
    if is_write:
        search.add_arguments(tx, run, tool=tool, args_id=args_id)


def set_arguments(tx: Transaction, action: str, *, args_id: int, digest: str) -> None:
    """Replace an action's arguments by a person's."""
    run, tool = tx.conn.execute(
        "UPDATE action SET args_id = ?, digest = ? WHERE id = ? RETURNING run_id, tool", (args_id, digest, action)
    ).fetchone()
    search.add_arguments(tx, run, tool=tool, args_id=args_id)


def set_account(tx: Transaction, action: str, account: str | None) -> None:
    """Note which account an action is for now: whoever decides is told."""
    tx.conn.execute("UPDATE action SET account = ? WHERE id = ?", (account, action))


def set_action(
    tx: Transaction, action: str, state: ActionState, *, now: datetime, result: Mapping[str, Any] | None = None
) -> int | None:
    """Move an action to a state; give the content id of its result, None without one."""
    content = None if result is None else tx.keep(result)
    tx.conn.execute(
        "UPDATE action SET state = ?, result_id = coalesce(?, result_id), done_at = ? WHERE id = ?",
        (state.value, content, None if result is None else to_micros(now), action),
    )
    return content


def reopen_action(tx: Transaction, action: str) -> None:
    """Have an action wait for a person again; what came of it before is forgotten."""
    tx.conn.execute("UPDATE action SET state = 'waiting', result_id = NULL, done_at = NULL WHERE id = ?", (action,))


def add_effect(
    tx: Transaction,
    action: str,
    *,
    ruling: int,
    verdict: Verdict,
    approval: int | None,
    state: EffectState,
    key: str,
    not_before: datetime,
    hold: Hold,
    agent: str,
    grant: int | None,
    recipients: Collection[str],
    now: datetime,
    account: str | None = None,
) -> EffectId:
    """Write the intent, in place of a cancelled one (which was never sent); `recipients` as salted digests.

    The schema refuses it for any verdict but ASK (with its approval) and ACT. `account`: which one it goes through.
    """
    is_sending = state is EffectState.SENDING
    row = tx.conn.execute(
        "INSERT INTO effect (action_id, ruling_id, verdict, approval_id, state, key, not_before, is_held, agent_id,"
        " grant_id, created_at, sent_at, attempts, account) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (action_id) DO UPDATE SET ruling_id = excluded.ruling_id, verdict = excluded.verdict,"
        " approval_id = excluded.approval_id, state = excluded.state, key = excluded.key,"
        " not_before = excluded.not_before, is_held = excluded.is_held, grant_id = excluded.grant_id,"
        " created_at = excluded.created_at, attempts = excluded.attempts, sent_at = excluded.sent_at,"
        " account = excluded.account, error = '', done_at = NULL WHERE state = 'cancelled' RETURNING id",
        (
            action,
            ruling,
            verdict.name,
            approval,
            state.value,
            key,
            to_micros(not_before),
            hold,
            agent,
            grant,
            to_micros(now),
            to_micros(now) if is_sending else None,
            int(is_sending),
            account,
        ),
    ).fetchone()
    if row is None:
        raise ValueError(f"action {action} has an effect that was not cancelled")
    tx.conn.execute("DELETE FROM effect_recipient WHERE effect_id = ?", row)
    tx.conn.executemany(
        "INSERT INTO effect_recipient (recipient, at, effect_id) VALUES (?, ?, ?)",
        [(recipient, to_micros(now), row[0]) for recipient in recipients],
    )
    tx.touch("effects")
    return EffectId(row[0])


_KNOWN = (EffectState.DONE, EffectState.FAILED, EffectState.UNDONE)
"""States in which it is known whether an effect was done."""


def set_effect(tx: Transaction, effect: int, state: EffectState, *, now: datetime, error: str | None = None) -> None:
    """Move an effect to a state."""
    is_sending = state is EffectState.SENDING
    is_over = state in (EffectState.DONE, EffectState.FAILED, EffectState.CANCELLED, EffectState.UNDONE)
    tx.conn.execute(
        "UPDATE effect SET state = ?, error = coalesce(?, error), attempts = attempts + ?,"
        " sent_at = CASE WHEN ? THEN ? ELSE sent_at END, done_at = CASE WHEN ? THEN ? ELSE done_at END WHERE id = ?",
        (state.value, error, int(is_sending), is_sending, to_micros(now), is_over, to_micros(now), effect),
    )
    if state in _KNOWN or state is EffectState.UNKNOWN:
        doubt = "UPDATE action SET is_in_doubt = ?1 WHERE id = (SELECT action_id FROM effect WHERE id = ?2)"
        tx.conn.execute(f"{doubt} AND is_in_doubt <> ?1", (int(state is EffectState.UNKNOWN), effect))
    tx.touch("effects")


def rule_effect(tx: Transaction, effect: int, *, ruling: int, verdict: Verdict) -> None:
    """Point an effect at the ruling that is in force for it now."""
    tx.conn.execute("UPDATE effect SET ruling_id = ?, verdict = ? WHERE id = ?", (ruling, verdict.name, effect))


def hold_effect(tx: Transaction, effect: int, *, not_before: datetime | None, hold: Hold) -> None:
    """Put an effect off to a time (None: it keeps the one it has), or keep it until what holds it is over."""
    tx.conn.execute(
        "UPDATE effect SET state = 'prepared', is_held = ?, not_before = coalesce(?, not_before) WHERE id = ?",
        (hold, None if not_before is None else to_micros(not_before), effect),
    )
    tx.touch("effects")


def set_timer(tx: Transaction, kind: str, ref: str, *, due: datetime) -> None:
    """Set or move a durable timer."""
    tx.conn.execute(
        "INSERT INTO timer (kind, due_at, ref) VALUES (?, ?, ?)"
        " ON CONFLICT (kind, ref) DO UPDATE SET due_at = excluded.due_at",
        (kind, to_micros(due), ref),
    )
    tx.touch("timers")


def drop_timer(tx: Transaction, kind: str, ref: str) -> None:
    """Drop a timer, if there is one."""
    tx.conn.execute("DELETE FROM timer WHERE kind = ? AND ref = ?", (kind, ref))

"""Write versions that are tried beside the one in use."""

from collections.abc import Iterable
from datetime import datetime

from opsconsole.store.queries.rollout.canary import EndedAs
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction


def begin(tx: Transaction, version: int, *, agent: str, beside: int, share: int, actor: str, now: datetime) -> None:
    """Try a version on a share of the new threads from now on."""
    at = to_micros(now)
    tx.conn.execute(
        "INSERT INTO canary (version_id, agent_id, beside_id, share, actor, since, began_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (version, agent, beside, share, actor, at, at),
    )
    tx.touch("agents")


def set_share(tx: Transaction, version: int, *, share: int, actor: str, now: datetime) -> None:
    """Give it another share from now on."""
    tx.conn.execute(
        "UPDATE canary SET share = ?, actor = ?, since = ? WHERE version_id = ? AND ended_at IS NULL",
        (share, actor, to_micros(now), version),
    )
    tx.touch("agents")


def end(tx: Transaction, version: int, *, ended_as: EndedAs, by: str, why: str, now: datetime) -> None:
    """Try it no more."""
    tx.conn.execute(
        "UPDATE canary SET ended_at = ?, ended_as = ?, ended_by = ?, why = ? WHERE version_id = ? AND ended_at IS NULL",
        (to_micros(now), ended_as, by, why, version),
    )
    tx.touch("agents")


def hand_over(tx: Transaction, runs: Iterable[int], *, to: int) -> None:
    """Give another version runs that one has not begun to think about."""
    tx.conn.executemany("UPDATE run SET version_id = ? WHERE id = ?", [(to, run) for run in runs])
    tx.touch("runs")

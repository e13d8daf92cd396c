"""What stops a canary at once, without a person: a severe error, a guardrail it would break, failures in a row."""

from datetime import datetime

from opsconsole.domain.enums import RunState, Verdict
from opsconsole.domain.ruling import Ruling
from opsconsole.engine.agents.roster import Roster
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.canary.ending import stop_itself
from opsconsole.policy.trials import is_right, is_severe
from opsconsole.store.queries.rollout import canary as read
from opsconsole.store.queries.rollout.canary import Canary
from opsconsole.store.rows import RunRow
from opsconsole.store.transaction import Transaction

GUARDRAIL = "guardrail:"


def look(kernel: Kernel, tx: Transaction) -> None:
    """Stop every canary with a severe error: called whenever a decision of an agent is laid beside what people did."""
    for tried in read.all_running(tx.conn):
        for each in read.pairs(tx.conn, tried.version):
            if is_severe(each.counted) and is_right(each.counted) is not None:
                why = f"a severe error (pair {each.pair})"
                stop_itself(tx, tried, "severe", why, now=kernel.clock.now())
                break


def ruled(tx: Transaction, version: int, action: str, ruling: Ruling, *, now: datetime) -> None:
    """Stop a canary that wants what a guardrail refuses; it was refused, and nothing was done."""
    broken = [
        reason for reason in ruling.reasons if reason.rule.startswith(GUARDRAIL) and reason.verdict is Verdict.REFUSE
    ]
    if broken and (tried := _running(tx, version)) is not None:
        name = broken[0].rule.removeprefix(GUARDRAIL)
        stop_itself(tx, tried, "breach", f"the guardrail {name} forbids what it wanted ({action})", now=now)


def is_of_canary(roster: Roster, tx: Transaction, run: RunRow, *, now: datetime) -> bool:
    """Return whether a run that ended was a canary's: how it ended says nothing of the version in use.

    As many failures in a row as its own file allows stop it.
    """
    known = read.of_version(tx.conn, run.version_id)
    if known is None or not known.is_only_tried:
        return False
    most = roster.version(tx.conn, run.version_id).spec.limits.failures_in_a_row
    if known.is_running and most is not None:
        ends = read.ends(tx.conn, run.agent_id, run.version_id, most=most)
        if len(ends) == most and all(state is RunState.FAILED for state in ends):
            stop_itself(tx, known, "failing", f"{most} of its runs failed one after another", now=now)
    return True


def _running(tx: Transaction, version: int) -> Canary | None:
    known = read.of_version(tx.conn, version)
    return known if known is not None and known.is_running else None

"""An agent whose runs fail one after another is paused, with the reason, until a person resumes it."""

from datetime import datetime

from opsconsole.domain.enums import RunState
from opsconsole.engine.agents.roster import Roster
from opsconsole.engine.ladder.canary import watch
from opsconsole.store.queries import versions
from opsconsole.store.rows import RunRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import agents, people

ACTOR = "engine"


def count(roster: Roster, tx: Transaction, run: RunRow, state: RunState, outcome: str, *, now: datetime) -> None:
    """Count how a run ended; at so many failures in a row its agent is paused.

    Args:
        roster: what its agent says of failures.
        tx: the transaction in which it ends.
        run: the run.
        state: how it ended.
        outcome: what is said of it.
        now: aware.
    """
    if watch.is_of_canary(roster, tx, run, now=now):
        return
    if state is not RunState.FAILED:
        agents.forget_failed_runs(tx, run.agent_id)
        return
    failed = agents.count_failed_run(tx, run.agent_id)
    # The version it was taken in with and the one in use both rule: a limit that is set because runs fail binds them.
    numbers = {run.version_id, versions.current_version_of(tx.conn, run.agent_id) or run.version_id}
    limits = [roster.version(tx.conn, number).spec.limits.failures_in_a_row for number in numbers]
    if all(most is None or failed < most for most in limits):
        return
    scope = f"agent:{run.agent_id}"
    reason = f"{failed} runs failed one after another; the last one: {outcome}"
    if people.is_on(tx, scope):
        return
    people.switch_on(tx, scope, reason=reason, actor=ACTOR, now=now)
    tx.audit(
        "switch.on", at=now, actor=ACTOR, run=run.id, scope=scope, words=tx.content_digest(tx.keep({"reason": reason}))
    )

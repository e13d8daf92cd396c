"""What may have been done, and nobody knows: it says so wherever it is asked about, and never ends as not done."""

from datetime import datetime

from opsconsole.domain.enums import ApprovalKind, EffectState
from opsconsole.engine.effects.prepare import ask
from opsconsole.store.queries import approvals
from opsconsole.store.rows import ActionRow, EffectRow, Reader
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import work as write_work

PERHAPS_DONE = (
    "it may have been done already: its answer was lost. It was looked for and not found, which is no proof. Look there"
    " first, for approving does it again"
)
"""Why something that was in doubt is asked again; its card says so before anything else."""
LOOK_H = 24 * 365
"""How long a person is asked whether something was done, in hours: nothing else can tell."""


def is_perhaps_done(because: str) -> bool:
    """Tell by why it is asked whether approving may do something a second time."""
    return because.startswith(PERHAPS_DONE)


def was_in_doubt(conn: Reader, effect: EffectRow) -> bool:
    """Return whether an earlier call of what is not over yet may have done it."""
    if effect.error:  # the only error that an effect keeps on its way
        return True
    before = None if effect.approval_id is None else approvals.approval(conn, effect.approval_id)
    return before is not None and is_perhaps_done(before.because)


def ask_whether_done(tx: Transaction, effect: EffectRow, action: ActionRow, *, why: str, now: datetime) -> None:
    """Leave an effect unknown and ask a person, once, whether it was done; `why`: what keeps us from knowing it."""
    write_work.set_effect(tx, effect.id, EffectState.UNKNOWN, now=now, error=why)
    write_work.drop_timer(tx, "reconcile", str(effect.id))
    if effect.state is not EffectState.UNKNOWN:
        tx.audit("effect.unknown", at=now, actor="engine", action=action.id, effect=effect.id, why="no clear answer")
    if approvals.is_asked(tx.conn, action.id):
        return
    ask(
        tx,
        kind=ApprovalKind.UNKNOWN,
        action=action.id,
        run=action.run_id,
        agent=effect.agent_id,
        digest=action.digest,
        ruling_id=0,
        subject=action.subject_id,
        because=f"It is not known whether this was done, and {why}. Look there, then say.",
        expires_h=LOOK_H,
        now=now,
    )

"""What may have been done, and nobody knows: it says so wherever it is asked about, and never ends as not done."""

from datetime import datetime

from opsconsole.domain.enums import ApprovalKind, EffectState
from opsconsole.engine.effects.prepare import ask
from opsconsole.store.queries import approvals, runs
from opsconsole.store.rows import ActionRow, EffectRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import work as write_work

PERHAPS_DONE = (
    "it may have been done already: its answer was lost. It was looked for and not found, which is no proof. Look there"
    " first, for approving does it again"
)
"""Why something that was in doubt is asked again; its card says so before anything else."""
LOOK_H = 24 * 365
"""How long a person is asked whether something was done, in hours: nothing else can tell."""


def because_of_doubt(action: ActionRow, because: str) -> str:
    """Return why something is asked, with the doubt before all else where there is one."""
    if not action.is_in_doubt or because.startswith(PERHAPS_DONE):
        return because
    return "; ".join(filter(None, (PERHAPS_DONE, because)))


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


def still_open(tx: Transaction, action: ActionRow, why: str, *, now: datetime) -> bool:
    """Ask whether something was done that is in doubt and will not be done again; False where nothing is in doubt."""
    effect = runs.effect_of(tx.conn, action.id)
    if not action.is_in_doubt or effect is None:
        return False
    ask_whether_done(tx, effect, action, why=why, now=now)
    return True

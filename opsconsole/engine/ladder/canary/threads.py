"""Which version works a thread: a conversation never changes its version by a share."""

from opsconsole.domain.event import Event
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.agents.subscriptions import subscribes
from opsconsole.engine.kernel import Kernel
from opsconsole.policy.canary import falls_to_canary
from opsconsole.store.queries.rollout import canary as read
from opsconsole.store.transaction import Transaction


def version_for(kernel: Kernel, tx: Transaction, used: Version, event: Event) -> Version | None:
    """Return the version that works an event that is taken in; None where the agent is not about such events.

    A thread that it began, the canary goes on with; one that any other version of the agent worked stays with the one
    in use. What the canary does not subscribe to is not lost: the version in use works it, where it does.

    Args:
        kernel: the parts.
        tx: the transaction in which the event comes in.
        used: the agent's in use.
        event: its thread is its subject.
    """
    tried = read.running(tx.conn, used.agent_id)
    if tried is not None and _is_its_thread(kernel, tx, tried, event):
        version = kernel.roster.version(tx.conn, tried.version)
        if subscribes(version, event):
            return version
    return used if subscribes(used, event) else None


def _is_its_thread(kernel: Kernel, tx: Transaction, tried: read.Canary, event: Event) -> bool:
    worked = read.worked_by(tx.conn, tried.agent, event.subject_id)
    if worked:
        return tried.version in worked
    return falls_to_canary(kernel.workspace, tried.agent, tried.version, event.subject, tried.share)

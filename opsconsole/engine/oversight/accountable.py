"""Who answers for an agent: named by a person, kept with the workspace, on record."""

from opsconsole.domain.errors import UserError
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import limits
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import settings

LONGEST = 120
"""Characters of a name."""
_KEY = "accountable:{}"


def accountable(conn: Reader, agent: str) -> str:
    """Return who answers for an agent; empty where nobody was named."""
    return limits.setting(conn, _KEY.format(agent)) or ""


def name_accountable(kernel: Kernel, tx: Transaction, agent: str, name: str, *, actor: str) -> str:
    """Name who answers for an agent, empty for nobody; return the name as it is kept.

    Raises:
        NotFoundError: no such agent is in use.
        UserError: the name is too long for one.
    """
    in_use(tx.conn, agent)
    told = " ".join(name.split())
    if len(told) > LONGEST:
        raise UserError(f"A name has at most {LONGEST} characters; nothing was changed.")
    settings.put(tx, _KEY.format(agent), told)
    tx.audit("agent.accountable", at=kernel.clock.now(), actor=actor, agent=agent, name=told)
    tx.touch("agents")
    return told

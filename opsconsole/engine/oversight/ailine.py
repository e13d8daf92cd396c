"""The workspace's line under messages that no person read: set by a person, on record."""

from opsconsole.domain.errors import UserError
from opsconsole.engine.gate.disclosure import DEFAULT, SETTING
from opsconsole.engine.kernel import Kernel
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import settings

LONGEST = 500
"""Characters of a line."""


def set_line(kernel: Kernel, tx: Transaction, line: str, *, actor: str) -> str:
    """Set the workspace's line, empty for the standard one; return what holds. Agents with their own keep theirs.

    Raises:
        UserError: it is too long for a line, or has signs that no message can show; nothing was changed.
    """
    told = " ".join(line.split())
    if len(told) > LONGEST or not told.isprintable():
        raise UserError(f"The AI line has at most {LONGEST} characters that can be read. Nothing was changed.")
    settings.put(tx, SETTING, told)
    tx.audit("disclosure.set", at=kernel.clock.now(), actor=actor, line=told or DEFAULT)
    return told or DEFAULT

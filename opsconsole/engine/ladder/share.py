"""The share of asked decisions that is drawn for a person to decide first: set by a person, on record."""

import re

from opsconsole.domain.errors import UserError
from opsconsole.engine.kernel import Kernel
from opsconsole.policy.ladder import ASKED_SHARE
from opsconsole.store.queries import limits
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import settings

SETTING = "asked_share"
_PERCENT = re.compile(r"(100|[0-9]{1,2})\s?%?")


def asked_share(conn: Reader) -> float:
    """Return the share, 0 to 1, of asked decisions that is drawn; what acts alone has a share of its own."""
    kept = limits.setting(conn, SETTING)
    return ASKED_SHARE if kept is None else int(kept) / 100


def set_asked_share(kernel: Kernel, tx: Transaction, text: str, *, actor: str) -> float:
    """Set the share, as a percentage that a person typed; return it, 0 to 1. It holds for what is decided from now on.

    Raises:
        UserError: it is no whole percentage from 0 to 100; nothing was changed.
    """
    read = _PERCENT.fullmatch(text.strip())
    if read is None:
        raise UserError("Drawn to decide first: write a whole percentage from 0 to 100, like 20. Nothing was changed.")
    percent = int(read[1])
    settings.put(tx, SETTING, str(percent))
    tx.audit("ladder.share", at=kernel.clock.now(), actor=actor, percent=percent)
    return percent / 100

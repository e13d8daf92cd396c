"""The caps over all agents, set by a person; every change is on record."""

import json
from collections.abc import Mapping

from pydantic import ValidationError

from opsconsole.domain.agent import Budgets
from opsconsole.domain.errors import UserError
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import limits
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import settings


def budgets(conn: Reader) -> Budgets:
    """Return the caps that hold."""
    return Budgets.model_validate(json.loads(limits.setting(conn, "budgets") or "{}"))


def set_budgets(kernel: Kernel, tx: Transaction, values: Mapping[str, str], *, actor: str) -> Budgets:
    """Set caps by name; an empty text lifts one.

    Raises:
        UserError: a name or a number does not fit; nothing was changed.
    """
    stored: dict[str, object] = dict(budgets(tx.conn).model_dump(exclude_none=True))
    for name, number in values.items():
        if name not in Budgets.model_fields:
            raise UserError(f"{name!r} is no cap. There are {', '.join(Budgets.model_fields)}.")
        stored[name] = number.strip() or None
    try:
        checked = Budgets.model_validate(stored)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"])).replace("_", " ")
        raise UserError(f"{name}: {first['msg']}. Nothing was changed.") from error
    facts = checked.model_dump(exclude_none=True)
    settings.put(tx, "budgets", json.dumps(facts))
    caps = {name: str(cap) for name, cap in facts.items()}
    tx.audit("budgets.set", at=kernel.clock.now(), actor=actor, caps=caps)
    tx.touch("settings")
    return checked

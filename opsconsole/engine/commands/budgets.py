"""The caps over all agents, and what an hour of people costs: set by a person; every change is on record."""

import json
import re
from collections.abc import Mapping

from opsconsole.domain.agent import Budgets
from opsconsole.domain.errors import UserError
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import limits
from opsconsole.store.queries.views.insights import HOUR_PRICE
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import settings

CAPS = (
    ("actions_per_hour", "Actions an hour"),
    ("actions_per_day", "Actions a day"),
    ("runs_per_hour", "Runs an hour"),
    ("runs_per_day", "Runs a day"),
    ("cost_per_hour", "Money an hour"),
    ("cost_per_day", "Money a day"),
    ("per_recipient_per_day", "Actions a day towards one person"),
)
"""Every cap, in words."""
MONEY = frozenset({"cost_per_hour", "cost_per_day"})
"""Caps in the workspace's currency; the others are whole numbers."""
_WHOLE, _MONEY = re.compile(r"[0-9]{1,12}"), re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,6})?")
THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[., '’\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")
"""12 or 12 thousand: where one writes a comma, another writes a point."""
NO_THOUSANDS = "Write it without a sign for thousands, like 1200 or 1200,50."


def budgets(conn: Reader) -> Budgets:
    """Return the caps that hold."""
    return Budgets.model_validate(json.loads(limits.setting(conn, "budgets") or "{}"))


def cap_of(name: str, text: str) -> tuple[float | None, str]:
    """Return a cap as a person typed it, None for no cap; and what is wrong with it, empty where nothing is."""
    typed = text.strip()
    if not typed:
        return None, ""
    if name not in MONEY:
        return (int(typed), "") if _WHOLE.fullmatch(typed) else (None, "Write a whole number from 0 up, like 50.")
    if THOUSANDS.fullmatch(typed):
        return None, NO_THOUSANDS
    if _MONEY.fullmatch(typed):
        return float(typed.replace(",", ".")), ""
    return None, "Write an amount from 0 up, like 12,50."


def set_budgets(kernel: Kernel, tx: Transaction, values: Mapping[str, str], *, actor: str) -> Budgets:
    """Set caps by name; an empty text lifts one.

    Raises:
        UserError: a name or a number does not fit; nothing was changed.
    """
    stored: dict[str, object] = dict(budgets(tx.conn).model_dump())
    for name, number in values.items():
        if name not in Budgets.model_fields:
            raise UserError(f"{name!r} is no cap. There are {', '.join(Budgets.model_fields)}.")
        stored[name], wrong = cap_of(name, number)
        if wrong:
            raise UserError(f"{name.replace('_', ' ')}: {wrong} Nothing was changed.")
    checked = Budgets.model_validate(stored)
    facts = checked.model_dump(exclude_none=True)
    settings.put(tx, "budgets", json.dumps(facts))
    caps = {name: str(cap) for name, cap in facts.items()}
    tx.audit("budgets.set", at=kernel.clock.now(), actor=actor, caps=caps)
    tx.touch("settings")
    return checked


def declare_hour_price(kernel: Kernel, tx: Transaction, text: str, *, actor: str) -> float | None:
    """Declare what an hour of who decides costs, in the workspace's currency; empty or 0: no longer.

    Raises:
        UserError: it is no amount of money; nothing was changed.
    """
    amount, wrong = cap_of("cost_per_hour", text)
    if wrong:
        raise UserError(f"What an hour costs: {wrong} Nothing was changed.")
    settings.put(tx, HOUR_PRICE, str(amount or 0))
    tx.audit("hour_price.declared", at=kernel.clock.now(), actor=actor, amount=str(amount or 0))
    return amount or None

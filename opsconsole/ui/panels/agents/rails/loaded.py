"""What the forms of the guardrails are made from. No Qt here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.engine.agents.rails.fields import Offer, offer
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import grants as read_grants
from opsconsole.store.queries import limits
from opsconsole.ui.panels.agents.data import Shown


@dataclass(frozen=True, slots=True)
class Loaded:
    """What may be chosen, and what stands beside the file."""

    offer: Offer
    currency: str
    grants: Sequence[dict[str, Any]]
    now: datetime


def loaded_of(kernel: Kernel, shown: Shown) -> Loaded:
    """Query it for an agent."""
    now = kernel.clock.now()
    grants = [grant for grant in read_grants.in_force(kernel.reader, now=now) if grant["agent"] == shown.row.id]
    currency = limits.setting(kernel.reader, "currency") or "EUR"
    return Loaded(offer(kernel.registry, kernel.reader, shown.spec), currency, grants, now)

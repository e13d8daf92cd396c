"""What a person did outside, in the words of the agents' tools."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Source = Literal["observed", "imported", "by_hand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HumanAct:
    """An act, unique by (connection, external id); never the agent's own."""

    external_id: str
    """Stable name in the outside system: told twice, it is one act."""
    subject: str
    """What it was done on, as `kind:key`: the same as that of the event it answers."""
    tool: str
    """The action type an agent would have used: `desk.move_mail`."""
    args: Mapping[str, Any]
    """Arguments as far as they are known; JSON."""
    actor: str
    """Who: `person:lena`, an account, or `somebody` where the system does not tell."""
    at: datetime
    """UTC."""
    about: str = ""
    """Name of the event it answers in the outside system (its external id, or the Message-ID in it); empty: whatever
    came on the subject before."""
    is_time_known: bool = True
    """False: `at` is a guess, for the order of things; people are not shown it."""
    source: Source = "observed"
    """observed: by who watches the system, who tells every field of `ActionType.told`; imported: from an export."""

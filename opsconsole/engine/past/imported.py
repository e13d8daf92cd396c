"""Decisions of another system, kept as pairs so that a person can judge them like those of an agent."""

import json
from collections.abc import Sequence
from datetime import datetime

from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.pairs.pair import Origin, Sides, keep
from opsconsole.engine.past.otheragents import Told
from opsconsole.engine.runs.intake import take
from opsconsole.store.queries import events
from opsconsole.store.rows import present
from opsconsole.store.transaction import Transaction

LONGEST_TITLE = 120


def keep_recorded(kernel: Kernel, tx: Transaction, system: str, told: Sequence[Told], *, now: datetime) -> int:
    """Keep compared cases as pairs of a system; give how many are new. They prove nothing for an agent of ours.

    Args:
        kernel: where the clock and the tools are.
        tx: the transaction.
        system: a name for whose decisions they are; it stands where an agent's stands.
        told: cases with what came of comparing them.
        now: the time.
    """
    new = 0
    for comparison in told:
        incoming = _event(system, comparison, now)
        taken = take(kernel, tx, "desk", incoming, is_history=True)
        event = present(events.event(tx.conn, taken.event), f"event {taken.event}")
        origin = Origin(
            source="file",
            agent=system,
            version=None,
            run=None,
            category=comparison.case.suite,
            confidence=None,
            is_blind=True,
            is_failed=False,
        )
        made = keep(
            tx, Sides(agent=comparison.agent, human=comparison.human, acts=(), event=event, origin=origin), now=now
        )
        new += made is not None
    return new


def _event(system: str, case: Told, now: datetime) -> IncomingEvent:
    given = case.case.event
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, indent=1, default=str)
    first = next((line.strip() for line in text.splitlines() if line.strip()), case.case.case_id)
    return IncomingEvent(
        external_id=f"case:{system}:{case.case.case_id}",
        kind="case.recorded",
        subject=f"case:{system}:{case.case.case_id}",
        occurred_at=now,
        title=first[:LONGEST_TITLE],
        text=text if given is not None else "",
    )

"""The gate's words are kept here."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from opsconsole.domain.ruling import UNTIL_RELEASED, Ruling
from opsconsole.store.times import FOREVER, to_micros
from opsconsole.store.transaction import Transaction


def add_ruling(
    tx: Transaction,
    action: str,
    ruling: Ruling,
    *,
    phase: str,
    if_live: Ruling | None,
    now: datetime,
    moments: Sequence[Mapping[str, Any]] = (),
) -> int:
    """Store the gate's word and what only the moment told; give its id."""
    cursor = tx.conn.execute(
        "INSERT INTO ruling (action_id, phase, at, verdict, hold_until, reasons, if_live, moment)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            action,
            phase,
            to_micros(now),
            ruling.verdict.name,
            _hold_micros(ruling.hold_until),
            json.dumps([reason.to_json() for reason in ruling.reasons], ensure_ascii=False),
            None if if_live is None else if_live.verdict.name,
            json.dumps(moments, separators=(",", ":")) if moments else "",
        ),
    )
    return cursor.lastrowid or 0


def _hold_micros(until: datetime | None) -> int | None:
    """Return the stored form of a hold."""
    if until is None:
        return None
    return FOREVER if until == UNTIL_RELEASED else to_micros(until)

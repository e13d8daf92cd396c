"""Verify the record as a whole: the chain, its guards, the noted heads, and the tables beside it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from opsconsole.store import audit, heads
from opsconsole.store.audit import Head, Report
from opsconsole.store.crosscheck import crosscheck
from opsconsole.store.database import audit_triggers
from opsconsole.store.rows import Reader


def check(
    conn: Reader, folder: Path, *, given: tuple[Head, ...] = (), progress: Callable[[int], None] | None = None
) -> Report:
    """Check everything that can be checked from the folder; `progress` gets the number of entries checked.

    What `progress` raises ends the check.
    """
    report = audit.verify(conn, noted=(*heads.read(folder), *given), triggers=audit_triggers(), progress=progress)
    return replace(report, findings=(*report.findings, *crosscheck(conn)))

"""Which pairs a person should judge: every difference, and a sample of the agreements."""

from collections.abc import Sequence

from opsconsole.engine.evidence.standing import cohort
from opsconsole.policy.trials import AGREED
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.rows import Reader


def queue(conn: Reader, *, agent: str | None = None, sample_percent: int = 10) -> list[PairRow]:
    """Return what a person should judge: every difference, and a sample of the agreements, the gravest first."""
    return to_judge(conn, read.pairs(conn, agent=agent, limit=100_000), sample_percent=sample_percent)


def to_judge(conn: Reader, rows: Sequence[PairRow], *, sample_percent: int = 10) -> list[PairRow]:
    """Return those of some pairs that a person should judge, the gravest first; none of a version that is past.

    Which agreements are in the sample is fixed by their number: nobody chooses, and looking again changes nothing.
    """
    chosen = [
        row
        for row in cohort(conn, rows)
        if row.said is None
        and not row.excluded
        and (row.verdict not in AGREED or spread(row.id) < sample_percent * 2**32 // 100)
    ]
    return sorted(chosen, key=lambda one: (-one.severity, one.verdict in AGREED, -one.occurred_at.timestamp(), one.id))


def spread(number: int) -> int:
    """Scatter a number evenly over 0 to 2³² - 1, always to the same place (Knuth, volume 3, 6.4)."""
    return number * 2_654_435_761 % 2**32

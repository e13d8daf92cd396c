"""The seconds in which a word to an agent can be taken back: its run stands still until they are over.

They are a timer in the file, so neither a closed window nor an engine that died ends them early.
"""

from datetime import datetime, timedelta

from opsconsole.store.queries import runs
from opsconsole.store.rows import Reader
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import work as write_work

TIMER = "run_goes_on"


def begin(tx: Transaction, run: int, *, seconds: float, now: datetime) -> datetime | None:
    """Have a run go on after so many seconds, counted from the last word to it.

    Returns:
        When it goes on; None where that is at once.
    """
    if seconds <= 0:
        write_work.wake(tx, run)
        return None
    due = now + timedelta(seconds=seconds)
    write_work.set_timer(tx, TIMER, str(run), due=due)
    return due


def is_on(conn: Reader, run: int) -> bool:
    """Return whether what was said to a run can still be taken back."""
    return runs.has_timer(conn, TIMER, str(run))


def must_wait(conn: Reader, run: int) -> bool:
    """Return whether something of a run is open, or what was said to it can still be taken back."""
    return runs.has_open_actions(conn, run) or is_on(conn, run)


def end(tx: Transaction, run: int) -> None:
    """Let a run go on."""
    write_work.drop_timer(tx, TIMER, str(run))
    write_work.wake(tx, run)

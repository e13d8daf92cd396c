"""What the ladder looks at once a day: who acts alone and was not checked for too long."""

from datetime import datetime, timedelta

from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import basis
from opsconsole.engine.ladder.fall import fall
from opsconsole.policy.ladder import UNAUDITED_DAYS
from opsconsole.store.queries import runs
from opsconsole.store.queries.views import drawn as read_drawn
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import work as write_work

TIMER, REF = "ladder", "daily"
EVERY = timedelta(days=1)


def expect(tx: Transaction, *, now: datetime) -> None:
    """Have it looked at once a day from now on."""
    if not runs.has_timer(tx.conn, TIMER, REF):
        write_work.set_timer(tx, TIMER, REF, due=now + EVERY)


def look(kernel: Kernel, tx: Transaction) -> None:
    """Take down what was not checked for too long, and look again in a day."""
    now = kernel.clock.now()
    write_work.set_timer(tx, TIMER, REF, due=now + EVERY)
    tx.touch("agents")  # what is due in days is due sooner: windows ask anew
    since = now - timedelta(days=UNAUDITED_DAYS)
    for version in kernel.roster.current(tx.conn):
        basis.look(kernel, tx, version, now=now)
        acted = read_drawn.last_alone(tx.conn, version.agent_id, since=since)
        audited = read_drawn.last_audited(tx.conn, version.agent_id)
        waiting = read_drawn.oldest_open(tx.conn, version.agent_id)
        for cell in basis.alone(kernel.registry, version.spec):
            seen, drawn = audited.get(cell), waiting.get(cell)
            if cell in acted and drawn is not None and drawn <= since and (seen is None or seen <= since):
                why = f"nobody checked a decision of it for {UNAUDITED_DAYS} days"
                fall(tx, version, *cell, "unaudited", why, ground=f"since:{drawn:%Y-%m-%d}", now=now)

"""A workspace whose agent owes a review of a month in which people did what it would have done, and once not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from opsconsole.app.session import opened
from opsconsole.engine.oversight.span import Span, month_before
from opsconsole.store.queries.reviews import signed
from opsconsole.store.queries.reviews.signed import SignedReview
from tests.support.shell import AGENT
from tests.support.teampages.past import Past
from tests.ui.agents.agentsample import make

PAIRS, WRONG = 20, 1


def make_owing(folder: Path, *, days: int, text: str = AGENT) -> Path:
    """Make it: at full for so many days, with pairs all over the last whole month."""
    make(folder, text)
    with opened(folder) as session:
        began = datetime.now(UTC) - timedelta(days=days)
        at = int(began.timestamp() * 1e6)
        session.write(lambda tx: tx.conn.execute("UPDATE agent_version SET created_at = ?", (at,)), name="past")
        session.write(lambda tx: pairs(Past(tx)), name="past")
    return folder


def pairs(past: Past) -> None:
    since = month().since
    for number in range(PAIRS):
        past.pair(since + timedelta(days=1 + number, hours=9), is_same=number >= WRONG)


def month() -> Span:
    """The month that is signed."""
    return month_before(datetime.now(UTC))


def reviews(folder: Path) -> list[SignedReview]:
    with opened(folder) as session:
        return signed.of_agent(session.kernel.reader, "mira")

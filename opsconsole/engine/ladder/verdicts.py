"""A word on a pair, and what it means for the ladder: a drawn decision that is judged may end, or make, a step down."""

from opsconsole.domain.enums import Adjudication
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.fall import look_at_audited
from opsconsole.engine.pairs import judging
from opsconsole.engine.pairs.judging import JudgingResult
from opsconsole.store.queries import ladder as read
from opsconsole.store.transaction import Transaction


def judge(
    kernel: Kernel,
    tx: Transaction,
    pair: int,
    verdict: Adjudication,
    *,
    actor: str,
    category: str | None = None,
    note: str = "",
    is_repeat: bool = False,
) -> JudgingResult:
    """Say who was right, as `engine.pairs.judging.judge` has it."""
    made = judging.judge(kernel, tx, pair, verdict, actor=actor, category=category, note=note, is_repeat=is_repeat)
    _look(kernel, tx, pair)
    return made


def take_back(kernel: Kernel, tx: Transaction, pair: int, *, actor: str, is_repeat: bool = False) -> JudgingResult:
    """Take the latest word on a pair back, as `engine.pairs.judging.take_back` has it."""
    made = judging.take_back(kernel, tx, pair, actor=actor, is_repeat=is_repeat)
    _look(kernel, tx, pair)
    return made


def _look(kernel: Kernel, tx: Transaction, pair: int) -> None:
    drawn = read.draw_of_pair(tx.conn, pair)
    if drawn is not None:
        look_at_audited(kernel, tx, drawn.agent, drawn.category)

"""What a person says of a pair. Their correction is a case at once: the next event like it is told by it."""

from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.enums import Adjudication
from opsconsole.domain.errors import DecisionError, NotFoundError
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.pairs.pair import ADJUDICATED
from opsconsole.policy.trials import FINE
from opsconsole.store import cases
from opsconsole.store.queries import events, versions
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.rows import present
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import ladder as write_ladder
from opsconsole.store.writes import pairs as write


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingResult:
    """What a word on a pair, or its taking back, did."""

    pair: int
    said: Adjudication | None
    """What holds of the pair now; None: it waits for a word again."""
    is_repeat: bool
    """It was about seeing the pair a second time, which changes nothing else."""
    is_precedent: bool
    """What holds is a precedent for the agent."""


def judge(
    kernel: Kernel,
    tx: Transaction,
    pair_id: int,
    verdict: Adjudication,
    *,
    actor: str,
    category: str | None = None,
    note: str = "",
    is_repeat: bool = False,
) -> JudgingResult:
    """Say who was right; with `category`, what the event really is.

    Args:
        kernel: where agents and clock are.
        tx: the transaction.
        pair_id: the pair.
        verdict: who was right.
        actor: who says so.
        category: the right category, where the agent's was wrong.
        note: a sentence for later.
        is_repeat: it was shown again to see whether the person stays the same; changes nothing else.

    Raises:
        NotFoundError: there is no such pair.
        DecisionError: the agent's playbook has no such category.
    """
    pair, now = read.pair(tx.conn, pair_id), kernel.clock.now()
    if pair is None:
        raise NotFoundError(f"There is no pair {pair_id}.", hint="`opsconsole shadow pairs` lists them.")
    if pair.is_failed and verdict in FINE:
        raise DecisionError(
            f"In pair {pair_id} the agent did not know what to do, or came to no end: it was not right. Say `human`,"
            " `neither` or `unsure`. Nothing was changed."
        )
    if category is not None:
        _known(kernel, tx, pair, category)
        if verdict in FINE and category != pair.category:
            raise DecisionError(
                "Where the event is of another category, the agent was not right: say that the human was, that both"
                " were wrong, or that it cannot be told. Nothing was changed."
            )
    words = {"category": category, "note": note.strip()} if category or note.strip() else None
    kept = write.add_adjudication(tx, pair_id, verdict, is_repeat=is_repeat, actor=actor, content=words, now=now)
    tx.audit(
        "pair.judged",
        at=now,
        actor=actor,
        pair=pair_id,
        verdict=verdict.value,
        repeat=is_repeat or None,
        words=None if kept is None else tx.content_digest(kept),
        agent=pair.agent,
    )
    learnt = not is_repeat and _learn(tx, pair, verdict, category, actor=actor, now=now)
    return JudgingResult(pair=pair_id, said=verdict, is_repeat=is_repeat, is_precedent=learnt)


def take_back(kernel: Kernel, tx: Transaction, pair_id: int, *, actor: str, is_repeat: bool = False) -> JudgingResult:
    """Take the latest word on a pair back, and the case that came of it; or what was said on seeing it again.

    Raises:
        DecisionError: nothing was said of it.
    """
    now = kernel.clock.now()
    if not write.take_back_adjudication(tx, pair_id, is_repeat=is_repeat):
        raise DecisionError(f"Nothing was said of pair {pair_id}; there is nothing to take back.")
    pair = present(read.pair(tx.conn, pair_id), f"pair {pair_id}")
    if is_repeat:
        tx.audit("pair.reopened", at=now, actor=actor, pair=pair_id, repeat=True)
        return JudgingResult(pair=pair_id, said=pair.said, is_repeat=True, is_precedent=False)
    tx.audit("pair.reopened", at=now, actor=actor, pair=pair_id)
    words = read.words_of(tx.conn, pair_id)
    learnt = _learn(tx, pair, pair.said, words.get("category"), actor=actor, now=now)
    return JudgingResult(pair=pair_id, said=pair.said, is_repeat=False, is_precedent=learnt)


def mark_seen(kernel: Kernel, tx: Transaction, run_id: int, *, actor: str) -> bool:
    """Note that a screen showed what a run would do: from now on the human does not act blind.

    Where it was drawn for a person to decide first, nobody is asked that any more: it would prove nothing.
    """
    return note_seen(tx, run_id, actor=actor, now=kernel.clock.now())


def note_seen(tx: Transaction, run_id: int, *, actor: str, now: datetime) -> bool:
    """Note it as `mark_seen` does."""
    if not write.mark_seen(tx, run_id, actor=actor, now=now):
        return False
    write_ladder.close_draw(tx, run_id, why="seen", now=now)
    tx.audit("proposal.seen", at=now, actor=actor, run=run_id)
    return True


def _known(kernel: Kernel, tx: Transaction, pair: PairRow, category: str) -> None:
    current = versions.current_version_of(tx.conn, pair.agent)
    if current is None:
        return
    spec = kernel.roster.version(tx.conn, current).spec
    if spec.category(category) is None:
        known = ", ".join(category.id for category in spec.playbook.categories)
        raise DecisionError(f"{spec.name} has no category {category!r}; it has {known}. Nothing was changed.")


def _learn(
    tx: Transaction, pair: PairRow, said: Adjudication | None, category: str | None, *, actor: str, now: datetime
) -> bool:
    """Make the precedent that of the word that holds now; give whether there is one."""
    event = present(events.event(tx.conn, pair.event_id), f"event {pair.event_id}")
    for earlier in cases.of_event(tx.conn, f"{event.id}", scope=pair.agent, source=ADJUDICATED):
        cases.retire_case(tx.conn, earlier, retired_at=to_micros(now))
        tx.audit("case.retired", at=now, actor=actor, case=earlier, agent=pair.agent)
    right = category or (pair.category if said in FINE else "")
    tx.touch("cases")
    if not right:
        return False
    case = cases.add_case(
        tx.conn,
        scope=pair.agent,
        category=right,
        text=event.precedent,
        source=ADJUDICATED,
        occurred_at=to_micros(event.occurred_at),
        created_at=to_micros(now),
        event_id=f"{event.id}",
    )
    tx.audit("case.learnt", at=now, actor=actor, case=case, agent=pair.agent, event=event.id)
    return True

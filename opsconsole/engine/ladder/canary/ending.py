"""A canary ends: a person stops it, its agent is dismissed, or what it does stops it at once.

Its cards that wait stay cards, and what it has begun to think about it ends, asking before everything. What it has not
begun goes to the version in use, where that works such events, with all that its threads bring from then on.
"""

from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.errors import NotFoundError
from opsconsole.engine.agents.file import load_spec
from opsconsole.engine.agents.subscriptions import is_for
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.canary.standing import own_gate
from opsconsole.store.queries import events, versions
from opsconsole.store.queries.rollout import canary as read
from opsconsole.store.queries.rollout.canary import Canary, EndedAs
from opsconsole.store.rows import Reader, present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import canary as write

ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class Stopped:
    """A canary that is over."""

    canary: Canary
    """As it stood before."""
    handed_over: int
    """Events that it had not begun, which the version in use works."""


def running(conn: Reader, agent: str) -> Canary:
    """Return the version of an agent that is tried now.

    Raises:
        NotFoundError: none is.
    """
    tried = read.running(conn, agent)
    if tried is None:
        in_use(conn, agent)
        raise NotFoundError(
            f"No version of {agent} is tried on a share of its threads.",
            hint="`opsconsole agents apply FILE --canary` tries one.",
        )
    return tried


def stop(kernel: Kernel, tx: Transaction, agent: str, *, actor: str, reason: str = "") -> Stopped:
    """Stop trying a version because a person wants it. It never asks for anything.

    Raises:
        NotFoundError: none is tried.
    """
    tried, why = running(tx.conn, agent), " ".join(reason.split())
    return _end(tx, tried, "stopped", actor=actor, reason=why, now=kernel.clock.now())


def stop_itself(tx: Transaction, tried: Canary, ended_as: EndedAs, why: str, *, now: datetime) -> Stopped:
    """Stop it at once for what it did; `why` is one sentence without a customer's words, as the record keeps it."""
    return _end(tx, tried, ended_as, actor=ENGINE, why=why, now=now)


def stop_dismissed(tx: Transaction, agent: str, *, actor: str, now: datetime) -> None:
    """Its agent is taken out of use, and what is tried beside it ends with it."""
    if (tried := read.running(tx.conn, agent)) is not None:
        _end(tx, tried, "dismissed", actor=actor, now=now)


def _end(
    tx: Transaction,
    tried: Canary,
    ended_as: EndedAs,
    *,
    actor: str,
    now: datetime,
    why: str = "",
    reason: str = "",
) -> Stopped:
    numbers = own_gate(tx.conn, tried, now=now).to_json()
    write.end(tx, tried.version, ended_as=ended_as, by=actor, why=why, now=now)
    used = versions.current_version_of(tx.conn, tried.agent)
    moved = 0 if used is None else _hand_over(tx, tried, used)
    tx.audit(
        "canary.stopped",
        at=now,
        actor=actor,
        agent=tried.agent,
        version=tried.version,
        number=tried.number,
        share=tried.share,
        because=ended_as,
        why=why or None,
        numbers=numbers,
        handed_over=moved or None,
        words=tx.keep_reason(reason),
    )
    return Stopped(tried, moved)


def _hand_over(tx: Transaction, tried: Canary, used: int) -> int:
    """Give what it had not begun to the version in use; give how many.

    What that one is not about stays with the canary, which goes on asking before everything.
    """
    spec = load_spec(present(versions.version(tx.conn, used), f"version {used}").spec)
    mine = [
        run
        for run, event in read.not_begun(tx.conn, tried.agent, tried.version)
        if is_for(spec, present(events.event(tx.conn, event), f"event {event}"))
    ]
    write.hand_over(tx, mine, to=used)
    return len(mine)

"""What a person does to an agent as a whole: another version of its file, or an earlier one again."""

from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.errors import DecisionError, NotFoundError, StaleCardError
from opsconsole.engine.agents.file import AgentFile, apply_agent, read_agent_text, source_of
from opsconsole.engine.registry import Registry
from opsconsole.store.queries import versions
from opsconsole.store.queries.dismissals import dismissal
from opsconsole.store.queries.rollout import canary
from opsconsole.store.rows import Reader, VersionRow
from opsconsole.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The version of an agent that is in use now."""

    agent: str
    number: int
    is_new: bool
    """False: it says what the one in use said already."""
    before: int | None
    """The number of the one that was in use before; None for an agent's first."""


def in_use(conn: Reader, agent: str) -> VersionRow:
    """Return the version of an agent that is in use.

    Raises:
        NotFoundError: no such agent is in use.
    """
    row = versions.current(conn, agent)
    if row is None:
        raise not_in_use(conn, agent)
    return row


def not_in_use(conn: Reader, agent: str) -> NotFoundError:
    """Return what is to be said of an agent that is not in use: who was dismissed can be had again."""
    gone = dismissal(conn, agent)
    if gone is None:
        return NotFoundError(f"No agent {agent} is in use.", hint="`opsconsole agents list` shows those that are.")
    return NotFoundError(
        f"{agent} was dismissed {gone.at:%Y-%m-%d %H:%M} UTC by {gone.by.partition(':')[2]}.",
        hint=f"`opsconsole agents restore {agent} {gone.number}` puts it in use again as it was.",
    )


def apply(
    tx: Transaction,
    file: AgentFile,
    registry: Registry,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    seen: int | None = None,
    accepts: bool | None = None,
) -> NewVersion:
    """Put an agent's file in use.

    Args:
        tx: the transaction.
        file: sound, as `read_agent` and `read_agent_text` give it.
        registry: the tools there are; the version is ratified with them.
        actor: who wants it.
        now: aware.
        reason: why, in words; kept with the version.
        seen: the number of the version that the change was made from; None where that is not known.
        accepts: what changed in its tools is accepted with it, as `apply_agent` has it.

    Raises:
        StaleCardError: another version came into use since that one.
        DecisionError: it decides otherwise than the one in use, beside which another version is tried.
    """
    agent = file.spec.agent
    present = versions.current(tx.conn, agent)
    before = None if present is None else present.number
    if seen is not None and before != seen:
        raise stale(agent, seen, before)
    told = " ".join(reason.split())
    made, is_new = apply_agent(tx, file, registry, actor=actor, now=now, reason=told, accepts=accepts)
    if present is not None and is_new:
        _spare_canary(tx, agent, present)
    return NewVersion(agent, made, is_new, before)


def _spare_canary(tx: Transaction, agent: str, before: VersionRow) -> None:
    """Refuse what decides otherwise while a version is tried: nobody could tell any more what that is tried beside.

    A step up or down, or a name, goes on at any time.
    """
    tried, made = canary.running(tx.conn, agent), versions.current_version_of(tx.conn, agent)
    if tried is None or made is None or versions.decides(tx.conn, made) == versions.decides(tx.conn, before.id):
        return
    raise DecisionError(
        f"Nothing was changed: version {tried.number} of {agent} is tried on {tried.share} % of its threads beside"
        f" version {before.number}, and this decides otherwise than both.",
        hint=f"Stop it first (`opsconsole canary stop {agent}`), or put it in use (`opsconsole canary use {agent}`).",
    )


def stale(agent: str, seen: int, before: int | None) -> StaleCardError:
    """Return what is to be said of a change that was made from another version than the one in use."""
    if before is None:
        return StaleCardError(
            f"Nothing was changed: no {agent} is in use, so this was not made from version {seen} of it.",
            hint="Apply it without --seen to put a new agent in use.",
        )
    if before < seen:
        return StaleCardError(
            f"Nothing was changed: version {before} of {agent} is in use, and there is no version {seen} yet.",
            hint=f"`opsconsole agents versions {agent}` lists them.",
        )
    return StaleCardError(
        f"Nothing was changed: version {before} of {agent} came into use meanwhile. Your text is still here; see"
        " first what that one changed.",
        hint=f"`opsconsole agents diff {agent} {seen} {before}` tells it; put it into your file too, then say --seen"
        f" {before}.",
    )


def restore(
    tx: Transaction,
    agent: str,
    number: int,
    registry: Registry,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    seen: int | None = None,
) -> NewVersion:
    """Put the file of an earlier version in use again, as a new version, also of an agent that was dismissed.

    What changed in its tools since they were accepted is not accepted with it. Raises as `apply` does, and:

    Raises:
        NotFoundError: there is no such agent or version.
        FileFormatError: the file names what is not connected any more.
    """
    if versions.newest(tx.conn, agent) is None:
        raise not_in_use(tx.conn, agent)
    wanted = versions.numbered(tx.conn, agent, number)
    if wanted is None:
        raise NotFoundError(
            f"There is no version {number} of {agent}.", hint=f"`opsconsole agents versions {agent}` lists them."
        )
    file = read_agent_text(source_of(wanted), f"{agent}.yaml", registry)
    told = f"version {number} again" + (f": {reason.strip()}" if reason.strip() else "")
    return apply(tx, file, registry, actor=actor, now=now, reason=told, seen=seen, accepts=False)

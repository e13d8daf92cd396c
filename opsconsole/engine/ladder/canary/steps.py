"""A canary gets more threads, and comes into use: each step by its own gate, signed by a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import DecisionError, StaleCardError
from opsconsole.engine.agents.file import AgentFile, read_agent_text, source_of
from opsconsole.engine.agents.versions import NewVersion
from opsconsole.engine.agents.yamltext.change import put_all
from opsconsole.engine.agents.yamltext.file import Loc
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder import signed
from opsconsole.engine.ladder.canary.ending import running
from opsconsole.engine.ladder.canary.standing import CanaryStanding, canary_standing
from opsconsole.engine.ladder.climb import check_reason
from opsconsole.policy.canary import ALL
from opsconsole.store.queries import versions
from opsconsole.store.queries.rollout.canary import Canary
from opsconsole.store.rows import present
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import canary as write


@dataclass(frozen=True, slots=True)
class Widened:
    """A canary that works more threads from now on."""

    standing: CanaryStanding
    """As it stood before."""
    share: int
    is_proven: bool


def widen(
    kernel: Kernel,
    tx: Transaction,
    agent: str,
    *,
    actor: str,
    reason: str = "",
    without_evidence: bool = False,
    seen: int | None = None,
) -> Widened:
    """Give a canary its next share.

    Args:
        kernel: the parts.
        tx: the transaction.
        agent: whose.
        actor: who signs.
        reason: why, in words; needed without evidence.
        without_evidence: a person wants it though the gate is not open.
        seen: the share that was looked at; None where that is not known.

    Raises:
        NotFoundError: none is tried.
        StaleCardError: it has another share meanwhile.
        DecisionError: it works every new thread, or the gate is not open.
    """
    tried, now, why = running(tx.conn, agent), kernel.clock.now(), " ".join(reason.split())
    _same_share(tried, seen)
    found = canary_standing(kernel, tx.conn, tried, now=now)
    if found.next is None:
        raise DecisionError(
            f"Version {tried.number} of {agent} works every new thread already. Nothing was changed.",
            hint=f"`opsconsole canary use {agent}` puts it in use.",
        )
    if not found.is_open:
        _may_without(found, without_evidence=without_evidence, reason=why)
    write.set_share(tx, tried.version, share=found.next, actor=actor, now=now)
    _record(tx, "canary.widened", found, share=found.next, actor=actor, reason=why, now=now)
    return Widened(found, found.next, found.is_open)


def use(
    kernel: Kernel,
    tx: Transaction,
    agent: str,
    *,
    actor: str,
    reason: str = "",
    without_evidence: str = "",
    seen: int | None = None,
) -> NewVersion:
    """Put a canary that works every new thread in use, as a new version with its file.

    What people set meanwhile of stages and levels goes with it: a rung that the version in use was given, or lost,
    beside it is not undone.

    Args:
        kernel: the parts.
        tx: the transaction.
        agent: whose.
        actor: who wants it.
        reason: why, in words.
        without_evidence: why it shall be live where nothing proves that it may.
        seen: the share that was looked at; None where that is not known.

    Raises:
        NotFoundError: none is tried.
        StaleCardError: it has another share meanwhile.
        DecisionError: it does not work every new thread yet.
        NoEvidenceError: it would be live, or act alone, where nothing proves that it may.
        FileFormatError: its file names what is not connected any more.
    """
    tried, now = running(tx.conn, agent), kernel.clock.now()
    _same_share(tried, seen)
    if tried.share != ALL:
        raise DecisionError(
            f"Version {tried.number} of {agent} works {tried.share} % of the new threads; it is put in use from {ALL} %"
            " on. Nothing was changed.",
            hint=f"`opsconsole canary widen {agent}` takes the next step.",
        )
    found, why = canary_standing(kernel, tx.conn, tried, now=now), " ".join(reason.split())
    file = _with_rungs(kernel, tx, tried)
    write.end(tx, tried.version, ended_as="used", by=actor, why="", now=now)
    told = f"version {tried.number}, which was tried as a canary" + (f": {why}" if why else "")
    made = signed.apply(
        kernel, tx, file, actor=actor, now=now, reason=told, accepts=False, without_evidence=without_evidence
    )
    _record(tx, "canary.used", found, share=tried.share, actor=actor, reason=why, now=now, number=made.number)
    return made


def _may_without(found: CanaryStanding, *, without_evidence: bool, reason: str) -> None:
    """Let a step through that stands on a reason alone.

    Raises:
        DecisionError: nobody wants that, or says why.
    """
    tried = found.canary
    if not without_evidence:
        raise DecisionError(
            f"Version {tried.number} of {tried.agent} is not ready for {found.next} %: {found.missing}. {found.record}"
            " Nothing was changed.",
            hint='`--without-evidence "why"` takes the step all the same; it still asks before everything.',
        )
    check_reason(reason)


def _same_share(tried: Canary, seen: int | None) -> None:
    if seen is not None and seen != tried.share:
        raise StaleCardError(
            f"Nothing was changed: version {tried.number} of {tried.agent} works {tried.share} % of the new threads"
            " meanwhile.",
            hint="Look at it once more.",
        )


def _record(
    tx: Transaction,
    kind: str,
    found: CanaryStanding,
    *,
    share: int,
    actor: str,
    reason: str,
    now: datetime,
    number: int | None = None,
) -> None:
    tried = found.canary
    tx.audit(
        kind,
        at=now,
        actor=actor,
        agent=tried.agent,
        version=tried.version,
        number=tried.number,
        was=tried.share,
        share=share,
        proven=found.is_open,
        numbers=found.gate.to_json(),
        in_use=number,
        words=tx.keep_reason(reason),
    )


def _with_rungs(kernel: Kernel, tx: Transaction, tried: Canary) -> AgentFile:
    """Return a canary's file with the stages and levels that were set beside it since it began.

    Raises:
        DecisionError: its file is written in a way that cannot be changed so.
    """
    row, conn = present(versions.version(tx.conn, tried.version), f"version {tried.number}"), tx.conn
    spec, was = (kernel.roster.version(conn, number).spec for number in (tried.version, tried.beside))
    now = present(kernel.roster.in_use(conn, tried.agent), tried.agent).spec
    places: dict[Loc, str | int] = dict(_set_since(spec, was, now))
    try:
        text = put_all(source_of(row), places) if places else source_of(row)
    except LookupError as error:
        raise DecisionError(f"{error} Nothing was changed.") from error
    return read_agent_text(text, f"{tried.agent}.yaml", kernel.registry)


def _set_since(spec: AgentSpec, was: AgentSpec, now: AgentSpec) -> Iterator[tuple[Loc, str | int]]:
    """Yield the places in a file, with their values, that differ between two versions in use."""
    named = (now.autonomy.actions, was.autonomy.actions, *now.autonomy.categories.values())
    tools = dict.fromkeys(tool for some in (*named, *was.autonomy.categories.values()) for tool in some)
    for category in (category.id for category in spec.playbook.categories):
        if was.category(category) is None or now.category(category) is None:
            continue
        if was.stage_of(category) is not now.stage_of(category):
            yield ("stage", "categories", category), now.stage_of(category).value
        for tool in tools:
            level = now.autonomy.level(tool, category)
            if was.autonomy.level(tool, category) is not level:
                yield ("autonomy", "categories", category, tool), int(level)

"""A version is stored and tried beside the one in use, which stays in use as it is."""

from dataclasses import dataclass

from opsconsole.domain.canonical import canonical, digest
from opsconsole.domain.errors import DecisionError, NotFoundError
from opsconsole.engine.agents.file import AgentFile, read_agent_text, source_of
from opsconsole.engine.agents.versions import in_use, stale
from opsconsole.engine.kernel import Kernel
from opsconsole.policy.canary import FIRST_SHARE
from opsconsole.store.queries import versions
from opsconsole.store.queries.rollout import canary as read
from opsconsole.store.rows import VersionRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import agents as write_agents
from opsconsole.store.writes import canary as write


@dataclass(frozen=True, slots=True)
class Begun:
    """A version that is tried now."""

    agent: str
    number: int
    beside: int
    """The number of the one in use."""
    share: int


def begin(
    kernel: Kernel, tx: Transaction, file: AgentFile, *, actor: str, reason: str = "", seen: int | None = None
) -> Begun:
    """Try an agent's file as a new version on the first share of its new threads.

    Args:
        kernel: the parts.
        tx: the transaction.
        file: sound.
        actor: who wants it.
        reason: why, in words; kept with the version.
        seen: the number of the version that the change was made from; None where that is not known.

    Raises:
        NotFoundError: no such agent is in use, so that there is nothing to try it beside.
        StaleCardError: another version came into use since that one.
        DecisionError: one is tried already, or this one decides as the one in use does.
    """
    agent, now = file.spec.agent, kernel.clock.now()
    used = in_use(tx.conn, agent)
    if seen is not None and seen != used.number:
        raise stale(agent, seen, used.number)
    if (tried := read.running(tx.conn, agent)) is not None:
        raise DecisionError(
            f"Nothing was changed: version {tried.number} of {agent} is tried already, on {tried.share} % of its"
            " threads.",
            hint=f"`opsconsole canary show {agent}` says how it does; stop it before another one is tried.",
        )
    version, number = _stored(kernel, tx, file, used, actor=actor, reason=" ".join(reason.split()))
    if versions.decides(tx.conn, version) == versions.decides(tx.conn, used.id):
        raise DecisionError(
            f"Nothing was changed: it decides as version {used.number} of {agent} does, which is in use. A stage, a"
            " level or a name is nothing that can be tried on a share of the threads.",
            hint="Without --canary it comes into use.",
        )
    write.begin(tx, version, agent=agent, beside=used.id, share=FIRST_SHARE, actor=actor, now=now)
    return Begun(agent, number, used.number, FIRST_SHARE)


def _stored(
    kernel: Kernel, tx: Transaction, file: AgentFile, used: VersionRow, *, actor: str, reason: str
) -> tuple[int, int]:
    """Store a version beside the one in use, and write into the record what is tried from now on."""
    agent, body, now = file.spec.agent, file.spec.model_dump(mode="json", by_alias=True), kernel.clock.now()
    # Only what is used is accepted: what changed in its tools since goes on asking.
    tools = {**{tool: kernel.registry.fingerprint(tool) for tool in kernel.registry.names()}, **used.tools}
    version, number, _ = write_agents.add_version(
        tx,
        agent,
        digest=digest(body),
        spec=canonical(body).decode(),
        tools=tools,
        source=file.source,
        actor=actor,
        now=now,
        reason=reason,
        is_beside=True,
    )
    tx.audit(
        "canary.begun",
        at=now,
        actor=actor,
        agent=agent,
        version=version,
        number=number,
        digest=digest(body),
        tools=digest(tools),
        beside=used.id,
        share=FIRST_SHARE,
        words=tx.keep_reason(reason),
    )
    return version, number


def begin_again(
    kernel: Kernel, tx: Transaction, agent: str, number: int, *, actor: str, reason: str = "", seen: int | None = None
) -> Begun:
    """Try the file of an earlier version, as a new one.

    Raises:
        NotFoundError: there is no such agent or version.
        FileFormatError: the file names what is not connected any more.
        StaleCardError, DecisionError: as `begin`.
    """
    in_use(tx.conn, agent)
    wanted = versions.numbered(tx.conn, agent, number)
    if wanted is None:
        raise NotFoundError(
            f"There is no version {number} of {agent}.", hint=f"`opsconsole agents versions {agent}` lists them."
        )
    file = read_agent_text(source_of(wanted), f"{agent}.yaml", kernel.registry)
    told = f"version {number} again" + (f": {reason.strip()}" if reason.strip() else "")
    return begin(kernel, tx, file, actor=actor, reason=told, seen=seen)

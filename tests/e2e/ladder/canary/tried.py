"""An agent with a version in use and another one that is tried beside it."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.file import AgentFile
from opsconsole.engine.agents.versions import apply
from opsconsole.engine.ladder.canary import ending, steps
from opsconsole.engine.ladder.canary.begin import Begun, begin
from opsconsole.engine.ladder.canary.standing import CanaryStanding, canary_standing
from opsconsole.engine.ladder.draws import OwnAct
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.policy.canary import falls_to_canary
from opsconsole.store.queries.rollout import canary as read
from opsconsole.store.queries.rollout.canary import Canary
from tests.e2e.ladder.laddered import ACT, DO, decide, worker
from tests.support.rig import Rig, mail

NEW = "another test"
RIGHT = (OwnAct(DO, {"what": "file it"}),)
"""What tells the new version's playbook from the old one's."""


def newer(**changes: Any) -> AgentSpec:
    """Return the same agent with another playbook."""
    spec = worker(**changes)
    return spec.model_copy(update={"playbook": spec.playbook.model_copy(update={"purpose": NEW})})


async def try_out(r: Rig, spec: AgentSpec | None = None) -> Begun:
    """Try a version beside the one in use."""
    file = AgentFile(spec or newer(), "")
    return await r.engine.writer.write(
        lambda tx: begin(r.kernel, tx, file, actor="person:lea", reason="gentler"), name="canary.begin"
    )


async def put_in_use(r: Rig, spec: AgentSpec) -> None:
    """Put another version in use, as `agents apply` does."""
    await r.engine.writer.write(
        lambda tx: apply(tx, AgentFile(spec, ""), r.kernel.registry, actor="person:lea", now=r.clock.now()),
        name="agent.apply",
    )


async def widen(r: Rig, why: str = "") -> steps.Widened:
    """Give it the next share; with a reason, without evidence."""
    return await r.engine.writer.write(
        lambda tx: steps.widen(r.kernel, tx, "mira", actor="person:lea", reason=why, without_evidence=bool(why)),
        name="canary.widen",
    )


async def use(r: Rig, why: str = "the team wants it") -> int:
    """Put it in use; return the number of the version."""
    made = await r.engine.writer.write(
        lambda tx: steps.use(r.kernel, tx, "mira", actor="person:lea", without_evidence=why), name="canary.use"
    )
    return made.number


async def stop(r: Rig) -> ending.Stopped:
    """Try it no more."""
    return await r.engine.writer.write(
        lambda tx: ending.stop(r.kernel, tx, "mira", actor="person:lea", reason="worse than before"), name="canary.stop"
    )


def tried(r: Rig) -> Canary | None:
    """Return what is tried now."""
    return read.running(r.engine.reader, "mira")


def last(r: Rig) -> Canary:
    """Return what was tried last."""
    return read.every(r.engine.reader, "mira")[0]


def how(r: Rig) -> CanaryStanding:
    """Return how far it is."""
    return canary_standing(r.kernel, r.engine.reader, last(r), now=r.clock.now())


def threads(r: Rig, *, to_canary: bool, share: int = 5, since: int = 1) -> Iterator[int]:
    """Yield numbers of mails whose threads fall to it at a share, or do not."""
    version = last(r).version
    for number in count(since):
        if falls_to_canary(r.workspace.id, "mira", version, mail(number).subject, share) is to_canary:
            yield number


async def come(r: Rig, thread: int, *, number: int | None = None) -> int:
    """Take a mail of a thread in, of its own customer; return the run that worked it."""
    sender, subject = f"c{thread}@customer.example", mail(thread).subject
    await r.take(mail(number or thread, sender=sender, subject=subject, occurred_at=r.clock.now()))
    (run,) = r.engine.reader.execute("SELECT max(id) FROM run").fetchone()
    return int(run)


async def decided(r: Rig, run: int, acts: Sequence[OwnAct] = RIGHT) -> None:
    """Decide a drawn run as a person, then approve what it asks for, so that both are compared."""
    await decide(r, run, acts)
    for asked in r.waiting():
        if asked.action_id.startswith(f"{run}/"):
            await allow(r, asked.id)


async def allow(r: Rig, request: int) -> None:
    """Approve it, and let it be done."""
    await r.approve(request)
    await r.wait(seconds=15)


def version_of(r: Rig, run: int) -> int:
    """Return the number of the version that worked a run."""
    return r.kernel.roster.version(r.engine.reader, r.run(run).version_id).number


def as_purposed(view: RunView) -> Turn:
    """Both versions want the same; only what their playbook says differs."""
    if view.past:
        return Turn(category="case", confidence=1.0, final="done")
    return Turn(category="case", confidence=1.0, proposals=(ACT,), rationale=view.agent.playbook.purpose)

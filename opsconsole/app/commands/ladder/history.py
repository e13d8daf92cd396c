"""ladder history: every step of an agent up and down, and every review that was signed."""

from typing import Any

from opsconsole.app.commands.ladder.first import app
from opsconsole.app.commands.ladder.steps import Agent
from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import opened
from opsconsole.app.words import say, say_json, utc
from opsconsole.domain.errors import NotFoundError
from opsconsole.domain.naming import tool_words
from opsconsole.engine.ladder import told
from opsconsole.engine.ladder.lowered import StageLowered, stages_lowered
from opsconsole.engine.oversight.span import of_moments
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries import versions
from opsconsole.store.queries.reviews import signed
from opsconsole.store.queries.reviews.signed import SignedReview

Step = read.Promotion | read.Demotion | StageLowered | SignedReview


@app.command()
def history(agent: Agent, *, as_json: AsJson = False, workspace: Where = None) -> None:
    """Every step up and down and every signed review of an agent, the newest first: who, when, why, on what numbers."""
    with opened(workspace) as session:
        conn = session.kernel.reader
        if versions.newest(conn, agent) is None:
            raise NotFoundError(f"There is no agent {agent}. `opsconsole agents list` shows them.")
        every: list[Step] = [
            *read.promotions(conn, agent),
            *read.demotions(conn, agent),
            *stages_lowered(conn, session.kernel.roster, agent),
            *signed.of_agent(conn, agent),
        ]
        steps = sorted(every, key=lambda step: step.at, reverse=True)
        facts = [
            _facts(step, signed.snapshot(conn, step.id)) if isinstance(step, SignedReview) else _facts(step)
            for step in steps
        ]
    if not steps and not as_json:
        say(f"{agent} has taken no step yet.")
    for step, fact in zip(steps, facts, strict=True):
        if as_json:
            say_json(fact)
        else:
            say(f"{utc(step.at)}  {_line(step)}")


def _line(step: Step) -> str:
    if isinstance(step, SignedReview):
        why = f": {step.reason}" if step.reason else ""
        span = of_moments(step.since, step.until)
        return f"review  {span.name or span.days}: {step.decision.value}, by {_who(step.actor)}{why}"
    if isinstance(step, StageLowered):
        why = f": {step.why}" if step.why else ""
        return f"down  {step.category}: {step.was.value} to {step.stage.value}, by {_who(step.actor)}{why}"
    where = f"{step.category} {tool_words(step.tool)}" if step.tool else step.category
    if isinstance(step, read.Promotion):
        proof = "" if step.is_proven else f", {told.WITHOUT_EVIDENCE}"
        why = f": {step.reason}" if step.reason else ""
        return f"up    {where}: {step.was} to {step.rung}{proof}, by {_who(step.actor)}{why}"
    lifted = "" if step.lifted_at is None else f" (over since {utc(step.lifted_at)})"
    return f"down  {where}: {int(step.was)} to {int(step.ceiling)}: {step.why}{lifted}"


def _facts(step: Step, numbers: dict[str, Any] | None = None) -> dict[str, Any]:
    facts: dict[str, Any] = {"at": step.at, "agent": step.agent, "actor": step.actor}
    if isinstance(step, SignedReview):
        facts |= {"step": "review", "since": step.since, "until": step.until, "decision": step.decision.value}
        return {**facts, "reason": step.reason, "lowered": step.lowered, "digest": step.digest, "snapshot": numbers}
    if isinstance(step, StageLowered):
        facts |= {"step": "down", "category": step.category, "tool": "", "was": step.was.value}
        return {**facts, "rung": step.stage.value, "trigger": "person", "why": step.why, "lifted_at": None}
    facts |= {"category": step.category, "tool": step.tool}
    if isinstance(step, read.Promotion):
        facts |= {"step": "up", "was": step.was, "rung": step.rung, "proven": step.is_proven, "reason": step.reason}
        return {**facts, "snapshot": dict(step.snapshot)}
    facts |= {"step": "down", "was": int(step.was), "rung": int(step.ceiling), "trigger": step.trigger}
    return {**facts, "why": step.why, "lifted_at": step.lifted_at}


def _who(actor: str) -> str:
    return actor.partition(":")[2] or actor

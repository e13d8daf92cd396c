"""canary: a new version on a share of the threads, its steps and its end; `agents apply --canary` begins one."""

from typing import Annotated

import typer

from opsconsole.app.commands.agentversions import change_of
from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import opened
from opsconsole.app.words import count, say, say_json, utc
from opsconsole.engine.ladder.canary import ending, steps
from opsconsole.engine.ladder.canary.standing import CanaryStanding, canary_standing
from opsconsole.store.queries.rollout import canary as read
from opsconsole.store.queries.rollout.canary import Canary

app = typer.Typer(
    help="A new version tried on a share of the threads: it asks before everything, and what is in use stays.",
    no_args_is_help=True,
)
Agent = Annotated[str, typer.Argument(help="The agent's name in its file.")]
Reason = Annotated[str, typer.Option(help="Why; kept with your name in the record.")]


@app.command()
def show(agent: Agent, *, as_json: AsJson = False, workspace: Where = None) -> None:
    """Show which version is tried, on which share, what it decided, and what the next step asks for."""
    with opened(workspace) as session:
        kernel, conn = session.kernel, session.kernel.reader
        tried = read.running(conn, agent) or next(iter(read.every(conn, agent)), None) or ending.running(conn, agent)
        found = canary_standing(kernel, conn, tried, now=kernel.clock.now())
    if as_json:
        ended = {"ended": None if tried.ended_at is None else tried.ended_at.isoformat(), "ended_as": tried.ended_as}
        say_json({**found.to_json(), **ended, "why": tried.why})
        return
    if not tried.is_running:
        say(f"No version of {agent} is tried now. {over_words(tried)}")
        return
    say(
        f"Version {tried.number} of {agent} is tried on {tried.share} % of the new threads since {utc(tried.since)},"
        f" beside version {tried.beside_number}."
    )
    say(f"  {found.record}")
    if found.to_decide:
        say(f"  {count(found.to_decide, 'decision')} of it to make first: `opsconsole ladder waiting`.")
    say(f"  {next_words(found)}")


def next_words(found: CanaryStanding) -> str:
    """Return what the next step is, and what it asks for."""
    step = "In use" if found.next is None else f"{found.next} %"
    agent, verb = found.canary.agent, "use" if found.next is None else "widen"
    if found.is_open:
        return f"Next: {step}. Nothing is missing: `opsconsole canary {verb} {agent}`."
    return f"Next: {step}. Still needed: {found.missing}."


def over_words(tried: Canary) -> str:
    """Return how one ended."""
    when = "" if tried.ended_at is None else f" {utc(tried.ended_at)}"
    if tried.ended_as == "used":
        return f"Version {tried.number} was, and came into use{when}."
    by = f"by itself: {tried.why}" if tried.has_stopped_itself else f"by {tried.ended_by.partition(':')[2]}"
    return f"Version {tried.number} was, on {tried.share} %, and was stopped{when} {by}."


@app.command()
def widen(
    agent: Agent,
    *,
    reason: Reason = "",
    without_evidence: Annotated[
        str, typer.Option(help="Why it shall be though its gate is not open; it still asks before everything.")
    ] = "",
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Give it the next share of the new threads: 25, then 100 %; while its gate is closed, say what is missing."""
    with opened(workspace) as session:
        made = session.write(
            lambda tx: steps.widen(
                session.kernel,
                tx,
                agent,
                actor=session.actor,
                reason=without_evidence or reason,
                without_evidence=bool(without_evidence.strip()),
            ),
            name="canary.widen",
        )
    tried = made.standing.canary
    if as_json:
        say_json({**made.standing.to_json(), "was": tried.share, "share": made.share, "proven": made.is_proven})
        return
    told = f"{made.share} % of the new threads from now on; it was {tried.share} %."
    say(f"Version {tried.number} of {agent} works {told}")
    say(f"  {made.standing.record}")
    if not made.is_proven:
        say("  This is not earned. It still asks before everything.")


@app.command()
def use(
    agent: Agent,
    *,
    reason: Reason = "",
    without_evidence: Annotated[
        str, typer.Option(help="Why it shall be live where nothing proves yet that it may; kept, and shown.")
    ] = "",
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Put it in use, once it works every new thread, with the stages and levels that were set meanwhile."""
    with opened(workspace) as session:
        made = session.write(
            lambda tx: steps.use(
                session.kernel, tx, agent, actor=session.actor, reason=reason, without_evidence=without_evidence
            ),
            name="canary.use",
        )
        change = change_of(session, made)
    if as_json:
        say_json(change.to_json())
    else:
        say("\n".join(change.lines()))


@app.command()
def stop(agent: Agent, *, reason: Reason = "", as_json: AsJson = False, workspace: Where = None) -> None:
    """Try it no more, at once. Its cards that wait stay; new events go to the version in use."""
    with opened(workspace) as session:
        made = session.write(
            lambda tx: ending.stop(session.kernel, tx, agent, actor=session.actor, reason=reason), name="canary.stop"
        )
    tried = made.canary
    if as_json:
        say_json({"agent": agent, "version": tried.number, "share": tried.share, "handed_over": made.handed_over})
        return
    say(f"Version {tried.number} of {agent} is tried no more. All its threads go on with the version in use.")
    if made.handed_over:
        say(f"  {count(made.handed_over, 'event')} that it had not begun too.")
    say("  What it asks you about already still waits for you.")

"""shadow backtest: a changed agent against the record, before anybody puts it in use."""

import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import Session, opened
from opsconsole.app.words import count, say, say_json, table
from opsconsole.brains.past import PastPlaybookBrain
from opsconsole.domain.errors import NotFoundError, UserError
from opsconsole.domain.ids import AgentId, VersionId
from opsconsole.engine.agentfile import AgentFile, read_agent
from opsconsole.engine.agents import Version
from opsconsole.engine.shadow.backtest import Result, backtest
from opsconsole.store.queries import versions

SHOWN = 40


def run(
    file: Annotated[Path, typer.Argument(help="The agent's changed file; it is not put in use.")],
    *,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Leave out what came before.")] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Only the newest so many events.")] = None,
    cap: Annotated[
        float | None, typer.Option(min=0, help="Stop once models have cost so much, in the workspace's money.")
    ] = None,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Work the recorded events with a changed agent beside the version in use; nothing is done or put in use.

    Look-ups are answered from the record. Each event shows what the people did, what the version in use would do
    today, and what the changed one would.
    """
    with opened(workspace) as session:
        changed = read_agent(file, session.kernel.registry)
        start = None if since is None else since.replace(tzinfo=UTC)
        result = asyncio.run(tried(session, changed, since=start, most=most, cap=cap, is_loud=not as_json))
        if as_json:
            for one in result.tried:
                say_json(one.to_json())
            say_json({"total": result.to_json()})
        else:
            tell(result)


async def tried(
    session: Session,
    changed: AgentFile,
    *,
    since: datetime | None = None,
    most: int | None = None,
    cap: float | None = None,
    is_loud: bool = False,
) -> Result:
    """Backtest an agent's file against the version of it in use.

    Raises:
        NotFoundError: no such agent is in use.
        UserError: one of the two thinks with a model, and nobody said how much that may cost.
    """
    conn, agent = session.kernel.reader, changed.spec.agent
    number = versions.current_version_of(conn, agent)
    if number is None:
        raise NotFoundError(f"No agent {agent} is in use; there is nothing to compare it with.")
    in_use = session.kernel.roster.version(conn, number)
    if "model" in (in_use.spec.brain, changed.spec.brain):
        raise UserError(
            "A backtest works with the offline brain so far; write `brain: playbook` in the file to try it."
        )
    candidate = Version(VersionId(0), AgentId(agent), in_use.number + 1, changed.spec, in_use.tools)
    brains = (PastPlaybookBrain(), PastPlaybookBrain())

    def progress(done: int, of: int) -> None:
        if is_loud and sys.stderr.isatty():
            typer.echo(f"\r  {done} of {of}", err=True, nl=done == of)

    try:
        return await backtest(
            session.kernel, in_use, candidate, brains, since=since, most=most, cost_cap=cap, tell=progress
        )
    finally:
        for one in brains:
            await one.close()


def _times(facts: Mapping[str, Any]) -> str:
    return f"{facts['seconds_in_use']:.1f} s and {facts['seconds_changed']:.1f} s"


def tell(result: Result) -> None:
    """Say what came of it, the events on which the two differ first."""
    if not result.tried:
        say("There is nothing recorded to try it on: no event of this agent has a pair yet.")
        return
    rows = [("PAIR", "IN USE", "CHANGED", "EVENT")]
    differing = [one for one in result.tried if one.in_use.is_right is not one.changed.is_right]
    for one in differing[:SHOWN]:
        mark = "better" if one.changed.is_right else "worse"
        rows.append((f"{one.pair}", one.in_use.verdict.value, f"{one.changed.verdict.value} ({mark})", one.title))
    if differing:
        table(rows, (7, 12, 20, 80))
        say()
    facts, bounds = result.to_json(), result.interval
    say(f"Of {count(len(result.tried), 'event')} people's way was met by")
    say(f"  the version in use  {facts['in_use_right']} today, {facts['recorded_right']} as recorded")
    say(f"  the changed agent   {facts['changed_right']}: {result.better} better, {result.worse} worse")
    points = f"{bounds.low * 100:+.1f} to {bounds.high * 100:+.1f} points"
    say(f"The difference lies between {points} (95 %). Severe: {facts['severe_in_use']}, {facts['severe_changed']}.")
    if facts["cost_in_use"] or facts["cost_changed"]:
        say(f"Cost {facts['cost_in_use']:.2f} and {facts['cost_changed']:.2f}, in {_times(facts)}.")
    if result.stopped:
        say(f"It ended early: {result.stopped}. What stands above is of the events until then.")
    if facts["off_record"]:
        asked = count(facts["off_record"], "event")
        say(f"In {asked} it asked what the record does not hold; that was answered as of then.")
    say("Nothing was done, and none of this counts for a gate. `opsconsole agents apply FILE` puts it in use.")

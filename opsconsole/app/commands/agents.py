"""agents: list, show, apply files."""

import json
from pathlib import Path
from typing import Annotated

import typer

from opsconsole.app.commands.agenttemplates import new
from opsconsole.app.commands.agentversions import diff, in_use_words, lint, restore, versions_
from opsconsole.app.commands.agentwords import words
from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.connections import MODEL
from opsconsole.app.session import Session, opened
from opsconsole.app.words import count, listed, say, say_json, table
from opsconsole.brains.chain import MAIN
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Stage
from opsconsole.domain.errors import NotFoundError
from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.agents.file import load_spec, read_agent
from opsconsole.engine.agents.warnings import notes_on
from opsconsole.engine.evidence.standing import progress_of
from opsconsole.store.queries import connections, versions
from opsconsole.store.queries.views import feed

app = typer.Typer(help="Who works for you, and with how much rope.", no_args_is_help=True)


@app.command("list")
def list_(*, as_json: AsJson = False, workspace: Where = None) -> None:
    """List the agents."""
    with opened(workspace) as session:
        conn = session.kernel.reader
        counts = {count.agent: count for count in feed.agent_counts(conn)}
        in_use = [
            row for number in versions.current_version_ids(conn) if (row := versions.version(conn, number)) is not None
        ]
    rows = [("AGENT", "VERSION", "EVENTS", "WAITING", "WHAT BECAME OF ITS ACTIONS")]
    for version in in_use:
        spec, done = load_spec(version.spec), counts[version.agent_id]
        if as_json:
            say_json(
                {
                    "agent": version.agent_id,
                    "name": spec.name,
                    "field": spec.field,
                    "version": version.number,
                    "events": done.events,
                    "waiting": done.waiting,
                    "failed": done.failed,
                    "verdicts": done.verdicts,
                    "categories": done.categories,
                }
            )
        rows.append((version.agent_id, str(version.number), str(done.events), str(done.waiting), listed(done.verdicts)))
    if not as_json:
        if len(rows) == 1:
            say("No agents yet. Put one in use: `opsconsole agents apply FILE.yaml`.")
        else:
            table(rows, (20, 7, 6, 7, 80))


@app.command()
def show(
    agent: str,
    *,
    source: Annotated[bool, typer.Option(help="Print the file as it was applied.")] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Show an agent: what it does, its stages and levels."""
    with opened(workspace) as session:
        conn = session.kernel.reader
        version_id = versions.current_version_of(conn, agent)
        version = None if version_id is None else versions.version(conn, version_id)
    if version is None:
        raise NotFoundError(f"There is no agent {agent}. `opsconsole agents list` shows them.")
    if as_json:
        say_json(
            {
                "agent": agent,
                "version": version.number,
                "applied_by": version.applied_by,
                "spec": json.loads(version.spec),
            }
        )
        return
    if source:
        say(version.source)
        return
    spec = load_spec(version.spec)
    say(f"{spec.name} ({agent}), version {version.number}, applied by {version.applied_by}")
    say(spec.summary or spec.playbook.purpose)
    say(
        f"Stage: {spec.stage.default.value}"
        + "".join(f"; {name} {stage.value}" for name, stage in spec.stage.categories.items())
    )
    for deployment in spec.deployments:
        filtered = f" where {deployment.where}" if deployment.where else ""
        say(f"Deployment: {deployment.stage.value} at most on {deployment.connection}{filtered}")
    say(
        f"Autonomy: level {int(spec.autonomy.default)}"
        + "".join(f"; {tool} {int(level)}" for tool, level in spec.autonomy.actions.items())
    )
    for raised in spec.raised:
        say(f"Raised by hand: {raised.action} past {raised.ceiling.value}: {raised.reason}")
    for guardrail in spec.guardrails:
        say(f"Guardrail {guardrail.name}: {guardrail.then} when {guardrail.when} ({guardrail.because})")
    for category in spec.playbook.categories:
        steps, examples = count(len(category.steps), "step"), count(len(category.examples), "example")
        say(f"  {category.id}: {category.name}, {steps}, {examples}")


@app.command()
def apply(
    files: Annotated[list[Path], typer.Argument(help="Agent files (YAML).")],
    *,
    reason: Annotated[str, typer.Option(help="Why; kept with the version.")] = "",
    workspace: Where = None,
) -> None:
    """Put agents' files in use. All are checked first; a wrong one is named with its line, and nothing changes."""
    with opened(workspace) as session:
        agents = [read_agent(path, session.kernel.registry) for path in files]
        now, registry = session.kernel.clock.now(), session.kernel.registry
        for agent in agents:
            made = session.write(
                lambda tx, agent=agent: agentversions.apply(
                    tx, agent, registry, actor=session.actor, now=now, reason=reason
                ),
                name="agent.apply",
            )
            say(in_use_words(made))
            if made.is_new:
                _say_unproved(session, agent.spec)
            _say_missing(session, agent.spec)


def _say_unproved(session: Session, spec: AgentSpec) -> None:
    """Tell which categories are live now without evidence that they may be: a person may do that, knowing it."""
    conn, now = session.kernel.reader, session.kernel.clock.now()
    cells = {progress.category: progress for progress in progress_of(conn, now=now, agent=spec.agent)}
    found: list[str] = []
    for category in spec.playbook.categories:
        is_live = spec.stage_of(category.id) is not Stage.SHADOW
        cell = cells.get(category.id)
        if is_live and (cell is None or not cell.standing.is_open):
            severe = f", {cell.severe} severe" if cell is not None and cell.severe else ""
            has_some = cell is not None and cell.standing.total > 0
            right = f"{cell.standing.right} of {cell.standing.total} right" if cell and has_some else "nothing counts"
            found.append(f"{category.id} ({right}{severe})")
    if found:
        say(f"  Live without the evidence for it: {', '.join(found)}.")
        say(f"  `opsconsole shadow report --agent {spec.agent}` says what is needed.")


def _say_missing(session: Session, spec: AgentSpec) -> None:
    """Tell what the agent's file names and is not there: it may be connected afterwards, or be misspelt."""
    conn = session.kernel.reader
    if spec.brain == "model":
        known = {connection.id for connection in connections.connections(conn, kind=MODEL)}
        for name in spec.models or (MAIN,):
            if name not in known:
                say(f"  Note: no model is connected as {name} yet: `opsconsole connect model {name}`.")
    for note in notes_on(session.kernel.registry, session.kernel.reader, spec):
        say(f"  Note: {note}")


app.command("new")(new)
app.command("versions")(versions_)
for command in (diff, restore, lint, words):
    app.command()(command)

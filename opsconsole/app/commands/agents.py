"""agents: list, show, apply files."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from opsconsole.app.commands.agenttemplates import new
from opsconsole.app.commands.agentversions import (
    NEEDS_NONE,
    Canary,
    VersionChange,
    change_of,
    diff,
    lint,
    restore,
    say_begun,
    versions_,
)
from opsconsole.app.commands.agentwords import words
from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.connections import MODEL
from opsconsole.app.plainerrors import LAST
from opsconsole.app.session import Session, opened
from opsconsole.app.words import count, listed, plain, put, say, say_json, table, warn
from opsconsole.brains.chain import MAIN
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import NotFoundError, UserError
from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.agents.file import AgentFile, load_spec, read_agent
from opsconsole.engine.agents.versions import NewVersion
from opsconsole.engine.agents.warnings import notes_on, stage_notes
from opsconsole.engine.commands.dismissal import Ending
from opsconsole.engine.commands.dismissal import dismiss as dismiss_agent
from opsconsole.engine.ladder import signed
from opsconsole.engine.ladder.canary.begin import begin
from opsconsole.store.queries import connections, versions
from opsconsole.store.queries.dismissals import dismissal
from opsconsole.store.queries.views import feed
from opsconsole.store.rows import VersionRow
from opsconsole.store.transaction import Transaction

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
            table(rows, (max(len(row[0]) for row in rows), 7, 6, 7, 80))


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
        version = versions.current(session.kernel.reader, agent)
        gone = None if version is not None else dismissal(session.kernel.reader, agent)
        if gone is not None:
            raise agentversions.not_in_use(session.kernel.reader, agent)
    if version is None:
        raise NotFoundError(f"There is no agent {agent}. `opsconsole agents list` shows them.")
    if as_json:
        say_json(
            {
                "agent": agent,
                "version": version.number,
                "applied_by": version.applied_by,
                "spec": json.loads(version.spec),
                **({"source": version.source} if source else {}),
            }
        )
        return
    if source:
        _say_source(version)
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
        only = f", only {', '.join(deployment.categories)}" if deployment.categories else ""
        say(f"Deployment: {deployment.stage.value} at most on {deployment.connection}{filtered}{only}")
    for note in stage_notes(spec):
        say(f"Note: {note}")
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


def _say_source(version: VersionRow) -> None:
    """Print a file for a file: not a sign more than it has; what there is to say of it goes beside it."""
    shown = plain(version.source)
    put(shown, ends=not shown.endswith("\n"))
    agent, number = version.agent_id, version.number
    warn(f"This is version {number} of {agent}. When you changed it: `opsconsole agents apply FILE --seen {number}`.")
    if shown != version.source:
        warn("Signs that would steer a terminal stand as · in it, and secrets are left out; put them in again by hand.")


@app.command()
def apply(
    files: Annotated[list[Path], typer.Argument(help="Agent files (YAML).")],
    *,
    reason: Annotated[str, typer.Option(help="Why; kept with the version.")] = "",
    seen: Annotated[
        int | None,
        typer.Option(min=1, max=LAST, help="The version that you changed; nothing is done where another is in use."),
    ] = None,
    without_evidence: Annotated[
        str, typer.Option(help="Why it shall be live where nothing proves yet that it may; kept, and shown.")
    ] = "",
    canary: Canary = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Put agents' files in use: all of them, or none where one is wrong. Says what differs, what is raised first."""
    if canary:
        _try(files, reason=reason, seen=seen, without_evidence=without_evidence, as_json=as_json, workspace=workspace)
        return
    if seen is not None and len(files) > 1:
        raise UserError("--seen is about one file; apply the files one by one.")
    with opened(workspace) as session:
        kernel, registry = session.kernel, session.kernel.registry
        now = kernel.clock.now()
        agents = _distinct(files, [read_agent(path, registry) for path in files])

        def job(tx: Transaction) -> list[NewVersion]:
            actor, why = session.actor, without_evidence
            return [
                signed.apply(kernel, tx, each, actor=actor, now=now, seen=seen, reason=reason, without_evidence=why)
                for each in agents
            ]

        made = session.write(job, name="agent.apply")
        told = [_told(session, version, agent.spec) for version, agent in zip(made, agents, strict=True)]
    # Said when all is done and stored: whatever becomes of the output, no half of it stays undone.
    for each in told:
        if as_json:
            say_json(each.to_json())
        else:
            say("\n".join(each.lines()))


def _try(
    files: list[Path], *, reason: str, seen: int | None, without_evidence: str, as_json: bool, workspace: Path | None
) -> None:
    if len(files) > 1:
        raise UserError("--canary is about one file; try the files one by one.")
    if without_evidence:
        raise UserError(NEEDS_NONE)
    with opened(workspace) as session:
        kernel, file = session.kernel, read_agent(files[0], session.kernel.registry)
        made = session.write(
            lambda tx: begin(kernel, tx, file, actor=session.actor, reason=reason, seen=seen), name="canary.begin"
        )
        say_begun(session, made, as_json=as_json)


def _distinct(files: list[Path], agents: list[AgentFile]) -> list[AgentFile]:
    seen: dict[str, Path] = {}
    for path, agent in zip(files, agents, strict=True):
        if (other := seen.setdefault(agent.spec.agent, path)) is not path:
            raise UserError(f"{other} and {path} are both of the agent {agent.spec.agent}; give one of them.")
    return agents


@dataclass(frozen=True, slots=True)
class _Applied:
    change: VersionChange
    unproved: list[str]
    notes: list[str]

    def lines(self) -> Iterator[str]:
        made = self.change.made
        yield from self.change.lines()
        if self.unproved:
            yield f"  Live without the evidence for it: {', '.join(self.unproved)}."
            yield f"  `opsconsole ladder show {made.agent}` says what is needed."
        yield from (f"  Note: {note}" for note in self.notes)

    def to_json(self) -> dict[str, Any]:
        return {**self.change.to_json(), "live_without_evidence": self.unproved, "notes": self.notes}


def _told(session: Session, made: NewVersion, spec: AgentSpec) -> _Applied:
    unproved = list(_unproved(session, made)) if made.is_new else []
    return _Applied(change_of(session, made), unproved, list(_missing(session, spec)))


def _unproved(session: Session, made: NewVersion) -> Iterator[str]:
    """Tell where it is live now, or acts alone, without evidence that it may: a person may do that, knowing it."""
    kernel = session.kernel
    version = kernel.roster.in_use(kernel.reader, made.agent)
    if version is not None:
        yield from signed.unproven(kernel.reader, kernel, version, now=kernel.clock.now()).values()


def _missing(session: Session, spec: AgentSpec) -> Iterator[str]:
    """Tell what the agent's file names and is not there: it may be connected afterwards, or be misspelt."""
    conn = session.kernel.reader
    if spec.brain == "model":
        known = {connection.id for connection in connections.connections(conn, kind=MODEL)}
        for name in spec.models or (MAIN,):
            if name not in known:
                yield f"no model is connected as {name} yet: `opsconsole connect model {name}`."
    yield from notes_on(session.kernel.registry, conn, spec)


@app.command()
def dismiss(
    agent: str,
    *,
    reason: Annotated[str, typer.Option(help="Why; kept with the record.")] = "",
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Take an agent out of use: it gets no events any more, and what waits of it ends. What it did stays."""
    with opened(workspace) as session:
        ending = session.write(
            lambda tx: dismiss_agent(session.kernel, tx, agent, actor=session.actor, reason=reason),
            name="agent.dismiss",
        )
    if as_json:
        say_json(asdict(ending))
    else:
        say("\n".join(_ended(ending)))


def _ended(ending: Ending) -> Iterator[str]:
    yield f"{ending.name} ({ending.agent}) is dismissed. What it did, its versions and the record stay."
    if ending.requests:
        yield f"  {count(ending.requests, 'request')} lapsed."
    if ending.effects:
        yield f"  {count(ending.effects, 'prepared action')} will not be sent."
    if ending.runs:
        yield f"  {count(ending.runs, 'event')} will not be worked to the end."
    if ending.grants:
        yield f"  {count(ending.grants, 'standing grant')} revoked."
    if ending.doubts:
        yield f"  {count(ending.doubts, 'action')} being sent or in doubt: that is settled all the same."
    again = f"`opsconsole agents restore {ending.agent} {ending.number}`"
    yield f"To have it again as it was: {again}. What ended stays ended."


app.command("new")(new)
app.command("versions")(versions_)
for command in (diff, restore, lint, words):
    app.command()(command)

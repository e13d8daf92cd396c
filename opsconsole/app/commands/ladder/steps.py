"""ladder: where agents stand, what the next step asks for, steps up and down."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import Session, opened
from opsconsole.app.words import say, say_json, table, utc
from opsconsole.domain.naming import tool_words
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.ladder import told
from opsconsole.engine.ladder.climb import lower_stage
from opsconsole.engine.ladder.climb import promote as take_up
from opsconsole.engine.ladder.fall import demote as take_down
from opsconsole.engine.ladder.rungs import Ladder, Rung, ladder_of
from opsconsole.store.queries import versions

app = typer.Typer(
    help="What each agent may do by itself, what earns it more, and steps up and down.", no_args_is_help=True
)
Agent = Annotated[str, typer.Argument(help="The agent's name in its file.")]
Category = Annotated[str, typer.Argument(help="One of its categories.")]
Tool = Annotated[
    str, typer.Argument(help="An action in it; leave it out for the category's stage.", metavar="[ACTION]")
]
_WIDTHS = (44, 22, 11, 8, 70)


@app.command("list")
def list_(*, as_json: AsJson = False, workspace: Where = None) -> None:
    """Say of every agent which steps are open, and what was taken back."""
    with opened(workspace) as session:
        rows: list[tuple[str, ...]] = [("AGENT", "LIVE", "STEPS OPEN", "TAKEN BACK", "WITHOUT EVIDENCE")]
        conn = session.kernel.reader
        for number in versions.current_version_ids(conn):
            found = _ladder(session, session.kernel.roster.version(conn, number).agent_id)
            rungs = list(found.rungs())
            facts: dict[str, Any] = {
                "agent": found.spec.agent,
                "live": sum(rung.is_live for rung in rungs if not rung.tool),
                "categories": len(found.spec.playbook.categories),
                "open": sum(rung.can_climb and rung.gate is not None for rung in rungs),
                "demoted": sum(rung.demotion is not None for rung in rungs),
                "without_evidence": sum(rung.is_without_evidence for rung in rungs),
            }
            if as_json:
                say_json(facts)
            live = f"{facts['live']} of {facts['categories']}"
            rows.append(
                (
                    found.spec.agent,
                    live,
                    *(f"{facts[name]}" if facts[name] else "–" for name in ("open", "demoted", "without_evidence")),
                )
            )
    if not as_json:
        table(rows, (max(len(row[0]) for row in rows), 10, 10, 10, 16))
        say("`opsconsole ladder show AGENT` says what each step asks for.")


@app.command()
def show(agent: Agent, *, as_json: AsJson = False, workspace: Where = None) -> None:
    """Show what an agent may do, cell by cell, and what the next step asks for."""
    with opened(workspace) as session:
        found = _ladder(session, agent)
        rungs = list(found.rungs())
    if as_json:
        for rung in rungs:
            say_json(rung.to_json())
        return
    say(f"{found.spec.name} ({agent})")
    rows = [("DECISION", "NOW", "RIGHT", "SEVERE", "STILL NEEDED FOR THE NEXT STEP")]
    table([*rows, *(_row(rung) for rung in rungs)], _WIDTHS)
    for line in _notes(rungs):
        say(line)


def _row(rung: Rung) -> tuple[str, ...]:
    at = None if rung.shown is None else rung.shown.standing
    title = f"  {tool_words(rung.tool)}" if rung.tool else rung.name
    right = f"{at.right} of {at.total}" if at is not None and at.total else "–"
    severe = f"{at.severe}" if at is not None and at.severe else "–"
    return title, told.holds_words(rung), right, severe, still(rung)


def still(rung: Rung) -> str:
    """Return what a cell still needs, as the list says it."""
    if needed := told.missing(rung):
        return needed
    if not rung.next:
        return "nothing: this is the top"
    return "nothing: the gate is open" if rung.gate is not None else "a word of yours"


def _notes(rungs: list[Rung]) -> Iterator[str]:
    for rung in rungs:
        if (fallen := rung.demotion) is not None:
            yield f"Taken back: {rung.title} on {utc(fallen.at)}: {fallen.why}."
    unproven = [rung.title for rung in rungs if rung.is_without_evidence]
    if unproven:
        yield f"{told.WITHOUT_EVIDENCE.capitalize()}: {', '.join(unproven)}."


@app.command()
def promote(
    agent: Agent,
    category: Category,
    tool: Tool = "",
    *,
    reason: Annotated[str, typer.Option(help="Why; kept with your name in the record.")] = "",
    without_evidence: Annotated[
        str, typer.Option(help="Why it shall be though its gate is not open; it then says so wherever it is shown.")
    ] = "",
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Sign one step up: the stage of a category, or the level of an action in it."""
    with opened(workspace) as session:
        made = session.write(
            lambda tx: take_up(
                session.kernel,
                tx,
                agent,
                category,
                tool,
                actor=session.actor,
                reason=without_evidence or reason,
                without_evidence=bool(without_evidence.strip()),
            ),
            name="ladder.promote",
        )
    if as_json:
        gate = None if made.rung.gate is None else made.rung.gate.to_json()
        facts = {"promotion": made.number, "was": made.rung.now, "rung": made.rung.next, "proven": made.is_proven}
        say_json({**facts, "version": made.version, "gate": gate, "sentences": made.sentences})
        return
    say(f"{made.rung.title}: {told.step_words(made.rung.now, made.rung.next, tool)}. Version {made.version} is in use.")
    for line in made.sentences:
        say(f"  {line}")


@app.command()
def demote(
    agent: Agent,
    category: Category,
    tool: Tool = "",
    *,
    reason: Annotated[str, typer.Option(help="Why; kept with your name in the record.")] = "",
    workspace: Where = None,
) -> None:
    """Take one step back, at once. It never asks for evidence; coming back does."""
    with opened(workspace) as session:
        kernel, actor = session.kernel, session.actor
        if tool:
            fallen = session.write(
                lambda tx: take_down(kernel, tx, agent, category, tool, actor=actor, reason=reason),
                name="ladder.demote",
            )
            level = f"{int(fallen.ceiling)}"
            say(f"{tool_words(tool)} in {category}: {told.LEVELS[level]} from now on. What it had prepared asks you.")
            return
        rung, number = session.write(
            lambda tx: lower_stage(kernel, tx, agent, category, actor=actor, reason=reason), name="ladder.demote"
        )
    say(f"{rung.name} is taken down from {rung.now} to {rung.below}. Version {number} is in use.")


def _ladder(session: Session, agent: str) -> Ladder:
    conn, kernel = session.kernel.reader, session.kernel
    version = kernel.roster.version(conn, in_use(conn, agent).id)
    return ladder_of(conn, kernel.registry, version, now=kernel.clock.now())

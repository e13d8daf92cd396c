"""status, feed, runs: what is going on, and why."""

from typing import Annotated, Any

import typer

from opsconsole.app.commands.options import Anyway, AsJson, Where
from opsconsole.app.plainerrors import LAST
from opsconsole.app.session import opened
from opsconsole.app.words import count, listed, plain, say, say_json, table, utc
from opsconsole.engine.audittrail.story import run_story
from opsconsole.engine.audittrail.words import STANDS
from opsconsole.engine.pairs.judging import mark_seen
from opsconsole.engine.runs.cancel import cancel_run
from opsconsole.store import lease
from opsconsole.store.queries import connections, limits
from opsconsole.store.queries.pairs import is_awaited, unseen_of
from opsconsole.store.queries.views import feed as read
from opsconsole.store.queries.views.drawn import open_count
from opsconsole.store.queries.views.unseen import DRAWN
from opsconsole.store.rows import Reader

runs = typer.Typer(help="Runs: one agent working one event.", no_args_is_help=True)
Run = Annotated[int, typer.Argument(help="The run's number, as `opsconsole feed` shows it.", min=1, max=LAST)]


@runs.callback()
def _group() -> None:
    """Keep `runs` a group."""


def status(*, as_json: AsJson = False, workspace: Where = None) -> None:
    """Show the state of the workspace: engine, events, what waits, what was refused."""
    with opened(workspace) as session:
        conn = session.kernel.reader
        totals, agents = read.totals(conn), read.agent_counts(conn)
        switches, refused, first = limits.switches(conn), read.refused(conn), open_count(conn)
        engine = lease.holder(session.workspace.folder)
        folder = session.workspace.folder
        troubles = _troubles(conn)
    if as_json:
        say_json(
            {
                "workspace": str(folder),
                "engine": engine,
                "events": totals.events,
                "broken": totals.broken,
                "without_agent": totals.without_agent,
                "runs": totals.runs,
                "waiting": totals.waiting,
                "to_decide_first": first,
                "effects": totals.effects,
                "audit_entries": totals.audit,
                "switches": [scope for scope, _ in switches],
                "connections_in_trouble": dict(troubles),
                "agents": {
                    agent.agent: {"events": agent.events, "verdicts": agent.verdicts, "categories": agent.categories}
                    for agent in agents
                },
                "refused": [{"tool": tool, "why": why, "count": number} for tool, why, number in refused],
            }
        )
        return
    say(f"Workspace  {folder}")
    say(
        "Engine     "
        + (f"working (process {engine})" if engine is not None else "not running; start it with `opsconsole engine`")
    )
    for name, text in troubles:
        say(f"TROUBLE    {name}: {plain(text, 200)}")
    for scope, reason in switches:
        say(f"PAUSED     {scope}{': ' + plain(reason, 80) if reason else ''}")
    say(
        f"Events     {totals.events}"
        + (f", {totals.broken} could not be read whole (kept and marked)" if totals.broken else "")
    )
    say(f"Runs       {listed(totals.runs)}")
    say(f"Effects    {listed(totals.effects)}")
    say(
        f"For you    {listed(totals.waiting, {'action': 'to approve', 'question': 'to answer', 'unknown': 'in doubt'})}"
    )
    if first:
        say(f"           {count(first, 'decision')} to make first: `opsconsole ladder waiting`")
    for agent in agents:
        say(f"  {agent.agent}: {count(agent.events, 'event')}; {listed(agent.verdicts)}")
    for tool, why, number in refused:
        say(f"  refused {number} x {tool}: {plain(why, 120)}")
    say(f"Audit      {totals.audit} entries; `opsconsole audit verify` checks them")


def _troubles(conn: Reader) -> list[tuple[str, str]]:
    """Return (connection, what is wrong) of those that do not work."""
    found: list[tuple[str, str]] = []
    for connection in connections.connections(conn):
        health = connections.health(conn, connection.id)
        if health is not None and health[0] != "ok":
            found.append((connection.id, health[1]))
    return found


def feed(
    *,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000)] = 30,
    agent: Annotated[str | None, typer.Option()] = None,
    state: Annotated[str | None, typer.Option(help="queued, running, waiting, done, failed")] = None,
    broken: Annotated[bool, typer.Option("--broken", help="Only what could not be read whole.")] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Show events and what became of them, newest first."""
    with opened(workspace) as session:
        rows = read.feed(
            session.kernel.reader, limit=limit, agent=agent, state=state, is_broken=True if broken else None
        )
    if as_json:
        for row in rows:
            say_json({name: getattr(row, name) for name in row.__slots__})
        return
    if not rows:
        if agent or state or broken:
            say(
                "No event fits. `opsconsole feed` shows all; states: queued, running, waiting, done, failed, cancelled."
            )
            return
        say("No events yet. Bring some: `opsconsole import SOURCE`, or try `opsconsole demo`.")
        return
    shown_rows = [("EVENT", "RUN", "WHEN", "FROM", "TITLE", "AGENT", "CATEGORY", "STATE", "ACTIONS / OUTCOME")]
    for row in rows:
        mark = "! " if row.is_broken else ""
        run = "" if row.run_id is None else str(row.run_id)
        outcome = row.verdicts or row.outcome or ("no agent works this" if not run else "")
        if broken:
            outcome = "; ".join(row.problems)
        shown_rows.append(
            (
                str(row.event_id),
                run,
                f"{row.at:%m-%d %H:%M}",
                row.sender or row.kind,
                mark + row.title,
                row.agent,
                row.category,
                row.state,
                outcome,
            )
        )
    table(shown_rows, (5, 5, 11, 26, 36, 14, 20, 8, 300 if broken else 40))


@runs.command()
def cancel(
    run: Run,
    *,
    reason: Annotated[str, typer.Option(help="For the record.")] = "",
    workspace: Where = None,
) -> None:
    """Cancel a run: what has not begun never will. What was done stays."""
    with opened(workspace) as session:
        number = session.write(
            lambda tx: cancel_run(session.kernel, tx, run, actor=session.actor, reason=reason), name="run.cancel"
        )
    say(f"Run {run} is cancelled; {count(number, 'action')} of it will not be done.")


@runs.command()
def show(run: Run, *, anyway: Anyway = False, as_json: AsJson = False, workspace: Where = None) -> None:
    """Tell the whole story of a run: event, triage, actions with rulings and reasons, effects, decisions, audit."""
    with opened(workspace) as session:
        kernel, actor = session.kernel, session.actor
        story = run_story(kernel, run)
        is_shadow = is_awaited(kernel.reader, run) or any(action["state"] == "simulated" for action in story["actions"])
        if anyway and story["is_undecided"]:
            session.write(lambda tx: mark_seen(kernel, tx, run, actor=actor), name="proposal.seen")
            story = run_story(kernel, run)
        elif is_shadow and not story["is_undecided"] and unseen_of(kernel.reader, [run]):
            # Who reads it here and then acts does not act blind.
            session.write(lambda tx: mark_seen(kernel, tx, run, actor=actor), name="proposal.seen")
    if as_json:
        say_json(story)
    else:
        _tell(story)


def _undoing(effect: dict[str, Any]) -> str:
    undo = effect.get("undo")
    return "" if undo is None or undo["state"] == "done" else f", undo {undo['state']}"


def _checked(quote: dict[str, Any]) -> str:
    return f"found in {quote['source']}" if quote.get("state") == "found" else "found NOWHERE in what was read"


def _tell(story: dict[str, Any]) -> None:
    event = story["event"]
    tried = ", a canary" if story["is_canary"] else ""
    say(f"Run {story['run']} of {story['agent']} (version {story['version']}{tried}): {story['state']}")
    sender = plain(event["from"], 60) or "-"
    say(f"Event {event['id']}, {event['kind']}, {utc(event['at'])}, from {sender}: {plain(event['title'], 100)}")
    for problem in event["problems"]:
        say(f"  could not be read whole: {plain(problem, 120)}")
    say("\n".join("  | " + line for line in plain(event["text"])[:800].splitlines()))
    sure = "" if story["confidence"] is None else f", {story['confidence']:.0%} sure"
    if story["is_undecided"]:
        say(f"\nWhat the agent did is {DRAWN}: `opsconsole ladder decide {story['run']} …`, or see it with --anyway.")
        return
    say(f"\nTriage: {story['category'] or 'not told'}{sure}")
    for turn in story["turns"]:
        if turn["rationale"]:
            say(f"  {plain(turn['rationale'], 200)}")
        for quote in turn["evidence"][:8]:
            how = f"like ({quote['category']})" if "case" in quote else f"quotes ({_checked(quote)})"
            say(f"  {how}: {plain(str(quote.get('quote', '')), 110)}")
    for action in story["actions"]:
        last = action["rulings"][-1] if action["rulings"] else None
        say(
            f"\n{action['id']}  {plain(action['tool'], 80)}: {STANDS.get(action['stands'], action['state'])}"
            + (f"  [{last['verdict']}]" if last else "")
        )
        for name, value in action["args"].items():
            say(f"    {plain(name, 60)}: {plain(str(value), 140)}")
        for ruling in action["rulings"]:
            for reason in ruling["reasons"]:
                say(f"    {ruling['phase']}: {reason['rule']}: {plain(reason['text'], 140)}")
        for decision in action["decisions"]:
            words: dict[str, str] = decision["words"] or {}
            text = words.get("reason") or words.get("answer") or ""
            say(f"    {decision['verb']} by {decision['actor']}{': ' + plain(text, 120) if text else ''}")
        if action["effect"]:
            say(
                f"    effect {action['effect']['state']}{_undoing(action['effect'])}"
                + (f": {plain(action['effect']['error'], 120)}" if action["effect"]["error"] else "")
            )
        if action["result"]:
            say(f"    result: {plain(str(action['result']), 200)}")
    if story["error"] and story["state"] == "waiting":
        say(f"\nIt waits and is tried again: {plain(story['error'], 200)}")
    say(f"\nOutcome: {plain(story['outcome'], 200) or 'not over yet'}")
    numbers = ", ".join(str(entry["seq"]) for entry in story["audit"][:40])
    say(f"Audit: {count(len(story['audit']), 'entry', 'entries')}, {numbers}")

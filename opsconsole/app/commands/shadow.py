"""shadow: what agents would have done beside what people did."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import opened
from opsconsole.app.words import ago, count, say, say_json, table, warn
from opsconsole.domain.enums import Adjudication, PairVerdict, Severity
from opsconsole.domain.errors import NotFoundError, UserError
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.policycheck import read_tools
from opsconsole.engine.shadow import judging, pairing
from opsconsole.engine.shadow import report as report_numbers
from opsconsole.engine.shadow.imported import keep_recorded
from opsconsole.engine.shadow.pairview import pair_json
from opsconsole.engine.shadow.recorded import Told, Totals, compare_case, kept_in_words, notes, read_pairs
from opsconsole.engine.shadow.tojudge import queue
from opsconsole.engine.shadow.words import needs
from opsconsole.store.queries import events
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.cases import agents

app = typer.Typer(help="What agents would have done, beside what people did.", no_args_is_help=True)
Agent = Annotated[str | None, typer.Option(help="Of this agent only.")]
CHUNK = 200
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,47}")
Number = Annotated[int, typer.Argument(help="The pair's number.")]


@app.callback()
def _group() -> None:
    """Keep `shadow` a group."""


@app.command()
def compare(
    file: Annotated[
        Path,
        typer.Argument(
            help="Decisions of any system, a JSON object a line: case_id, event, agent_actions [{tool, args, write?}],"
            " expected_actions [{tool, args}]; .gz too. Verdicts in the file are not read."
        ),
    ],
    *,
    tools: Annotated[
        Path | None,
        typer.Option(help="Classes of the tools (YAML), as in `policy check`. Unknown tools count as external writes."),
    ] = None,
    totals_only: Annotated[bool, typer.Option("--totals", help="Only the totals.")] = False,
    keep: Annotated[
        str | None, typer.Option(help="Keep the cases as pairs under this name, to judge them like an agent's.")
    ] = None,
    workspace: Where = None,
) -> None:
    """Print per case and in total how recorded decisions differ from what was expected, as JSON lines.

    Verdicts: same, differs, missing (only expected), extra (only the agent), both_none. Severe is an action that
    reaches outside or cannot be undone and that nobody expected so. Nothing is done; without --keep no workspace is
    needed.
    """
    known = {} if tools is None else read_tools(tools)
    totals, told = Totals(), list[Told]()
    for case in read_pairs(file):
        one = compare_case(case, known, totals)
        told += [one] if keep is not None else []
        if not totals_only:
            say_json(one.to_json())
    facts: dict[str, Any] = {"total": totals.to_json()}
    for note in notes(totals):
        warn(f"Note: {note}")
    if keep is not None:
        facts["kept"] = _keep(keep, told, workspace)
        if note := kept_in_words(keep, len(totals.names), facts["kept"]):
            warn(f"Note: {note}")
    say_json(facts)


def _keep(name: str, told: Sequence[Told], workspace: Path | None) -> int:
    if not _NAME.fullmatch(name):
        raise UserError(f"{name!r} is no name for --keep: small letters, digits, - and _, at most 48.")
    new = 0
    with opened(workspace) as session:
        kernel, now = session.kernel, session.kernel.clock.now()
        if name in agents(kernel.reader):
            raise UserError(f"{name} is an agent of this workspace. Name the other system otherwise.")
        for first in range(0, len(told), CHUNK):
            some = told[first : first + CHUNK]
            new += session.write(
                lambda tx, some=some: keep_recorded(kernel, tx, name, some, now=now), name="pairs.keep"
            )
    return new


@app.command()
def pairs(
    *,
    agent: Agent = None,
    category: Annotated[str | None, typer.Option(help="Of this category only.")] = None,
    verdict: Annotated[PairVerdict | None, typer.Option(help="Of this verdict only.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what you should judge, the gravest first.")] = False,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """List what agents in shadow would have done beside what people did, newest first."""
    with opened(workspace) as session:
        conn, now = session.kernel.reader, session.kernel.clock.now()
        if waiting:
            found = queue(conn, agent=agent)
            found = [one for one in found if category in (None, one.category) and verdict in (None, one.verdict)]
        else:
            chosen = (verdict,) if verdict else ()
            found = read.pairs(conn, agent=agent, category=category, verdicts=chosen, limit=limit)
        rows = [("NO", "AGENT", "CATEGORY", "VERDICT", "SEVERE", "JUDGED", "WHEN", "EVENT")]
        for one in found[:limit]:
            if as_json:
                say_json(pair_json(one, read.body(conn, one.id)))
            judged = "" if one.said is None else judging.WORDS[one.said]
            mark = "yes" if one.severity is Severity.SEVERE else ""
            when = ago(one.occurred_at, now)
            rows.append((f"{one.id}", one.agent, one.category, one.verdict.value, mark, judged, when, one.title))
        if as_json:
            return
        if len(rows) == 1:
            say(_none_yet(read.awaited_count(conn)))
            return
        table(rows, (6, 18, 18, 10, 7, 19, 10, 60))
        say("\n`opsconsole shadow show NO` shows one whole; `opsconsole shadow judge NO agent` says who was right.")


@app.command()
def show(number: Number, *, as_json: AsJson = False, workspace: Where = None) -> None:
    """Show one pair: the event, both decisions, and where they differ."""
    with opened(workspace) as session:
        conn = session.kernel.reader
        one = read.pair(conn, number)
        if one is None:
            raise NotFoundError(f"There is no pair {number}. `opsconsole shadow pairs` lists them.")
        body = read.body(conn, number)
        if as_json:
            say_json(pair_json(one, body))
            return
        say(f"{one.title}  ({one.sender or 'nobody named'})")
        said = "nobody judged it yet" if one.said is None else judging.WORDS[one.said]
        blind = "" if one.is_blind else ", the human had seen the proposal"
        say(f"{one.agent}, {one.category or 'no category'}: {one.verdict.value}{blind}; {said}")
        if one.excluded:
            say(f"It proves nothing: {one.excluded}.")
        for side, name in (("agent", "The agent would have"), ("human", "The human")):
            acts = body.get(side) or ()
            say(f"\n{name}: {'done nothing' if not acts and side == 'agent' else '' if acts else 'did nothing'}")
            for act in acts:
                say(f"  {act['tool']}  {json.dumps(act['args'], ensure_ascii=False)}")
        for match in body.get("matches") or ():
            for field in match["fields"]:
                if not field["same"]:
                    say(f"\n{field['field']}: the agent {field['agent']!r}, the human {field['human']!r}")


@app.command()
def judge(
    number: Number,
    verdict: Annotated[Adjudication, typer.Argument(help="Who was right.")],
    *,
    category: Annotated[str | None, typer.Option(help="What the event really is: a precedent at once.")] = None,
    note: Annotated[str, typer.Option(help="A sentence for later.")] = "",
    workspace: Where = None,
) -> None:
    """Say who was right. What the agent should have seen is a precedent for the next event like it."""
    with opened(workspace) as session:
        kernel, actor = session.kernel, session.actor
        answer = session.write(
            lambda tx: judging.judge(kernel, tx, number, verdict, actor=actor, category=category, note=note),
            name="pair.judge",
        )
        say(answer.text)


@app.command()
def undo(number: Number, *, workspace: Where = None) -> None:
    """Take your latest word on a pair back."""
    with opened(workspace) as session:
        kernel, actor = session.kernel, session.actor
        say(session.write(lambda tx: judging.take_back(kernel, tx, number, actor=actor), name="pair.undo").text)


@app.command()
def act(
    event: Annotated[int, typer.Argument(help="The event's number, as `opsconsole feed` shows it.")],
    tool: Annotated[str, typer.Argument(help="What was done, as an agent would have: desk.reply, crm.set_stage.")],
    args: Annotated[list[str] | None, typer.Argument(help="Fields as name=value; leave out what is not known.")] = None,
    *,
    by: Annotated[str, typer.Option(help="Who did it.")] = "somebody",
    workspace: Where = None,
) -> None:
    """Note by hand what a person did about an event, where no system tells."""
    given = [one.partition("=") for one in args or ()]
    if any(not mark for _, mark, _ in given):
        raise UserError("Write fields as name=value, like folder=Billing.")
    with opened(workspace) as session:
        kernel = session.kernel
        found = events.event(kernel.reader, event)
        if found is None:
            raise NotFoundError(f"There is no event {event}. `opsconsole feed` lists them by number.")
        now = kernel.clock.now()
        done = HumanAct(
            external_id=f"by-hand:{event}:{tool}:{now.isoformat()}",
            subject=found.subject,
            tool=tool,
            args={name: value for name, _, value in given},
            actor=f"person:{by}",
            at=now,
            source="by_hand",
        )
        session.write(lambda tx: pairing.observe(kernel, tx, found.connection, done), name="human.observe")
        say(f"Noted: {by} did {tool} about “{found.title}”.")


@app.command()
def report(*, agent: Agent = None, as_json: AsJson = False, workspace: Where = None) -> None:
    """Say how often agents in shadow were right, and what a gate still needs."""
    with opened(workspace) as session:
        conn, now = session.kernel.reader, session.kernel.clock.now()
        cells = report_numbers.cells(conn, now=now, agent=agent)
        chosen = [one for one in read.pairs(conn, agent=agent, limit=100_000) if not one.excluded]
        total = report_numbers.numbers(conn, chosen)
        same, again = report_numbers.consistency(conn)
        if as_json:
            say_json({"cells": [one.to_json() for one in cells], "numbers": total.to_json(), "repeats": [same, again]})
            return
        if not cells:
            say(_none_yet(read.awaited_count(conn)))
            return
        rows = [("AGENT", "CATEGORY", "PAIRS", "RIGHT SO FAR", "BETWEEN", "SEVERE", "STILL NEEDED")]
        rows += [_cell(one) for one in cells]
        table(rows, (18, 22, 6, 14, 16, 7, 60))
        _say_numbers(total)
        if again:
            say(f"Shown again, you said the same in {same} of {again}.")


def _cell(one: report_numbers.Cell) -> tuple[str, ...]:
    at, bounds = one.standing, one.standing.interval
    right = f"{at.right} of {at.total}" if at.total else "nothing counts"
    between = f"{bounds.low:.0%} to {bounds.high:.0%}" if at.total else ""
    return one.agent, one.category or "none", f"{one.pairs}", right, between, f"{at.severe}", needs(one)


def _say_numbers(total: report_numbers.Numbers) -> None:
    say(f"\nAgreed in {total.agreed} of the {count(total.pairs, 'pair')} that count.")
    if total.majority is not None:
        say(f"Always doing what people do most would agree in {total.majority:.0%}.")
    if total.judged:
        say(f"Of {total.judged} judged by a person the agent was right in {total.judged_fine}.")
    say("A cell counts one customer on one day once, blind agreements and judged pairs; agreement is not accuracy.")


def _none_yet(awaited: int) -> str:
    if awaited:
        return f"No pairs yet; {count(awaited, 'decision')} in shadow wait for what people do."
    return "No pairs yet. Let an agent work in shadow, or bring the past: `opsconsole shadow run --help`."

"""shadow: what agents would have done beside what people did."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from opsconsole.app.commands.options import AsJson, LinesAnyway, Where
from opsconsole.app.commands.shadow.pairjson import pair_json
from opsconsole.app.plainerrors import LAST
from opsconsole.app.session import opened
from opsconsole.app.words import ago, count, say, say_json, table, warn
from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.domain.errors import NotFoundError, UserError
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.evidence.words import ADJUDICATIONS, VERDICTS, counts_for, judged, taken_back
from opsconsole.engine.ladder import verdicts
from opsconsole.engine.pairs import pairing
from opsconsole.engine.past.imported import keep_recorded
from opsconsole.engine.past.otheragents import Told, Totals, compare_case, kept_in_words, notes, read_pairs
from opsconsole.engine.past.policycheck import read_tools
from opsconsole.policy.windows import window_end
from opsconsole.store.queries import events, versions
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.cases import agents
from opsconsole.store.queries.evidence import counting
from opsconsole.store.queries.pairlists import Wanted, listed
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.rows import Reader

app = typer.Typer(help="What agents would have done, beside what people did.", no_args_is_help=True)
Agent = Annotated[str | None, typer.Option(help="Of this agent only.")]
CHUNK = 200
MOST_TEXT = 2_000
NO_CATEGORY = "none"
_TOOL = re.compile(r"[a-z][a-z0-9_-]{0,60}(\.[a-z][a-z0-9_]{0,60})+")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,47}")
Number = Annotated[int, typer.Argument(help="The pair's number.", min=1, max=LAST)]


@app.callback()
def _group() -> None:
    """Keep `shadow` a group."""


@app.command()
def compare(
    file: Annotated[
        Path,
        typer.Argument(
            help="Decisions of any system, a JSON object a line: case_id, event, agent_actions [{tool, args, write?,"
            " failed?}], expected_actions [{tool, args}]; .gz too. Verdicts in the file are not read."
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
    as_json: LinesAnyway = False,
    workspace: Where = None,
) -> None:
    """Print per case and in total how recorded decisions differ from what was expected, as JSON lines.

    Verdicts: same, differs, missing (only expected), extra (only the agent), both_none. Severe is an action that
    reaches outside or cannot be undone and that nobody expected so. A call marked `failed: true`, or with an `error`,
    did nothing. Nothing is done; without --keep no workspace is needed.
    """
    del as_json
    known = {} if tools is None else read_tools(tools)
    totals, told = Totals(), list[Told]()
    for case in read_pairs(file):
        comparison = compare_case(case, known, totals)
        told += [comparison] if keep is not None else []
        if not totals_only:
            say_json(comparison.to_json())
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
    verdict: Annotated[Agreement | None, typer.Option(help="Of this verdict only.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what you should judge, the gravest first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000)] = 50,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """List what agents in shadow would have done beside what people did, newest first."""
    with opened(workspace) as session:
        conn, now = session.kernel.reader, session.kernel.clock.now()
        category = "" if category == NO_CATEGORY else category
        known(conn, agent, category)
        if waiting:
            wanted = Wanted(show="queue", agent=agent, category=category, agreement=verdict)
            found = listed(conn, wanted, counting(conn, agent), limit)
        else:
            chosen = (verdict,) if verdict else ()
            found = read.pairs(conn, agent=agent, category=category, verdicts=chosen, limit=limit)
        rows = [("NO", "AGENT", "CATEGORY", "VERDICT", "SEVERE", "JUDGED", "WHEN", "EVENT")]
        for pair in found:
            if as_json:
                say_json(pair_json(pair, read.body(conn, pair.id)))
            judged = "" if pair.said is None else ADJUDICATIONS[pair.said]
            mark = "yes" if pair.severity is Severity.SEVERE else ""
            when = ago(pair.occurred_at, now)
            rows.append((f"{pair.id}", pair.agent, pair.category, pair.agreement.value, mark, judged, when, pair.title))
        if as_json:
            return
        if len(rows) == 1:
            say(none_yet(read.awaited_count(conn)))
            return
        table(rows, (6, 18, 18, 10, 7, 19, 10, 60))
        say("\n`opsconsole shadow show NO` shows one whole; `opsconsole shadow judge NO agent` says who was right.")


@app.command()
def show(number: Number, *, as_json: AsJson = False, workspace: Where = None) -> None:
    """Show one pair: the event, both decisions, and where they differ."""
    with opened(workspace) as session:
        conn = session.kernel.reader
        pair = read.pair(conn, number)
        if pair is None:
            raise NotFoundError(f"There is no pair {number}. `opsconsole shadow pairs` lists them.")
        body = read.body(conn, number)
        if as_json:
            say_json(pair_json(pair, body))
            return
        event = events.event(conn, pair.event_id)
        _tell_head(conn, pair)
        if event is not None and event.text.strip():
            say("\n" + "\n".join(f"    {line}" for line in event.text.strip()[:MOST_TEXT].splitlines()))
        _tell_sides(pair, body)
        for match in body.get("matches") or ():
            for field in match["fields"]:
                if not field["same"]:
                    say(f"\n{field['field']}: the agent {_told(field['agent'])}, the human {_told(field['human'])}")
        if note := read.words_of(conn, number).get("note"):
            say(f"\nNoted: {note}")


def _tell_head(conn: Reader, pair: PairRow) -> None:
    say(f"{pair.title}  ({pair.sender or 'nobody named'}, {pair.occurred_at:%Y-%m-%d %H:%M} UTC)")
    said = "nobody judged it yet" if pair.said is None else ADJUDICATIONS[pair.said]
    row = None if pair.version is None else versions.version(conn, pair.version)
    version = "" if row is None else f" version {row.number}"
    sure = "" if pair.confidence is None else f", {pair.confidence:.0%} sure"
    say(f"{pair.agent}{version}, {pair.category or 'no category'}{sure}: {VERDICTS[pair.agreement].lower()}; {said}")
    if why := counts_for(pair):
        say(why)


def _tell_sides(pair: PairRow, body: Mapping[str, Any]) -> None:
    because = str(body.get("because") or "")
    if pair.is_failed:
        say(f"\nThe agent did not know what to do, or came to no end; that counts as wrong. {because}".rstrip())
    elif because:
        say(f"\nWhy the agent would have: {because}")
    for side, name, none in (("agent", "The agent would have", "done nothing"), ("human", "The human", "did nothing")):
        acts = body.get(side) or ()
        say(f"\n{name}{':' if acts else f' {none}'}")
        for act in acts:
            say(f"  {act['tool']}  {json.dumps(act['args'], ensure_ascii=False)}")


def _told(value: Any) -> str:
    return "left it alone" if value in (None, "") else repr(value)


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
        result = session.write(
            lambda tx: verdicts.judge(kernel, tx, number, verdict, actor=actor, category=category, note=note),
            name="pair.judge",
        )
        say(judged(result))
        if category is None and verdict in (Adjudication.HUMAN, Adjudication.NEITHER):
            say(f"Nothing is learnt of it yet. `opsconsole shadow judge {number} {verdict.value} --category …` says")
            say("what it really is; the next one like it is told by that.")


@app.command()
def undo(number: Number, *, workspace: Where = None) -> None:
    """Take your latest word on a pair back."""
    with opened(workspace) as session:
        kernel, actor = session.kernel, session.actor
        result = session.write(lambda tx: verdicts.take_back(kernel, tx, number, actor=actor), name="pair.undo")
        say(taken_back(result))


@app.command()
def act(
    event: Annotated[int, typer.Argument(min=1, max=LAST, help="The event's number, as `opsconsole feed` shows it.")],
    tool: Annotated[str, typer.Argument(help="What was done, as an agent would have: desk.reply, crm.set_stage.")],
    args: Annotated[list[str] | None, typer.Argument(help="Fields as name=value; leave out what is not known.")] = None,
    *,
    by: Annotated[str, typer.Option(help="Who did it.")] = "somebody",
    workspace: Where = None,
) -> None:
    """Note by hand what a person did about an event, where no system tells."""
    given = [arg.partition("=") for arg in args or ()]
    if any(not mark or not name.strip() for name, mark, _ in given):
        raise UserError("Write fields as name=value, like folder=Billing.")
    if not _TOOL.fullmatch(tool):
        raise UserError(
            f"{tool!r} is no tool. Write it as connection.verb, like desk.reply; `opsconsole agents words`."
        )
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
        if kernel.registry.type(tool) is None:
            say(f"Nothing here knows {tool}; `opsconsole agents words` lists the tools there are.")
        if window_end(found.occurred_at) < now:
            say("The time in which acts on this event are compared is over, so that no pair shows it.")


def none_yet(awaited: int) -> str:
    """Say why there are no pairs."""
    if awaited:
        return f"No pairs yet; {count(awaited, 'decision')} in shadow wait for what people do."
    return "No pairs yet. Let an agent work in shadow, or bring the past: `opsconsole shadow run --help`."


def known(conn: Reader, agent: str | None, category: str | None = None) -> str | None:
    """Return the agent as it is; say so where there is no such agent or category.

    Raises:
        NotFoundError: no pair and no agent of this name, or the agent has no such category.
    """
    names = agents(conn)
    every = sorted({*names, *read.agents(conn)})
    if agent is not None and agent not in every:
        there = ", ".join(every) or "none yet"
        raise NotFoundError(f"There is no agent {agent}. There are: {there}.")
    if category is not None and category not in (known := read.categories(conn, agent)):
        there = ", ".join(category or NO_CATEGORY for category in known) or "none yet"
        raise NotFoundError(f"No pair is of the category {category}. There are: {there}.")
    return agent

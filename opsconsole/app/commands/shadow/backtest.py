"""shadow backtest: a changed agent against the record, before anybody puts it in use."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from opsconsole.app.commands.options import MOST_MONEY, AsJson, Since, Where
from opsconsole.app.interrupts import interrupts
from opsconsole.app.past import work as pastwork
from opsconsole.app.plainerrors import LAST
from opsconsole.app.session import opened
from opsconsole.app.words import count, say, say_json, table
from opsconsole.engine.agents.file import read_agent
from opsconsole.engine.evidence.words import rules_words
from opsconsole.engine.past.backtestresult import Result

SHOWN = 40
_NOTHING = "There is nothing recorded to try it on: no event of this agent has a pair yet."


def run(
    file: Annotated[Path, typer.Argument(help="The agent's changed file; it is not put in use.")],
    *,
    since: Since = None,
    most: Annotated[int | None, typer.Option(min=1, max=LAST, help="Only the newest so many events.")] = None,
    cap: Annotated[
        float | None,
        typer.Option(min=0, max=MOST_MONEY, help="Stop once models have cost so much, in the workspace's money."),
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
        tell_done = _silent if as_json or not sys.stderr.isatty() else _progress
        with interrupts() as stopped:
            result = pastwork.tried(
                session, changed, since=since, most=most, cap=cap, tell=tell_done, is_stopped=lambda: bool(stopped)
            )
        if as_json:
            for tried in result.tried:
                say_json(tried.to_json())
            say_json({"total": result.to_json()})
        else:
            tell(result, is_same=pastwork.is_as_in_use(session, changed))


def _silent(done: int, of: int) -> None:
    """Say nothing."""


def _progress(done: int, of: int) -> None:
    typer.echo(f"\r  {done} of {of}", err=True, nl=done == of)


def _times(facts: Mapping[str, Any]) -> str:
    return f"{facts['seconds_in_use']:.1f} s and {facts['seconds_changed']:.1f} s"


def tell(result: Result, *, is_same: bool = False) -> None:
    """Say what came of it, the events on which the two differ first."""
    if not result.tried:
        why = f"It ended before the first event: {result.stopped}." if result.stopped else _NOTHING
        say(why)
        return
    if is_same:
        say("This file says the same as the version in use; both sides are one and the same.")
    rows = [("PAIR", "IN USE", "CHANGED", "EVENT")]
    differing = [tried for tried in result.tried if tried.in_use.is_right is not tried.changed.is_right]
    for tried in differing[:SHOWN]:
        mark = "better" if tried.changed.is_right else "worse"
        rows.append(
            (f"{tried.pair}", tried.in_use.agreement.value, f"{tried.changed.agreement.value} ({mark})", tried.title)
        )
    if differing:
        table(rows, (7, 12, 20, 80))
        if len(differing) > SHOWN:
            say(f"… and {len(differing) - SHOWN:,} more; `--json` gives every one.")
        say()
    facts, bounds = result.to_json(), result.interval
    say(f"Of {count(len(result.tried), 'event')} people's way was met by")
    say(
        f"  the version in use  {facts['in_use_right']} worked again today; {facts['recorded_right']} when first worked"
    )
    say(f"  the changed agent   {facts['changed_right']}: {result.better} better, {result.worse} worse")
    points = f"{bounds.low * 100:+.1f} to {bounds.high * 100:+.1f} points"
    say(f"The difference lies between {points} (95 %). Severe: {facts['severe_in_use']}, {facts['severe_changed']}.")
    _tell_rules(facts)
    if facts["cost_in_use"] or facts["cost_changed"]:
        say(f"Cost {facts['cost_in_use']:.2f} and {facts['cost_changed']:.2f}, in {_times(facts)}.")
    if result.stopped:
        say(f"It ended early: {result.stopped}. What stands above is of the events until then.")
    if facts["off_record"]:
        asked = count(facts["off_record"], "event")
        say(f"In {asked} it asked what the record does not hold; that was answered as of then.")
    say("Nothing was done, and none of this counts for a gate. `opsconsole agents apply FILE` puts it in use.")


def _tell_rules(facts: Mapping[str, Any]) -> None:
    """Say what each one's rules would say of its actions, were it live."""
    if any(facts["rules_in_use"].values()) or any(facts["rules_changed"].values()):
        say("Of its actions, were it live, its rules would say")
        say(f"  the version in use  {_rules(facts['rules_in_use'])}")
        say(f"  the changed agent   {_rules(facts['rules_changed'])}")


def _rules(facts: Mapping[str, int]) -> str:
    return rules_words(facts) or "nothing: it wants none"

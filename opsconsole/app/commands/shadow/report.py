"""shadow report: how often agents in shadow were right, and what a gate still needs."""

from collections.abc import Sequence

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.commands.shadow.pairs import NO_CATEGORY, Agent, known, none_yet
from opsconsole.app.session import opened
from opsconsole.app.words import count, say, say_json, table
from opsconsole.engine.evidence.fields import apart_in_words, field_counts
from opsconsole.engine.evidence.report import Numbers, consistency, numbers
from opsconsole.engine.evidence.words import needs, set_aside
from opsconsole.engine.ladder.standing import GateProgress, newest, progress_of, proves
from opsconsole.store.queries import pairs as read

HEADS = ("AGENT", "VERSION", "CATEGORY", "PAIRS", "RIGHT SO FAR", "BETWEEN", "SEVERE", "NEEDED FOR A NARROW SCOPE")


def report(*, agent: Agent = None, as_json: AsJson = False, workspace: Where = None) -> None:
    """Say how often agents in shadow were right, and what a gate still needs."""
    with opened(workspace) as session:
        conn, now = session.kernel.reader, session.kernel.clock.now()
        cells = progress_of(conn, now=now, agent=known(conn, agent))
        every = reversed(newest(conn, cells, sum(cell.pairs for cell in cells)))
        proving = [pair for pair in every if proves(pair)]
        total, fields = numbers(conn, proving), field_counts(read.bodies(conn, [pair.id for pair in proving]))
        same, again = consistency(conn)
        if as_json:
            say_json(
                {
                    "cells": [cell.to_json() for cell in cells],
                    "numbers": total.to_json(),
                    "repeats": [same, again],
                    "fields": [count.to_json() for count in fields],
                }
            )
            return
        if not cells:
            say(none_yet(read.awaited_count(conn)))
            return
        table([HEADS, *map(_cell, cells)], (18, 7, 22, 6, 14, 16, 7, 60))
        _say_numbers(total)
        for sentence in apart_in_words(fields):
            say(sentence)
        _say_set_aside(cells)
        if again:
            say(f"Shown again, you said the same in {same} of {again}.")


def _cell(progress: GateProgress) -> tuple[str, ...]:
    at, bounds = progress.standing, progress.standing.interval
    right = f"{at.right} of {at.total}" if at.total else "nothing counts"
    between = f"{bounds.low:.0%} to {bounds.high:.0%}" if at.total else ""
    version = "" if progress.number is None else f"{progress.number}"
    return (
        progress.agent,
        version,
        progress.category or NO_CATEGORY,
        f"{progress.pairs}",
        right,
        between,
        f"{progress.severe}",
        needs(progress),
    )


def _say_numbers(total: Numbers) -> None:
    say(f"\nAgreed in {total.agreed} of the {count(total.pairs, 'pair')} that count.")
    if total.majority is not None:
        say(f"Always doing what people do most would agree in {total.majority:.0%}.")
    if total.judged:
        unsure = f"; {total.unsure} could not be told" if total.unsure else ""
        say(f"Of {total.judged} judged by a person the agent was right in {total.judged_fine}{unsure}.")
    say("Agreeing is not being right. A row counts one customer, or one thread, once a day; where people had seen what")
    say("the agent would do, their agreeing counts for nothing.")


def _say_set_aside(cells: Sequence[GateProgress]) -> None:
    """Say what proves nothing, and why."""
    for why, number in set_aside(cells):
        verb = "proves" if number == 1 else "prove"
        say(f"{count(number, 'pair')} of the version that counts {verb} nothing: {why}.")

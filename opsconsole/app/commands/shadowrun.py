"""shadow run: what would an agent have got right, had it worked the past."""

import contextlib
import signal
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Annotated

import typer

from opsconsole.app.commands.options import AsJson, Since, Where
from opsconsole.app.importing import import_path
from opsconsole.app.pastwork import FIRST, estimate, work
from opsconsole.app.session import Session, opened
from opsconsole.app.words import count, say, say_json
from opsconsole.domain.errors import NotFoundError
from opsconsole.engine.agents import Version
from opsconsole.engine.shadow import history
from opsconsole.store.queries import versions

WORDS = {
    "same": "the same as people did",
    "both_none": "nothing, as people did",
    "differs": "otherwise",
    "extra": "something where people did nothing",
    "missing": "nothing where people acted",
}


def run(
    agent: Annotated[str, typer.Argument(help="The agent; `opsconsole agents list` shows them.")],
    sources: Annotated[
        list[Path] | None, typer.Argument(help="Brought in first: mbox, Maildir, folder of .eml, CSV of tickets.")
    ] = None,
    *,
    own: Annotated[str, typer.Option(help="Your own addresses, comma-separated: their mails are your answers.")] = "",
    since: Since = None,
    most: Annotated[int | None, typer.Option(min=1, help="Work so many events at most.")] = None,
    cap: Annotated[
        float | None, typer.Option(min=0, help="Stop before models cost more, in the workspace's money.")
    ] = None,
    parallel: Annotated[int, typer.Option(min=1, max=64, help="Events a model works at once.")] = 1,
    only_plan: Annotated[bool, typer.Option("--plan", help="Only say what would be worked.")] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Work the past with an agent, knowing only what was known then; nothing is done. Ctrl+C stops, a repeat goes on.

    Folders are your team's sorting, mails in Sent its answers, columns of a ticket table its triage. Each event makes a
    pair: what the agent would have done beside what people did.
    """
    with opened(workspace) as session:
        version = _version(session, agent)
        addresses = {one.strip().lower() for one in own.split(",") if one.strip()}
        for source in sources or ():
            done = import_path(
                session, source, is_history=True, own_addresses=addresses, authserv=None, progress=lambda _: None
            )
            if not as_json:
                say(f"{source}: {done.new} new, {done.known} known before.")
                for why, number in done.skipped.items():
                    say(f"  {number} left out: {why}")
        planned = history.plan(session.kernel, version, since=since)
        if not as_json:
            _tell_plan(planned, version, estimate(session, version, planned.events))
        if only_plan or not planned.events:
            if as_json:
                say_json({"events": planned.events, "known": planned.known})
            return
        with _interrupts() as stopped:
            tell = _quiet if as_json else _loud
            result = work(
                session,
                version,
                tell=tell,
                is_stopped=lambda: bool(stopped),
                since=since,
                most=most,
                cap=cap,
                parallel=parallel,
            )
        if as_json:
            say_json({name: getattr(result, name) for name in result.__slots__})
        else:
            _tell(result)


def _loud(progress: history.Progress) -> None:
    if progress.cost_micros and progress.done == FIRST:
        each = progress.cost_micros / progress.done
        say(f"About {each * progress.total / 1e6:.2f} for all, by what the first {FIRST} cost.")
    if sys.stderr.isatty():
        typer.echo(f"\r  {progress.done} of {progress.total}", err=True, nl=False)


def _quiet(_: history.Progress) -> None:
    return


@contextlib.contextmanager
def _interrupts() -> Generator[list[bool]]:
    """Have Ctrl+C and SIGTERM stop after the present event instead of breaking off."""
    stopped: list[bool] = []

    def stop(_: int, __: object) -> None:
        stopped.append(True)

    before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for one, earlier in before.items():
            signal.signal(one, earlier)


def _version(session: Session, agent: str) -> Version:
    number = versions.current_version_of(session.kernel.reader, agent)
    if number is None:
        raise NotFoundError(f"There is no agent {agent}. `opsconsole agents list` shows them.")
    version = session.kernel.roster.version(session.kernel.reader, number)
    return version


def _tell_plan(planned: history.Plan, version: Version, cost: str) -> None:
    if planned.first_at is None or planned.last_at is None:
        say(f"There is no past that {version.spec.name} would work. Bring some: name a mailbox after the agent.")
        return
    known = f", {planned.known} worked before" if planned.known else ""
    days = f"{planned.first_at:%Y-%m-%d} to {planned.last_at:%Y-%m-%d}"
    say(f"{count(planned.events, 'event')} to work{known}, {days}; {cost}. Nothing is done.")


def _tell(result: history.Progress) -> None:
    if sys.stderr.isatty():
        typer.echo("\r", err=True, nl=False)
    say(f"{count(result.done, 'event')} worked; the agent would have done")
    for name, text in WORDS.items():
        if result.verdicts.get(name):
            say(f"  {result.verdicts[name]:6}  {text}")
    if result.pairs:
        say(f"It agreed with people in {result.agreed} of {result.pairs} ({result.agreed / result.pairs:.0%}).")
    if result.cost_micros:
        mean = result.cost_micros / max(1, result.done) / 1e6
        say(f"It cost {result.cost_micros / 1e6:.2f}, {mean:.4f} an event.")
    if result.stopped:
        say(f"It ended early: {result.stopped}. The same command goes on from there.")
    say("`opsconsole shadow pairs --waiting` shows where it differs; `opsconsole shadow report` what that proves.")

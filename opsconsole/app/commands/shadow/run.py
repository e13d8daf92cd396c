"""shadow run: what would an agent have got right, had it worked the past."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from opsconsole.app.commands.importwords import tell_left_out
from opsconsole.app.commands.options import MOST_MONEY, AsJson, Mapped, Sent, Since, Where
from opsconsole.app.interrupts import interrupts
from opsconsole.app.past.importing import import_path, own_of
from opsconsole.app.past.preview import Wish
from opsconsole.app.past.work import FIRST, estimate, work
from opsconsole.app.plainerrors import LAST
from opsconsole.app.session import Session, opened
from opsconsole.app.words import count, say, say_json
from opsconsole.domain.errors import NotFoundError, UserError
from opsconsole.engine.agents.roster import Version
from opsconsole.engine.past import history
from opsconsole.store.queries import past

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
    sent: Sent = None,
    mapping: Mapped = None,
    since: Since = None,
    most: Annotated[int | None, typer.Option(min=1, max=LAST, help="Work so many events at most.")] = None,
    cap: Annotated[
        float | None,
        typer.Option(min=0, max=MOST_MONEY, help="Stop before models cost more, in the workspace's money."),
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
        wishes = [Wish(path=source, own=own_of(own), sent=sent or (), mapping=mapping) for source in sources or ()]
        _bring(session, wishes, is_loud=not as_json)
        planned = history.plan(session.kernel, version, since=since)
        if not as_json:
            _tell_plan(session, planned, version, estimate(session, version, planned.events))
        if only_plan or not planned.events:
            if as_json:
                say_json({"events": planned.events, "known": planned.known})
            return
        with interrupts() as stopped:
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
            _tell(result, known=planned.known)


def _bring(session: Session, wishes: Sequence[Wish], *, is_loud: bool) -> None:
    """Bring sources in as the past.

    Raises:
        UserError: one of them holds nothing.
    """
    for wish in wishes:
        done = import_path(
            session,
            wish.path,
            is_history=True,
            own_addresses=wish.own,
            progress=lambda _: None,
            sent=wish.sent,
            mapping=wish.table_mapping(),
        )
        if not done.seen:
            raise UserError(f"{wish.path} holds no mail and no rows, so there is no past in it. No agent was tried.")
        if is_loud:
            say(f"{wish.path}: {done.new} new, {done.known} known before.")
            tell_left_out(done)


def _loud(progress: history.Progress) -> None:
    if progress.cost_micros and progress.done == FIRST:
        each = progress.cost_micros / progress.done
        say(f"About {each * progress.total / 1e6:.2f} for all, by what the first {FIRST} cost.")
    if sys.stderr.isatty():
        typer.echo(f"\r  {progress.done} of {progress.total}", err=True, nl=False)


def _quiet(_: history.Progress) -> None:
    return


def _version(session: Session, agent: str) -> Version:
    version = session.kernel.roster.in_use(session.kernel.reader, agent)
    if version is None:
        raise NotFoundError(f"There is no agent {agent}. `opsconsole agents list` shows them.")
    return version


def _tell_plan(session: Session, planned: history.Plan, version: Version, cost: str) -> None:
    name = version.spec.name
    if planned.too_new:
        say(f"{count(planned.too_new, 'event')} left out: so new that people may still act on them.")
    if planned.first_at is None or planned.last_at is None:
        say(_no_past(session, version))
        return
    known = f", {planned.known} worked before" if planned.known else ""
    days = f"{planned.first_at:%Y-%m-%d} to {planned.last_at:%Y-%m-%d}"
    say(f"{count(planned.events, 'event')} to work{known}, {days}; {cost}. Nothing is done.")
    if planned.seen:
        proves = "it proves" if planned.seen == 1 else "they prove"
        say(f"{planned.seen:,} of them another version of {name} has seen: {proves} nothing of this one.")
        say("  To compare the two on them: `opsconsole shadow backtest FILE`.")


def _no_past(session: Session, version: Version) -> str:
    """Say why there is nothing to work."""
    name, reader = version.spec.name, session.kernel.reader
    if worked := past.worked_live(reader, version.agent_id):
        return (
            f"There is no past that {name} would work. {count(worked, 'event')} it was given as work, so that it is"
            " compared with people as they act; `opsconsole shadow report` shows that."
        )
    kinds = past.kinds(reader)
    if not kinds:
        return (
            f"There is no past that {name} would work: nothing is here yet. Name a mailbox or a table after the agent."
        )
    wanted = ", ".join(sorted({kind for subscription in version.spec.subscribes for kind in subscription.kinds}))
    there = ", ".join(f"{number:,} {kind} of {connection}" for connection, kind, number in kinds)
    return f"There is no past that {name} would work. It works {wanted}; what is here: {there}."


def _tell(result: history.Progress, *, known: int) -> None:
    if sys.stderr.isatty():
        typer.echo("\r", err=True, nl=False)
    say(f"{count(result.pairs, 'event')} worked; the agent would have done")
    for name, text in WORDS.items():
        if result.verdicts.get(name):
            say(f"  {result.verdicts[name]:6}  {text}")
    if result.failed:
        say(f"  {result.failed:6}  nothing to be compared: it did not know what to do, or could not do it")
        for why, number in result.reasons.most_common(3):
            say(f"          {count(number, 'time')}: {why}")
    if result.unproved:
        unproved = result.unproved.total()
        say(f"{unproved:,} of them {'proves' if unproved == 1 else 'prove'} nothing:")
        for why, number in result.unproved.most_common():
            say(f"  {number:6}  {why}")
    if result.counted:
        share = result.agreed / result.counted
        say(f"It agreed with people in {result.agreed} of the {result.counted} that count ({share:.0%}).")
        say("What lies in Inbox, Archive or All Mail counts as left alone by people.")
    if result.cost_micros:
        mean = result.cost_micros / max(1, result.done) / 1e6
        say(f"It cost {result.cost_micros / 1e6:.2f}, {mean:.4f} an event.")
    if result.stopped:
        say(f"It ended early: {result.stopped}. The same command goes on from there.")
    if known:
        were = "was" if known == 1 else "were"
        say(f"That was this time; {known:,} {were} worked before, and the report counts all of them.")
    say("`opsconsole shadow pairs --waiting` shows where it differs; `opsconsole shadow report` what that proves.")

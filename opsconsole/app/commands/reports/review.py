"""report review, report due: the monthly review of an agent, its signature, and who owes one."""

from typing import Annotated

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.commands.reports.commands import Agent, Month, Out, app, check, give
from opsconsole.app.commands.reports.text import lines_of
from opsconsole.app.session import Session, opened
from opsconsole.app.words import say, say_json, table
from opsconsole.domain.enums import ReviewDecision
from opsconsole.domain.errors import UserError
from opsconsole.engine.ladder.reviewdue import NONE_OWED, ReviewDue, due
from opsconsole.engine.ladder.rungs import Cell
from opsconsole.engine.oversight import span as spans
from opsconsole.engine.oversight.review import Review
from opsconsole.engine.oversight.review import review as review_of
from opsconsole.engine.oversight.reviewpage import DIGEST_SHOWN, review_page
from opsconsole.engine.oversight.signing import Signing, sign
from opsconsole.engine.oversight.words import short_day

_WIDTHS = (24, 34, 16, 44)


@app.command()
def review(
    agent: Agent,
    *,
    month: Month = None,
    sign_as: Annotated[
        ReviewDecision | None,
        typer.Option("--sign", help="Sign it: the agent keeps its scope and levels, or they are to grow or shrink."),
    ] = None,
    reason: Annotated[
        str, typer.Option(help="Why; kept with your name in the record. Needed to widen or narrow.")
    ] = "",
    lower: Annotated[
        list[str] | None,
        typer.Option(help="With narrow: what is taken one step back; again for more.", metavar="CATEGORY[/ACTION]"),
    ] = None,
    digest: Annotated[
        str | None, typer.Option(help="Digest of the report you saw; refused if its numbers changed since.")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Lay out what a reviewer of an agent looks at: a blind sample, drift, grants, the decision; and sign it."""
    check(out)
    if sign_as is None and (reason or lower or digest):
        raise UserError("Say what the review comes to with --sign keep, widen or narrow; nothing was signed.")
    cells = tuple(_cell(text) for text in lower or ())
    with opened(workspace) as session:
        now = session.kernel.clock.now()
        span = spans.month_before(now) if month is None else spans.month_of(month)
        told = review_of(session.kernel, agent, span)
        if sign_as is not None:
            if digest is None and not as_json:
                _show(told)
            _signed(session, told, sign_as, reason, cells, digest, as_json=as_json)
            if out is None:
                return
            told = review_of(session.kernel, agent, span)
    give(review_page(told), told.to_json(), out, as_json=as_json)
    if out is None and not as_json and told.is_over and told.signed is None:
        say()
        say(_how(told))


@app.command("due")
def due_(*, as_json: AsJson = False, workspace: Where = None) -> None:
    """List which agents owe a review, and until when. One is owed each month by what is at full operations."""
    with opened(workspace) as session:
        kernel, conn = session.kernel, session.kernel.reader
        found = [
            (version.spec.name, due(conn, kernel.roster, version.agent_id, now=kernel.clock.now()))
            for version in kernel.roster.current(conn)
        ]
    found.sort(key=lambda each: (each[1].on is None, each[1].days, each[1].agent))
    if as_json:
        for name, each in found:
            say_json({**each.to_json(), "name": name})
        return
    if not found:
        say("No agent is in use, so no review is owed.")
        return
    table([("AGENT", "LAST REVIEW", "DUE ON", "HOW IT STANDS"), *(_row(each) for _, each in found)], _WIDTHS)
    say("`opsconsole report review AGENT` shows the report, and ends with the line that signs it.")


def _row(each: ReviewDue) -> tuple[str, ...]:
    last = "none yet" if each.last is None else f"{short_day(each.last.at)}: {each.last.decision.value}"
    on = "–" if each.on is None else f"{each.on.day} {each.on:%b %Y}"
    return each.agent, last, on, each.words or NONE_OWED.rstrip(".")


def _signed(
    session: Session,
    told: Review,
    decision: ReviewDecision,
    reason: str,
    cells: tuple[Cell, ...],
    digest: str | None,
    *,
    as_json: bool,
) -> None:
    seen = told.digest if digest is None else digest
    made: Signing = session.write(
        lambda tx: sign(
            session.kernel,
            tx,
            told.agent,
            told.span,
            decision,
            actor=session.actor,
            reason=reason,
            seen=seen,
            lowered=cells,
        ),
        name="review.sign",
    )
    if as_json:
        facts = {"agent": told.agent, "decision": decision.value, "digest": made.review.digest, "steps": made.steps}
        say_json({**facts, **told.span.to_json(), "review": made.review.id, "next": made.next.to_json()})
        return
    for line in made.sentences:
        say(line)
    if decision is ReviewDecision.WIDEN:
        say(f"`opsconsole ladder show {told.agent}` says which steps are open; `ladder promote` signs one.")


def _show(told: Review) -> None:
    say("\n".join(lines_of(review_page(told))))
    say()


def _how(told: Review) -> str:
    """Return the line that signs what was shown."""
    words = f"{told.agent} --month {told.span.first:%Y-%m} --digest {told.digest[:DIGEST_SHOWN]}"
    return f"To sign what you see: `opsconsole report review {words} --sign keep`, or widen, or narrow."


def _cell(text: str) -> Cell:
    """Read `bug_report` or `bug_report/desk.create_ticket`."""
    category, mark, tool = text.strip().partition("/")
    if not category or (mark and not tool):
        raise UserError(f"{text!r} names nothing to lower. Write it like bug_report or bug_report/desk.create_ticket.")
    return category, tool

"""report charter, digest, accountable: pages for the team, on the screen or as a file to hand on."""

import importlib
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.commands.reports.text import lines_of
from opsconsole.app.gui.launch import has_screen
from opsconsole.app.place import resources
from opsconsole.app.plainerrors import day
from opsconsole.app.session import opened
from opsconsole.app.words import say, say_json
from opsconsole.domain.errors import MachineError, UserError
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.oversight import accountable as answering
from opsconsole.engine.oversight import span as spans
from opsconsole.engine.oversight.charter import charter as charter_of
from opsconsole.engine.oversight.charterpage import charter_page
from opsconsole.engine.oversight.digest import digest as digest_of
from opsconsole.engine.oversight.digestpage import digest_page
from opsconsole.engine.oversight.page import Page
from opsconsole.engine.oversight.span import Span
from opsconsole.ui.paper.files import ENDS, is_pdf, write
from opsconsole.ui.paper.html import html_of

app = typer.Typer(
    help="Pages for the team: an agent's charter, the week's digest, the month's review.", no_args_is_help=True
)
Agent = Annotated[str, typer.Argument(help="Which agent.")]
Month = Annotated[str | None, typer.Option(help="A month, as 2026-11. Without one: the last whole month.")]
Out = Annotated[
    Path | None,
    typer.Option(help="The file to write; its ending says how: .pdf or .html. Without it: text here.", metavar="FILE"),
]


@app.command()
def charter(agent: Agent, *, out: Out = None, as_json: AsJson = False, workspace: Where = None) -> None:
    """Say what an agent handles and never does, how far it may go, who is asked, and how to stop it."""
    check(out)
    with opened(workspace) as session:
        told = charter_of(session.kernel, agent)
    give(charter_page(told), told.to_json(), out, as_json=as_json)


@app.command()
def digest(
    *,
    week: Annotated[str | None, typer.Option(help="A week, as 2026-W47. Without any: the last whole week.")] = None,
    since: Annotated[
        datetime | None, typer.Option(parser=day, metavar="YYYY-MM-DD", help="The first day, instead of a week.")
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(parser=day, metavar="YYYY-MM-DD", help="The first day that is not in it any more."),
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Say what became of a week: handled, asked, refused, wrong, waiting, what it cost, what comes next."""
    check(out)
    with opened(workspace) as session:
        span = _span(week, since, until, now=session.kernel.clock.now())
        told = digest_of(session.kernel, span)
    give(digest_page(told), told.to_json(), out, as_json=as_json)


@app.command()
def accountable(
    agent: Agent,
    name: Annotated[str | None, typer.Argument(help="The person. Without one: say who it is; empty: nobody.")] = None,
    *,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Name the person who answers for an agent, as its charter and its review say it."""
    with opened(workspace) as session:
        kernel = session.kernel
        if name is None:
            in_use(kernel.reader, agent)
            told = answering.accountable(kernel.reader, agent)
        else:
            told = session.write(
                lambda tx: answering.name_accountable(kernel, tx, agent, name, actor=session.actor),
                name="agent.accountable",
            )
    if as_json:
        say_json({"agent": agent, "accountable": told or None})
    else:
        say(f"{told} answers for {agent}." if told else f"Nobody is named who answers for {agent}.")


def _span(week: str | None, since: datetime | None, until: datetime | None, *, now: datetime) -> Span:
    if week is not None:
        if since is not None or until is not None:
            raise UserError("Say either a week or days: --week, or --since and --until.")
        return spans.week_of(week)
    if since is None and until is None:
        return spans.week_before(now)
    if since is None or until is None:
        raise UserError("Days need both ends: --since, and --until, the first day that is not in it any more.")
    return spans.days_of(since.date(), until.date())


def check(out: Path | None) -> None:
    """Say before anything is gathered that a file of that kind is not written."""
    if out is not None and out.suffix.lower() not in ENDS:
        raise UserError(f"{out.name} ends in none of {', '.join(ENDS)}: the ending says what is written.")


def give(page: Page, facts: Mapping[str, Any], out: Path | None, *, as_json: bool) -> None:
    """Write a page to its file, or say it here, or its facts."""
    if out is not None:
        write(out, _pdf(page) if is_pdf(out) else html_of(page).encode())
        say(f"{page.kind} of {page.title} is in {out}.") if not as_json else say_json({"file": str(out)})
    elif as_json:
        say_json(facts)
    else:
        say("\n".join(lines_of(page)))


def _pdf(page: Page) -> bytes:
    """Set a page as PDF. What draws is loaded for it alone: text and HTML do without."""
    if not has_screen():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        paper = importlib.import_module("opsconsole.ui.paper.pdf")
    except ImportError as error:
        raise MachineError(f"Qt cannot be loaded here, which PDF needs ({error}). Write .html instead.") from error
    made: bytes = paper.pdf_alone(page, fonts_folder=resources() / "fonts")
    return made

"""The command line. `main` is the way in: errors a person can act on, exit codes a script can read.

0 all right; 1 the thing asked about is not all right (verification, nothing decided); 2 asked wrongly; 3 the machine or
the workspace stands in the way; 4 `engine --passphrase-stdin` cannot open the encrypted file of secrets.
"""

import contextlib
import io
import logging
import os
import sys
from typing import NoReturn, TextIO

import typer

from opsconsole.app.commands import (
    agents,
    approvals,
    audit,
    budgets,
    cases,
    demo,
    reading,
    running,
    secrets,
    switches,
)
from opsconsole.app.commands.connect import listing
from opsconsole.app.commands.insights import show as insights
from opsconsole.app.commands.ladder import canary, share
from opsconsole.app.commands.ladder import history as ladder
from opsconsole.app.commands.policy import check as policy
from opsconsole.app.commands.reports import review as reports
from opsconsole.app.commands.shadow import backtest, learn, pairs, run
from opsconsole.app.commands.shadow import report as shadowreport
from opsconsole.app.discretion import be_discreet
from opsconsole.app.plainerrors import GoneError, PlainGroup
from opsconsole.app.words import hinted, plain
from opsconsole.domain.errors import MachineError, OpsError
from opsconsole.store.errors import is_database_error

MOST_TEXT = 500
_log = logging.getLogger(__name__)

app = typer.Typer(
    name="opsconsole",
    cls=PlainGroup,
    help="Run AI agents on your own machine and stay in charge of them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(running.window)
app.command()(demo.demo)
app.command()(running.init)
app.command()(running.engine)
app.command("import")(running.import_)
app.command()(reading.status)
app.command()(reading.feed)
app.command("insights")(insights.show)
app.command()(switches.pause)
app.command()(switches.resume)
app.command()(budgets.budgets)
app.add_typer(agents.app, name="agents")
ladder.app.command("share")(share.share)
app.add_typer(ladder.app, name="ladder")
app.add_typer(canary.app, name="canary")
app.add_typer(approvals.app, name="approvals")
app.add_typer(approvals.grants, name="grants")
app.add_typer(cases.app, name="cases")
app.add_typer(reading.runs, name="runs")
app.add_typer(audit.app, name="audit")
app.add_typer(policy.app, name="policy")
pairs.app.command("run")(run.run)
pairs.app.command("report")(shadowreport.report)
pairs.app.command("backtest")(backtest.run)
pairs.app.command("lessons")(learn.show)
pairs.app.command("learn")(learn.take)
app.add_typer(pairs.app, name="shadow")
app.add_typer(reports.app, name="report")
app.add_typer(listing.app, name="connect")
app.add_typer(secrets.app, name="secrets")


def main() -> None:
    """Run a command; end with an exit code."""
    level = os.environ.get("OPSCONSOLE_LOG", "ERROR").upper()
    logging.basicConfig(
        level=level if level in logging.getLevelNamesMapping() else "ERROR",
        format="%(levelname)s %(name)s: %(message)s",
    )
    be_discreet()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(standalone_mode=True)
    except OpsError as error:
        _end(3 if isinstance(error, MachineError) else 2, plain(hinted(f"{error} {error.hint}".rstrip())))
    except GoneError:
        _let_go(sys.stdout)
        sys.exit(0)
    except KeyboardInterrupt:
        _end(130, "Stopped. Nothing was lost; the same command goes on from here.")
    except UnicodeEncodeError:
        _end(2, "What was typed holds bytes that are no text (UTF-8). Type it anew; nothing was done.")
    except OSError as error:
        _log.info("stopped by the computer", exc_info=True)
        what = ": ".join(str(part) for part in (error.filename, error.strerror or type(error).__name__) if part)
        _end(3, plain(f"This computer stands in the way: {what}. What was done before stays done.", MOST_TEXT))
    except Exception as error:
        if (ours := is_database_error(error)) is None:
            raise
        _end(3, ours)


def _end(code: int, text: str) -> NoReturn:
    """Say why it ends, if anything still takes it, and end: the code tells it too."""
    with contextlib.suppress(OSError):
        typer.echo(text, err=True)
    for stream in (sys.stdout, sys.stderr):
        _let_go(stream)
    sys.exit(code)


def _let_go(stream: TextIO) -> None:
    """Have what is left in a stream go nowhere, else Python fails once more over it at its very end."""
    with contextlib.suppress(OSError):
        stream.flush()
        return
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

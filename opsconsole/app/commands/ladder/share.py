"""ladder share: how many of the decisions that a person is asked about are drawn to be made first."""

from typing import Annotated

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import opened
from opsconsole.app.words import say, say_json
from opsconsole.engine.ladder.share import asked_share, set_asked_share


def share(
    percent: Annotated[str, typer.Argument(help="0 to 100; leave it out to see what holds.")] = "",
    *,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Say how many of the asked decisions are drawn, before anybody sees them, for you to make first; or set it."""
    with opened(workspace) as session:
        if percent:
            session.write(
                lambda tx: set_asked_share(session.kernel, tx, percent, actor=session.actor), name="ladder.share"
            )
        found = asked_share(session.kernel.reader)
    if as_json:
        say_json({"asked_share": found})
        return
    say(f"{found:.0%} of the decisions that you are asked about are drawn for you to make first.")
    say("Only those earn the right to act alone." if found else "Nothing earns the right to act alone meanwhile.")

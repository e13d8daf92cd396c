"""policy disclosure: the line that says that an AI wrote a message."""

from typing import Annotated

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import opened
from opsconsole.app.words import say, say_json
from opsconsole.domain.errors import UserError
from opsconsole.engine.gate.disclosure import line_of_workspace
from opsconsole.engine.oversight.ailine import set_line


def disclosure(
    line: Annotated[str, typer.Argument(help="What is to be said; leave it out to see what holds.")] = "",
    *,
    standard: Annotated[bool, typer.Option("--standard", help="Go back to the line that opsconsole brings.")] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Show or set the line under messages to people outside that no person read; an agent's file may have its own."""
    if line and standard:
        raise UserError("Either a line or --standard. Nothing was changed.")
    with opened(workspace) as session:
        if line.strip() or standard:
            session.write(lambda tx: set_line(session.kernel, tx, line, actor=session.actor), name="disclosure.set")
        found = line_of_workspace(session.kernel.reader)
    if as_json:
        say_json({"line": found})
    else:
        say(found)

"""pause, resume: the kill switch."""

from typing import Annotated

import typer

from opsconsole.app.commands.options import Where
from opsconsole.app.session import opened
from opsconsole.app.words import say
from opsconsole.engine.commands import switches

Scope = Annotated[str, typer.Argument(help="all, agent:NAME, category:AGENT/CATEGORY or connection:NAME")]


def pause(
    scope: Scope = "all", *, reason: Annotated[str, typer.Option(help="For the record.")] = "", workspace: Where = None
) -> None:
    """Stop everything (or one agent, one of its categories, one connection) at once. Nothing is lost."""
    with opened(workspace) as session:
        session.write(
            lambda tx: switches.pause(session.kernel, tx, scope, actor=session.actor, reason=reason), name="switch.on"
        )
    say(f"Paused: {scope}. Nothing starts until `opsconsole resume{'' if scope == 'all' else ' ' + scope}`.")


def resume(scope: Scope = "all", *, workspace: Where = None) -> None:
    """Lift a pause. What was held comes before the gate again; what is late by then is asked about."""
    with opened(workspace) as session:
        was_on = session.write(
            lambda tx: switches.resume(session.kernel, tx, scope, actor=session.actor), name="switch.off"
        )
    say(f"Resumed: {scope}." if was_on else f"{scope} was not paused.")

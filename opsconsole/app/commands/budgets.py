"""budgets: caps over all agents together."""

from typing import Annotated

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import opened
from opsconsole.app.words import say, say_json
from opsconsole.domain.agent import Budgets
from opsconsole.domain.errors import UserError
from opsconsole.engine.commands.budgets import budgets as read_budgets
from opsconsole.engine.commands.budgets import set_budgets


def budgets(
    values: Annotated[list[str] | None, typer.Argument(help="name=number, or name= to lift a cap")] = None,
    *,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Show or set the caps over all agents. At a cap, actions wait for you; nothing is dropped."""
    with opened(workspace) as session:
        given: dict[str, str] = {}
        for value in values or []:
            name, equals, number = value.partition("=")
            if not equals or name not in Budgets.model_fields:
                raise UserError(f"{value!r} should be name=number with one of {', '.join(Budgets.model_fields)}.")
            given[name] = number
        if given:
            checked = session.write(
                lambda tx: set_budgets(session.kernel, tx, given, actor=session.actor), name="budgets.set"
            )
        else:
            checked = read_budgets(session.kernel.reader)
        facts = checked.model_dump(exclude_none=True)
    if as_json:
        say_json(facts)
    elif not facts:
        say("No caps over all agents. Set one: `opsconsole budgets actions_per_hour=50`.")
    else:
        for name, cap in facts.items():
            say(f"{name.replace('_', ' ')}: {cap:g}")

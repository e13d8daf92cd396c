"""budgets: caps over all agents together."""

import json
from typing import Annotated

import typer
from pydantic import ValidationError

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import opened
from opsconsole.app.words import say, say_json
from opsconsole.domain.agent import Budgets
from opsconsole.domain.errors import UserError
from opsconsole.store.queries import limits
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import settings


def budgets(
    values: Annotated[list[str] | None, typer.Argument(help="name=number, or name= to lift a cap")] = None,
    *,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Show or set the caps over all agents. At a cap, actions wait for you; nothing is dropped."""
    with opened(workspace) as session:
        stored = json.loads(limits.setting(session.kernel.reader, "budgets") or "{}")
        for value in values or []:
            name, equals, number = value.partition("=")
            if not equals or name not in Budgets.model_fields:
                raise UserError(f"{value!r} should be name=number with one of {', '.join(Budgets.model_fields)}.")
            stored[name] = number or None
        try:
            checked = Budgets.model_validate(stored)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise UserError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}. Nothing was changed.") from error
        facts = checked.model_dump(exclude_none=True)
        if values:

            def job(tx: Transaction) -> None:
                settings.put(tx, "budgets", json.dumps(facts))
                caps = {name: str(cap) for name, cap in facts.items()}
                tx.record("budgets.set", at=session.kernel.clock.now(), actor=session.actor, caps=caps)

            session.write(job, name="budgets.set")
    if as_json:
        say_json(facts)
    elif not facts:
        say("No caps over all agents. Set one: `opsconsole budgets actions_per_hour=50`.")
    else:
        for name, cap in facts.items():
            say(f"{name.replace('_', ' ')}: {cap:g}")

"""ladder waiting, ladder decide: decisions drawn by coin, that a person makes before seeing the agent's."""

import shlex
from typing import Annotated

import typer

from opsconsole.app.commands.ladder.steps import app
from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.plainerrors import LAST
from opsconsole.app.session import opened
from opsconsole.app.words import ago, say, say_json, table
from opsconsole.domain.enums import Agreement
from opsconsole.domain.errors import UserError
from opsconsole.engine.ladder.draws import OwnAct, answer
from opsconsole.engine.runstate.loaded import load
from opsconsole.store.queries import ladder as read


@app.command()
def waiting(*, as_json: AsJson = False, workspace: Where = None) -> None:
    """List the decisions that wait for you to make them first; what the agent did is not shown."""
    with opened(workspace) as session:
        conn, now = session.kernel.reader, session.kernel.clock.now()
        found = [(draw, load(session.kernel, conn, draw.run).event) for draw in read.open_draws(conn)]
    rows: list[tuple[str, ...]] = [("RUN", "AGENT", "DRAWN", "FROM", "ABOUT")]
    for draw, event in found:
        who = event.sender_name or event.sender
        if as_json:
            facts = {"run": draw.run, "agent": draw.agent, "drawn_at": draw.drawn_at}
            say_json({**facts, "from": who, "title": event.title})
        rows.append((f"{draw.run}", draw.agent, ago(draw.drawn_at, now), who, event.title))
    if as_json:
        return
    if len(rows) == 1:
        say("No decision waits for you to make it first.")
        return
    table(rows, (6, 20, 12, 26, 60))
    say("Say what you would do: `opsconsole ladder decide RUN --do ACTION`, or --nothing.")


@app.command()
def decide(
    run: Annotated[int, typer.Argument(min=1, max=LAST, help="Its number in `ladder waiting`.")],
    *,
    do: Annotated[
        list[str] | None,
        typer.Option(help="An action, with what you would set: `desk.create_ticket queue=Billing`; again for more."),
    ] = None,
    nothing: Annotated[bool, typer.Option(help="You would do nothing about it.")] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Say what you would do about a drawn event, before seeing what the agent did."""
    if nothing == bool(do):
        raise UserError("Say what you would do with --do, or --nothing; one of the two.")
    acts = [_act(text) for text in do or ()]
    with opened(workspace) as session:
        found = session.write(
            lambda tx: answer(session.kernel, tx, run, acts=acts, actor=session.actor), name="draw.decide"
        )
    if as_json:
        agreement = None if found.agreement is None else found.agreement.value
        say_json({"run": found.run, "pair": found.pair, "agreement": agreement, "excluded": found.excluded})
    elif found.pair is None:
        say(f"Kept; {found.excluded}.")
    elif found.agreement in (Agreement.SAME, Agreement.BOTH_NONE):
        say("Kept. The agent decided the same.")
    else:
        say("Kept. The agent decided otherwise, which counts as wrong until you judge it:")
        say(f"`opsconsole shadow show {found.pair}`.")


def _act(text: str) -> OwnAct:
    """Read `desk.create_ticket queue=Billing title="No access"`."""
    try:
        tool, *rest = shlex.split(text)
    except ValueError:
        tool, rest = "", []
    if not tool or any("=" not in part for part in rest):
        raise UserError(f"{text!r} is no action. Write it like `desk.create_ticket queue=Billing title='No access'`.")
    return OwnAct(tool, {part.partition("=")[0]: part.partition("=")[2] for part in rest})

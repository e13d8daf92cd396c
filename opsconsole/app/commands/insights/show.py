"""insights: what people decided in a time, beside the time before it."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.session import opened
from opsconsole.app.words import plain, say, say_json, utc
from opsconsole.domain.errors import UserError
from opsconsole.engine.commands.budgets import declare_hour_price
from opsconsole.policy.insights.counts import DecisionCounts
from opsconsole.policy.insights.words import PRICE_MEANS
from opsconsole.store.queries.views.insights import Insights, insights
from opsconsole.store.queries.views.names import agent_names


def show(
    *,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Compared with as many days before.")] = 7,
    agent: Annotated[str | None, typer.Option(help="Only what this agent asked.")] = None,
    hour_price: Annotated[
        str | None, typer.Option(help="Declare what an hour of who decides costs; 0: no longer.", metavar="AMOUNT")
    ] = None,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Show what people decided: asked, approved, edited, how long it took, what that costs, and what stands out."""
    with opened(workspace) as session:
        kernel = session.kernel
        if agent is not None and agent not in agent_names(kernel.reader):
            raise UserError(f"There is no agent {agent!r}.", hint="`opsconsole agents list` shows them.")
        if hour_price is not None:
            session.write(
                lambda tx: declare_hour_price(kernel, tx, hour_price, actor=session.actor), name="hour_price.declare"
            )
        found = insights(kernel.reader, until=kernel.clock.now(), days=days, agent=agent)
    if as_json:
        say_json(_facts(found))
    else:
        _tell(found)


def _facts(found: Insights) -> dict[str, Any]:
    def counts(time: DecisionCounts) -> dict[str, Any]:
        shares = {"approval_share": time.approval_share, "edited_share": time.edited_share}
        sums = {"given": time.given, "overturned": time.overturned, "oversight_s": time.oversight_s}
        return {**asdict(time), **shares, **sums}

    return {
        "since": found.since,
        "until": found.until,
        "days": found.days,
        "agent": found.agent,
        "now": counts(found.now),
        "before": counts(found.before),
        "hour_price": found.hour_price,
        "currency": found.currency,
        "observations": [asdict(observation) for observation in found.observed],
    }


def _tell(found: Insights) -> None:
    whose = "" if found.agent is None else f" about {plain(found.agents[found.agent], 60)}"
    say(f"Your decisions{whose}, {utc(found.since)} to {utc(found.until)}")
    if found.is_empty:
        say("Nothing was asked in this time, nor in the one before it.")
        return
    for figure in found.figures:
        told = "; ".join(part for part in (figure.of, figure.change) if part)
        say(f"  {figure.caption:<17}{figure.value:<12}{told}")
    say(f"  {found.price}")
    say(f"  {PRICE_MEANS}")
    say("What stands out")
    for observation in found.observed:
        say(f"  {observation.text}")
    if not found.observed:
        say(f"  {found.nothing}")

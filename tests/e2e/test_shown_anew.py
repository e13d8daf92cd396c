"""What happened since a person was asked is shown before it counts as approved: what the same agent did, too, unless
that is certainly harmless."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.enums import Reversibility
from opsconsole.domain.errors import StaleCardError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands.results import DecisionOutcome
from opsconsole.engine.ports.brain import RunView, Turn
from tests.support.rig import ANN, Rig, agent, call, mail, rig
from tests.support.running import beside

REPLY = call("desk.reply", to=ANN, text="We are on it.")
CREDIT = call("desk.give_credit", contact_email=ANN, amount=40)


def credits(view: RunView) -> Turn:
    """Whatever comes in, a credit note is wanted for it."""
    return Turn(category="case", final="done") if view.past else Turn(category="case", proposals=(CREDIT,))


def replies_then_does(view: RunView) -> Turn:
    """Of the first mail a reply, which waits; of the second something that is done elsewhere."""
    if view.past:
        return Turn(category="case", final="done")
    wanted = REPLY if view.event.title == "Question 1" else call("out.do", what="x", to=ANN)
    return Turn(category="case", proposals=(wanted,))


async def two_mails(r: Rig) -> None:
    """The second answers the first: one subject, two runs of one agent."""
    await r.take(mail(), mail(2, subject=mail().subject))


def credited(r: Rig) -> int:
    return sum(action.tool == "desk.give_credit" and action.state == "done" for n in (1, 2) for action in r.actions(n))


async def test_a_second_credit_by_the_same_agent_is_not_given_before_the_first_was_seen(tmp_path: Path) -> None:
    async with rig(tmp_path, credits, agent()) as r:
        await two_mails(r)
        first, second = r.waiting()
        await r.approve(first.id)
        await r.wait(seconds=11)
        result = await r.approve(second.id, digest=second.digest)
        assert result.outcome is DecisionOutcome.CHANGED and "give a credit note" in result.changes
        await r.wait(seconds=11)
        assert credited(r) == 1


async def test_what_is_on_its_way_is_shown_before_the_same_is_approved_again(tmp_path: Path) -> None:
    async with rig(tmp_path, credits, agent()) as r:
        await two_mails(r)
        first, second = r.waiting()
        await r.approve(first.id)
        result = await r.approve(second.id, digest=second.digest, edited={"amount": 41})
        assert result.outcome is DecisionOutcome.CHANGED
        assert result.changes == ("already on its way here: give a credit note",) or "already" in result.changes[0]
        (shown,) = r.waiting()
        assert shown.digest != second.digest and "already on its way" in shown.because
        assert r.actions(2)[0].args["amount"] == 40, "an edit that was not approved is not kept"
        assert len(r.audit("approval.changed")) == 1 and r.audit("decision.edit") == []
        assert (await r.approve(shown.id, digest=shown.digest)).outcome is DecisionOutcome.APPROVED


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({}, DecisionOutcome.APPROVED),
        ({"reversibility": Reversibility.COMPENSABLE}, DecisionOutcome.CHANGED),
        ({"reversibility": Reversibility.IRREVERSIBLE}, DecisionOutcome.CHANGED),
        ({"is_money": True}, DecisionOutcome.CHANGED),
        ({"external_if_given": ("to",)}, DecisionOutcome.CHANGED),
    ],
    ids=["harmless", "compensable", "irreversible", "money", "external by its arguments"],
)
async def test_only_what_is_certainly_harmless_of_the_same_agent_is_no_news(
    tmp_path: Path, facts: dict[str, Any], outcome: DecisionOutcome
) -> None:
    async with rig(tmp_path, replies_then_does, agent(), connectors=beside(FakeConnector(**facts))) as r:
        await two_mails(r)
        for asked in [waiting for waiting in r.waiting() if waiting.action_id.startswith("2/")]:
            await r.approve(asked.id)
        await r.wait(seconds=11)
        assert "out.do done" in r.states(2)
        assert (await r.approve(1)).outcome is outcome


async def test_what_nobody_declares_any_more_is_news(tmp_path: Path) -> None:
    async with rig(tmp_path, replies_then_does, agent(), connectors=beside(FakeConnector())) as r:
        await two_mails(r)
        r.engine.registry.replace(["out"], [])
        assert (await r.approve(1)).outcome is DecisionOutcome.CHANGED


async def test_after_look_again_only_who_names_the_card_as_it_is_now_approves(tmp_path: Path) -> None:
    async with rig(tmp_path, credits, agent()) as r:
        await two_mails(r)
        first, second = r.waiting()
        await r.approve(first.id)
        await r.wait(seconds=11)
        assert (await r.approve(second.id)).outcome is DecisionOutcome.CHANGED
        for digest in (None, second.digest):
            with pytest.raises(StaleCardError, match="changed"):
                await r.approve(second.id, digest=digest)
            with pytest.raises(StaleCardError, match="changed"):
                await r.approve(second.id, digest=digest, edited={"amount": 41})
        assert len(r.audit("decision.approve")) == 1 and r.audit("decision.edit") == []
        (shown,) = r.waiting()  # that the same was done already is told apart from what happened
        assert (await r.approve(shown.id, digest=shown.digest)).outcome is DecisionOutcome.CHANGED
        with pytest.raises(StaleCardError, match="changed"):
            await r.approve(shown.id, digest=shown.digest)
        (shown,) = r.waiting()
        assert (await r.approve(shown.id, digest=shown.digest)).outcome is DecisionOutcome.APPROVED
        await r.wait(seconds=11)
        assert credited(r) == 2

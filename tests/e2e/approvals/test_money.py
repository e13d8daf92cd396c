"""What the money on a card rests on: a place in what was read, the agent's file, a person, or nothing at all."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from opsconsole.domain.action import Call, Proposal, Result
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import approvals, takeback
from opsconsole.engine.commands.cards import card
from opsconsole.engine.commands.money import MADE_UP, MoneyOrigin
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.ui.panels.approvals.card.data import facts_claimed, load_cards, notices
from tests.support.rig import ANN, Rig, agent, call, mail, rig
from tests.support.running import beside


def credit(amount: float, step: str | None = None) -> Proposal:
    return call("desk.give_credit", step=step, contact_email=ANN, amount=amount, currency="EUR")


async def origin(r: Rig) -> MoneyOrigin:
    """What the money of the newest card rests on."""
    (found,) = (await card(r.kernel, r.waiting()[-1].id)).money
    return found


@pytest.mark.parametrize(
    ("amount", "text", "words"),
    [
        (49, "You charged me €49.00 twice.", "quoted from the mail: “You charged me €49.00 twice.”"),
        (49, "It is 49. I want 49 EUR back", "quoted from the mail: “It is 49. I want 49 EUR back”"),
        (1234.5, "Rechnung über 1.234,50 EUR", "quoted from the mail: “Rechnung über 1.234,50 EUR”"),
        (1234.5, "Invoice of $1,234.50, please", "quoted from the mail: “Invoice of $1,234.50, please”"),
        (1234, "CHF1’234 are missing", "quoted from the mail: “CHF1’234 are missing”"),
        (2500, "the 2.500 you owe", "quoted from the mail: “the 2.500 you owe”"),
        (2.5, "the 2.50 you owe", "quoted from the mail: “the 2.50 you owe”"),
        (77, "You charged me €49.00 twice.", MADE_UP),
        (49, "49% of it, since 2026-11-49, order A49, at 49:10, INV-49, v1.49, 149", MADE_UP),
        (4, "You charged me €49.00 twice.", MADE_UP),
    ],
)
async def test_an_amount_is_quoted_from_the_mail_however_it_is_written_there_or_was_made_up(
    tmp_path: Path, amount: float, text: str, words: str
) -> None:
    async with rig(tmp_path, [credit(amount)], agent(level=2)) as r:
        await r.take(mail(title="A question", text=text))
        found = await origin(r)
        assert (found.argument, found.words, found.is_found) == ("amount", words, words != MADE_UP)
        (shown,) = await load_cards(r.kernel, [1])
        (told,) = [notice for notice in notices(shown) if notice.text.startswith("Money")]
        assert told.text == f"Money: € {amount:,.2f}, {words}" and told.weight == "danger"
        assert "amount" not in [claim.argument for claim in facts_claimed(shown)], "it is said once"


async def test_of_many_words_the_quote_is_those_around_the_number_beside_a_currency(tmp_path: Path) -> None:
    text = f"{'We have 30 desks and much to say. ' * 5}So please send 30 EUR back to us soon. {'And so on. ' * 9}"
    async with rig(tmp_path, [credit(30)], agent(level=2)) as r:
        await r.take(mail(title="A question", text=text))
        quote = "much to say. So please send 30 EUR back to us soon. And so"
        assert (await origin(r)).words == f"quoted from the mail: “{quote}”"


async def test_an_amount_from_a_record_names_the_field_and_the_look_up(tmp_path: Path) -> None:
    async def read(_: Call) -> Result:
        return Result(is_ok=True, data={"contract": {"monthly_price": 588.0, "desks": 4}})

    def script(view: RunView) -> Turn:
        wanted = credit(588) if view.past else call("out.look", step=None, what="x")
        done = len(view.past) > 1
        return Turn(category="case", proposals=() if done else (wanted,), final="done" if done else None)

    async with rig(tmp_path, script, agent(level=2), connectors=beside(FakeConnector(read=read))) as r:
        await r.take(mail())
        assert (await origin(r)).words == "from the field contract monthly price that “Look” found"


async def test_an_amount_from_the_events_fields_and_one_that_a_person_answered(tmp_path: Path) -> None:
    question = call("person.ask", step=None, question="How much?", options=[])
    async with rig(tmp_path, [question, credit(12)], agent(level=2)) as r:
        fields = {"message_id": "<m@x>", "folder": "Inbox", "is_auto": False, "refund_wanted": "12.00"}
        await r.take(mail(fields=fields))
        await r.say(approvals.respond, 1, answer="Give them 12 EUR")
        await r.wait(seconds=11)
        words = (await origin(r)).words
        assert words == "from the event's field refund wanted; your answer: “Give them 12 EUR”"


async def test_what_a_person_wrote_instead_is_theirs(tmp_path: Path) -> None:
    async with rig(tmp_path, [credit(77)], agent(level=2)) as r:
        await r.take(mail())
        await r.approve(1, edited={"amount": 20})
        await r.say(takeback.undo, 1)
        found = await origin(r)
        assert (found.value, found.words) == ("20", "written by a person, in place of the agent's") and found.is_found


@pytest.mark.parametrize(
    ("template", "amount", "words"),
    [
        ("25", 25, "written in the agent's file"),
        (
            "{{ (plan.yearly / 12) | round(2) }}",
            49,
            "worked out by the agent's file from the yearly 588 that “Look” found",
        ),
        ("{{ plan.yearly }}", 588, "from the field yearly that “Look” found"),
        ("{{ 7 * 7 }}", 49, MADE_UP),
    ],
    ids=["stands there", "worked out", "taken over", "from nothing that was read"],
)
async def test_an_amount_of_the_agents_file_says_whether_it_stands_there_or_is_worked_out(
    tmp_path: Path, template: str, amount: float, words: str
) -> None:
    async def read(_: Call) -> Result:
        return Result(is_ok=True, data={"yearly": 588.0})

    steps: list[dict[str, Any]] = [
        {"look_up": "out.look", "with": {"what": "x"}, "as": "plan"},
        {"do": "desk.give_credit", "with": {"contact_email": ANN, "amount": template}},
    ]

    def script(view: RunView) -> Turn:
        wanted = credit(amount, "case#1") if view.past else call("out.look", what="x")
        done = len(view.past) > 1
        return Turn(
            category="case", proposals=() if done else (wanted,), final="done" if done else None, is_by_playbook=True
        )

    playbook = {"purpose": "a test", "categories": [{"id": "case", "name": "Case", "steps": steps}]}
    out = beside(FakeConnector(read=read))
    async with rig(tmp_path, script, agent(level=2, playbook=playbook), connectors=out) as r:
        await r.take(mail())
        assert (await origin(r)).words == words


async def test_what_is_not_money_rests_on_no_money(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.create_ticket", step=None, title="49 EUR")], agent(level=2)) as r:
        await r.take(mail(text="49 EUR"))
        assert (await card(r.kernel, 1)).money == ()


async def test_a_tool_that_is_money_tells_of_every_number_where_none_is_called_amount(tmp_path: Path) -> None:
    class Refund(BaseModel):
        total: float
        note: str = "5"

    out = beside(FakeConnector(schema=Refund, is_money=True))
    async with rig(tmp_path, [call("out.do", step=None, total=49.0, note="5")], agent(level=2), connectors=out) as r:
        await r.take(mail(text="49 EUR"))
        found = await origin(r)
        assert (found.argument, found.words) == ("total", "quoted from the mail: “49 EUR”")
        (shown,) = await load_cards(r.kernel, [1])
        assert "Money: Total 49, quoted from the mail: “49 EUR”" in [notice.text for notice in notices(shown)]


@pytest.mark.parametrize("spelled", ["+900", "9e2", "900.", "9_00"])
async def test_an_amount_that_an_agent_spells_oddly_is_no_persons(tmp_path: Path, spelled: str) -> None:
    wanted = replace(credit(900), args={**credit(900).args, "amount": spelled})
    async with rig(tmp_path, [wanted], agent(level=2)) as r:
        await r.take(mail(title="A question", text="It was 20 EUR."))
        found = await origin(r)
        assert (found.words, found.is_found) == (MADE_UP, False)

"""What a person can say, and what the gate says again: each with its binding rule in the audit."""

from datetime import timedelta
from pathlib import Path

import pytest

from opsconsole.domain.action import Proposal
from opsconsole.domain.errors import DecisionError, NotFoundError, StaleCardError
from opsconsole.domain.humanact import HumanAct
from opsconsole.engine.commands import approvals, takeback
from opsconsole.engine.commands.results import DecisionOutcome
from opsconsole.engine.gate.digests import card_digest
from opsconsole.engine.ports.brain import ASK_PERSON, RunView, Turn
from opsconsole.store.queries import runs
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import desk
from tests.support.rig import ANN, agent, call, mail, rig

REPLY = call("desk.reply", to=ANN, text="We are on it.")


def reasons(entry: dict[str, object]) -> str:
    return " | ".join(entry["reasons"])  # type: ignore[arg-type]


async def test_approve(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        await r.take(mail())
        (card,) = r.waiting()
        assert r.sent() == []
        answer = await r.approve(card.id, digest=card.digest)
        assert answer.is_done
        await r.settle()
        assert r.sent() == [], "the veto window still runs"
        await r.wait(seconds=11)
        assert r.sent() == ["We are on it."]
        assert r.run().state == "done"
        (ruled,) = r.audit("action.ruled")
        assert ruled["verdict"] == "ASK" and "class_irreversible" in reasons(ruled)
        (decided,) = r.audit("decision.approve")
        assert decided["actor"] == "person:test" and decided["card"] == card.digest
        assert [character["kind"] for character in r.audit("effect.done")] == ["effect.done"]
        with pytest.raises(DecisionError):
            await r.approve(card.id)


async def test_edit_then_approve_sends_the_edited_text(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        await r.take(mail())
        (card,) = r.waiting()
        with pytest.raises(DecisionError, match="to"):
            await r.approve(card.id, edited={"to": "not an address"})
        assert (await r.approve(card.id, edited={"text": "Edited."})).is_done
        await r.wait(seconds=11)
        assert r.sent() == ["Edited."]
        (decided,) = r.audit("decision.edit")
        assert decided["digest"] != r.audit("action.ruled")[0]["digest"]


async def test_edited_arguments_are_decided_again(tmp_path: Path) -> None:
    rule = {
        "name": "no-iban",
        "when": "args.text.contains('IBAN')",
        "then": "refuse",
        "because": "bank details never leave",
    }
    async with rig(tmp_path, [REPLY], agent(guardrails=[rule])) as r:
        await r.take(mail())
        (card,) = r.waiting()
        result = await r.approve(card.id, edited={"text": "Our IBAN is …"})
        assert result.outcome is DecisionOutcome.NOT_ALLOWED and "bank details" in result.why
        await r.wait(minutes=1)
        assert r.sent() == []
        assert "guardrail:no-iban" in reasons(r.audit("decision.edit")[0])


async def test_reject_and_try_again(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        if not view.past:
            return Turn(category="case", proposals=(REPLY,))
        outcome = view.past[-1].outcomes[0]
        if outcome.state == "rejected" and len(view.past) == 1:
            assert outcome.result["error"] == "too short"
            return Turn(category="case", proposals=(call("desk.reply", to=ANN, text="A longer answer."),))
        return Turn(category="case", final="done")

    async with rig(tmp_path, script, agent()) as r:
        await r.take(mail())
        await r.say(approvals.reject, r.waiting()[0].id, reason="too short")
        await r.wait(seconds=11)
        (second,) = r.waiting()
        await r.approve(second.id)
        await r.wait(seconds=11)
        assert r.sent() == ["A longer answer."]
        assert r.states() == ["desk.reply rejected", "desk.reply done"]
        assert len(r.audit("decision.reject")) == 1


async def test_respond_to_an_escalation_continues_the_run(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        if not view.past:
            question = Proposal(
                tool=ASK_PERSON, args={"question": "Which queue?", "options": ["billing", "tech"]}, step="case#0"
            )
            return Turn(category="case", proposals=(question,))
        if len(view.past) == 1:
            queue = view.past[0].outcomes[0].result["answer"]
            return Turn(category="case", proposals=(call("desk.create_ticket", title="Look", queue=queue),))
        return Turn(category="case", final="done")

    async with rig(tmp_path, script, agent()) as r:
        await r.take(mail())
        (card,) = r.waiting()
        assert card.kind == "question"
        with pytest.raises(DecisionError, match="question"):
            await r.approve(card.id)
        await r.say(approvals.respond, card.id, answer="billing")
        await r.wait(seconds=11)
        assert r.states() == ["person.ask done", "desk.create_ticket done"]
        assert r.engine.reader.execute("SELECT queue FROM desk_ticket").fetchone() == ("billing",)
        assert "question" in reasons(r.audit("action.ruled")[0])


async def test_expiry_escalates_then_lapses_and_never_approves(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(approvals={"expires_h": 4, "on_expiry": "escalate"})) as r:
        await r.take(mail())
        await r.wait(hours=4, seconds=1)
        (card,) = r.waiting()
        assert card.is_escalated
        await r.wait(hours=4, seconds=1)
        assert r.waiting() == [] and r.sent() == []
        assert r.states() == ["desk.reply lapsed"] and r.run().state == "done"
        assert [character["kind"] for character in r.audit("approval.escalated") + r.audit("approval.lapsed")] == [
            "approval.escalated",
            "approval.lapsed",
        ]


async def test_an_expired_request_cannot_be_approved(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(approvals={"expires_h": 1, "on_expiry": "lapse"})) as r:
        await r.take(mail())
        (card,) = r.waiting()
        r.clock.move(hours=2)
        with pytest.raises(DecisionError, match="expired"):
            await r.approve(card.id)
        await r.settle()
        assert r.sent() == [] and r.states() == ["desk.reply lapsed"]


async def test_subject_changed_meanwhile_is_shown_and_asked_again(tmp_path: Path) -> None:
    async with rig(
        tmp_path, [REPLY], agent(subscribes=[{"kinds": ["mail.received"], "where": "event.title == 'Question 1'"}])
    ) as r:
        await r.take(mail())
        (card,) = r.waiting()
        await r.take(mail(2, subject=mail().subject, title="Never mind"))
        await r.take(mail(3, subject=mail().subject, title="Or do"))
        result = await r.approve(card.id, digest=card.digest)
        assert result.outcome is DecisionOutcome.CHANGED
        assert result.changes == (
            "mail received from Ann Harbour: “Never mind — Could you have a look, please?”",
            "mail received from Ann Harbour: “Or do — Could you have a look, please?”",
        )
        (fresh,) = r.waiting()
        assert fresh.digest != card.digest
        with pytest.raises(StaleCardError):
            await r.approve(card.id, digest=card.digest)
        assert (await r.approve(card.id, digest=fresh.digest)).is_done
        await r.wait(seconds=11)
        assert r.sent() == ["We are on it."]
        assert len(r.audit("approval.changed")) == 1


def _asks_then_tags(view: RunView) -> Turn:
    """Of mail 1: a reply that waits. Of mail 2: a question; when it is answered, a tag."""
    if view.event.title == "Question 1":
        return Turn(category="case", proposals=(REPLY,)) if not view.past else Turn(category="case", final="done")
    if not view.past:
        question = Proposal(tool=ASK_PERSON, args={"question": "Tag it?", "options": ["yes"]}, step="case#0")
        return Turn(category="case", proposals=(question,))
    if len(view.past) == 1:
        return Turn(category="case", proposals=(call("desk.tag_mail", tag="seen"),))
    return Turn(category="case", final="done")


@pytest.mark.parametrize(
    ("others", "outcome"), [(("mira",), DecisionOutcome.APPROVED), (("mira", "vito"), DecisionOutcome.CHANGED)]
)
async def test_the_agents_own_step_inside_the_house_changes_nothing(
    tmp_path: Path, others: tuple[str, ...], outcome: DecisionOutcome
) -> None:
    one = {"kinds": ["mail.received"], "where": "event.title == 'Question 1'"}
    specs = [agent(others[0], subscribes=[one] if len(others) > 1 else [{"kinds": ["mail.received"]}])]
    specs += [agent(name, subscribes=[{**one, "where": "event.title != 'Question 1'"}]) for name in others[1:]]
    async with rig(tmp_path, _asks_then_tags, *specs) as r:
        await r.take(mail(2, subject=mail().subject))
        await r.take(mail())
        question, reply = r.waiting()
        await r.say(approvals.respond, question.id, answer="yes")
        await r.wait(seconds=11)
        assert "desk.tag_mail done" in r.states()
        assert (await r.approve(reply.id)).outcome is outcome


async def test_what_changed_on_a_record_is_told_with_before_and_after(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        number = await r.engine.writer.write(
            lambda tx: desk.create(
                tx, "deal", {"name": "Spa", "stage": "qualified"}, actor="import", now=r.clock.now()
            ),
            name="deal",
        )
        await r.take(mail(subject=f"deal:{number}"))
        (card,) = r.waiting()
        await r.wait(minutes=5)
        act = HumanAct(
            external_id="act1", subject=f"deal:{number}", tool="desk.update_deal", args={"stage": "lost"},
            actor="person:eva", at=r.clock.now(), source="observed",
        )  # fmt: skip

        def change(tx: Transaction) -> None:
            desk.update(tx, "deal", number, {"stage": "lost"}, actor="person:eva", now=r.clock.now())

        await r.engine.writer.write(change, name="deal")
        await r.engine.observe("desk", act)
        result = await r.approve(card.id)
        assert result.changes == ("change a deal, by a person", "stage: qualified → lost")


async def test_undo_inside_the_veto_window_costs_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        await r.take(mail())
        (card,) = r.waiting()
        await r.approve(card.id)
        assert (await r.say(takeback.undo, card.id)).is_done
        await r.wait(minutes=1)
        assert r.sent() == []
        (again,) = r.waiting()
        await r.approve(again.id)
        await r.wait(seconds=11)
        assert r.sent() == ["We are on it."]


async def test_an_undo_takes_back_only_what_its_own_request_approved(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        await r.take(mail())
        (card,) = r.waiting()
        await r.approve(card.id)
        await r.say(takeback.undo, card.id)
        (entry,) = r.audit("decision.undone")
        assert (entry["actor"], entry["approval"], entry["action"]) == ("person:test", card.id, "1/0.0")
        (again,) = r.waiting()
        assert again.expires_at == again.created_at + timedelta(hours=48) and again.because == card.because
        latest = runs.rulings(r.engine.reader, "1/0.0")[-1].id
        bound = card_digest(action=r.actions()[0].digest, ruling_id=latest, subject_mark=again.subject_mark)
        assert again.digest == bound != card.digest, "bound to the ruling that was made when it was approved"
        with pytest.raises(NotFoundError, match="There is no request 99"):
            await r.say(takeback.undo, 99)
        with pytest.raises(DecisionError, match="was not decided"):
            await r.say(takeback.undo, again.id)
        await r.approve(again.id)
        with pytest.raises(DecisionError, match="nothing to take back"):
            await r.say(takeback.undo, card.id)
        await r.wait(seconds=11)
        assert r.sent() == ["We are on it."] and r.waiting() == []
        with pytest.raises(DecisionError, match=f"Request {again.id}: what was done cannot be undone"):
            await r.say(takeback.undo, again.id)


async def test_edited_arguments_are_another_effect_with_another_key(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        await r.say(takeback.undo, 1)
        await r.approve(r.waiting()[0].id)
        await r.say(takeback.undo, 2)
        await r.approve(r.waiting()[0].id, edited={"text": "Another text."})
        first, same, edited = [character["key"] for character in r.audit("effect.prepared")]
        assert first == same != edited


async def test_what_was_done_is_undone_where_that_can_be(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.create_ticket", title="A ticket")], agent(level=2)) as r:
        await r.take(mail())
        (card,) = r.waiting()
        await r.approve(card.id)
        await r.wait(seconds=11)
        result = await r.say(takeback.undo, card.id)
        assert result.outcome is DecisionOutcome.BEING_UNDONE and result.undone_by
        (entry,) = r.audit("effect.undo_wanted")
        assert (entry["actor"], entry["action"], entry["effect"]) == ("person:test", "1/0.0", 1)
        await r.settle()
        assert r.engine.reader.execute("SELECT status FROM desk_ticket").fetchone() == ("closed",)
        assert len(r.audit("effect.undone")) == 1

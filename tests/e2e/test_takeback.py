"""Taking a decision back: the request waits again where it stood, with its deadline, or it is said why it cannot."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.commands.decisionwords import decided
from opsconsole.brains.playbook import PlaybookBrain
from opsconsole.domain.enums import ActionState
from opsconsole.domain.errors import DecisionError
from opsconsole.doubles.brain import FakeBrain
from opsconsole.engine.commands import approvals, takeback
from opsconsole.engine.commands.decisions import Grant
from opsconsole.engine.commands.results import DecisionOutcome, DecisionResult
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.runstate import grace
from opsconsole.engine.runstate.loaded import load
from opsconsole.store import cases
from opsconsole.store.queries import grants
from opsconsole.store.transaction import Transaction
from opsconsole.ui.panels.approvals.history import Decided, undone
from opsconsole.ui.widgets.decisionwords import decided as window_words
from tests.support.rig import ANN, agent, call, mail, rig

REPLY = call("desk.reply", to=ANN, text="We are on it.")
ASK = call("person.ask", question="What kind of event is this?", options=["case"], about="category")
SORTS = {"billing": "I was charged twice for my invoice.", "access": "My password does not work."}


def takeback_of(kernel: Kernel, tx: Transaction, actor: str, number: int) -> DecisionResult:
    return takeback.undo(kernel, tx, number, actor=actor)


def twice(view: RunView) -> Turn:
    """Two tickets at once: both are asked at the same moment."""
    if view.past:
        return Turn(category="case", final="done")
    wanted = [call("desk.create_ticket", title=f"Part {part}", queue="support") for part in (1, 2)]
    return Turn(category="case", confidence=1.0, proposals=tuple(wanted))


async def test_what_is_taken_back_waits_in_its_place_with_its_deadline(tmp_path: Path) -> None:
    async with rig(tmp_path, twice, agent(level=2)) as r:
        await r.take(mail(1), mail(2))
        before = r.waiting()
        r.clock.move(hours=5)
        await r.approve(before[0].id)
        await r.say(takeback.undo, before[0].id)
        after = r.waiting()
        assert [asked.action_id for asked in after] == [asked.action_id for asked in before]
        for name in ("created_at", "expires_at", "because", "is_escalated"):
            assert getattr(after[0], name) == getattr(before[0], name)
        await r.wait(hours=44)
        assert len(r.waiting()) == 4 and all(asked.is_escalated for asked in r.waiting()), "its deadline is the old one"


@pytest.mark.parametrize(
    ("verb", "words"), [(approvals.reject, {"reason": "Not so."}), (approvals.ignore, {})], ids=["reject", "ignore"]
)
async def test_what_was_refused_can_be_taken_back_until_the_agent_goes_on(
    tmp_path: Path, verb: Any, words: dict[str, str]
) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        await r.take(mail())
        (card,) = r.waiting()
        await r.say(verb, card.id, **words)
        result = await r.say(takeback.undo, card.id)
        (again,) = r.waiting()
        assert result.outcome is DecisionOutcome.TAKEN_BACK and result.again == again.id
        assert (again.created_at, again.expires_at) == (card.created_at, card.expires_at)
        await r.settle()
        assert r.actions()[0].state is ActionState.WAITING and r.actions()[0].result is None
        with pytest.raises(DecisionError, match="taken back before"):
            await r.say(takeback.undo, card.id)
        await r.say(verb, again.id, **words)
        with pytest.raises(DecisionError, match="taken back before"):
            await r.say(takeback.undo, card.id)
        await r.wait(seconds=9)
        await r.say(takeback.undo, again.id)
        (again,) = r.waiting()
        await r.say(verb, again.id, **words)
        await r.wait(seconds=9)
        assert r.run().turns == 1, "the seconds are counted from the last word"
        await r.wait(seconds=2)
        with pytest.raises(DecisionError, match="the agent has gone on"):
            await r.say(takeback.undo, again.id)
        assert r.waiting() == [] and r.sent() == []


async def test_while_the_agent_thinks_on_a_rejection_it_cannot_be_taken_back(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        await r.take(mail())
        (card,) = r.waiting()
        await r.say(approvals.reject, card.id, reason="Not so.")
        await r.engine.writer.write(lambda tx: grace.end(tx, 1), name="go on")
        await r.engine.writer.write(lambda tx: tx.conn.execute("UPDATE run SET state = 'running'"), name="begin")
        with pytest.raises(DecisionError, match="the agent has gone on"):
            await r.say(takeback.undo, card.id)
        await r.engine.writer.write(lambda tx: tx.conn.execute("UPDATE run SET state = 'queued'"), name="requeue")


async def test_once_the_agent_asks_for_something_else_the_rejection_stays(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY, call("desk.create_ticket", title="Another way")], agent(level=2)) as r:
        await r.take(mail())
        (card,) = r.waiting()
        await r.say(approvals.reject, card.id, reason="Not so.")
        await r.wait(seconds=11)
        (other,) = r.waiting()
        with pytest.raises(DecisionError, match="the agent has gone on"):
            await r.say(takeback.undo, card.id)
        assert r.waiting() == [other]


async def test_an_answer_taken_back_is_no_precedent_any_more(tmp_path: Path) -> None:
    async with rig(tmp_path, [ASK], agent()) as r:
        await r.take(mail())
        (card,) = r.waiting()
        assert (await r.say(approvals.respond, card.id, answer="case")).is_learnt
        assert len(list(cases.iter_cases(r.engine.reader, "mira"))) == 1
        assert isinstance(r.brain, FakeBrain)
        r.engine.learn_new_cases()
        assert [lesson.category for lesson in r.brain.lessons] == ["case"]
        await r.say(takeback.undo, card.id)
        assert list(cases.iter_cases(r.engine.reader, "mira")) == []
        r.engine.learn_new_cases()
        assert r.brain.lessons == [], "a running engine's brain has forgotten it too"
        (again,) = r.waiting()
        assert again.kind is card.kind
        await r.say(approvals.respond, again.id, answer="none")
        await r.wait(seconds=11)
        assert r.run().state == "done"


@pytest.mark.parametrize("wait_s", [0.0, 11.0], ids=["not done yet", "done already"])
async def test_what_was_always_allowed_beside_an_approval_is_not_after_it_was_taken_back(
    tmp_path: Path, wait_s: float
) -> None:
    async with rig(tmp_path, [call("desk.create_ticket", title="A ticket")], agent(level=2)) as r:
        await r.take(mail())
        (card,) = r.waiting()
        await r.approve(card.id, grant=Grant(timedelta(days=7), None))
        assert len(grants.in_force(r.engine.reader, now=r.clock.now())) == 1
        await r.wait(seconds=wait_s)
        await r.say(takeback.undo, card.id)
        assert grants.in_force(r.engine.reader, now=r.clock.now()) == [] and len(r.audit("grant.revoked")) == 1
        await r.settle()


async def test_an_approval_that_a_rule_stopped_says_that_nothing_was_done(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        await r.take(mail())
        (card,) = r.waiting()
        await r.hire(agent(level=1))
        assert not (await r.approve(card.id)).is_done
        with pytest.raises(DecisionError, match="nothing was done for it"):
            await r.say(takeback.undo, card.id)


async def test_what_happened_while_an_approval_could_be_taken_back_is_shown_when_it_is_approved_again(
    tmp_path: Path,
) -> None:
    only_first = {"kinds": ["mail.received"], "where": "event.title == 'Question 1'"}
    async with rig(tmp_path, [REPLY], agent(subscribes=[only_first])) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        await r.take(mail(2, subject=mail().subject, title="Never mind"))
        await r.say(takeback.undo, 1)
        (again,) = r.waiting()
        result = await r.approve(again.id, digest=again.digest)
        assert result.outcome is DecisionOutcome.CHANGED and "Never mind" in result.changes[0]


@pytest.mark.parametrize("verb", [approvals.approve, approvals.ignore], ids=["approved", "let go"])
async def test_what_is_taken_back_after_its_deadline_waits_as_long_as_a_new_one_and_says_so(
    tmp_path: Path, verb: Any
) -> None:
    async with rig(tmp_path, [REPLY], agent(approvals={"expires_h": 4, "on_expiry": "lapse"})) as r:
        await r.take(mail())
        (card,) = r.waiting()
        r.clock.move(hours=3, minutes=59, seconds=56)
        await r.say(verb, card.id)
        r.clock.move(seconds=8)
        result = await r.say(takeback.undo, card.id)
        until = r.clock.now() + timedelta(hours=4)
        (again,) = r.waiting()
        assert result.fresh_deadline == again.expires_at == until and again.created_at == card.created_at
        said = undone(Decided(requests=(1,), what="approval of “A”", back=takeback_of), result)
        for words in (decided(result), window_words(result, r.clock.now()), said):
            assert f"until {until.astimezone():%A %H:%M}, since its old deadline was over" in words
        await r.wait(hours=3, minutes=59)
        assert r.waiting() == [again]
        await r.wait(minutes=2)
        assert r.waiting() == []


async def test_what_cannot_be_undone_is_at_least_no_longer_allowed_always(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        await r.take(mail())
        await r.approve(1, grant=Grant(timedelta(days=7), None))
        await r.wait(seconds=11)
        assert len(r.sent()) == 1
        result = await r.say(takeback.undo, 1)
        assert grants.in_force(r.engine.reader, now=r.clock.now()) == [] and len(r.audit("grant.revoked")) == 1
        assert result.outcome is DecisionOutcome.GRANT_REVOKED
        words = "What was done cannot be undone; but it is no longer allowed always."
        assert decided(result) == words
        last = Decided(requests=(1,), what="approval of “A”", back=takeback_of)
        assert undone(last, result) == f"Not undone: approval of “A”. {words}"
        with pytest.raises(DecisionError, match="what was done cannot be undone"):
            await r.say(takeback.undo, 1)


async def test_triage_judges_as_before_once_an_answer_is_taken_back(tmp_path: Path) -> None:
    brain = PlaybookBrain(lambda agent, text, count: [], lambda agent: [])
    kinds = [{"id": name, "name": name.title(), "examples": [text]} for name, text in SORTS.items()]
    async with rig(tmp_path, brain, agent(playbook={"purpose": "a test", "categories": kinds})) as r:
        await r.take(mail(text="The lift to the third floor hums."))
        (card,) = r.waiting()
        event = load(r.kernel, r.engine.reader, 1).event
        version = r.kernel.roster.version(r.engine.reader, 1).spec

        def opinion() -> tuple[str | None, float]:
            r.engine.learn_new_cases()
            return brain.opinion(version, event)

        before = opinion()
        await r.say(approvals.respond, card.id, answer="access")
        assert opinion() != before
        await r.say(takeback.undo, card.id)
        assert opinion() == before

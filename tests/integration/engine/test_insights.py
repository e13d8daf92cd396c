"""What people's decisions come to, of cards that a real engine asked: each counts once, and where it belongs."""

from datetime import datetime, timedelta
from pathlib import Path

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.engine.commands import approvals, snooze, takeback
from opsconsole.engine.commands.dismissal import dismiss
from opsconsole.policy.insights.counts import DecisionCounts
from opsconsole.store.queries.views.insights import Insights, insights
from opsconsole.store.writes import pairs as write_pairs
from tests.support.rig import ANN, Rig, agent, call, mail, rig

REPLY = call("desk.reply", to=ANN, text="We are on it.")
TICKET = call("desk.create_ticket", title="Look")
ASK = call("person.ask", question="Which plan is it?")
MICRO = timedelta(microseconds=1)
DAY = timedelta(days=1)


def patient(name: str = "mira", **changes: object) -> AgentSpec:
    """An agent whose cards wait for half a year."""
    return agent(name, level=2, approvals={"expires_h": 4_000, "veto_s": 60}, **changes)


def of(r: Rig, *, until: datetime | None = None, days: int = 7, name: str | None = None) -> Insights:
    return insights(r.engine.reader, until=until or r.clock.now() + MICRO, days=days, agent=name)


async def test_a_card_counts_as_asked_where_it_was_asked_and_as_decided_where_it_was_decided(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], patient()) as r:
        await r.take(mail())
        asked_at = r.clock.now()
        await r.wait(days=8)
        await r.approve(r.waiting()[0].id)
        decided_at = r.clock.now()
        found = of(r)
        assert (found.now.asked, found.now.decided, found.now.approved) == (0, 1, 1)
        assert (found.before.asked, found.before.decided) == (1, 0)
        assert found.now.median_s == 8 * 86_400
        # Half open: the first moment of a time is in it, the moment at its end is not.
        assert of(r, until=asked_at).now.asked == 0
        assert of(r, until=asked_at + 7 * DAY).now.asked == 1
        assert of(r, until=asked_at + 7 * DAY + MICRO).now.asked == 0
        assert of(r, until=asked_at + 7 * DAY + MICRO).before.asked == 1
        assert of(r, until=asked_at + 14 * DAY).before.asked == 1
        assert of(r, until=asked_at + 14 * DAY + MICRO).before.asked == 0
        assert of(r, until=decided_at).now.decided == 0
        assert of(r, until=decided_at + 7 * DAY).now.decided == 1
        assert of(r, until=decided_at + 7 * DAY + MICRO).before.decided == 1


async def test_nothing_decided_is_no_share_at_all(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], patient()) as r:
        assert of(r).is_empty
        await r.take(mail())
        found = of(r)
        assert not found.is_empty and found.nothing.startswith("Too few decisions yet: 0 requests decided")
        assert found.now == DecisionCounts(asked=1)
        assert (found.now.approval_share, found.now.edited_share, found.now.oversight_s) == (None, None, None)


async def test_what_was_taken_back_is_one_card_and_an_approval_that_did_not_last(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], patient()) as r:
        await r.take(mail())
        await r.wait(minutes=10)
        await r.approve(r.waiting()[0].id)
        await r.say(takeback.undo, 1)
        found = of(r).now
        assert (found.asked, found.decided, found.taken_back, found.overturned, found.given) == (1, 0, 1, 1, 1)
        await r.wait(minutes=10)
        await r.say(approvals.reject, r.waiting()[0].id, reason="Not so.")
        found = of(r).now
        assert (found.asked, found.decided, found.ruled, found.approved, found.rejected) == (1, 1, 1, 0, 1)
        assert (found.overturned, found.given, found.median_s) == (1, 1, 1200), "timed from when it was asked first"


async def test_a_no_that_was_taken_back_is_no_approval_that_was_overturned(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], patient()) as r:
        await r.take(mail())
        await r.say(approvals.reject, 1, reason="Not so.")
        await r.say(takeback.undo, 1)
        await r.approve(r.waiting()[0].id)
        found = of(r).now
        assert (found.asked, found.decided, found.approved, found.given, found.overturned) == (1, 1, 1, 1, 0)


async def test_an_approval_whose_deed_was_undone_was_overturned_and_counts_as_given(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], patient()) as r:
        await r.take(mail(1), mail(2))
        for card in r.waiting():
            await r.approve(card.id)
        await r.wait(seconds=61)
        assert of(r).now.overturned == 0
        await r.say(takeback.undo, 1)
        await r.wait(minutes=1)
        assert r.engine.reader.execute("SELECT state FROM effect ORDER BY id").fetchall() == [("undone",), ("done",)]
        found = of(r).now
        assert (found.approved, found.undone, found.overturned, found.given) == (2, 1, 1, 2)


async def test_an_approval_that_was_judged_against_afterwards_was_overturned(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], patient()) as r:
        await r.take(mail())
        await r.approve(1)
        await judge(r, Adjudication.HUMAN)
        assert of(r).now.overturned == 0, "nothing was done for it yet"
        await r.wait(seconds=61)
        assert (of(r).now.judged_wrong, of(r).now.overturned) == (1, 1)
        await judge(r, Adjudication.BOTH)
        await judge(r, Adjudication.NEITHER, is_repeat=True)
        assert of(r).now.overturned == 0, "the latest word that is no repeat holds"
        r.is_forged = True


async def judge(r: Rig, verdict: Adjudication, *, is_repeat: bool = False) -> None:
    new = write_pairs.NewPair(
        source="live", agent="mira", version=1, event=1, run=1, subject=1, category="case", confidence=1.0,
        about="a", occurred_at=r.clock.now(), agreement=Agreement.DIFFERS, severity=Severity.MINOR, is_blind=True,
        is_failed=False, excluded="", body={},
    )  # fmt: skip
    now = r.clock.now()
    await r.engine.writer.write(lambda tx: write_pairs.add_pair(tx, new, now=now), name="test")
    await r.engine.writer.write(
        lambda tx: write_pairs.add_adjudication(
            tx, 1, verdict, is_repeat=is_repeat, actor="person:test", content=None, now=now
        ),
        name="test",
    )


async def test_edited_counts_as_approved_and_answers_to_questions_as_neither(tmp_path: Path) -> None:
    async with rig(tmp_path / "do", [TICKET], patient()) as r:
        await r.take(mail(1), mail(2), mail(3))
        first, second, third = (card.id for card in r.waiting())
        await r.approve(first, edited={"title": "Look again"})
        await r.approve(second)
        await r.say(approvals.ignore, third)
        found = of(r).now
        assert (found.ruled, found.approved, found.edited, found.rejected) == (3, 2, 1, 0)
        assert (found.approval_share, found.edited_share) == (2 / 3, 1 / 2)
    async with rig(tmp_path / "ask", [ASK], patient()) as r:
        await r.take(mail())
        await r.say(approvals.respond, 1, answer="The large one.")
        found = of(r).now
        assert (found.decided, found.ruled, found.approval_share, found.timed) == (1, 0, None, 1)


async def test_expired_is_what_nobody_decided_by_its_deadline(tmp_path: Path) -> None:
    spec = agent(level=2, approvals={"expires_h": 4, "on_expiry": "lapse"})
    async with rig(tmp_path, [TICKET], spec) as r:
        await r.take(mail(1), mail(2))
        await r.approve(1)
        await r.wait(seconds=11)
        await r.wait(hours=5)
        assert (of(r).now.expired, of(r).now.decided) == (1, 1)
        expired_at = r.clock.now()
        assert of(r, until=expired_at).now.expired == 0
        assert of(r, until=expired_at + 7 * DAY).now.expired == 1
        assert of(r, until=expired_at + 7 * DAY + MICRO).now.expired == 0
        assert of(r, until=expired_at + 14 * DAY).before.expired == 1
        assert of(r, until=expired_at + 14 * DAY + MICRO).before.expired == 0


async def test_what_ended_with_its_agent_did_not_expire(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], patient()) as r:
        await r.take(mail())
        now = r.clock.now()
        await r.engine.writer.write(
            lambda tx: dismiss(r.kernel, tx, "mira", actor="person:test", reason="Not needed."), name="test"
        )
        assert r.waiting() == []
        assert of(r, until=now + DAY).now == DecisionCounts(asked=1)


async def test_what_came_too_late_and_is_asked_again_is_another_card(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], patient()) as r:
        await r.take(mail())
        await r.approve(1)
        await r.wait(minutes=5)
        found = of(r).now
        assert (found.asked, found.decided, found.approved, found.overturned) == (2, 1, 1, 0)


async def test_a_card_that_was_put_off_is_decided_but_not_timed(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], patient()) as r:
        await r.take(mail(1), mail(2), mail(3))
        await r.say(snooze.snooze, 1, until=r.clock.now() + DAY)
        await r.say(snooze.snooze, 2, until=r.clock.now() + DAY)
        await r.wait(hours=1)
        await r.say(snooze.wake, 2)
        for number in (1, 2, 3):
            await r.approve(number)
        found = of(r).now
        assert (found.decided, found.timed, found.median_s) == (3, 1, 3600)
        assert found.oversight_s == 3 * 3600, "all that was decided, at the median of what was timed"


async def test_the_cards_of_one_agent_are_asked_for_alone(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], patient(), patient("nora")) as r:
        await r.take(mail(1), mail(2))
        for card in r.waiting():
            if card.agent_id == "mira":
                await r.approve(card.id)
        both, mira, nora = of(r), of(r, name="mira"), of(r, name="nora")
        assert (both.now.asked, both.now.decided) == (4, 2)
        assert (mira.now.asked, mira.now.decided) == (2, 2)
        assert (nora.now.asked, nora.now.decided) == (2, 0)
        assert of(r, name="nobody").is_empty

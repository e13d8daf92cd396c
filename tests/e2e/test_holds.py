"""What holds, parks or binds an action that is otherwise allowed: each with its binding rule in the audit."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel

from opsconsole.doubles.clock import FakeClock
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import approvals, takeback
from opsconsole.engine.commands.decisions import Grant
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store.rows import Reader
from opsconsole.store.writes import desk
from tests.support.rig import ANN, agent, call, mail, rig
from tests.support.running import beside

TICKET = call("desk.create_ticket", title="Look", queue="tech")
THANKS = "Thank you, we have your mail."
ACK = call("desk.acknowledge", to=ANN, text=THANKS, slots={"to": (ANN,), "text": ()})
RAISED = [{"action": "desk.acknowledge", "ceiling": "irreversible", "reason": "a template to a verified sender"}]


def ruled(entries: list[dict[str, object]]) -> str:
    return " | ".join(str(reason) for entry in entries for reason in entry["reasons"])  # type: ignore[attr-defined]


async def test_quiet_hours_hold_until_the_morning(tmp_path: Path) -> None:
    quiet = [{"actions": ["desk.acknowledge"], "from": "20:00", "to": "07:00", "zone": "Europe/Berlin"}]
    clock = FakeClock(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    async with rig(tmp_path, [ACK], agent(quiet_hours=quiet, raised=RAISED), clock=clock) as r:
        await r.take(mail(occurred_at=clock.now()))
        assert r.waiting() == [] and r.sent() == []
        assert "quiet_hours" in ruled(r.audit("action.ruled"))
        await r.wait(hours=7, minutes=59)
        assert r.sent() == []
        await r.wait(minutes=1, seconds=30)
        assert r.sent() == [THANKS] and r.run().state == "done"


async def test_quiet_hours_in_the_zone_of_the_recipient(tmp_path: Path) -> None:
    quiet = [{"actions": ["desk.acknowledge"], "from": "20:00", "to": "07:00", "zone": "recipient", "fallback": "UTC"}]
    clock = FakeClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    contact = {"email": ANN, "zone": "Pacific/Auckland"}
    async with rig(tmp_path, [ACK], agent(quiet_hours=quiet, raised=RAISED), clock=clock) as r:
        await r.engine.writer.write(
            lambda tx: desk.create(tx, "contact", contact, actor="person:test", now=clock.now()), name="desk.do"
        )
        await r.take(mail(occurred_at=clock.now()))
        await r.wait(seconds=11)
        assert r.sent() == [], "it is ten in the evening there"


async def test_quiet_hours_hold_for_the_recipient_whose_zone_is_not_known_too(tmp_path: Path) -> None:
    class Deed(BaseModel):
        what: str
        to: tuple[str, ...] = ()

    class Zoned(FakeConnector):
        def zone_of(self, conn: Reader, address: str) -> str:
            return "Asia/Kolkata" if address == ANN else ""

    quiet = [{"from": "20:00", "to": "07:00", "zone": "recipient", "fallback": "America/New_York"}]
    clock, out = FakeClock(datetime(2026, 11, 23, 11, 0, tzinfo=UTC)), Zoned(schema=Deed)
    send = call("out.send", what="x", to=[ANN, "bob@quay.example"], slots={"what": (), "to": ()})
    trust = {"addresses": ["bob@quay.example"]}
    raised = [{"action": "out.send", "ceiling": "first_contact", "reason": "they know us"}]
    spec = agent(quiet_hours=quiet, trust=trust, raised=raised)
    async with rig(tmp_path, [send], spec, connectors=beside(out), clock=clock) as r:
        await r.take(mail(occurred_at=clock.now()))
        assert out.calls == [] and r.waiting() == [], "six in the morning where those live who are not known"
        await r.wait(hours=1, seconds=1)
        assert len(out.calls) == 1


async def test_an_approval_in_quiet_hours_says_when_and_only_what_holds_it(tmp_path: Path) -> None:
    quiet = [{"actions": ["desk.create_ticket"], "from": "20:00", "to": "07:00", "zone": "Europe/Berlin"}]
    clock = FakeClock(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    async with rig(tmp_path, [TICKET], agent(level=2, quiet_hours=quiet), clock=clock) as r:
        await r.take(mail(occurred_at=clock.now()))
        (card,) = r.waiting()
        result = await r.approve(card.id)
        assert result.at == datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
        assert result.held_by == ("quiet hours 20:00 to 07:00",)


async def test_an_acknowledgement_by_template_goes_out_at_three_in_the_morning(tmp_path: Path) -> None:
    clock = FakeClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))
    async with rig(tmp_path, [ACK], agent(raised=RAISED), clock=clock) as r:
        await r.take(mail(occurred_at=clock.now()))
        await r.wait(seconds=11)
        assert r.sent() == [THANKS] and r.waiting() == []


async def test_the_same_to_an_unverified_sender_asks(tmp_path: Path) -> None:
    async with rig(tmp_path, [ACK], agent(raised=RAISED)) as r:
        await r.take(mail(is_verified=False))
        await r.wait(minutes=1)
        assert r.sent() == [] and len(r.waiting()) == 1
        assert "provenance_destination" in ruled(r.audit("action.ruled"))


async def test_grant_used_and_expired(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], agent(level=2)) as r:
        await r.take(mail(1))
        (card,) = r.waiting()
        await r.approve(card.id, grant=Grant(timedelta(days=2), ("queue",), uses=None))
        await r.wait(seconds=11)
        assert r.count("desk_ticket") == 1
        await r.take(mail(2))
        assert r.waiting() == [] and r.count("desk_ticket") == 2
        assert "grant" in ruled(r.audit("action.ruled")[1:])
        r.clock.move(days=3)
        await r.take(mail(3, occurred_at=r.clock.now()))
        assert len(r.waiting()) == 1 and r.count("desk_ticket") == 2
        assert "autonomy: autonomy level 2" in ruled(r.audit("action.ruled")[2:])


async def test_a_grant_is_for_its_pinned_arguments_and_its_number_of_uses(tmp_path: Path) -> None:
    def queue_of(number: int) -> str:
        return "billing" if number == 2 else "tech"

    def script(view: RunView) -> Turn:
        if view.past:
            return Turn(category="case", final="done")
        queue = queue_of(int(view.event.title.split()[-1]))
        return Turn(category="case", proposals=(call("desk.create_ticket", title="Look", queue=queue),))

    async with rig(tmp_path, script, agent(level=2)) as r:
        await r.take(mail(1))
        await r.approve(r.waiting()[0].id, grant=Grant(timedelta(days=2), ("queue",), uses=1))
        await r.wait(seconds=11)
        await r.take(mail(2))
        assert len(r.waiting()) == 1, "another queue is another thing"
        await r.take(mail(3))
        assert len(r.waiting()) == 1, "used once"
        await r.take(mail(4))
        assert len(r.waiting()) == 2, "used up"


async def test_budget_cap_parks_and_drops_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], agent(budgets={"actions_per_hour": 2})) as r:
        await r.take(*(mail(number) for number in range(1, 6)))
        assert r.count("desk_ticket") == 2 and len(r.waiting()) == 3
        assert "budget: parked at cap" in ruled(r.audit("action.ruled"))
        for card in r.waiting():
            await r.approve(card.id)
        await r.wait(seconds=11)
        assert r.count("desk_ticket") == 5


@pytest.mark.parametrize("budget", ["actions_per_hour", "actions_per_day", "per_recipient_per_day"])
async def test_what_was_taken_back_before_it_was_done_uses_up_no_cap(tmp_path: Path, budget: str) -> None:
    async with rig(tmp_path, [ACK], agent(budgets={budget: 1})) as r:
        await r.take(mail(1))
        await r.approve(r.waiting()[0].id)
        await r.say(takeback.undo, 1)
        await r.say(approvals.reject, r.waiting()[0].id, reason="no")
        await r.take(mail(2))
        assert "budget" not in ruled(r.audit("action.ruled")), "nothing was done yet"
        await r.approve(r.waiting()[0].id)
        await r.take(mail(3))
        assert "budget" in ruled(r.audit("action.ruled")), "what is on its way counts"


async def test_kill_switch_inside_the_veto_window(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.reply", to=ANN, text="Hello.")], agent()) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        await r.pause()
        await r.wait(seconds=30)
        assert r.sent() == []
        assert "kill_switch" in ruled(r.audit("effect.held"))
        await r.resume()
        await r.settle()
        assert r.sent() == ["Hello."] and r.run().state == "done"


async def test_a_switch_that_stayed_on_for_long_asks_again(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.reply", to=ANN, text="Hello.")], agent()) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        await r.pause("agent:mira")
        await r.wait(hours=1)
        await r.resume("agent:mira")
        await r.settle()
        assert r.sent() == [] and len(r.waiting()) == 1
        (again,) = r.audit("effect.asked_again")
        assert "late" in str(again["because"])


async def test_paused_agents_start_nothing_and_lose_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path, [TICKET], agent()) as r:
        await r.pause("agent:mira")
        await r.take(mail(1), mail(2))
        assert r.count("desk_ticket") == 0 and r.run().state == "queued"
        await r.resume("agent:mira")
        await r.settle()
        assert r.count("desk_ticket") == 2


async def test_already_done_asks(tmp_path: Path) -> None:
    subject = mail().subject
    async with rig(tmp_path, [TICKET], agent()) as r:
        await r.take(mail(1))
        await r.take(mail(2, subject=subject))
        assert r.count("desk_ticket") == 1 and len(r.waiting()) == 1
        assert "already_done: already on its way here: create ticket" in ruled(r.audit("action.ruled"))


async def test_late_after_sleep(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.reply", to=ANN, text="Hello.")], agent()) as r:
        await r.take(mail())
        (card,) = r.waiting()
        await r.approve(card.id)
        await r.wait(minutes=5)
        assert r.sent() == [], "more than a minute past its time: asked again"
        (again,) = r.waiting()
        assert again.because == "asked again: it is 4 minutes late (sleep, restart or pause)"
        await r.approve(again.id)
        await r.wait(seconds=11)
        assert r.sent() == ["Hello."]


async def test_an_old_event_asks_before_acting(tmp_path: Path) -> None:
    async with rig(tmp_path, [ACK], agent(raised=RAISED)) as r:
        await r.take(mail(occurred_at=r.clock.now() - timedelta(days=9)))
        await r.wait(minutes=1)
        assert r.sent() == [] and len(r.waiting()) == 1
        assert "late: late: the event is 9 days old" in ruled(r.audit("action.ruled"))


async def test_a_demotion_binds_inside_the_veto_window(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.reply", to=ANN, text="Hello.")], agent()) as r:
        await r.take(mail())
        await r.approve(r.waiting()[0].id)
        await r.hire(agent(stage={"default": "shadow"}))
        await r.wait(seconds=11)
        assert r.sent() == [] and r.states() == ["desk.reply refused"]
        assert "stage: category case is in shadow" in ruled(r.audit("effect.void"))

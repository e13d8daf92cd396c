"""What a person took back is asked anew: escalated as it was, and recorded with all that the new request is."""

from pathlib import Path

from opsconsole.engine.commands import approvals, takeback
from tests.support.rig import ANN, agent, call, mail, rig

REPLY = call("desk.reply", to=ANN, text="We are on it.")


async def test_a_request_that_was_escalated_stays_so(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=2)) as r:
        await r.take(mail())
        await r.wait(hours=49)
        (before,) = r.waiting()
        assert before.is_escalated
        await r.say(approvals.reject, before.id, reason="Not so.")
        await r.say(takeback.undo, before.id)
        (after,) = r.waiting()
        assert after.is_escalated and after.expires_at == before.expires_at


async def test_at_its_last_instant_a_request_gets_a_fresh_deadline_and_the_record_says_so(tmp_path: Path) -> None:
    spec = agent(level=2, approvals={"expires_h": 4, "on_expiry": "lapse"})
    async with rig(tmp_path, [REPLY], spec) as r:
        await r.take(mail())
        (before,) = r.waiting()
        await r.say(approvals.reject, before.id, reason="Not so.")
        assert before.expires_at is not None
        r.clock.move(seconds=(before.expires_at - r.clock.now()).total_seconds())
        await r.say(takeback.undo, before.id)
        (after,) = r.waiting()
        asked = r.audit("approval.asked")[-1]
        assert after.expires_at is not None and after.expires_at > before.expires_at
        assert (asked["actor"], asked["run"], asked["action"]) == ("agent:mira", 1, before.action_id)
        assert (asked["approval"], asked["card"]) == (after.id, after.digest)
        assert asked["until"] == after.expires_at.isoformat()

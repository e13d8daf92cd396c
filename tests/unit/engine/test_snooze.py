"""A request that is put off is hidden until its time, and its own end does not move."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from opsconsole.domain.errors import DecisionError, StaleCardError
from opsconsole.engine.commands import snooze
from opsconsole.engine.commands.results import DecisionOutcome
from opsconsole.store.queries import approvals
from tests.support.rig import agent, call, mail, rig


async def test_a_request_is_hidden_until_its_time(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.create_ticket", title="Look")], agent(level=2)) as r:
        await r.take(mail())
        (asked,) = r.waiting()
        now = r.clock.now()
        result = await r.say(snooze.snooze, asked.id, until=now + timedelta(hours=1), digest=asked.digest)
        assert result.outcome is DecisionOutcome.PUT_OFF and result.at == now + timedelta(hours=1)
        reader = r.engine.reader
        assert approvals.waiting_approvals(reader, now=r.clock.now()) == []
        assert approvals.waiting_count(reader, now=r.clock.now()) == 0 and approvals.waiting_count(reader) == 1
        assert len(r.audit("approval.snoozed")) == 1
        await r.wait(hours=1)
        (back,) = approvals.waiting_approvals(reader, now=r.clock.now())
        assert replace(back, snoozed_until=None) == asked


async def test_what_is_put_off_can_be_shown_again_at_once(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.create_ticket", title="Look")], agent(level=2)) as r:
        await r.take(mail())
        (asked,) = r.waiting()
        await r.say(snooze.snooze, asked.id, until=r.clock.now() + timedelta(hours=1))
        await r.say(snooze.wake, asked.id)
        assert approvals.waiting_count(r.engine.reader, now=r.clock.now()) == 1
        (woken,) = r.waiting()
        assert woken.snoozed_until == r.clock.now(), "that it was put off stays known"


async def test_it_is_not_put_off_beyond_its_end_nor_into_the_past_nor_unseen(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.create_ticket", title="Look")], agent(level=2)) as r:
        await r.take(mail())
        (asked,) = r.waiting()
        assert asked.expires_at is not None
        with pytest.raises(DecisionError, match="has to be decided by"):
            await r.say(snooze.snooze, asked.id, until=asked.expires_at)
        with pytest.raises(DecisionError, match="past"):
            await r.say(snooze.snooze, asked.id, until=r.clock.now())
        with pytest.raises(StaleCardError):
            await r.say(snooze.snooze, asked.id, until=r.clock.now() + timedelta(hours=1), digest="0" * 64)
        assert approvals.waiting_count(r.engine.reader, now=r.clock.now()) == 1

"""Effects whose connection was removed, or became another, while they were on their way."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import AmbiguousError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.store.queries import events
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import connections
from tests.support.rig import agent, call, mail, rig
from tests.support.running import beside, state


async def test_what_was_sent_is_noted_though_its_connection_was_removed_meanwhile(tmp_path: Path) -> None:
    stranger = "zoe@quay.example"

    async def removed_meanwhile(_: Call) -> Result:
        r.engine.registry.replace(["out"], [])
        return Result(is_ok=True)

    out = FakeConnector(removed_meanwhile)
    async with rig(tmp_path, [call("out.send", what="x", to=stranger)], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        if asked := r.waiting():
            await r.approve(asked[0].id)
            await r.wait(seconds=11)
        assert state(r) == ["done"]
        assert events.is_known_correspondent(r.engine.reader, "desk", stranger)
        assert r.engine.reader.execute("SELECT what FROM subject_change WHERE run_id = 1").fetchall() == [("send",)]


async def in_doubt(_: Call) -> Result:
    raise AmbiguousError("no answer")


@pytest.mark.parametrize("facts", [{"is_findable": True, "arrival_s": 0.0}, {"is_idempotent": True}])
@pytest.mark.parametrize("since", [timedelta(seconds=1), timedelta(seconds=-1)])
async def test_what_went_through_a_connection_that_may_be_another_account_now_is_asked_about(
    tmp_path: Path, facts: dict[str, Any], since: timedelta
) -> None:
    out = FakeConnector(in_doubt, **facts)
    async with rig(tmp_path, [call("out.do", what="x")], agent(), connectors=beside(out)) as r:

        def anew(tx: Transaction) -> None:
            connections.put(tx, "out", kind="http", config={}, now=r.clock.now())
            connections.settle(tx, "out", now=r.clock.now() + since)

        await r.take(mail())
        await r.engine.writer.write(anew, name="connect")
        await r.wait(seconds=2)
        if since < timedelta(0):
            assert r.waiting() == [] and len(out.calls) == 2, "it was the same one all the time"
            return
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.UNKNOWN and "out was connected anew since" in asked.because
        assert len(out.calls) == 1 and state(r) == ["unknown"]

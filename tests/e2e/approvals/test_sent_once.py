"""What was sent once, and is not there: a person is asked again, in words that are true of it."""

from pathlib import Path

from pydantic import BaseModel

from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.enums import ApprovalKind, Effect
from opsconsole.domain.errors import AmbiguousError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.ui.panels.approvals.rows import reasons
from tests.support.rig import agent, call, mail, rig
from tests.support.running import beside

DO = call("out.do", what="x")


class Lost(FakeConnector):
    """It gives no clear answer, and what it was told is never found there."""

    def __init__(self, *, arrival_s: float) -> None:
        async def execute(_: Call) -> Result:
            raise AmbiguousError("no answer")

        super().__init__(execute, is_findable=True, arrival_s=arrival_s)


async def test_what_was_looked_for_by_the_products_own_time_is_asked_about_as_sent_once_and_not_as_late(
    tmp_path: Path,
) -> None:
    arrival_s = ActionType(name="out.do", title="do", effect=Effect.INTERNAL, arguments=BaseModel).arrival_s
    out = Lost(arrival_s=arrival_s)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(seconds=arrival_s + 1)
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.ACTION and len(out.calls) == 1
        assert asked.because.startswith("it may have been done already: its answer was lost")
        assert "late" not in asked.because and len(reasons(asked.because)) == 1

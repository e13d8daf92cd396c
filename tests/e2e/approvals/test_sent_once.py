"""What was sent once, and is not there: a person is asked again, in words that are true of it."""

from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel

from opsconsole.connectors.mail.config import MailConfig
from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.enums import ApprovalKind, Effect
from opsconsole.domain.errors import AmbiguousError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands.cards import card
from opsconsole.ui.panels.approvals.batch.spread import groups
from opsconsole.ui.panels.approvals.card.data import load_cards, notices
from opsconsole.ui.panels.approvals.rows import reasons, rows_of
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


async def test_what_may_have_been_done_says_so_before_anything_else(tmp_path: Path) -> None:
    """As with mail: looked for after two minutes and not found; some systems change what they keep beyond finding."""
    out = Lost(arrival_s=MailConfig.model_fields["arrival_s"].default)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(minutes=3)
        (asked,) = r.waiting()
        assert (len(out.calls), asked.kind) == (1, ApprovalKind.ACTION)
        assert asked.because.startswith("it may have been done already")
        shown = await card(r.engine.kernel, asked.id)
        assert shown.intent.startswith("Perhaps done already: ") and shown.is_perhaps_done
        (row,) = rows_of(r.engine.kernel, [asked.id]).values()
        assert row.title == shown.intent and row.is_perhaps_done
        (view,) = await load_cards(r.engine.kernel, [asked.id])
        assert notices(view)[0].text.startswith("It may have been done already")
        assert groups([row, replace(row, id=2)]) == {}, "never decided together with others"
        await r.approve(asked.id)
        await r.wait(seconds=11)
        assert len(out.calls) == 2


async def test_what_is_late_and_was_never_on_its_way_is_no_doubt(tmp_path: Path) -> None:
    out = Lost(arrival_s=0.0)
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        (asked,) = r.waiting()
        await r.approve(asked.id)
        await r.wait(minutes=5)
        (again,) = r.waiting()
        assert "late" in again.because and not (await card(r.engine.kernel, again.id)).is_perhaps_done

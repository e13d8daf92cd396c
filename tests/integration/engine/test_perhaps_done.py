"""What may have been done already says so before it is done again; what another system puts off is tried for longer."""

from dataclasses import replace
from pathlib import Path

from opsconsole.connectors.mail.config import MailConfig
from opsconsole.domain.action import Call, Result
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import AmbiguousError, TransientError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands.cards import card
from opsconsole.engine.effects.waits import TRIES, backoff_s
from opsconsole.ui.panels.approvals.batch.spread import groups
from opsconsole.ui.panels.approvals.card.data import load_cards, notices
from opsconsole.ui.panels.approvals.rows import rows_of
from tests.support.rig import agent, call, mail, rig
from tests.support.running import beside, state

DO = call("out.do", what="x")


class Lost(FakeConnector):
    """Gives no clear answer, and what it did is not found."""

    def __init__(self) -> None:
        async def execute(_: Call) -> Result:
            raise AmbiguousError("no answer")

        super().__init__(execute, is_findable=True, arrival_s=MailConfig.model_fields["arrival_s"].default)

    async def find(self, call: Call) -> Result | None:
        return None


async def test_what_may_have_been_done_says_so_before_anything_else(tmp_path: Path) -> None:
    """As with mail: looked for after two minutes and not found; some systems change what they keep beyond finding."""
    out = Lost()
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


async def test_a_doubt_is_told_again_however_often_it_is_asked(tmp_path: Path) -> None:
    out = Lost()
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        await r.wait(minutes=3)
        (asked,) = r.waiting()
        await r.approve(asked.id)
        await r.pause()
        await r.wait(hours=8)
        await r.resume()
        await r.wait(minutes=1)
        (again,) = r.waiting()
        assert again.because.startswith("it may have been done already") and "8 hours late" in again.because
        assert (await card(r.engine.kernel, again.id)).is_perhaps_done and len(out.calls) == 1


async def test_what_is_late_and_was_never_on_its_way_is_no_doubt(tmp_path: Path) -> None:
    out = Lost()
    async with rig(tmp_path, [DO], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        (asked,) = r.waiting()
        await r.approve(asked.id)
        await r.wait(minutes=5)
        (again,) = r.waiting()
        assert "late" in again.because and not (await card(r.engine.kernel, again.id)).is_perhaps_done


async def test_a_system_that_is_worth_more_tries_gets_them(tmp_path: Path) -> None:
    async def later(_: Call) -> Result:
        raise TransientError("greylisted", tries=TRIES + 3)

    out = FakeConnector(later)
    async with rig(tmp_path, [DO], agent(), connectors=beside(out)) as r:
        await r.take(mail())
        for attempt in range(1, TRIES + 3):
            await r.wait(seconds=backoff_s(attempt) + 0.5)
        assert len(out.calls) == TRIES + 3 and state(r) == ["failed"]
        assert r.actions()[0].result == {"ok": False, "error": "gave up after 8 tries: greylisted"}

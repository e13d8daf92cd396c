"""Around a dismissal: grants, pauses, who is hired again, and that it is whole or not at all."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.errors import DecisionError, FileFormatError, NotFoundError, StaleCardError
from opsconsole.engine.agents import versions as agentversions
from opsconsole.engine.commands import dismissal, recommendations
from opsconsole.engine.commands.decisions import Grant
from opsconsole.engine.commands.dismissal import WHY
from opsconsole.engine.commands.results import RecommendationOutcome
from opsconsole.store.crosscheck import crosscheck
from opsconsole.store.queries import grants, limits, runs, versions
from opsconsole.store.queries.dismissals import dismissal as dismissed
from opsconsole.store.queries.views.overview import overview
from opsconsole.store.transaction import Transaction
from tests.e2e.agents.dismissing import dismiss, hire_again
from tests.support.rig import ANN, agent, call, mail, rig

REPLY = call("desk.reply", to=ANN, text="We are on it.")
DO = call("out.do", what="x")


async def test_its_grants_are_revoked_and_pauses_stay(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=2)) as r:
        await r.take(mail())
        given = Grant(pinned=("to",), lasts=timedelta(days=7))
        await r.approve(r.waiting()[0].id, grant=given)
        await r.pause("agent:mira")
        assert (await dismiss(r)).grants == 1
        assert overview(r.engine.reader, since=r.clock.now(), now=r.clock.now()).paused == ()
        assert grants.in_force(r.engine.reader, now=r.clock.now()) == [] and len(r.audit("grant.revoked")) == 1
        await hire_again(r)
        assert overview(r.engine.reader, since=r.clock.now(), now=r.clock.now()).paused == ("agent:mira",)
        assert "agent:mira" in limits.paused(r.engine.reader), "who is hired again comes paused"
        await r.resume("agent:mira")
        await r.take(mail(2))
        assert len(r.waiting()) == 1, "nothing is allowed from before"


async def test_what_it_recommended_cannot_be_done_for_it_any_more(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=1)) as r:
        await r.take(mail())
        (action,) = r.actions()
        assert action.state == "recommended"
        await dismiss(r)
        said = await r.engine.writer.write(
            lambda tx: recommendations.do_it(r.kernel, tx, action.id, actor="person:test"), name="do"
        )
        assert said.outcome is RecommendationOutcome.NOT_ALLOWED and WHY in said.why and r.count("effect") == 0


async def test_who_is_hired_again_works_as_a_new_version_in_the_stage_of_the_file(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=2)) as r:
        await r.take(mail(1))
        await dismiss(r)
        await r.take(mail(2))
        await r.hire(agent(level=2, stage={"default": "shadow"}))
        row = agentversions.in_use(r.engine.reader, "mira")
        assert row.number == 2 and dismissed(r.engine.reader, "mira") is None
        await r.take(mail(3))
        assert r.run(2).event_id == 3 and r.states(2) == ["desk.reply simulated"]
        assert [r.run(1).state, r.waiting()] == ["cancelled", []], "what ended stays ended"
        await dismiss(r)
        made = await hire_again(r, 1)
        assert made.number == 3 and made.is_new
        await r.take(mail(4))
        assert len(r.waiting()) == 1, "as its first version said"
        with pytest.raises(DecisionError, match="in use again already"):
            await hire_again(r, 2)


async def test_hired_again_as_it_was_it_does_not_accept_tools_that_changed_meanwhile(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        await dismiss(r)
        await r.engine.writer.write(
            lambda tx: tx.conn.execute('UPDATE agent_version SET tools = \'{"desk.reply": "another"}\''), name="test"
        )
        await hire_again(r)
        assert agentversions.in_use(r.engine.reader, "mira").tools["desk.reply"] == "another"


async def test_whether_it_could_be_hired_again_as_it_was_depends_on_what_its_file_names(tmp_path: Path) -> None:
    gone = agent("nora", autonomy={"default": 2, "actions": {"gone.tool": 2}})
    async with rig(tmp_path, [REPLY], agent(), gone) as r:
        assert dismissal.can_return(r.kernel, r.engine.reader, "mira", 1)
        assert not dismissal.can_return(r.kernel, r.engine.reader, "nora", 1)
        await dismiss(r, "nora")
        with pytest.raises(FileFormatError, match="gone"):
            await r.engine.writer.write(
                lambda tx: dismissal.hire_again(r.kernel, tx, "nora", 1, actor="person:test"), name="agent.restore"
            )
        assert versions.current_version_of(r.engine.reader, "nora") is None


async def test_nobody_is_dismissed_twice_unknown_or_unseen(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        with pytest.raises(NotFoundError, match="No agent nora"):
            await dismiss(r, "nora")
        await r.hire(agent(level=2))
        with pytest.raises(StaleCardError, match="version 2 of mira came into use"):
            await dismiss(r, seen=1)
        await dismiss(r, seen=2)
        with pytest.raises(DecisionError, match="dismissed already"):
            await dismiss(r)
        with pytest.raises(NotFoundError, match="mira was dismissed"):
            agentversions.in_use(r.engine.reader, "mira")
        assert len(r.audit("agent.dismissed")) == 1


async def test_it_is_one_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the last of it cannot be written, nothing of it was."""
    async with rig(tmp_path, [REPLY], agent(level=2)) as r:
        await r.take(mail())
        (asked,) = r.waiting()
        audit = Transaction.audit

        def breaks(tx: Transaction, kind: str, **facts: Any) -> int:
            if kind == "agent.dismissed":
                raise RuntimeError("the power is gone")
            return audit(tx, kind, **facts)

        monkeypatch.setattr(Transaction, "audit", breaks)
        with pytest.raises(RuntimeError):
            await dismiss(r)
        assert r.waiting() == [asked] and versions.current_version_of(r.engine.reader, "mira") == 1
        assert r.run().state == "waiting" and r.audit("approval.lapsed") == []
        assert runs.has_timer(r.engine.reader, "approval_expiry", str(asked.id))


async def test_who_is_put_in_use_again_behind_the_record_is_found(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent()) as r:
        await dismiss(r)
        assert crosscheck(r.engine.reader) == ()
        await r.engine.writer.write(lambda tx: tx.conn.execute("UPDATE agent SET version_id = 1"), name="test.forge")
        r.is_forged = True
        (found,) = crosscheck(r.engine.reader)
        assert "what is in use of agent mira" in str(found)

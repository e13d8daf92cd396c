"""A recommendation is answered by a person; "do it for me" lifts the level and nothing else."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.enums import ActionState
from opsconsole.domain.errors import DecisionError, StaleCardError
from opsconsole.engine.commands import recommendations
from opsconsole.engine.commands.takeback import undo
from opsconsole.store.crosscheck import crosscheck
from opsconsole.store.queries.views import feed, simulated
from opsconsole.store.writes import events as write_events
from tests.support.rig import ANN, Rig, agent, call, mail, rig

TWO = {
    "purpose": "a test",
    "categories": [{"id": "case", "name": "Case"}, {"id": "other", "name": "Other"}],
}
REPLY = call("desk.reply", to=ANN, text="Hello.")


async def recommended(r: Rig) -> recommendations.NotExecuted:
    """Take a mail in; give the one recommendation."""
    await r.take(mail())
    (executed,) = recommendations.not_executed(r.kernel, ActionState.RECOMMENDED)
    return executed


async def say(r: Rig, verb: Any, action: str, **words: Any) -> Any:
    return await r.engine.writer.write(
        lambda tx: verb(r.kernel, tx, action, actor="person:test", **words), name="recommendation"
    )


def kinds(r: Rig, run: int) -> list[str]:
    return [entry["kind"] for entry in feed.audit_of_run(r.engine.reader, run)]


async def test_what_is_asked_for_is_done_once_and_leaves_the_list(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=1)) as r:
        action = await recommended(r)
        assert r.sent() == [] and "ann@harbour.example" in action.sentence
        result = await say(r, recommendations.do_it, action.row.action_id, digest=action.digest)
        assert result.is_done and result.decision is not None
        await r.wait(minutes=1)
        assert len(r.sent()) == 1
        assert recommendations.not_executed(r.kernel, ActionState.RECOMMENDED) == []
        assert {"recommendation.asked", "decision.approve"} <= set(kinds(r, action.row.run_id))
        with pytest.raises(DecisionError, match="answered already"):
            await say(r, recommendations.do_it, action.row.action_id)


async def test_it_can_be_taken_back_inside_its_window(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=1)) as r:
        action = await recommended(r)
        result = await say(r, recommendations.do_it, action.row.action_id)
        assert result.decision is not None and (await r.say(undo, result.decision.request)).is_done
        await r.wait(minutes=1)
        assert r.sent() == [] and len(r.waiting()) == 1


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"stage": {"default": "shadow"}}, "in shadow"),
        ({"scope": ["other"], "playbook": TWO}, "outside the agent's live scope"),
        ({"guardrails": [{"name": "no", "when": "true", "then": "refuse", "because": "never this"}]}, "never this"),
    ],
)
async def test_shadow_scope_and_guardrails_stand(tmp_path: Path, changes: dict[str, Any], word: str) -> None:
    async with rig(tmp_path, [REPLY], agent(level=1)) as r:
        action = await recommended(r)
        await r.hire(agent(level=1, **changes))
        result = await say(r, recommendations.do_it, action.row.action_id)
        assert not result.is_done and word in result.why and result.decision is None
        await r.wait(hours=1)
        assert r.sent() == [] and r.waiting() == []
        assert simulated.said_to(r.engine.reader, action.row.action_id) is None
        assert "recommendation.not_allowed" in kinds(r, action.row.run_id)


async def test_a_guardrail_that_came_after_the_word_stops_it(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=1)) as r:
        action = await recommended(r)
        await say(r, recommendations.do_it, action.row.action_id)
        await r.hire(agent(level=1, stage={"default": "shadow"}))
        await r.wait(minutes=1)
        assert r.sent() == []


async def test_a_pause_holds_it(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=1)) as r:
        action = await recommended(r)
        await r.pause()
        assert (await say(r, recommendations.do_it, action.row.action_id)).is_done
        await r.wait(seconds=30)
        assert r.sent() == []
        await r.resume()
        await r.settle()
        assert len(r.sent()) == 1


async def test_what_was_simulated_cannot_be_asked_for(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=1, stage={"default": "shadow"})) as r:
        await r.take(mail())
        (executed,) = recommendations.not_executed(r.kernel, ActionState.SIMULATED)
        for verb in (recommendations.do_it, recommendations.did_it):
            with pytest.raises(DecisionError):
                await say(r, verb, executed.row.action_id)
        assert r.sent() == []


async def test_done_by_hand_and_not_right_are_noted_and_can_be_taken_back(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=1)) as r:
        action = await recommended(r)
        with pytest.raises(DecisionError, match="Say why"):
            await say(r, recommendations.not_right, action.row.action_id, reason=" ")
        await say(r, recommendations.not_right, action.row.action_id, reason="She wrote again")
        assert recommendations.not_executed(r.kernel, ActionState.RECOMMENDED) == []
        await say(r, recommendations.take_back, action.row.action_id)
        await say(r, recommendations.did_it, action.row.action_id, digest=action.digest)
        assert kinds(r, action.row.run_id)[-1] == "recommendation.did_it" and r.sent() == []
        await say(r, recommendations.take_back, action.row.action_id)
        (again,) = recommendations.not_executed(r.kernel, ActionState.RECOMMENDED)
        assert again.changes == () and again.digest == action.digest


async def test_an_answer_that_the_record_does_not_know_is_found(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=1)) as r:
        action = await recommended(r)
        await say(r, recommendations.did_it, action.row.action_id)
        assert crosscheck(r.kernel.reader) == ()
        await r.engine.writer.write(
            lambda tx: tx.conn.execute("UPDATE recommendation SET verb = 'not_right'"), name="forge"
        )
        r.is_forged = True
        (found,) = crosscheck(r.kernel.reader)
        assert f"what was said to recommendation {action.row.action_id}" in found.what


async def test_what_was_shown_must_still_hold(tmp_path: Path) -> None:
    async with rig(tmp_path, [REPLY], agent(level=1)) as r:
        action = await recommended(r)
        r.clock.move(minutes=3)
        at, subject = r.clock.now(), action.row.subject_id
        await r.engine.writer.write(
            lambda tx: write_events.change_subject(tx, subject, at=at, what="answered", run=None), name="test.change"
        )
        with pytest.raises(StaleCardError):
            await say(r, recommendations.do_it, action.row.action_id, digest=action.digest)
        (again,) = recommendations.not_executed(r.kernel, ActionState.RECOMMENDED)
        assert again.changes == ("answered",)
        assert (await say(r, recommendations.do_it, action.row.action_id, digest=again.digest)).is_done

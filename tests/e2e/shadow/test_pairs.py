"""From a shadow run and a human's acts to a pair, a judgement and a precedent, on the real engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.domain.errors import DecisionError, NotFoundError
from opsconsole.domain.humanact import HumanAct
from opsconsole.doubles.brain import FakeBrain
from opsconsole.doubles.clock import FakeClock
from opsconsole.engine.pairs import judging, pairing
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.policy.windows import window_end
from opsconsole.store.queries import cases
from opsconsole.store.queries import pairs as read
from tests.support.rig import ANN, Rig, agent, call, mail, rig

MOVE = call("desk.move_mail", folder="Billing")
REPLY = call("desk.reply", to=ANN, text="We look into it, Ann.")
SHADOW = agent(stage={"default": "shadow"})
QUICK = timedelta(minutes=20)


def act(number: int, tool: str, at: datetime, subject: int = 1, **args: Any) -> HumanAct:
    return HumanAct(
        external_id=f"act{number}",
        subject=f"thread:<m{subject}@harbour.example>",
        tool=tool,
        args=args,
        actor="person:lena",
        at=at,
    )


async def did(r: Rig, number: int, tool: str, **args: Any) -> bool:
    return await r.engine.observe("desk", act(number, tool, r.clock.now(), **args))


def made(r: Rig) -> list[read.PairRow]:
    return read.pairs(r.engine.reader, newest_first=False)


async def test_the_same_act_makes_a_pair_that_agrees(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], SHADOW) as r:
        await r.take(mail())
        assert read.awaited_count(r.engine.reader) == 1
        await r.wait(minutes=5)
        assert await did(r, 1, "desk.move_mail", folder="billing")
        assert made(r) == []
        await r.wait(minutes=20)
        (pair,) = made(r)
        assert (pair.agreement, pair.severity) == (Agreement.SAME, Severity.NONE)
        assert pair.is_blind and pair.excluded == "" and pair.category == "case" and pair.run_id == 1
        assert read.awaited_count(r.engine.reader) == 0 and r.audit("pair.made")[0]["blind"] is True
        body = read.body(r.engine.reader, pair.id)
        assert body["human"][0]["actor"] == "person:lena" and body["matches"][0]["same"] is True


async def test_several_acts_are_one_decision_and_only_known_fields_count(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE, REPLY], SHADOW) as r:
        await r.take(mail())
        await did(r, 1, "desk.move_mail", folder="Billing")
        await r.wait(minutes=10)
        await did(r, 2, "desk.reply", to=ANN)
        await r.wait(minutes=10)
        assert made(r) == []
        await r.wait(minutes=10)
        (pair,) = made(r)
        assert pair.agreement is Agreement.SAME


async def test_another_recipient_is_severe_and_an_act_told_twice_is_one(tmp_path: Path) -> None:
    async with rig(tmp_path, [call("desk.reply", to="eve@evil.example", text="Hello")], SHADOW) as r:
        await r.take(mail())
        assert await did(r, 1, "desk.reply", to=ANN)
        assert not await did(r, 1, "desk.reply", to=ANN)
        await r.wait(minutes=20)
        (pair,) = made(r)
        assert (pair.agreement, pair.severity) == (Agreement.DIFFERS, Severity.SEVERE)


async def test_nothing_done_is_a_decision_only_where_it_could_be_seen(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], SHADOW) as r:
        await r.take(mail())
        await r.wait(days=5)
        (pair,) = made(r)
        assert pair.agreement is Agreement.EXTRA and pair.excluded == pairing.NOT_SEEN


async def test_a_human_who_saw_the_proposal_first_is_not_blind(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], SHADOW) as r:
        await r.take(mail(1), mail(2))
        for run in (1, 2):
            await did(r, 10 + run, "desk.move_mail", folder="Billing") if run == 2 else None
        await r.wait(minutes=1)
        seen = await r.engine.writer.write(lambda tx: judging.mark_seen(r.kernel, tx, 1, actor="person:test"), name="s")
        again = await r.engine.writer.write(
            lambda tx: judging.mark_seen(r.kernel, tx, 1, actor="person:test"), name="s"
        )
        assert (seen, again) == (True, False)
        await r.wait(minutes=1)
        await did(r, 1, "desk.move_mail", folder="Billing")
        await r.wait(minutes=20)
        assert [pair.is_blind for pair in made(r) if pair.run_id == 1] == [False]


async def test_a_live_run_waits_for_nobody(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], agent(level=3)) as r:
        await r.take(mail())
        assert read.awaited_count(r.engine.reader) == 0


async def test_a_judgement_is_a_precedent_at_once_and_can_be_taken_back(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], SHADOW) as r:
        await r.take(mail())
        await did(r, 1, "desk.move_mail", folder="Sales")
        await r.wait(minutes=20)
        (pair,) = made(r)

        async def say(verdict: Adjudication, **words: Any) -> Any:
            return await r.engine.writer.write(
                lambda tx: judging.judge(r.kernel, tx, pair.id, verdict, actor="person:test", **words), name="judge"
            )

        with pytest.raises(DecisionError, match="no category 'billing'"):
            await say(Adjudication.HUMAN, category="billing")
        await say(Adjudication.HUMAN)
        assert cases.of_agent(r.engine.reader, "mira") == []
        result = await say(Adjudication.AGENT, note="Sales asked for it to be moved back")
        assert result.is_precedent and len(cases.of_agent(r.engine.reader, "mira")) == 1
        await say(Adjudication.HUMAN, is_repeat=True)
        assert made(r)[0].said is Adjudication.AGENT
        await r.engine.writer.write(
            lambda tx: judging.take_back(r.kernel, tx, pair.id, actor="person:test"), name="judge"
        )
        assert made(r)[0].said is Adjudication.HUMAN and cases.of_agent(r.engine.reader, "mira") == []
        with pytest.raises(NotFoundError, match="no pair 99"):
            await r.engine.writer.write(
                lambda tx: judging.judge(r.kernel, tx, 99, Adjudication.BOTH, actor="person:test"), name="judge"
            )


async def test_a_pair_waits_over_a_restart(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], SHADOW) as r:
        await r.take(mail())
        await did(r, 1, "desk.move_mail", folder="Billing")
        at = r.clock.now()
    async with rig(tmp_path, []) as again:
        again.clock.move(seconds=(at - again.clock.now()).total_seconds() + 1200)
        await again.settle()
        assert [pair.agreement for pair in made(again)] == [Agreement.SAME]


@pytest.mark.parametrize(
    ("day", "until"),
    [
        ("2026-11-02", "2026-11-04"),
        ("2026-11-05", "2026-11-09"),
        ("2026-11-06", "2026-11-10"),
        ("2026-11-07", "2026-11-10"),
    ],
)
def test_the_window_is_two_business_days(day: str, until: str) -> None:
    at = datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=UTC)
    assert f"{window_end(at):%Y-%m-%d %H}" == f"{until} 10"


async def test_an_act_that_names_its_event_answers_no_other_of_the_thread(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], SHADOW) as r:
        thread = "thread:<m1@harbour.example>"
        await r.take(mail(1), mail(2, subject=thread))
        for number in (1, 2):
            moved = act(number, "desk.move_mail", r.clock.now(), folder="Billing" if number == 1 else "Sales")
            await r.engine.observe("desk", replace(moved, subject=thread, about=f"<m{number}@harbour.example>"))
        await r.wait(minutes=20)
        assert [pair.agreement for pair in made(r)] == [Agreement.SAME, Agreement.DIFFERS]


async def test_what_came_when_its_time_was_over_says_nothing_of_people(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], SHADOW) as r:
        await r.take(mail(occurred_at=r.clock.now() - timedelta(days=9)))
        await r.settle()
        (pair,) = made(r)
        assert pair.agreement is Agreement.EXTRA and pair.excluded == pairing.TOO_LATE


async def test_what_people_do_later_in_their_time_is_compared_too(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], SHADOW) as r:
        await r.take(mail())
        await did(r, 1, "desk.move_mail", folder="Billing")
        await r.wait(minutes=20)
        (pair,) = made(r)
        assert pair.agreement is Agreement.SAME
        await r.engine.writer.write(
            lambda tx: judging.judge(r.kernel, tx, pair.id, Adjudication.AGENT, actor="person:test"), name="judge"
        )
        await r.wait(minutes=60)
        await did(r, 2, "desk.reply", to=ANN)
        (again,) = made(r)
        assert (again.id, again.agreement, again.said) == (pair.id, Agreement.MISSING, None)
        assert len(read.body(r.engine.reader, pair.id)["human"]) == 2


async def test_only_asking_is_no_decision_to_do_nothing(tmp_path: Path) -> None:
    asks = call("person.ask", question="What is this?", options=["a", "b"])
    async with rig(tmp_path, [asks], SHADOW) as r:
        await r.take(mail())
        await r.wait(days=5)
        (pair,) = made(r)
        assert pair.agreement is Agreement.BOTH_NONE and pair.is_failed


async def test_an_agent_that_looked_after_people_had_acted_proves_nothing(tmp_path: Path) -> None:
    looks = [call("desk.thread", step=None), MOVE]
    async with rig(tmp_path, looks, SHADOW) as r:
        await r.pause()
        await r.take(mail())
        await did(r, 1, "desk.move_mail", folder="Billing")
        await r.wait(minutes=5)
        await r.resume()
        await r.wait(minutes=20)
        (pair,) = made(r)
        assert pair.agreement is Agreement.SAME and pair.excluded == pairing.ACTED_BEFORE


async def test_who_reads_it_in_the_terminal_before_acting_is_not_blind(tmp_path: Path) -> None:
    now = FakeClock(datetime.now(UTC))  # the command has the machine's own
    async with rig(tmp_path, [MOVE], SHADOW, clock=now) as r:
        await r.take(mail(occurred_at=now.now()))
        for _ in range(2):
            assert CliRunner().invoke(app, ["runs", "show", "1", "-w", str(tmp_path)]).exit_code == 0
        assert len(r.audit("proposal.seen")) == 1
        await r.wait(minutes=1)
        await did(r, 1, "desk.move_mail", folder="Billing")
        await r.wait(minutes=20)
        assert [pair.is_blind for pair in made(r)] == [False]


async def test_a_run_whose_action_was_refused_and_that_gave_up_agrees_with_nobody(tmp_path: Path) -> None:
    rail = {"name": "no-moves", "when": "true", "then": "refuse", "because": "nothing moves"}

    def script(view: RunView) -> Turn:
        if view.past:
            return Turn(category="case", final="a person should look", is_handled=False)
        return Turn(category="case", confidence=1.0, proposals=(MOVE,))

    spec = agent(stage={"default": "shadow"}, guardrails=[rail])
    async with rig(tmp_path, FakeBrain(script, is_playbook=False), spec) as r:
        await r.take(mail())
        await r.wait(days=5)
        (pair,) = made(r)
        assert pair.agreement is Agreement.BOTH_NONE and pair.is_failed


@pytest.mark.parametrize(("calls", "is_failed", "verdict"), [
    ([call("desk.move_mail", fodler="x"), MOVE], False, "same"),
    ([MOVE, call("desk.move_mail", fodler="x")], True, "same"),
    ([call("desk.move_mail", fodler="x")], True, "missing"),
], ids=["put-right", "wrong-in-the-end", "never-right"])  # fmt: skip
async def test_a_call_that_is_none_is_no_deed_but_a_failure_where_it_was_the_last(
    tmp_path: Path, calls: list[Any], is_failed: bool, verdict: str
) -> None:
    async with rig(tmp_path, calls, SHADOW) as r:
        await r.take(mail())
        await r.wait(minutes=5)
        await did(r, 1, "desk.move_mail", folder="Billing")
        await r.wait(minutes=20)
        (pair,) = made(r)
        assert (pair.is_failed, pair.agreement.value, pair.severity) != (False, "extra", Severity.SEVERE)
        assert (pair.is_failed, pair.agreement.value) == (is_failed, verdict)


async def test_a_pair_that_is_made_anew_takes_its_precedent_back(tmp_path: Path) -> None:
    async with rig(tmp_path, [MOVE], SHADOW) as r:
        await r.take(mail())
        await did(r, 1, "desk.move_mail", folder="Billing")
        await r.wait(minutes=20)
        (pair,) = made(r)
        await r.engine.writer.write(
            lambda tx: judging.judge(r.kernel, tx, pair.id, Adjudication.AGENT, actor="person:test"), name="judge"
        )
        assert cases.of_agent(r.engine.reader, "mira")
        await did(r, 2, "desk.reply", to=ANN, text="Hello")
        assert made(r)[0].said is None and cases.of_agent(r.engine.reader, "mira") == []

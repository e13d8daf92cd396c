"""What another level would have meant is what the gate would have said, counted without asking it anew."""

from datetime import timedelta
from pathlib import Path

import pytest

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Level
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.past.relevel import LevelEffect, effect_of
from tests.support.rig import Rig, agent, call, mail, rig
from tests.support.running import beside

DO = call("out.do", what="x")


def counted(r: Rig, was: AgentSpec, now: AgentSpec) -> LevelEffect:
    return effect_of(r.engine.reader, was, now, since=r.clock.now() - timedelta(days=30))


@pytest.mark.parametrize("level", Level)
async def test_another_level_is_counted_as_the_gate_would_have_said(tmp_path: Path, level: Level) -> None:
    was, now = agent(level=2), agent(level=int(level))
    refuse = [{"name": "no-y", "when": "args.what == 'y'", "then": "refuse", "because": "never y"}]
    was, now = (
        AgentSpec.model_validate(spec.model_dump(by_alias=True) | {"guardrails": refuse}) for spec in (was, now)
    )
    calls = [DO, call("out.do", what="y")]
    async with rig(tmp_path, calls, was, connectors=beside(FakeConnector())) as r:
        await r.take(mail())
        effect = counted(r, was, now)
        if level is Level.APPROVAL:
            assert effect == LevelEffect() and "no action was wanted" in effect.sentence()
        elif level is Level.AUTONOMOUS:
            assert (effect.touched, effect.alone, effect.refused) == (1, 1, 0)
        else:
            assert (effect.touched, effect.recommended, effect.alone) == (1, 1, 0)


async def test_a_wall_stays_a_wall_and_shadow_stays_shadow(tmp_path: Path) -> None:
    was, now = agent(level=2), agent(level=3)
    wanted = [call("out.send", what="x", to="zoe@quay.example")]
    async with rig(tmp_path, wanted, was, connectors=beside(FakeConnector())) as r:
        await r.take(mail())
        assert counted(r, was, now).asked == 1, "first contact still asks"
        shadow = agent(level=3, stage={"default": "shadow"})
        effect = counted(r, was, shadow)
        assert (effect.in_shadow, effect.alone) == (1, 0) and "in shadow, where nothing is done" in effect.sentence()


def test_what_people_did_otherwise_is_said() -> None:
    effect = LevelEffect(touched=43, alone=43, against=2)
    assert effect.sentence() == (
        "Of 43 such actions in the last month 43 would have been done alone."
        " 2 of the 43 were against what your people did."
    )

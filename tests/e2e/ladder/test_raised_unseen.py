"""No way up past evidence by another door: a stage that lets something act alone, or grows on an old reason."""

from dataclasses import replace
from pathlib import Path

import pytest

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Stage
from opsconsole.domain.errors import DecisionError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.agents.file import AgentFile
from opsconsole.engine.ladder import signed
from opsconsole.engine.ladder.gates import Evidence, Gate
from tests.e2e.ladder.laddered import ACT, DO, climb, rung, work, worker
from tests.e2e.ladder.test_triggers import with_out
from tests.support.rig import Rig, rig

_stage = Evidence.stage


@pytest.fixture
def stages_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every stage's gate is open; nothing is proven of acting alone."""

    def opened(self: Evidence, category: str, threshold: object) -> Gate:
        gate = _stage(self, category, threshold)  # pyright: ignore[reportArgumentType]
        at = replace(gate.standing, evidence=30.0, evidence_not_severe=30.0)
        return replace(gate, standing=at, days=99)

    monkeypatch.setattr(Evidence, "stage", opened)


@pytest.mark.usefixtures("stages_open")
async def test_a_stage_does_not_begin_what_would_act_alone_unearned(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(stage="shadow"), connectors=with_out(FakeConnector())) as r:
        with pytest.raises(DecisionError, match="Do would act alone there, which is not earned: have it ask first"):
            await climb(r, "")
        assert not rung(r, "").can_climb and rung(r, "").stage is Stage.SHADOW
        await work(r, 1)
        assert r.states(1) == [f"{DO} simulated"]


@pytest.mark.usefixtures("stages_open")
async def test_what_asks_first_goes_live_with_its_stage(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(level=2, stage="shadow"), connectors=with_out(FakeConnector())) as r:
        await climb(r, "")
        await work(r, 1)
        assert rung(r, "").stage is Stage.LIMITED and len(r.waiting()) == 1


async def _apply(r: Rig, spec: AgentSpec, why: str = "") -> None:
    await r.engine.writer.write(
        lambda tx: signed.apply(
            r.kernel, tx, AgentFile(spec, ""), actor="person:lea", now=r.clock.now(), without_evidence=why
        ),
        name="apply",
    )


async def test_a_reason_for_a_small_stage_is_none_for_a_larger_one(tmp_path: Path) -> None:
    stage = {"default": "shadow", "categories": {"case": "limited"}}
    small = AgentSpec.model_validate(worker(level=2).model_dump(mode="json", by_alias=True) | {"stage": stage})
    async with rig(tmp_path / "w", [ACT], worker(level=2, stage="shadow"), connectors=with_out(FakeConnector())) as r:
        await _apply(r, small, "a small trial only")
        full = worker(level=2)
        assert signed.would_be_unproven(r.engine.reader, r.kernel, AgentFile(full, ""), now=r.clock.now()) == ("Case",)
        with pytest.raises(signed.NoEvidenceError):
            await _apply(r, full)
        assert rung(r, "").stage is Stage.LIMITED
        await _apply(r, full, "the whole team wants it")
        await _apply(r, small)
        assert rung(r, "").stage is Stage.LIMITED, "lowering never asks"

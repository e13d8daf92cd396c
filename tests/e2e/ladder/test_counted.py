"""Which drawn decisions count for acting alone, and from when: nobody's later choice takes one away or adds a day."""

from datetime import timedelta
from pathlib import Path

import pytest

from opsconsole.domain.enums import Reversibility
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.ladder import draws
from opsconsole.engine.ladder.draws import OwnAct
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.runs.cancel import cancel_run
from opsconsole.policy.trials import is_right
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries.ladder import Audited
from tests.e2e.ladder.laddered import ACT, DO, SEND, decide, rung, work, worker
from tests.e2e.ladder.test_triggers import with_out
from tests.support.rig import Rig, call, mail, rig


@pytest.fixture(autouse=True)
def _all_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def always(_workspace: str, _run: int) -> float:
        return 0.0

    monkeypatch.setattr(draws, "coin", always)


def audited(r: Rig, category: str = "case") -> list[Audited]:
    """Return the drawn decisions that a person made too."""
    return read.audited(r.engine.reader, "mira", category)


@pytest.mark.parametrize(("what", "right"), [("something else", False), ("file it", True)])
async def test_who_cancels_a_run_after_deciding_takes_nothing_off_the_record(
    tmp_path: Path, what: str, right: bool
) -> None:
    async with rig(tmp_path / "w", [ACT], worker(level=2), connectors=with_out(FakeConnector())) as r:
        await work(r, 1)
        await decide(r, 1, [OwnAct(DO, {"what": what})])
        assert audited(r) == [], "the run waits for its card, which is shown from now on"
        await r.engine.writer.write(
            lambda tx: cancel_run(r.kernel, tx, 1, actor="person:lea", reason=""), name="run.cancel"
        )
        assert [is_right(each.counted) for each in audited(r)] == [right]


async def test_an_old_date_of_a_mail_is_no_working_day(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(level=2), connectors=with_out(FakeConnector())) as r:
        await r.take(mail(1, occurred_at=r.clock.now() - timedelta(days=12)))
        await decide(r, 1)
        await r.approve(r.waiting()[0].id)
        await r.wait(seconds=15)
        gate = rung(r).gate
        assert gate is not None and gate.standing.total == 1
        assert gate.since == r.clock.now().date() and gate.days <= 1


async def test_what_is_done_as_another_category_is_no_evidence_of_the_first(tmp_path: Path) -> None:
    def think(view: RunView) -> Turn:
        if not view.past:
            return Turn(category="case", confidence=1.0, proposals=(ACT,))
        sends = (call(SEND, what="hi", to="c1@customer.example"),) if len(view.past) == 1 else ()
        return Turn(category="other", confidence=1.0, proposals=sends, final="" if sends else "done")

    categories = [{"id": "case", "name": "Case"}, {"id": "other", "name": "Other"}]
    spec = worker(
        autonomy={"default": 1, "actions": {DO: 2, SEND: 2}}, playbook={"purpose": "a test", "categories": categories}
    )
    out = FakeConnector(reversibility=Reversibility.COMPENSABLE)
    async with rig(tmp_path / "w", think, spec, connectors=with_out(out)) as r:
        await work(r, 1)
        await decide(r, 1, [OwnAct(DO, {"what": "file it"}), OwnAct(SEND, {"what": "hi", "to": "c1@customer.example"})])
        for _ in range(2):
            await r.approve(r.waiting()[0].id)
            await r.wait(seconds=15)
        assert r.states(1) == [f"{DO} done", f"{SEND} done"]
        assert [each.tool for each in audited(r)] == [DO] and audited(r, "other") == []

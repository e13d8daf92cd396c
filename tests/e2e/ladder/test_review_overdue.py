"""A review that is overdue takes nothing from an agent: it is only said."""

from pathlib import Path

from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.engine import Engine
from opsconsole.engine.ladder.marks import every_mark
from opsconsole.engine.ladder.reviewdue import due
from opsconsole.engine.ports.connector import Connector
from opsconsole.store.queries import limits
from tests.e2e.ladder.laddered import ACT, decide, fallen, rung, work, worker
from tests.support.rig import desk_only, rig


def with_out(engine: Engine) -> list[Connector]:
    return [*desk_only(engine), FakeConnector()]


async def test_an_overdue_review_demotes_nothing_and_pauses_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(), connectors=with_out) as r:
        before = rung(r, "").stage, rung(r).holds
        for number in range(1, 11):  # each is decided by a person too, so that nothing else takes it down
            await work(r, number)
            await decide(r, number)
            await r.wait(days=10)
        conn, now = r.engine.reader, r.clock.now()
        told = due(conn, r.kernel.roster, "mira", now=now)
        assert told.words == "Review overdue by 70 days" and "Nothing is demoted or paused" in told.sentence
        assert every_mark(conn, r.kernel, now=now)["mira"].review == told
        assert (rung(r, "").stage, rung(r).holds) == before and fallen(r) == []
        assert limits.paused(conn) == frozenset() and in_use(conn, "mira").number == 1
        await work(r, 11)
        assert r.states(11) == ["out.do done"], "it acts alone as before"

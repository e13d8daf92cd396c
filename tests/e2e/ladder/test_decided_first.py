"""A decision that a person makes first: what closes it, what of the run is compared, and what is never drawn."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Agreement
from opsconsole.domain.errors import DecisionError
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import approvals as commands
from opsconsole.engine.commands import dismissal
from opsconsole.engine.engine import Engine
from opsconsole.engine.ladder import beside, draws
from opsconsole.engine.ladder.climb import promote
from opsconsole.engine.ladder.draws import OwnAct
from opsconsole.engine.ladder.fall import demote
from opsconsole.engine.pairs import judging
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.engine.ports.connector import Connector
from opsconsole.engine.runs.cancel import cancel_run
from opsconsole.policy.ladder import UNAUDITED_DAYS
from opsconsole.store.queries import ladder as read
from opsconsole.store.queries import pairs
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import settings
from tests.e2e.ladder.laddered import ACT, DO, SEND, decide, fallen, work, worker
from tests.support.rig import Rig, call, desk_only, rig


def _always(_workspace: str, _run: int) -> float:
    return 0.0


def _half(_workspace: str, _run: int) -> float:
    return 0.5


SAME = [OwnAct(DO, {"what": "file it"})]


@pytest.fixture
def all_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The coin falls so that a person is to decide each first, also what they are asked about."""
    monkeypatch.setattr(draws, "coin", _always)


def with_out(engine: Engine) -> list[Connector]:
    return [*desk_only(engine), FakeConnector()]


def asks(**changes: Any) -> AgentSpec:
    """Return an agent that asks about everything."""
    return worker(level=2, approvals={"veto_s": 0}, **changes)


def undecided(r: Rig) -> list[int]:
    """Return the runs that a person is to decide first."""
    return [drawn.run for drawn in read.open_draws(r.engine.reader)]


async def see(r: Rig, run: int) -> None:
    """Have a screen show what a run wanted."""
    await r.engine.writer.write(lambda tx: judging.mark_seen(r.kernel, tx, run, actor="person:test"), name="seen")


async def test_who_has_seen_it_is_not_asked_and_it_counts_as_not_watched(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(), connectors=with_out) as r:
        await work(r, 1)
        await see(r, 1)
        assert undecided(r) == []
        with pytest.raises(DecisionError, match="would prove nothing"):
            await decide(r, 1)
        for day in range(UNAUDITED_DAYS):
            await r.wait(days=1)
            await work(r, day + 2)
            await see(r, day + 2)
        await r.wait(days=1)
        assert [each.trigger for each in fallen(r)] == ["unaudited"], "looking at it all is no watch"


@pytest.mark.usefixtures("all_drawn")
async def test_a_run_that_is_cancelled_asks_nobody(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], asks(), connectors=with_out) as r:
        await work(r, 1)
        assert undecided(r) == [1]
        await r.engine.writer.write(
            lambda tx: cancel_run(r.kernel, tx, 1, actor="person:test", reason=""), name="run.cancel"
        )
        assert undecided(r) == [] and [entry["why"] for entry in r.audit("draw.closed")] == ["cancelled"]
        with pytest.raises(DecisionError, match="was cancelled"):
            await decide(r, 1)


@pytest.mark.usefixtures("all_drawn")
async def test_an_agent_that_is_dismissed_asks_nobody_and_what_was_decided_stays(tmp_path: Path) -> None:
    spec = worker(autonomy={"default": 1, "actions": {DO: 3, SEND: 2}})
    async with rig(tmp_path / "w", [ACT], spec, connectors=with_out) as r:
        await work(r, 1)
        await work(r, 2)
        made = await decide(r, 1)
        await r.engine.writer.write(
            lambda tx: dismissal.dismiss(r.kernel, tx, "mira", actor="person:test", reason=""), name="dismiss"
        )
        assert undecided(r) == [] and made.pair is not None
        assert read.draw(r.engine.reader, 1) is not None
        assert [read.draw(r.engine.reader, run).closed for run in (1, 2)] == ["", "dismissed"]  # type: ignore[union-attr]


@pytest.mark.usefixtures("all_drawn")
async def test_who_approves_it_without_deciding_first_has_seen_it(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], asks(), connectors=with_out) as r:
        await work(r, 1)
        await r.approve(r.waiting()[0].id)
        assert undecided(r) == [] and pairs.seen_at(r.engine.reader, 1) is not None
        assert len(r.audit("proposal.seen")) == 1


@pytest.mark.usefixtures("all_drawn")
async def test_a_run_that_waits_is_compared_when_it_has_ended(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], asks(), connectors=with_out) as r:
        await work(r, 1)
        made = await decide(r, 1)
        assert made.pair is None and made.excluded == draws.WAITS
        sides = beside.beside(r.kernel, r.engine.reader, 1)
        assert sides is not None and sides.is_same and not sides.is_ended
        await r.approve(r.waiting()[0].id)
        await r.settle()
        drawn = read.draw(r.engine.reader, 1)
        assert drawn is not None and drawn.pair is not None
        pair = pairs.pair(r.engine.reader, drawn.pair)
        assert pair is not None and pair.agreement is Agreement.SAME and pair.is_blind


@pytest.mark.usefixtures("all_drawn")
async def test_what_a_person_writes_into_the_card_afterwards_is_not_the_agents(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], asks(), connectors=with_out) as r:
        await work(r, 1)
        await decide(r, 1, [OwnAct(DO, {"what": "file it", "to": "somebody"})])
        await r.approve(r.waiting()[0].id, edited={"to": "somebody"})
        await r.settle()
        drawn = read.draw(r.engine.reader, 1)
        assert drawn is not None and drawn.pair is not None
        pair = pairs.pair(r.engine.reader, drawn.pair)
        assert pair is not None and pair.agreement is Agreement.DIFFERS


def _learns_of_the_no(view: RunView) -> Turn:
    """Want the one thing, and after a no the other, as whoever said no would."""
    if not view.past:
        return Turn(category="case", confidence=1.0, proposals=(ACT,))
    if len(view.past) == 1:
        return Turn(category="case", confidence=1.0, proposals=(call(DO, what="something else"),))
    return Turn(category=None, is_abstained=True, confidence=0.0, final="I do not know.")


@pytest.mark.usefixtures("all_drawn")
@pytest.mark.parametrize(
    ("acts", "agreement"), [(SAME, Agreement.SAME), ([OwnAct(DO, {"what": "something else"})], Agreement.DIFFERS)]
)
async def test_what_an_agent_wants_after_a_no_is_not_its_own_decision(
    tmp_path: Path, acts: list[OwnAct], agreement: Agreement
) -> None:
    async with rig(tmp_path / "w", _learns_of_the_no, asks(), connectors=with_out) as r:
        await work(r, 1)
        await decide(r, 1, acts)
        await r.say(commands.reject, r.waiting()[0].id, reason="no, something else")
        await r.settle()
        await r.approve(r.waiting()[0].id)
        await r.settle()
        drawn = read.draw(r.engine.reader, 1)
        assert drawn is not None and drawn.pair is not None
        pair = pairs.pair(r.engine.reader, drawn.pair)
        assert pair is not None and (pair.agreement, pair.is_failed) == (agreement, False)


def _asks_then_acts(view: RunView) -> Turn:
    if len(view.past) == 2:
        return Turn(category="case", confidence=1.0, final="done")
    return Turn(
        category="case",
        confidence=1.0,
        proposals=(call(SEND, what="hi", to="c1@customer.example") if not view.past else ACT,),
    )


async def test_of_what_a_person_was_asked_about_already_nothing_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draws, "coin", _half)
    spec = worker(approvals={"veto_s": 0})
    async with rig(tmp_path / "w", _asks_then_acts, spec, connectors=with_out) as r:
        await work(r, 1)
        await r.approve(r.waiting()[0].id)
        await r.settle()
        assert len(r.audit("action.ruled")) >= 2 and r.audit("draw.made") == []


def _down_and_up(r: Rig, tx: Transaction) -> None:
    (version,) = r.kernel.roster.current(tx.conn)
    cell = version.agent_id, "case", DO
    demote(r.kernel, tx, *cell, actor="person:test", reason="a look at it")
    promote(r.kernel, tx, *cell, actor="person:test", reason="it looked well", without_evidence=True)


async def test_in_a_sample_only_what_somebody_took_up_to_act_alone_is_drawn(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [ACT], worker(), connectors=with_out) as r:
        await r.engine.writer.write(lambda tx: settings.put(tx, "sample", "1"), name="sample")
        await work(r, 1)
        assert undecided(r) == []
        await r.engine.writer.write(lambda tx: _down_and_up(r, tx), name="ladder")
        await work(r, 2)
        assert undecided(r) == [2]


async def test_an_answer_that_does_not_fit_its_field_is_refused_and_may_be_given_again(tmp_path: Path) -> None:
    async with rig(tmp_path / "w", [call("desk.add_note", text="hello")], _notes(), connectors=with_out) as r:
        await work(r, 1)
        with pytest.raises(DecisionError, match="queue"):
            await decide(r, 1, [OwnAct("desk.create_ticket", {"queue": "x" * 500})])
        with pytest.raises(DecisionError, match="has no"):
            await decide(r, 1, [OwnAct("desk.create_ticket", {"colour": "red"})])
        await decide(r, 1, [OwnAct("desk.create_ticket", {"queue": "Billing", "priority": "Medium", "assignee": ""})])
        sides = beside.beside(r.kernel, r.engine.reader, 1)
        assert sides is not None and sides.person[0].args == {"queue": "Billing", "priority": "normal"}


def _notes() -> AgentSpec:
    return worker(autonomy={"default": 1, "actions": {"desk.add_note": 3}})

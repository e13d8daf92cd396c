"""Weeks of an agent of known accuracy through the product itself: shadow, limited, alone, and back when it gets worse.

`dev.py test --full` plays 200 events a day; else so few that the same steps come about in as many days.
"""

import random
from datetime import timedelta
from pathlib import Path

from opsconsole.domain.enums import Level, Stage
from opsconsole.domain.errors import DecisionError
from opsconsole.domain.humanact import HumanAct
from opsconsole.doubles.brain import FakeBrain
from opsconsole.doubles.clock import FakeClock
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.ladder.draws import OwnAct
from opsconsole.engine.ladder.share import set_asked_share
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.policy.ladder import ALARM_AFTER
from opsconsole.store.queries import ladder as read
from tests.e2e.ladder.laddered import DO, climb, decide, fallen, rung, worker
from tests.e2e.ladder.test_triggers import with_out
from tests.support.rig import Rig, call, mail, rig
from tests.support.storms import IS_FULL

A_DAY = 200 if IS_FULL else 30
WRONG_LATER = 0.06 if IS_FULL else 0.5
RIGHT, OTHER = "file it", "leave it"


class Weeks:
    """Working days of one agent; who it asks, decides right away and knows what is right."""

    def __init__(self) -> None:
        self.wrong = 0.005
        self.events = 0

    def think(self, view: RunView) -> Turn:
        """Want the right thing, or now and then another; it depends on the event alone."""
        if view.past:
            return Turn(category="case", confidence=1.0, final="done")
        is_good = random.Random(f"{view.event.id}").random() >= self.wrong
        return Turn(category="case", confidence=1.0, proposals=(call(DO, what=RIGHT if is_good else OTHER),))

    async def day(self, r: Rig, *, is_shadow: bool) -> None:
        """Let a day's mails come, each from a customer of its own, and people do their part."""
        morning = r.clock.now()
        first, self.events = self.events + 1, self.events + A_DAY
        numbers = range(first, self.events + 1)
        await r.take(*(mail(n, sender=f"c{n}@customer.example", occurred_at=morning) for n in numbers))
        if is_shadow:
            r.clock.move(seconds=30)
            for number in numbers:
                await r.engine.observe("desk", self._did(r, number))
        for drawn in read.open_draws(r.engine.reader):
            await decide(r, drawn.run, [OwnAct(DO, {"what": RIGHT})])
        for request in r.waiting():
            await r.approve(request.id)
        await r.wait(seconds=15)  # what was approved is sent
        await r.wait(minutes=30)  # what people did is settled
        weekend = 3 if morning.weekday() == 4 else 1
        await r.wait(seconds=(morning + timedelta(days=weekend) - r.clock.now()).total_seconds())

    def _did(self, r: Rig, number: int) -> HumanAct:
        return HumanAct(
            external_id=f"act{number}",
            subject=f"thread:<m{number}@harbour.example>",
            tool=DO,
            args={"what": RIGHT},
            actor="person:lena",
            at=r.clock.now(),
        )


async def test_from_shadow_to_alone_and_back(tmp_path: Path) -> None:
    weeks, spec = Weeks(), worker(level=2, stage="shadow")
    brain = FakeBrain(weeks.think)
    async with rig(tmp_path / "w", brain, spec, clock=FakeClock(), connectors=with_out(FakeConnector())) as r:
        days = 0
        while not rung(r, "").can_climb:
            assert days < 20, rung(r, "").gate
            try:
                await climb(r, "")
            except DecisionError as closed:
                assert "not open" in str(closed)
            else:
                raise AssertionError("a closed gate let a step through")
            await weeks.day(r, is_shadow=True)
            days += 1
        assert days == 10, "the calendar opens nothing alone, and the evidence not before its days"
        await climb(r, "", reason="two weeks without a fault that matters")
        assert rung(r, "").stage is Stage.LIMITED and r.waiting() == []

        await r.engine.writer.write(
            lambda tx: set_asked_share(r.kernel, tx, "50", actor="person:test"), name="ladder.share"
        )
        days, asked = 0, rung(r).gate
        assert asked is not None and asked.standing.total == 0
        while not rung(r).can_climb:
            assert days < 40, rung(r).gate
            await weeks.day(r, is_shadow=False)
            days += 1
        opened = rung(r).gate
        assert opened is not None
        await climb(r, reason="it files them right")
        assert rung(r).holds is Level.AUTONOMOUS and rung(r).is_proven
        await weeks.day(r, is_shadow=False)
        assert r.waiting() == [] and fallen(r) == []

        weeks.wrong, before, days = WRONG_LATER, opened.standing.total, 0
        while not fallen(r):
            assert days < 60
            await weeks.day(r, is_shadow=False)
            days += 1
        (fell,) = fallen(r)
        audited = [each for each in read.audited(r.engine.reader, "mira", "case") if each.level is Level.AUTONOMOUS]
        assert fell.trigger == "alarm" and len(audited) <= 4 * ALARM_AFTER and before > 0
        await weeks.day(r, is_shadow=False)
        assert rung(r).holds is Level.APPROVAL and not rung(r).can_climb

        ups, downs = r.audit("ladder.promoted"), r.audit("ladder.demoted")
        assert [(each["was"], each["rung"]) for each in ups] == [("shadow", "limited"), ("2", "3")]
        for each in ups:
            assert each["proven"] and each["gate"]["evidence"] >= 20 and each["gate"]["decisions"] > 0
            assert any("Were it wrong more often than" in line for line in each["sentences"])
        assert [each["trigger"] for each in downs] == ["alarm"]

"""The cap a day towards one person counts everybody a mail goes to: in To, Cc and Bcc, in lists, and in one line."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from opsconsole.domain.action import ActionType
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands import takeback
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.policy.context import people_in
from tests.support.judging import free
from tests.support.rig import call, mail, rig
from tests.support.running import beside

BOB, EVE, SAM = "bob@quay.example", "eve@quay.example", "sam@quay.example"


class Letter(BaseModel):
    """A mail to many."""

    model_config = ConfigDict(extra="forbid")
    what: str = ""
    to: str
    cc: list[str] = []
    bcc: list[str] = []


class Letters(FakeConnector):
    def __init__(self) -> None:
        super().__init__(schema=Letter)

    def action_types(self) -> Sequence[ActionType]:
        return [replace(kind, destinations=("to", "cc", "bcc")) for kind in super().action_types()]


def sending(*letters: dict[str, Any]) -> Any:
    """The mail of each number sends the letter of that place."""

    def script(view: RunView) -> Turn:
        number = int(view.event.title.rpartition(" ")[2])
        wanted = () if view.past else (call("out.send", **letters[number - 1]),)
        return Turn(category="case", confidence=1.0, proposals=wanted, final="done" if view.past else None)

    return script


@pytest.mark.parametrize(
    "first",
    [
        {"to": BOB},
        {"to": EVE, "cc": [BOB]},
        {"to": EVE, "cc": [SAM, BOB]},
        {"to": EVE, "bcc": ["Bob <BOB@quay.example>"]},
        {"to": f"{EVE}, {BOB}"},
        {"to": f"{EVE};{BOB}"},
    ],
    ids=["to", "cc", "the second in cc", "bcc with a name", "two in one line", "by a semicolon"],
)
@pytest.mark.parametrize("place", ["to", "cc", "bcc"])
async def test_whoever_got_a_mail_is_at_the_cap_wherever_the_next_one_names_them(
    tmp_path: Path, first: dict[str, Any], place: str
) -> None:
    second = {"to": BOB} if place == "to" else {"to": "ann@quay.example", place: [BOB]}
    agent = free(budgets={"per_recipient_per_day": 1})
    async with rig(tmp_path, sending(first, second, {"to": "kim@quay.example"}), agent, connectors=_letters) as r:
        await r.take(mail(1))
        for asked in r.waiting():  # who is named in a way that no file trusts is asked about
            await r.approve(asked.id)
        await r.settle()
        await r.take(mail(2), mail(3))
        assert [r.states(run) for run in (1, 2, 3)] == [["out.send done"], ["out.send waiting"], ["out.send done"]]
        whom = "this recipient" if place == "to" else "one of its recipients"
        assert f"parked at cap: actions a day towards {whom} is 1 of 1" in r.waiting()[0].because
        await r.wait(hours=25)
        await r.take(mail(2, external_id="<again@x>", occurred_at=r.clock.now()))
        assert r.states(4) == ["out.send done"], "the next day counts anew"


def _letters(engine: Any) -> Any:
    return beside(Letters())(engine)


async def test_what_was_taken_back_counts_for_nobody_and_what_is_sent_instead_for_those_it_goes_to(
    tmp_path: Path,
) -> None:
    agent = free(budgets={"per_recipient_per_day": 1}, autonomy={"default": 2}, approvals={"veto_s": 10})
    async with rig(tmp_path, sending({"to": EVE, "cc": [BOB]}), agent, connectors=_letters) as r:
        await r.take(mail(1))
        await r.approve(1)
        assert r.count("effect_recipient") == 2
        await r.say(takeback.undo, 1)
        await r.approve(2, edited={"cc": [SAM]})
        await r.wait(seconds=11)
        rows = r.engine.reader.execute("SELECT count(DISTINCT recipient), count(*) FROM effect_recipient").fetchone()
        assert rows == (2, 2) and r.states() == ["out.send done"]


def test_a_destination_that_is_no_address_counts_as_it_is() -> None:
    assert people_in("#billing") == ("#billing",)
    assert people_in("Bob <bob@quay.example>, eve@quay.example") == (BOB, EVE)

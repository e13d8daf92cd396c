"""How bad it would be, of real requests: what is not known to be fixed, unchanged or near is taken for the worst."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.action import ActionType, Proposal
from opsconsole.domain.enums import Effect, Reversibility, Risk
from opsconsole.domain.humanact import HumanAct
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.commands.risks import risk_of
from opsconsole.engine.pairs.pairing import observe
from opsconsole.engine.ports.brain import RunView, Turn
from opsconsole.store.writes import connections
from tests.support.rig import ANN, Rig, agent, call, mail, rig
from tests.support.running import beside

TEMPLATE: dict[str, Any] = {"is_template_reply": True, "reversibility": Reversibility.IRREVERSIBLE}
SLOTS: dict[str, tuple[str, ...]] = {"what": ("Ann",)}


def _risk(r: Rig) -> Risk:
    return risk_of(r.kernel, r.actions()[0])


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (call("out.send", slots=SLOTS, what="Dear Ann, thank you.", to=ANN), Risk.LOW),
        (call("out.send", what="Whatever a model wrote.", to=ANN), Risk.MEDIUM),
        (call("out.send", step=None, slots=SLOTS, what="Dear Ann, thank you.", to=ANN), Risk.MEDIUM),
        (call("out.send", slots={"what": ("send it to evil.example",)}, what="…", to=ANN), Risk.MEDIUM),
    ],
    ids=["template", "free text", "chosen by a model", "loose slot"],
)
@pytest.mark.parametrize("is_untrusted", [True, False])
async def test_only_a_text_of_the_agents_file_is_a_fixed_text(
    tmp_path: Path, wanted: Proposal, expected: Risk, is_untrusted: bool
) -> None:
    async with rig(tmp_path, [wanted], agent(level=2), connectors=beside(FakeConnector(**TEMPLATE))) as r:
        await r.take(mail(is_untrusted=is_untrusted))
        assert _risk(r) is expected


async def test_a_text_that_was_edited_is_fixed_no_more(tmp_path: Path) -> None:
    wanted = call("out.send", slots=SLOTS, what="Dear Ann, thank you.", to=ANN)
    async with rig(tmp_path, [wanted], agent(level=2), connectors=beside(FakeConnector(**TEMPLATE))) as r:
        await r.take(mail())
        assert _risk(r) is Risk.LOW
        await r.approve(r.waiting()[0].id, edited={"what": "Dear Ann, you get all your money back."})
        assert _risk(r) is Risk.MEDIUM


async def test_a_tool_that_changed_since_it_was_put_in_use_is_the_riskiest_kind(tmp_path: Path) -> None:
    out = FakeConnector()
    async with rig(tmp_path, [call("out.do", what="x")], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        assert _risk(r) is Risk.LOW
        r.engine.registry.replace(["out"], [FakeConnector(external_if_given=("to",))])
        assert _risk(r) is Risk.HIGH


class Fetching(FakeConnector):
    """Its look-up sends its arguments outside."""

    def action_types(self) -> Sequence[ActionType]:
        return [replace(kind, is_egress=kind.effect is Effect.READ) for kind in super().action_types()]


@pytest.mark.parametrize(("out", "expected"), [(Fetching(), Risk.MEDIUM), (FakeConnector(), Risk.LOW)])
async def test_a_look_up_that_leaves_the_house_goes_to_a_stranger(
    tmp_path: Path, out: FakeConnector, expected: Risk
) -> None:
    fetch = call("out.look", what="https://docs.example.com/a")
    async with rig(tmp_path, [fetch], agent(level=2), connectors=beside(out)) as r:
        await r.take(mail())
        assert _risk(r) is expected


@pytest.mark.parametrize(
    ("own", "to", "expected"),
    [
        ("help@yahoo.de", "stranger@yahoo.de", Risk.HIGH),
        ("help@yahoo.de", "Help@yahoo.de", Risk.MEDIUM),
        ("help@slotwise.example", "anybody@slotwise.example", Risk.MEDIUM),
    ],
)
async def test_of_a_mailbox_at_a_public_provider_only_the_address_itself_is_ones_own(
    tmp_path: Path, own: str, to: str, expected: Risk
) -> None:
    out = FakeConnector(reversibility=Reversibility.IRREVERSIBLE)
    async with rig(tmp_path, [call("out.send", what="x", to=to)], agent(level=2), connectors=beside(out)) as r:
        config = {"address": own}
        await r.engine.writer.write(
            lambda tx: connections.put(tx, "post", kind="mail", config=config, now=r.clock.now()), name="connect"
        )
        await r.take(mail())
        assert _risk(r) is expected


ZOE = "zoe@quay.example"
"""Not whom the event is from."""


def _sends(view: RunView) -> Turn:
    """Of a mail of Ann's, something goes to Zoe."""
    wanted = call("out.send", what="x", to=ZOE)
    is_anns = view.event.sender == ANN and not view.past
    return Turn(category="case", proposals=(wanted,)) if is_anns else Turn(category="case", final="done")


def _risk_of(r: Rig, run: int) -> Risk:
    return risk_of(r.kernel, r.actions(run)[0])


async def test_a_stranger_who_wrote_is_one_still_until_a_person_of_ours_writes_to_them(tmp_path: Path) -> None:
    out = FakeConnector(reversibility=Reversibility.IRREVERSIBLE)
    async with rig(tmp_path, _sends, agent(level=2), connectors=beside(out)) as r:
        await r.take(mail(1, sender=ZOE), mail(2, sender=ZOE), mail(3))
        assert _risk_of(r, 3) is Risk.HIGH
        await r.approve(r.waiting()[0].id)
        await r.wait(seconds=11)
        await r.take(mail(4))
        assert _risk_of(r, 4) is Risk.MEDIUM, "a person approved what went there"


@pytest.mark.parametrize(("written", "expected"), [("mail.sent", Risk.MEDIUM), ("mail.claimed", Risk.HIGH)])
async def test_whom_our_people_wrote_to_by_hand_is_no_stranger(tmp_path: Path, written: str, expected: Risk) -> None:
    out = FakeConnector(reversibility=Reversibility.IRREVERSIBLE)
    async with rig(tmp_path, _sends, agent(level=2), connectors=beside(out)) as r:
        await r.take(mail(1, kind=written, sender="support@slotwise.example", recipients=(ZOE,)), mail(2))
        assert _risk_of(r, r.count("run")) is expected


async def test_what_people_are_seen_to_send_makes_its_recipient_no_stranger(tmp_path: Path) -> None:
    out = FakeConnector(reversibility=Reversibility.IRREVERSIBLE)
    async with rig(tmp_path, _sends, agent(level=2), connectors=beside(out)) as r:
        seen = HumanAct(external_id="1", subject="thread:x", tool="out.send", args={"to": ZOE}, actor="lena",
                        at=r.clock.now())  # fmt: skip
        await r.engine.writer.write(lambda tx: observe(r.kernel, tx, "desk", seen), name="seen")
        await r.take(mail())
        assert _risk(r) is Risk.MEDIUM


async def test_what_an_agent_sent_alone_makes_nobody_known(tmp_path: Path) -> None:
    out = FakeConnector(reversibility=Reversibility.IRREVERSIBLE)
    ceilings = ("irreversible", "first_contact")
    raised = [{"action": "out.send", "ceiling": ceiling, "reason": "for the test"} for ceiling in ceilings]
    async with rig(tmp_path, _sends, agent(raised=raised), connectors=beside(out)) as r:
        await r.take(mail(1, is_untrusted=False))
        await r.wait(seconds=11)
        assert len(out.calls) == 1, r.waiting()
        await r.take(mail(2, is_untrusted=False))
        assert _risk_of(r, 2) is Risk.HIGH

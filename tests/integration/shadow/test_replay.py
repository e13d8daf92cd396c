"""A past event worked again: what is asked, what is only noted, and that nothing is ever done."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.connectors.mail.connector import MailConnector
from opsconsole.domain.action import Call, Proposal, Result
from opsconsole.domain.enums import Verdict
from opsconsole.domain.errors import ConnectorError, DiskError, PermanentError, TransientError
from opsconsole.domain.event import Event
from opsconsole.doubles.brain import FakeBrain, one_by_one
from opsconsole.doubles.connector import FakeConnector
from opsconsole.engine.engine import Engine
from opsconsole.engine.past import history
from opsconsole.engine.past.asitcame import as_it_came
from opsconsole.engine.past.pair import OFF_RECORD
from opsconsole.engine.past.pastrun import PastRun, Worked
from opsconsole.engine.ports.brain import ASK_PERSON, RunView, Turn
from opsconsole.engine.ports.connector import Connector, Overlay
from opsconsole.store.queries import pairs, past
from tests.support.past import START, base, bring, looker, past_mail, worked
from tests.support.rig import Rig, call, desk_only, rig


async def forbidden(_: Call) -> Result:
    """A replay has no business here."""
    raise AssertionError("something was done")


class Outside(FakeConnector):
    """Notes as of when it is asked; doing anything fails the test."""

    def __init__(self, **words: Any) -> None:
        super().__init__(forbidden, take_back=forbidden, **words)
        self.asked: list[datetime | None] = []

    async def read(self, call: Call, overlay: Overlay, as_of: datetime | None) -> Result:
        self.asked.append(as_of)
        return await super().read(call, overlay, as_of)


def beside(made: FakeConnector) -> Callable[[Engine], list[Connector]]:
    return lambda engine: [*desk_only(engine), made]


async def replayed(r: Rig, script: Callable[[RunView], Turn], place: int = 0) -> tuple[Worked, FakeBrain]:
    """Work one of the past events with a script."""
    (version,) = r.kernel.roster.current(r.engine.reader)
    event = [event for _, event in past.past(r.engine.reader, agent="mira", version=version.id)][place]
    brain = FakeBrain(script)
    return await PastRun(r.kernel.registry, version, brain).work(event), brain


async def one_event(
    folder: Path, calls: Sequence[Proposal], made: FakeConnector, **changes: Any
) -> tuple[Worked, FakeBrain]:
    async with rig(folder, [], looker(**changes), connectors=beside(made)) as r:
        await bring(r, [past_mail(1, "billing", START)])
        found = await replayed(r, one_by_one("billing", calls))
        assert r.count("effect") == r.count("run") == r.count("approval") == 0
        return found


def result(brain: FakeBrain, turn: int = 0) -> dict[str, Any]:
    """What the brain was told of its first call of a turn."""
    return dict(brain.views[-1].past[turn].outcomes[0].result)


async def test_look_ups_are_asked_as_of_the_event_and_writes_are_only_noted(tmp_path: Path) -> None:
    made = Outside()
    calls = [call("out.look", what="x"), call("out.send", what="x", to="ann@x.example"), call("out.do", what="y")]
    found, brain = await one_event(tmp_path, calls, made)
    assert made.asked == [START] and made.calls == []
    assert [tool for tool, _ in found.actions] == ["out.send", "out.do"]
    assert found.category == "billing" and not found.failed and found.turns == 4
    assert brain.views[0].now == START and brain.views[0].history == ()


@pytest.mark.parametrize(
    ("looked", "wanted"), [(call("out.look", what="x"), Verdict.ACT), (call("desk.find_tickets"), Verdict.ASK)]
)
async def test_what_a_past_run_wants_after_it_looked_at_strangers_text_would_be_asked(
    tmp_path: Path, looked: Proposal, wanted: Verdict
) -> None:
    calls = [looked, call("out.send", step=None, what="x", to="bob@quay.example")]
    trusted = past_mail(1, "billing", START, is_untrusted=False)
    async with rig(tmp_path, [], looker(autonomy={"default": 3}), connectors=beside(Outside())) as r:
        await bring(r, [trusted])
        found, _ = await replayed(r, one_by_one("billing", calls))
        assert found.rulings == (wanted,)


async def test_an_agent_that_acts_on_everything_does_nothing(tmp_path: Path) -> None:
    """The whole past, through the connectors that are there, none of which may be asked to do anything."""
    made, before = Outside(), base(8)

    def script(view: RunView) -> Turn:
        if view.past:
            return Turn(category="billing", final="done")
        wanted = [
            call("out.send", what="x", to="a@x.example"),
            call("out.do", what="y"),
            call("desk.reply", to="a@x.example", text="x"),
        ]
        return Turn(category="billing", confidence=1.0, proposals=tuple(wanted))

    class Past(FakeBrain):
        def know(self, agent: str, category: str, text: str) -> None:
            """Learn nothing."""

    async with rig(tmp_path, [], looker(), connectors=beside(made)) as r:
        await bring(r, before)
        (version,) = r.kernel.roster.current(r.engine.reader)
        desk = r.engine.reader.execute("SELECT * FROM desk_mail ORDER BY id").fetchall()
        done = await history.work(r.kernel, r.engine.writer, version, Past(script))
        assert done.pairs == len(before) and made.calls == made.undone == []
        assert r.engine.reader.execute("SELECT * FROM desk_mail ORDER BY id").fetchall() == desk
        assert r.count("effect") == r.count("run") == r.count("action") == r.count("approval") == 0
        assert all(len(pairs.body(r.engine.reader, pair.id)["agent"]) == 3 for pair in pairs.pairs(r.engine.reader))


@pytest.mark.parametrize("error", [PermanentError("not as of then"), TransientError("busy"), ValueError("odd")])
async def test_a_look_up_that_cannot_tell_is_off_the_record(tmp_path: Path, error: Exception) -> None:
    async def fails(_: Call) -> Result:
        raise error

    found, brain = await one_event(tmp_path, [call("out.look", what="x")], Outside(read=fails))
    assert found.off_record == ("out.look",) and not found.failed
    assert result(brain)["ok"] is False and "cannot tell what was known then" in result(brain)["error"]


async def test_a_past_event_whose_category_is_disputed_would_have_asked(tmp_path: Path) -> None:
    async with rig(tmp_path, [], looker(autonomy={"default": 3}), connectors=beside(Outside())) as r:
        await bring(r, [past_mail(1, "billing", START)])
        for is_disputed, verdict in ((False, Verdict.ACT), (True, Verdict.ASK)):

            def script(view: RunView, is_disputed: bool = is_disputed) -> Turn:
                calls = () if view.past else (call("desk.add_note", text="x"),)
                return Turn(category="billing", confidence=1.0, proposals=calls, is_disputed=is_disputed)

            found, _ = await replayed(r, script)
            assert found.rulings == (verdict,)


async def test_a_broken_machine_breaks_off(tmp_path: Path) -> None:
    async def fails(_: Call) -> Result:
        raise DiskError("the disk is full")

    with pytest.raises(DiskError):
        await one_event(tmp_path, [call("out.look", what="x")], Outside(read=fails))


async def test_what_stands_in_the_way_of_a_write_today_says_nothing_of_then(tmp_path: Path) -> None:
    async def fails(_: Call) -> Result:
        raise PermanentError("there is one already")

    found, brain = await one_event(tmp_path, [call("out.do", what="x")], Outside(simulate=fails))
    assert len(found.actions) == 1 and result(brain) == {"ok": True, "error": "", "id": "sim:0/0.0"}


@pytest.mark.parametrize(
    "wanted",
    [call("out.nothing", what="x"), call("out.do", nonsense="x"), call("desk.move_mail"), call("")],
    ids=["no such tool", "wrong arguments", "missing arguments", "no name"],
)
async def test_what_could_not_be_done_is_no_action(tmp_path: Path, wanted: Proposal) -> None:
    found, brain = await one_event(tmp_path, [wanted], Outside())
    assert found.actions == () and result(brain)["ok"] is False and result(brain)["error"]


async def test_guardrails_refuse(tmp_path: Path) -> None:
    rule = {"name": "no", "when": "args.what == 'bad' && event.sender != ''", "then": "refuse", "because": "never that"}
    asks = {**rule, "name": "perhaps", "when": "args.what == 'good'", "then": "ask"}
    calls = [call("out.do", what="bad"), call("out.do", what="good")]
    found, brain = await one_event(tmp_path, calls, Outside(), guardrails=[rule, asks])
    assert [dict(args)["what"] for _, args in found.actions] == ["good"]
    assert result(brain)["refused"] is True


async def test_a_question_is_answered_by_nobody(tmp_path: Path) -> None:
    found, brain = await one_event(tmp_path, [call(ASK_PERSON, question="May I?")], Outside())
    assert found.actions == () and result(brain) == {"ok": True, "error": "", "answer": ""}


async def test_a_run_without_end_stops_at_its_limit(tmp_path: Path) -> None:
    calls = [call("out.look", what=f"{number}") for number in range(30)]
    found, _ = await one_event(tmp_path, calls, Outside(), limits={"turns": 4})
    assert "limit of 4 turns" in found.failed and found.turns == 4


async def test_a_brain_that_cannot_think_it_through_fails(tmp_path: Path) -> None:
    def script(view: RunView) -> Turn:
        raise PermanentError("no answer of use")

    async with rig(tmp_path, [], looker()) as r:
        await bring(r, [past_mail(1, "billing", START)])
        found, _ = await replayed(r, script)
        assert "could not be thought through: no answer of use" in found.failed and found.category == ""


async def test_later_look_ups_see_what_was_only_noted(tmp_path: Path) -> None:
    calls = [
        call("desk.create_contact", email="new@harbour.example", name="New"),
        call("desk.find_contact", email="new@harbour.example"),
    ]
    _, brain = await one_event(tmp_path, calls, Outside())
    assert result(brain, 1)["found"] is True and result(brain, 1)["name"] == "New"


async def test_a_write_stands_on_the_desk_of_then(tmp_path: Path) -> None:
    """A contact of later is in nobody's way, and cannot be changed."""
    calls = [call("desk.create_contact", email="ann@harbour.example"), call("desk.update_contact", id=1, tags="vip")]
    async with rig(tmp_path, [], looker()) as r:
        await bring(r, [past_mail(1, "billing", START)])

        def later(tx: Any) -> None:
            from opsconsole.store.writes import desk

            desk.create(tx, "contact", {"email": "ann@harbour.example"}, actor="x", now=START + timedelta(days=1))

        await r.engine.writer.write(later, name="test")
        _, brain = await replayed(r, one_by_one("billing", calls))
        assert result(brain, 0)["ok"] is True and result(brain, 0)["id"] == "sim:0/0.0"
        assert result(brain, 1)["ok"] is False and "there is no contact 1" in result(brain, 1)["error"]


def seen(fields: dict[str, Any], *, kind: str = "mail.received", late: timedelta = timedelta(days=9)) -> dict[str, Any]:
    facts: dict[str, Any] = dict.fromkeys(Event.__slots__, "")
    facts |= {"kind": kind, "occurred_at": START, "received_at": START + late, "fields": fields}
    return dict(as_it_came(Event(**facts)).fields)


def test_fields_as_they_came() -> None:
    told = {"message_id": "<1@x>", "Folder": "Tech", "X-Labels": "tech", "custom": "x"}
    assert seen(told) == {"message_id": "<1@x>", "folder": "Inbox"}
    assert seen(told, late=timedelta(minutes=1)) == {"message_id": "<1@x>", "folder": "Inbox", "custom": "x"}
    assert seen({"ticket_id": 3, "queue": "Tech", "sorted_at": "x"}, kind="ticket.created") == {"ticket_id": 3}
    assert seen({"queue": "Tech"}, kind="lead.created") == {"queue": "Tech"}


async def test_pairs_off_the_record_prove_nothing(tmp_path: Path) -> None:
    async def fails(_: Call) -> Result:
        raise PermanentError("not as of then")

    spec = looker()
    body = spec.model_dump(by_alias=True)
    for category in body["playbook"]["categories"]:
        category["steps"] = [{"look_up": "out.look", "with": {"what": "x"}, "as": "told"}, *category["steps"][-1:]]
    async with rig(tmp_path, [], type(spec).model_validate(body), connectors=beside(Outside(read=fails))) as r:
        await bring(r, base(4))
        assert (await worked(r)).off_record == 4
        assert {pair.excluded for pair in pairs.pairs(r.engine.reader)} == {OFF_RECORD}


@pytest.mark.parametrize("verb", ["thread", "history", "search"])
async def test_a_mailbox_cannot_tell_how_it_was(verb: str) -> None:
    """It is refused before the server is asked: what was moved away since would be missing, and tell."""
    from tests.support.mail.mailrig import KeptMemory, connector, mail_config

    made: MailConnector = connector(mail_config(1, 1), KeptMemory())
    wanted = Call(
        action_id="0/0.0",  # pyright: ignore[reportArgumentType]
        tool=f"{made.id}.{verb}",
        args={"address": "a@x.example", "text": "x"},
        subject="thread:<1@x>",
        actor="agent:mira",
        key="",
        fields={},
    )
    try:
        with pytest.raises(ConnectorError, match="cannot be asked how things were at an earlier time"):
            await made.read(wanted, {}, START)
    finally:
        await made.close()

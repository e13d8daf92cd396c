"""What goes to people outside without a person reading it says that an AI wrote it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.engine.commands.decisions import Grant
from opsconsole.engine.gate.disclosure import DEFAULT
from opsconsole.engine.oversight.ailine import set_line
from opsconsole.engine.ports.brain import RunView, Turn
from tests.support.rig import ANN, Rig, agent, call, mail, rig

REPLY = "desk.reply"
LONGEST = 50_000
RAISED = [{"action": REPLY, "ceiling": "irreversible", "reason": "a template to a verified sender"}]
DONE, WAITING = f"{REPLY} done", f"{REPLY} waiting"


def writes(text: str = "We look into it.") -> Any:
    def think(view: RunView) -> Turn:
        if view.past:
            return Turn(category="case", confidence=1.0, final="done")
        reply = call(REPLY, to=ANN, text=text, slots={"to": (ANN,), "text": ()})
        return Turn(category="case", confidence=1.0, proposals=(reply,))

    return think


def writer(*, level: int = 3, **changes: Any) -> Any:
    body: dict[str, Any] = {"disclosure": None, "raised": RAISED, "autonomy": {"default": 1, "actions": {REPLY: level}}}
    step = {"do": REPLY, "with": {"to": "{{ event.sender }}", "text": "We look into it."}}
    playbook: Any = {"purpose": "a test", "categories": [{"id": "case", "name": "Case", "steps": [step]}]}
    return agent(**(body | {"playbook": playbook} | changes))


def said(r: Rig, run: int = 1) -> str:
    return str(r.actions(run)[0].args["text"])


async def set_to(r: Rig, line: str) -> None:
    await r.engine.writer.write(lambda tx: set_line(r.kernel, tx, line, actor="person:test"), name="disclosure.set")


@pytest.mark.parametrize(
    ("own", "workspace", "line"),
    [
        (None, "", DEFAULT),
        (None, "A machine wrote this.", "A machine wrote this."),
        ("I am a bot.", "Other.", "I am a bot."),
    ],
)
async def test_what_acts_alone_outside_carries_its_line(
    folder: Path, own: str | None, workspace: str, line: str
) -> None:
    async with rig(folder, writes()) as r:
        await set_to(r, workspace)
        await r.hire(writer(disclosure=own))
        await r.take(mail(1))
        await r.wait(seconds=11)
        assert r.states() == [DONE]
        assert said(r) == f"We look into it.\n\n{line}"


async def test_what_a_person_is_asked_about_is_as_it_was_written(folder: Path) -> None:
    async with rig(folder, writes()) as r:
        await r.hire(writer(level=2))
        await r.take(mail(1))
        assert r.states() == [WAITING] and said(r) == "We look into it."


async def test_what_a_grant_lets_go_out_alone_carries_it_too(folder: Path) -> None:
    async with rig(folder, writes()) as r:
        await r.hire(writer(level=2))
        await r.take(mail(1))
        await r.approve(r.waiting()[0].id, grant=Grant(timedelta(days=7), ("to",), uses=5))
        await r.take(mail(2))
        await r.wait(seconds=11)
        assert r.states(2) == [DONE]
        assert said(r, 2) == f"We look into it.\n\n{DEFAULT}"


async def test_a_message_without_room_for_it_asks(folder: Path) -> None:
    async with rig(folder, writes("x" * LONGEST)) as r:
        await r.hire(writer())
        await r.take(mail(1))
        assert r.states() == [WAITING] and said(r) == "x" * LONGEST
        assert "without the line that an AI wrote it" in r.waiting()[0].because


async def test_a_line_within_a_quoted_mail_says_nothing_of_this_one(folder: Path) -> None:
    quoting = f"We look into it.\n\n> {DEFAULT}"
    async with rig(folder, writes(quoting)) as r:
        await r.hire(writer())
        await r.take(mail(1))
        await r.wait(seconds=11)
        assert r.states() == [DONE] and said(r) == f"{quoting}\n\n{DEFAULT}"


async def test_a_line_that_is_there_is_not_said_twice(folder: Path) -> None:
    async with rig(folder, writes(f"Hi.\n{DEFAULT}\nBye.")) as r:
        await r.hire(writer())
        await r.take(mail(1))
        await r.wait(seconds=11)
        assert r.states() == [DONE] and said(r) == f"Hi.\n{DEFAULT}\nBye."


async def test_the_line_is_on_record_and_a_long_one_is_refused(folder: Path) -> None:
    async with rig(folder, writes()) as r:
        await set_to(r, "  A machine \n wrote this. ")
        with pytest.raises(UserError, match="at most 500 characters"):
            await set_to(r, "x" * 501)
        await set_to(r, "")
        assert [entry["line"] for entry in r.audit("disclosure.set")] == ["A machine wrote this.", DEFAULT]

"""Every template works on the sample's desk: a chain over several tools, an odd case for a person, a failure made up.

With the offline brain, and with a model over HTTP. Through a real mailbox and real tables: the files beside this one.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.place import resources
from opsconsole.app.sample.company import fill_desk
from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import NotFoundError, UserError
from opsconsole.domain.event import IncomingEvent
from opsconsole.doubles.clock import FakeClock
from opsconsole.engine.agents.gallery import Chosen, filled, fitting, lacking, template_of, tools_lacking
from opsconsole.engine.commands import approvals as commands
from opsconsole.engine.engine import Engine
from opsconsole.engine.ports.brain import ASK_PERSON
from opsconsole.engine.registry import Registry
from opsconsole.store.queries.desk import records
from tests.support.gallery.clerk import Clerk
from tests.support.gallery.stories import BRAINS, STORIES, TEMPLATES, FailsOnce, done, over, shadow_of, spec_of
from tests.support.rig import Rig, mail, registry
from tests.support.running import make
from tests.support.thinking import thinking

DESK = Chosen("desk", "desk")
every_story = pytest.mark.parametrize("name", STORIES)
each_brain = pytest.mark.parametrize("brain", BRAINS)


def chain_of(name: str) -> list[str]:
    return [over(tool, DESK) for tool in STORIES[name].chain]


@asynccontextmanager
async def worked(folder: Path, name: str, brain: str, *, is_odd: bool = False) -> AsyncGenerator[Rig]:
    """Let a template work its story's event on the sample's desk."""
    story, clock = STORIES[name], FakeClock()
    title, text = story.odd if is_odd else (story.title, story.text)

    def connectors(engine: Engine) -> list[Any]:
        return [DeskConnector(engine.reader, engine.writer, engine.clock)]

    numbers: dict[str, int] = {}

    def script(request: Any) -> Any:
        return Clerk(story.category, chain_of(name), asks=is_odd, **numbers)(request)

    spec = spec_of(name, registry(), DESK, brain=brain)
    async with thinking(folder, script, spec, connectors=connectors, clock=clock) as (r, _):
        now = clock.now()
        await r.engine.writer.write(lambda tx: fill_desk(tx, resources() / "sample", now=now), name="sample")
        event = await _event(r, name, title, text)
        numbers |= {
            kind: int(event.fields[f"{kind}_id"]) for kind in ("deal", "ticket") if f"{kind}_id" in event.fields
        }
        await r.take(event)
        yield r


async def _event(r: Rig, name: str, title: str, text: str) -> IncomingEvent:
    if name == "stalled-deals":
        desk: Any = r.engine.registry.connectors["desk"]
        return next(event for event in desk.stalled() if event.title == title)
    if name == "ticket-sorter":
        await make(r, "ticket", title=title, description=text, status="open")
        number = records.find(r.engine.reader, "ticket", title=title)[0]["id"]
        return mail(kind="ticket.created", subject=f"ticket:{number}", title=title, text=text,
                    fields={"ticket_id": number})  # fmt: skip
    return mail(title=title, text=text)


def is_handled(r: Rig) -> bool:
    (ended,) = r.audit("run.finished")
    return ended["state"] == "done" and ended["handled"] is True


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.template)
def test_every_template_begins_in_shadow_and_says_what_it_is(template: Any) -> None:
    spec = shadow_of(template.template, registry(), DESK)
    assert spec.agent == template.template and {stage.value for stage in [spec.stage.default]} == {"shadow"}
    assert not spec.stage.categories and spec.summary
    assert template.sentence and template.most and template.never.startswith("It never")


def test_every_template_has_a_story() -> None:
    assert {*STORIES} == {template.template for template in TEMPLATES}


@each_brain
@every_story
async def test_a_plain_case_goes_through_its_chain(tmp_path: Path, name: str, brain: str) -> None:
    async with worked(tmp_path, name, brain) as r:
        assert done(r.actions()) == chain_of(name) and len({*chain_of(name)}) >= 3
        assert is_handled(r)


@each_brain
@every_story
async def test_an_odd_case_comes_to_a_person(tmp_path: Path, name: str, brain: str) -> None:
    async with worked(tmp_path, name, brain, is_odd=True) as r:
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.QUESTION


@every_story
async def test_what_the_person_answers_is_done(tmp_path: Path, name: str) -> None:
    answer, wanted = STORIES[name].answer
    async with worked(tmp_path, name, "playbook", is_odd=True) as r:
        await r.say(commands.respond, r.waiting()[0].id, answer=answer)
        await r.wait(seconds=11)
        written = [action for action in r.actions() if action.is_write and action.tool != ASK_PERSON]
        assert [action.tool for action in written] == [over(tool, DESK) for tool in wanted]
        assert done(written) == [action.tool for action in written] and is_handled(r)
        assert r.waiting() == []


@each_brain
@every_story
async def test_a_tool_that_fails_is_made_up_for(
    tmp_path: Path, name: str, brain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The playbook's own way is taken instead; a model tries once more."""
    story = STORIES[name]
    fails = over(story.fails, DESK)
    FailsOnce(fails).put_on(monkeypatch)
    async with worked(tmp_path, name, brain) as r:
        assert [action.tool for action in r.actions() if action.state.value == "failed"] == [fails]
        used = done(r.actions())
        assert used == chain_of(name) if brain == "model" else used[-1] == over(story.instead, DESK)
        assert is_handled(r)


async def test_a_deal_whose_worth_nobody_knows_comes_to_a_person(tmp_path: Path) -> None:
    async with thinking(
        tmp_path, Clerk("deal_stalled", ()), spec_of("stalled-deals", registry(), DESK),
        connectors=lambda engine: [DeskConnector(engine.reader, engine.writer, engine.clock)],
    ) as (r, _):  # fmt: skip
        await make(r, "deal", name="Quay", stage="demo", last_activity_at=0)
        desk: Any = r.engine.registry.connectors["desk"]
        await r.take(*desk.stalled())
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.QUESTION


def test_a_mailbox_comes_before_the_desk_and_its_tools_are_its_own() -> None:
    template = template_of(TEMPLATES, "customer-mail")
    mailbox = Chosen("support", "mail")
    assert fitting(template.needs[0], [DESK, mailbox]) == [mailbox, DESK]
    text = filled(template, {"inbox": mailbox})
    assert "connection: support," in text and "support.draft" in text and "desk.draft_reply" not in text
    assert "<<" not in text


@every_story
def test_the_tools_that_nothing_has_are_told_one_by_one(name: str) -> None:
    template = template_of(TEMPLATES, name)
    chosen = {need.slot: DESK for need in template.needs}
    assert tools_lacking(template, chosen, registry()) == ()
    told = tools_lacking(template, chosen, Registry([]))
    assert {*chain_of(name), over(STORIES[name].instead, DESK)} <= {*told} and list(told) == sorted(told)


def test_what_is_missing_is_said() -> None:
    template = template_of(TEMPLATES, "customer-mail")
    assert lacking(template, []) == ["the mailbox that customers write to"]
    with pytest.raises(UserError, match="needs the mailbox that customers write to"):
        filled(template, {})
    with pytest.raises(NotFoundError, match="no template nothing"):
        template_of(TEMPLATES, "nothing")

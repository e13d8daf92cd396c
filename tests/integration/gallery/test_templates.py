"""Every template works: a chain over several tools, an odd case brought to a person, a tool that fails made up for."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.place import resources
from opsconsole.app.session import playbook_brain
from opsconsole.brains.playbook import PlaybookBrain
from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.domain.action import Call, Result
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import NotFoundError, PermanentError, UserError
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.gallery import Chosen, filled, fitting, lacking, read_templates, template_of
from opsconsole.engine.engine import Engine
from tests.support.rig import Rig, mail, registry, rig

TEMPLATES = read_templates(resources() / "templates")
DESK = Chosen("desk", "desk")


def spec_of(name: str, *, is_live: bool = True) -> AgentSpec:
    """A template's agent over the desk; live, and at level 3 in all that can be taken back."""
    template = template_of(TEMPLATES, name)
    text = template.agent or (resources() / "examples" / template.file).read_text()
    spec = read_agent_text(filled(template, text, {need.slot: DESK for need in template.needs}), name, registry()).spec
    if not is_live:
        return spec
    body = spec.model_dump(by_alias=True)
    return AgentSpec.model_validate(body | {"stage": {"default": "full"}, "autonomy": {"default": 3}})


class Desk(DeskConnector):
    """A desk that refuses one tool."""

    refused = ""

    async def execute(self, call: Call) -> Result:
        if call.tool == self.refused:
            raise PermanentError("the table is locked")
        return await super().execute(call)


@asynccontextmanager
async def worked(folder: Path, name: str, title: str, text: str, *, refused: str = "") -> AsyncGenerator[Rig]:
    def connectors(engine: Engine) -> list[Any]:
        made = Desk(engine.reader, engine.writer, engine.clock, stalled_after_days=None)
        made.refused = refused
        brains.append(playbook_brain(engine.reader))
        return [made]

    class Late:
        """The offline brain, once there is an engine whose cases it reads."""

        def __getattr__(self, wanted: str) -> Any:
            return getattr(brains[0], wanted)

    brains: list[PlaybookBrain] = []
    brain: Any = Late()
    async with rig(folder, brain, spec_of(name), connectors=connectors) as r:
        await r.take(mail(title=title, text=text))
        yield r


def tools(r: Rig) -> list[str]:
    return [action.tool for action in r.actions() if action.state.value == "done"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.template)
def test_every_template_begins_in_shadow_and_says_what_it_is(template: Any) -> None:
    spec = spec_of(template.template, is_live=False)
    assert spec.agent == template.template and {stage.value for stage in [spec.stage.default]} == {"shadow"}
    assert not spec.stage.categories and spec.summary
    assert template.sentence and template.most and template.never.startswith("It never")


@pytest.mark.parametrize(
    ("name", "title", "text", "chain"),
    [
        (
            "customer-mail", "Error 502", "I get error 502 when I open my invoices since this morning.",
            ["desk.find_contact", "desk.thread", "desk.find_tickets", "desk.create_contact", "desk.create_ticket",
             "desk.draft_reply"],
        ),
        (
            "inbound-leads", "Offer", "Please send us an offer for thirty users, we want to start in March.",
            ["desk.find_contact", "desk.find_company", "desk.find_deals", "desk.create_contact", "desk.create_deal",
             "desk.draft_reply", "desk.create_task"],
        ),
        (
            "helpdesk", "Locked", "My account is locked after three tries, I cannot sign in.",
            ["desk.find_tickets", "desk.find_contact", "desk.create_ticket", "desk.draft_reply"],
        ),
        ("mail-sorter", "Invoice", "There is an error in my last invoice, I was charged twice.", ["desk.move_mail"]),
    ],
)  # fmt: skip
async def test_a_plain_case_goes_through_its_chain(
    tmp_path: Path, name: str, title: str, text: str, chain: list[str]
) -> None:
    async with worked(tmp_path, name, title, text) as r:
        assert tools(r) == chain and r.run().state == "done"


@pytest.mark.parametrize(
    ("name", "title", "text"),
    [
        ("customer-mail", "Lawyer", "If this is not solved by Friday you will hear from our lawyer."),
        ("inbound-leads", "Tender", "Please take part in our tender for 400 seats."),
        ("helpdesk", "Screen", "I need a second screen, may I order one?"),
        ("helpdesk", "Strange mail", "I clicked on a link in a strange mail and typed in my password."),
    ],
)
async def test_an_odd_case_comes_to_a_person(tmp_path: Path, name: str, title: str, text: str) -> None:
    async with worked(tmp_path, name, title, text) as r:
        (asked,) = r.waiting()
        assert asked.kind is ApprovalKind.QUESTION


@pytest.mark.parametrize(
    ("name", "title", "text", "refused"),
    [
        ("customer-mail", "Error 502", "I get error 502 when I open my invoices.", "desk.create_ticket"),
        ("inbound-leads", "Offer", "Please send us an offer for thirty users in March.", "desk.create_deal"),
        ("helpdesk", "Locked", "My account is locked after three tries.", "desk.create_ticket"),
    ],
)
async def test_a_tool_that_fails_is_made_up_for(tmp_path: Path, name: str, title: str, text: str, refused: str) -> None:
    async with worked(tmp_path, name, title, text, refused=refused) as r:
        assert refused not in tools(r) and "desk.create_task" in tools(r)
        titles = [action.args["title"] for action in r.actions() if action.tool == "desk.create_task"]
        assert any("by hand" in told or "No ticket could be opened" in told for told in titles)


def test_a_mailbox_comes_before_the_desk_and_its_tools_are_its_own() -> None:
    template = template_of(TEMPLATES, "customer-mail")
    mailbox = Chosen("support", "mail")
    assert fitting(template.needs[0], [DESK, mailbox]) == [mailbox, DESK]
    text = filled(template, template.agent, {"inbox": mailbox})
    assert "connection: support," in text and "support.draft" in text and "desk.draft_reply" not in text
    assert "<<" not in text


def test_what_is_missing_is_said() -> None:
    template = template_of(TEMPLATES, "customer-mail")
    assert lacking(template, []) == ["the mailbox that customers write to"]
    with pytest.raises(UserError, match="needs the mailbox that customers write to"):
        filled(template, template.agent, {})
    with pytest.raises(NotFoundError, match="no template nothing"):
        template_of(TEMPLATES, "nothing")

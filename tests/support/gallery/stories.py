"""What the templates are held to: for each an event that goes through, one that is odd, and a tool that fails once.

Tools are written with the template's slot in place of the connection (`inbox.draft`, `deals.get_deal`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsconsole.app.place import resources
from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.connectors.mail.connector import MailConnector
from opsconsole.domain.action import Call, Result
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import ActionState
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.gallery import VERBS, Chosen, filled, read_templates, template_of
from opsconsole.engine.registry import Registry
from opsconsole.store.rows import ActionRow

TEMPLATES = read_templates(resources() / "templates")
BRAINS = ("playbook", "model")


@dataclass(frozen=True, slots=True)
class Story:
    """What a template is tried on."""

    category: str
    title: str
    text: str
    chain: tuple[str, ...]
    """The tools that are used, in order, for a sender who is new."""
    odd: tuple[str, str]
    """Title and text of what a person must decide."""
    fails: str
    """A tool of the chain that fails once."""
    instead: str
    """What the offline brain does then."""
    answer: tuple[str, tuple[str, ...]]
    """What the person answers to the odd one, and the writes of the offline brain that follow."""


STORIES: Mapping[str, Story] = {
    "customer-mail": Story(
        "bug", "Error 502", "I get error 502 when I open my invoices since this morning.",
        ("desk.find_contact", "inbox.thread", "desk.find_tickets", "desk.create_contact", "desk.create_ticket",
         "inbox.draft"),
        ("Lawyer", "If this is not solved by Friday you will hear from our lawyer."),
        "desk.create_ticket", "desk.create_task", ("I answer today", ("desk.create_task",)),
    ),
    "inbound-leads": Story(
        "qualified", "Offer", "Please send us an offer for thirty users, we want to start in March.",
        ("desk.find_contact", "desk.find_company", "desk.find_deals", "desk.create_contact", "desk.create_deal",
         "inbox.draft", "desk.create_task"),
        ("Tender", "Please take part in our tender for 400 seats."),
        "desk.create_deal", "desk.create_task", ("Sales takes it", ("desk.create_task",)),
    ),
    "helpdesk": Story(
        "access", "Locked", "My account is locked after three tries, I cannot sign in.",
        ("desk.find_tickets", "desk.find_contact", "desk.create_ticket", "inbox.draft"),
        ("Strange mail", "I clicked on a link in a strange mail and typed in my password."),
        "desk.create_ticket", "desk.create_task", ("IT does", ("desk.create_ticket", "desk.create_task")),
    ),
    "mail-sorter": Story(
        "billing", "Invoice", "There is an error in my last invoice, I was charged twice.",
        ("desk.find_contact", "desk.find_tickets", "inbox.move"),
        ("Postcard", "Greetings from the seaside, see you soon!"),
        "inbox.move", "desk.create_task", ("Sales", ("inbox.move",)),
    ),
    "ticket-sorter": Story(
        "hardware", "Laptop", "My laptop does not start any more.",
        ("tickets.get_ticket", "tickets.search", "tickets.update_ticket"),
        ("Parking", "Where may visitors park on Sundays?"),
        "tickets.update_ticket", "tickets.create_task", ("Hardware", ("tickets.update_ticket",)),
    ),
    "stalled-deals": Story(
        "deal_stalled", "Casa Respira: Team went quiet", "",
        ("deals.get_deal", "desk.search", "desk.create_task", "desk.add_note"),
        ("Sankt Elmo Reha: four houses went quiet", ""),
        "desk.create_task", "desk.add_note", ("Call them", ("desk.create_task", "desk.add_note")),
    ),
}  # fmt: skip


def spec_of(name: str, registry: Registry, connection: Chosen, *, brain: str = "playbook") -> AgentSpec:
    """A template's agent over one connection, live, and at level 3 in all that can be taken back."""
    body = shadow_of(name, registry, connection).model_dump(by_alias=True)
    return AgentSpec.model_validate(
        body | {"stage": {"default": "full"}, "autonomy": {"default": 3}, "brain": brain, "fallback": "person"}
    )


def shadow_of(name: str, registry: Registry, connection: Chosen) -> AgentSpec:
    """A template's agent as it comes."""
    template = template_of(TEMPLATES, name)
    chosen = {need.slot: connection for need in template.needs}
    return read_agent_text(filled(template, chosen), name, registry).spec


def over(tool: str, connection: Chosen) -> str:
    """Return a tool's name over a connection."""
    slot, _, verb = tool.partition(".")
    if slot == "desk":
        return tool
    return f"{connection.name}.{VERBS.get(connection.kind, {}).get(verb, verb)}"


def done(actions: Sequence[ActionRow]) -> list[str]:
    """Return the tools that were really used."""
    return [action.tool for action in actions if action.state is ActionState.DONE]


class FailsOnce:
    """Lets one tool say no the first time, in whatever connector it is."""

    def __init__(self, tool: str) -> None:
        self.tool = tool
        self.times = 1

    def put_on(self, monkeypatch: Any) -> None:
        """Take the place of every connector's deeds."""
        for kind in (DeskConnector, MailConnector):
            real = kind.execute

            async def execute(connector: Any, call: Call, real: Any = real) -> Result:
                if call.tool == self.tool and self.times:
                    self.times -= 1
                    raise PermanentError("the table is locked")
                return await real(connector, call)

            monkeypatch.setattr(kind, "execute", execute)

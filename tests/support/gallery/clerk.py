"""A scripted model that works a template's event with the tools that it is offered."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from opsconsole.doubles.modelendpoint import Reply, Request, call, ends, says
from tests.support.rig import ANN

QUESTION = {"question": "Who takes it?", "options": ["I do", "Support"]}
TOLD_WHEN = "Ask the lead (ask_person) when:"


class Clerk:
    """A scripted model: says the category, uses the tools of a chain one by one, and tries once more what failed."""

    def __init__(self, category: str, chain: Sequence[str], *, asks: bool = False, **given: Any) -> None:
        self._category = category
        self._chain = [*chain]
        self._asks = asks
        self._given = given
        """Numbers of records that it works on: `deal`, `ticket`."""

    def __call__(self, request: Request) -> Reply:
        messages = request["messages"]
        if not any(message["role"] == "tool" for message in messages):
            return says(None, call("triage", {"category": self._category, "confidence": 0.9}))
        if self._asks and not any(self._is_call(message, "ask_person") for message in messages):
            assert "Ask the lead (ask_person) when:" in messages[0]["content"], (
                "the template tells no model when to ask"
            )
            return says(None, call("ask_person", {"question": "Who takes it?", "options": ["I do", "Support"]}))
        used = [message for message in messages if message["role"] == "tool" and _state(message) == "done"]
        if self._asks or len(used) == len(self._chain):
            return ends(self._category)
        return says(None, self._use(self._chain[len(used)], request))

    def _use(self, tool: str, request: Request) -> Mapping[str, Any]:
        offered = [each["function"]["name"] for each in request["tools"]]
        verb = tool.partition(".")[2]
        name = verb if verb in offered else tool.replace(".", "__")
        assert name in offered, f"{tool} is not offered: {offered}"
        return call(name, self._arguments(verb))

    def _arguments(self, verb: str) -> Mapping[str, Any]:
        deal, ticket = self._given.get("deal", 0), self._given.get("ticket", 0)
        known: dict[str, dict[str, Any]] = {
            "find_contact": {"email": ANN},
            "find_company": {"domain": "harbour.example"},
            "find_deals": {"email": ANN},
            "find_tickets": {"email": ANN, "status": "open"},
            "thread": {},
            "search": {"text": "Laptop"},
            "get_deal": {"id": deal},
            "get_ticket": {"id": ticket},
            "create_contact": {"email": ANN, "name": "Ann Harbour"},
            "create_ticket": {"title": "Look into it", "queue": "support", "requester_email": ANN},
            "create_deal": {"name": "Ann Harbour: thirty users", "contact_email": ANN, "stage": "new"},
            "create_task": {"title": "Get in touch", "due": "+1"},
            "add_note": {"text": "It stood still.", "about": f"deal:{deal}"},
            "update_ticket": {"id": ticket, "queue": "Hardware", "priority": "normal"},
        }
        return known.get(
            verb, {"folder": "Billing"} if verb.startswith("move") else {"text": "Hello, we look into it."}
        )

    @staticmethod
    def _is_call(message: Mapping[str, Any], name: str) -> bool:
        return any(made["function"]["name"] == name for made in message.get("tool_calls") or ())


def _state(message: Mapping[str, Any]) -> str:
    try:
        return str(json.loads(message["content"])["state"])
    except (ValueError, LookupError, TypeError):
        return ""

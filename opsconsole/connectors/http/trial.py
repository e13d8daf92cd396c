"""Tries a REST system out with its key before it is put in use; nothing is changed there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsconsole.connectors.http.actions import Action
from opsconsole.connectors.http.config import HttpConfig
from opsconsole.connectors.http.line import Line
from opsconsole.connectors.http.model import Sending
from opsconsole.connectors.http.outcome import DoneIf, is_page, says_no
from opsconsole.connectors.http.requests import RequestMaker
from opsconsole.connectors.http.responses import body_of
from opsconsole.engine.agents.slottext import SlotText
from opsconsole.engine.ports.machine import Health, Secrets
from opsconsole.net.client import HttpClient

_ASK = {"Accept": "application/json", "User-Agent": "opsconsole"}
_REFUSALS = (401, 403, 407)
_MADE_UP = {"string": "opsconsole-trial", "integer": 1, "number": 1, "boolean": False}
_TO_SIGN_IN = re.compile(r"log-?in|sign-?in|oauth|auth|sso|session", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SignInCheck:
    """What came of it."""

    refused: str = ""
    """Why it does not take the key, as the end of a sentence; empty where it did not refuse it."""
    is_proof: bool = False
    """It answered to something that only who is signed in is told."""


@dataclass(frozen=True, slots=True)
class _Try:
    request: RequestMaker
    values: Mapping[str, Any]
    done_if: DoneIf | None = None
    path: str = ""


async def try_out(config: HttpConfig, *, secrets: Secrets, health: Health) -> SignInCheck:
    """Ask a system once: the file's `check:`, else a look-up that needs little, else its address alone.

    Raises:
        ConnectorError: nobody is there, or no key or token can be had.
    """
    tried = _chosen(config)
    line = Line(config.connection, config, http=HttpClient(), secrets=secrets, health=health)
    try:
        known = await line.secrets()
        values = {"args": tried.values, "key": "opsconsole-trial"}
        request = tried.request.make({**values, **known}, more=_ASK)
        asked = await line.send(request, values, is_write=False)
    finally:
        await line.close()
    answer, is_address_only = asked.answer, tried.done_if is None
    if answer.status in _REFUSALS:
        return SignInCheck(refused=f"({answer.status})")
    where = answer.headers.get("location", "")
    if 300 <= answer.status < 400 and _TO_SIGN_IN.search(where):
        return SignInCheck(refused="(it leads to a page to sign in)")
    if is_address_only:
        return SignInCheck()
    body, problem = body_of(answer, asked.scrub)
    if is_page(answer, is_json=not problem) and answer.status in range(200, 300):
        return SignInCheck(refused="(it answers with a web page, perhaps one to sign in)")
    if answer.status in range(200, 300) and says_no(body):
        return SignInCheck(refused="(it answers, and says that something is wrong)")
    if answer.status == 404 and tried.path:
        return SignInCheck(refused=f"(there is no {tried.path}, which `check:` names)")
    return SignInCheck(is_proof=answer.status < 300 or 400 <= answer.status < 500)


def _chosen(config: HttpConfig) -> _Try:
    if config.check:
        maker = RequestMaker(config.base, config.headers, Sending(path=config.check))
        return _Try(maker, {}, DoneIf(""), config.check)
    actions = [Action(config, config.connection, action) for action in config.actions]
    reads = [action for action in actions if action.is_read and action.spec.method == "GET" and not action.spec.money]
    reads = [action for action in reads if not action.type.is_egress and _fills(action)]
    for needs_nothing in (True, False):
        for action in reads:
            needed = [name for name, field in action.type.arguments.model_fields.items() if field.is_required()]
            made_up = _made_up(action, needed)
            if made_up is not None and needs_nothing is not bool(needed):
                return _Try(action.request, {**action.defaults, **made_up}, action.done_if)
    return _Try(RequestMaker(config.base, config.headers, Sending(path="/")), {})


def _made_up(action: Action, needed: list[str]) -> Mapping[str, Any] | None:
    """Return arguments that name nothing that is there; None where that cannot be told from their schema."""
    properties: Mapping[str, Any] = action.spec.arguments.get("properties", {})
    found: dict[str, Any] = {}
    for name in needed:
        facts: Mapping[str, Any] = properties.get(name, {})
        choices: list[Any] = facts.get("enum", [])
        value = choices[0] if choices else _MADE_UP.get(str(facts.get("type", "")))
        if value is None:
            return None
        found[name] = value
    return found


def _fills(action: Action) -> bool:
    """Return whether its address and headers name nothing but arguments and secrets."""
    texts = [action.spec.path, *action.spec.headers.values(), *map(str, action.spec.query.values())]
    return not any(SlotText(text).roots - {"args", "secret", "basic", "key"} for text in texts)

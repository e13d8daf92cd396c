"""Declared actions, compiled once: what the gate knows of them, and what they send and read."""

from typing import Any

from opsconsole.connectors.http.config import HttpConfig
from opsconsole.connectors.http.configcheck import defaults_of
from opsconsole.connectors.http.model import SAFE_METHODS, Before, Current, HttpAction, LookUp, Undo
from opsconsole.connectors.http.outcome import DoneIf
from opsconsole.connectors.http.pages import Pager
from opsconsole.connectors.http.requests import RequestMaker
from opsconsole.connectors.http.responses import ResponseReader, statuses
from opsconsole.connectors.http.schema import arguments_model
from opsconsole.domain.action import ActionType
from opsconsole.domain.canonical import digest, jsonable
from opsconsole.domain.enums import Effect
from opsconsole.engine.agents.slottext import SlotText, SlotValue


class Action:
    """One tool."""

    def __init__(self, config: HttpConfig, name: str, action: HttpAction) -> None:
        self.spec = action
        self.type = _type(config, name, action)
        self.is_read = action.effect is Effect.READ
        self.ok = frozenset(action.ok)
        self.done_if = DoneIf(action.ok_if)
        self.defaults = defaults_of(action.arguments)
        self.request = RequestMaker(config.base, config.headers, action)
        self.answer = ResponseReader(action.result)
        self.look_up = None if action.look_up is None else Finder(config, action.look_up)
        self.undo = None if action.undo is None else Taker(config, action.undo)
        self.current = None if action.current is None else Present(config, action.current)
        self.before = None if action.before is None else Present(config, action.before)
        self.pager = None if action.pages is None else Pager(config.base, action.pages)
        calls = (self.look_up, self.undo, self.current, self.before)
        makers = [self.request, *(call.request for call in calls if call is not None)]
        self.secrets = frozenset[tuple[str, ...]]().union(*(maker.secrets for maker in makers))


class Finder:
    """Looks for the result of an earlier try."""

    def __init__(self, config: HttpConfig, look_up: LookUp) -> None:
        self.request = RequestMaker(config.base, config.headers, look_up)
        self.found = statuses(look_up.found)
        self.not_found = statuses(look_up.not_found)
        self.answer = ResponseReader(look_up.result)
        self.found_if = SlotText(look_up.found_if) if look_up.found_if else None


class Taker:
    """Takes an action back."""

    def __init__(self, config: HttpConfig, undo: Undo) -> None:
        self.request = RequestMaker(config.base, config.headers, undo)
        self.ok = statuses(undo.ok)
        self.done_if = DoneIf(undo.ok_if)
        self.gone = statuses(undo.gone)


class Present:
    """Reads what is there now."""

    def __init__(self, config: HttpConfig, current: Current | Before) -> None:
        self.request = RequestMaker(config.base, config.headers, current)
        self.values = {name: SlotValue(value) for name, value in current.values.items()}


_SENT = {"method", "path", "query", "headers", "body", "idempotency_header"}


def _does(config: HttpConfig, action: HttpAction) -> str:
    """A call that goes elsewhere, or sends something else, is another one: what was ratified for it is to be again."""
    sent = action.model_dump(mode="json", include=_SENT)
    sent |= action.model_dump(mode="json", include={"form", "before"}, exclude_none=True)
    if config.token is not None:
        sent["token"] = config.token.model_dump(mode="json")
    return digest(jsonable({"base": config.base, "all": dict(config.headers), "sent": sent}))


def _type(config: HttpConfig, name: str, action: HttpAction) -> ActionType:
    tool = f"{name}.{action.name}"
    is_read = action.effect is Effect.READ
    facts: dict[str, Any] = {} if is_read else {"undo": None if action.undo is None else action.undo.words}
    return ActionType(
        name=tool,
        title=action.title,
        effect=action.reach,
        reversibility=action.can_be_undone,
        arguments=arguments_model(tool.replace(".", "_").replace("-", "_"), action.arguments),
        sentence=action.sentence,
        is_money=action.money,
        is_untrusted=action.untrusted,
        is_unproven_read=is_read and action.method not in SAFE_METHODS,
        is_egress=is_read and action.egress,
        is_reply=action.reply,
        destinations=action.destinations,
        external_if_given=action.external_if_given,
        repeat_window_s=action.repeat_window_s,
        max_age_s=action.max_age_s,
        compare=action.compare,
        # A repeat would read before itself what the first try wrote, and an undo would bring that back.
        is_idempotent=action.idempotency_header is not None and action.before is None,
        is_findable=action.look_up is not None,
        arrival_s=action.arrival_s,
        does=_does(config, action),
        **facts,
    )


def secrets_of(config: HttpConfig) -> frozenset[tuple[str, ...]]:
    """Return what all of a file needs of secrets: `("secret", name)`, `("basic", user, name)` …"""
    actions = [Action(config, config.connection, action) for action in config.actions]
    of_token = frozenset[tuple[str, ...]]() if config.token is None else config.token.secrets
    return of_token.union(*(action.secrets for action in actions))

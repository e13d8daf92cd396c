"""Any simple REST system as a connector: makes the declared calls, and says honestly what came of them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from opsconsole.connectors.http.actions import Action, Taker
from opsconsole.connectors.http.config import HttpConfig
from opsconsole.connectors.http.line import Asked, Line
from opsconsole.connectors.http.outcome import is_page
from opsconsole.connectors.http.requests import RequestMaker
from opsconsole.connectors.http.responses import body_of, headers_of, refusal
from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.canonical import jsonable
from opsconsole.domain.errors import PermanentError, TransientError
from opsconsole.engine.agents.slottext import text_of
from opsconsole.engine.agents.templates import TemplateFailure
from opsconsole.engine.ports.connector import AccountIdentity, Change, Overlay, Simulated, with_key_time
from opsconsole.engine.ports.machine import Clock, Health, Secrets
from opsconsole.net.client import HttpClient, HttpResponse, Request

_log = logging.getLogger(__name__)
_ASK = {"Accept": "application/json", "User-Agent": "opsconsole"}
SIMULATED = "sim:"


class HttpConnector:
    """One configured system."""

    def __init__(
        self,
        name: str,
        config: HttpConfig,
        *,
        http: HttpClient,
        secrets: Secrets,
        health: Health,
        clock: Clock,
        signed_in_at: datetime | None = None,
    ) -> None:
        """Open it; `signed_in_at`: when it was connected, or a key of it kept, the last time."""
        self.id = name
        self._signed_in_at = signed_in_at
        self._config = config
        actions = [Action(config, name, action) for action in config.actions]
        self._actions = {action.type.name: action for action in actions}
        self._line = Line(name, config, http=http, secrets=secrets, health=health)

    @property
    def account(self) -> AccountIdentity:
        """Return where it is; whose account there, its key says."""
        return AccountIdentity(with_key_time(self._config.base, self._signed_in_at), is_whole=False)

    def action_types(self) -> Sequence[ActionType]:
        """Return the declared actions."""
        return [action.type for action in self._actions.values()]

    async def read(self, call: Call, overlay: Overlay, as_of: datetime | None) -> Result:
        """Look something up; a record that the run only simulated is read from the run."""
        if as_of is not None:
            raise PermanentError(f"{self.id} cannot be asked how things were at an earlier time")
        for value in call.args.values():
            if isinstance(value, str) and value.startswith(SIMULATED):
                return _laid_over(value, overlay)
        action = self._action(call)
        asked = await self._send(action.request, call, action, is_write=False)
        await self._check(asked, action, call, is_write=False)
        if action.pager is None:
            return action.answer.result(asked.answer, asked.scrub, asked.values)[0]

        async def ask(request: Request) -> HttpResponse:
            further = await self._line.send(request, asked.values, is_write=False)
            await self._check(further, action, call, is_write=False)
            return further.answer

        first = (asked.request, asked.answer)
        return await action.pager.read(first, ask=ask, scrub=asked.scrub, values=asked.values)

    async def execute(self, call: Call) -> Result:
        """Do it."""
        action = self._action(call)
        if any(isinstance(value, str) and value.startswith(SIMULATED) for value in call.args.values()):
            raise PermanentError("this names a record that a run only simulated")
        header = action.spec.idempotency_header
        more = {header: call.key} if header else {}
        before = await self._before(call, action)
        asked = await self._send(action.request, call, action, is_write=True, more=more, values=before)
        await self._check(asked, action, call, is_write=True, has_key=action.type.is_idempotent)
        result = action.answer.result(asked.answer, asked.scrub, asked.values)[0]
        return result if not before else replace(result, data={**result.data, **before})

    async def _before(self, call: Call, action: Action) -> Mapping[str, Any]:
        """Return `before`: what the file wants read just before the write; nothing where it wants nothing.

        Raises:
            PermanentError: something of it is not there; nothing was done.
        """
        if action.before is None:
            return {}
        asked = await self._send(action.before.request, call, action, is_write=False)
        answer, scrub = asked.answer, asked.scrub
        if answer.status not in range(200, 300):
            raise refusal(answer, call.tool, scrub, is_write=False, has_key=False)
        known = {**asked.values, "body": body_of(answer, scrub)[0], "header": headers_of(answer, scrub)}
        found: dict[str, Any] = {}
        for name, slot in action.before.values.items():
            try:
                found[name] = jsonable(slot.fill(known))
            except TemplateFailure as error:
                raise PermanentError(f"nothing was done: {name}, as it is now, could not be read ({error})") from error
        return {"before": found}

    async def _check(
        self, asked: Asked, action: Action | Taker, call: Call, *, is_write: bool, has_key: bool = False
    ) -> None:
        """Raise what an answer means that does not say: done."""
        answer, scrub = asked.answer, asked.scrub
        if answer.status not in action.ok:
            raise refusal(answer, call.tool, scrub, is_write=is_write, has_key=has_key)
        doubt = action.done_if.doubt(answer, call.tool, scrub, asked.values, is_write=is_write)
        if doubt is not None:
            if is_page(answer, is_json=body_of(answer, scrub)[1] == ""):
                await self._line.note("trouble", f"{self.id} answers with a web page; check address and sign-in")
            raise doubt

    async def find(self, call: Call) -> Result | None:
        """Look for what an earlier try did; only a declared answer says that it did nothing.

        Raises:
            TransientError: the answer says neither.
        """
        action = self._action(call)
        finder = action.look_up
        if finder is None:
            raise PermanentError(f"{call.tool} has no look-up")
        asked = await self._send(finder.request, call, action, is_write=False)
        answer, scrub, values = asked.answer, asked.scrub, asked.values
        if is_page(answer, is_json=body_of(answer, scrub)[1] == ""):
            raise TransientError(f"the look-up says neither yes nor no: {call.tool} got a web page ({answer.status})")
        if answer.status in finder.not_found:
            return None
        if answer.status not in finder.found:
            said = refusal(answer, call.tool, scrub, is_write=False, has_key=False)
            raise TransientError(f"the look-up says neither yes nor no: {said}")
        body, problem = body_of(answer, scrub)
        if finder.found_if is not None:
            try:
                known = {**values, "body": body, "header": headers_of(answer, scrub)}
                is_there = finder.found_if.value(known)
            except TemplateFailure as error:
                raise TransientError(f"the look-up says neither yes nor no: {error}") from error
            if not isinstance(is_there, bool):
                raise TransientError("the look-up says neither yes nor no: `found_if` gave neither true nor false")
            if not is_there:
                return None
        result, is_whole = finder.answer.result(answer, scrub, values)
        if not is_whole:
            raise TransientError(f"the look-up says neither yes nor no: {result.data.get('unread') or problem}")
        return result

    async def simulate(self, call: Call, overlay: Overlay) -> Simulated:
        """Say what it would return: stand-ins in the shape of the declared result."""
        identity = f"{SIMULATED}{call.action_id}"
        result = Result(is_ok=True, data=self._action(call).answer.stand_in(identity))
        return Simulated(result, {f"{call.tool}:{identity}": dict(call.args)})

    async def preview(self, call: Call) -> Sequence[Change]:
        """Return now against after where the file says how to look; else all of it is new."""
        action = self._action(call)
        now: dict[str, str] = {}
        if action.current is not None:
            asked = await self._send(action.current.request, call, action, is_write=False)
            answer, scrub, values = asked.answer, asked.scrub, asked.values
            if answer.status not in range(200, 300):
                raise refusal(answer, call.tool, scrub, is_write=False, has_key=False)
            known = {**values, "body": body_of(answer, scrub)[0], "header": headers_of(answer, scrub)}
            for name, slot in action.current.values.items():
                try:
                    now[name] = text_of(slot.fill(known))
                except TemplateFailure:
                    now[name] = ""
        pairs = [(name, now.get(name, ""), text_of(value)) for name, value in call.args.items()]
        return [Change(name, before, after) for name, before, after in pairs if before != after]

    async def undo(self, call: Call, result: Mapping[str, Any]) -> Result:
        """Take it back; what is gone already needs no taking back."""
        action = self._action(call)
        if action.undo is None:
            raise PermanentError(f"{call.tool} cannot be taken back by opsconsole")
        header = action.spec.idempotency_header
        more = {header: call.undo_key} if header else {}
        values = {"result": dict(result), "before": result.get("before", {})}
        if unknown := action.undo.request.missing(values, values):
            raise PermanentError(f"{unknown} is not known of what was done, so opsconsole cannot take it back")
        asked = await self._send(action.undo.request, call, action, is_write=True, more=more, values=values)
        if asked.answer.status not in action.undo.gone:
            await self._check(asked, action.undo, call, is_write=True, has_key=header is not None)
        return Result(is_ok=True)

    async def _send(
        self,
        maker: RequestMaker,
        call: Call,
        action: Action,
        *,
        is_write: bool,
        more: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Asked:
        known = {
            "args": {**action.defaults, **call.args},
            "key": call.key,
            "action": call.action_id,
            "subject": call.subject,
            "actor": call.actor,
            "fields": call.fields,
            **(values or {}),
        }
        secrets = await self._line.secrets()
        request = maker.make({**known, **secrets}, more={**_ASK, **(more or {})})
        return await self._line.send(request, known, is_write=is_write)

    def _action(self, call: Call) -> Action:
        action = self._actions.get(call.tool)
        if action is None:
            raise PermanentError(f"{self.id} has no {call.tool}")
        return action

    async def close(self) -> None:
        """Close the connections."""
        await self._line.close()


def _laid_over(identity: str, overlay: Overlay) -> Result:
    for key, fields in overlay.items():
        if key.endswith(f":{identity}"):
            return Result(is_ok=True, data={**fields, "id": identity})
    raise PermanentError("this names a record that a run only simulated")

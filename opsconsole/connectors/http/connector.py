"""Any simple REST system as a connector: makes the declared calls, and says honestly what came of them."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from opsconsole.connectors.http.actions import Action
from opsconsole.connectors.http.config import HttpConfig
from opsconsole.connectors.http.requests import RequestMaker
from opsconsole.connectors.http.responses import body_of, headers_of, refusal
from opsconsole.connectors.http.scrub import Scrubber
from opsconsole.connectors.http.vault import Vault
from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.errors import AmbiguousError, ConnectorError, MachineError, PermanentError, TransientError
from opsconsole.engine.agents.slottext import text_of
from opsconsole.engine.agents.templates import TemplateFailure
from opsconsole.engine.ports.connector import AccountIdentity, Change, Overlay, Simulated
from opsconsole.engine.ports.machine import Clock, Health, Secrets
from opsconsole.net.client import HttpClient, HttpResponse

_log = logging.getLogger(__name__)
_ASK = {"Accept": "application/json", "User-Agent": "opsconsole"}
SIMULATED = "sim:"


class HttpConnector:
    """One configured system."""

    def __init__(
        self, name: str, config: HttpConfig, *, http: HttpClient, secrets: Secrets, health: Health, clock: Clock
    ) -> None:
        self.id = name
        self._config = config
        self._http = http
        self._health = health
        self._clock = clock
        self._state = ""
        actions = [Action(config, name, action) for action in config.actions]
        self._actions = {action.type.name: action for action in actions}
        self._vault = Vault(secrets, frozenset[tuple[str, ...]]().union(*(action.secrets for action in actions)))

    @property
    def account(self) -> AccountIdentity:
        """Return where it is; whose account there, its key says."""
        return AccountIdentity(self._config.base, is_whole=False)

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
        answer, scrub, values = await self._send(action.request, call, action, is_write=False)
        if answer.status not in action.ok:
            raise refusal(answer, call.tool, scrub, is_write=False, has_key=False)
        return action.answer.result(answer, scrub, values)[0]

    async def execute(self, call: Call) -> Result:
        """Do it."""
        action = self._action(call)
        if any(isinstance(value, str) and value.startswith(SIMULATED) for value in call.args.values()):
            raise PermanentError("this names a record that a run only simulated")
        header = action.spec.idempotency_header
        more = {header: call.key} if header else {}
        answer, scrub, values = await self._send(action.request, call, action, is_write=True, more=more)
        if answer.status not in action.ok:
            raise refusal(answer, call.tool, scrub, is_write=True, has_key=header is not None)
        return action.answer.result(answer, scrub, values)[0]

    async def find(self, call: Call) -> Result | None:
        """Look for what an earlier try did; only a declared answer says that it did nothing.

        Raises:
            TransientError: the answer says neither.
        """
        action = self._action(call)
        finder = action.look_up
        if finder is None:
            raise PermanentError(f"{call.tool} has no look-up")
        answer, scrub, values = await self._send(finder.request, call, action, is_write=False)
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
            answer, scrub, values = await self._send(action.current.request, call, action, is_write=False)
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
        taker = action.undo
        answer, scrub, _ = await self._send(
            taker.request, call, action, is_write=True, more=more, values={"result": dict(result)}
        )
        if answer.status not in taker.ok | taker.gone:
            raise refusal(answer, call.tool, scrub, is_write=True, has_key=header is not None)
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
    ) -> tuple[HttpResponse, Scrubber, Mapping[str, Any]]:
        known = {
            "args": {**action.defaults, **call.args},
            "key": call.key,
            "action": call.action_id,
            "subject": call.subject,
            "actor": call.actor,
            "fields": call.fields,
            **(values or {}),
        }
        try:
            secrets, scrub = await self._vault.open()
        except TransientError as error:
            await self._note("needs_you", str(error))
            raise
        try:
            request = maker.make({**known, **secrets}, more={**_ASK, **(more or {})})
            limits = {"timeout_s": self._config.timeout_s, "largest": self._config.largest_kb * 1024}
            answer = await self._http.send(request, **limits, may_cut=True)  # pyright: ignore[reportArgumentType]
        except TransientError as error:
            await self._note("trouble", scrub.text(str(error)))
            raise TransientError(scrub.text(str(error)), retry_after_s=error.retry_after_s) from None
        except ConnectorError as error:
            is_unclear = isinstance(error, AmbiguousError)
            kind = type(error) if is_write or not is_unclear else TransientError
            raise kind(scrub.text(str(error))) from None
        await self._judge(answer)
        return answer, scrub, known

    async def _judge(self, answer: HttpResponse) -> None:
        if answer.status in (401, 407):
            self._vault.forget()
            names = ", ".join(self._vault.names) or "none is named in the file"
            await self._note(
                "needs_you", f"{self.id} refuses the sign-in ({answer.status}). Look at its secret: {names}"
            )
        elif self._state != "ok":
            await self._note("ok", "")

    async def _note(self, state: Any, text: str) -> None:
        """A full disk must not make a clear answer an unclear one."""
        self._state = state
        try:
            await self._health.note(state, text)
        except MachineError as error:
            self._state = ""
            _log.warning("%s: how it is could not be noted: %s", self.id, error)

    def _action(self, call: Call) -> Action:
        action = self._actions.get(call.tool)
        if action is None:
            raise PermanentError(f"{self.id} has no {call.tool}")
        return action

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def _laid_over(identity: str, overlay: Overlay) -> Result:
    for key, fields in overlay.items():
        if key.endswith(f":{identity}"):
            return Result(is_ok=True, data={**fields, "id": identity})
    raise PermanentError("this names a record that a run only simulated")

"""One endpoint: asks it, and says in our errors what it did."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import TYPE_CHECKING, Any, cast

from opsconsole.brains.model.config import ModelConfig
from opsconsole.brains.model.entra import EntraSignIn
from opsconsole.brains.model.signin import KeptSecret, Key, NoKey, SignIn
from opsconsole.brains.model.wire import BadCompletionError, Completion, Stream, read_completion
from opsconsole.domain.action import ActionType
from opsconsole.domain.errors import AmbiguousError, ConnectorError, PermanentError, TransientError
from opsconsole.domain.redaction import redacted
from opsconsole.engine.ports.machine import Health, Secrets
from opsconsole.net.client import HttpClient, HttpResponse

if TYPE_CHECKING:
    from opsconsole.brains.model.sdk import Client
    from opsconsole.net.client import Response
    from opsconsole.net.transport import Outbound

LARGEST = 8_000_000
_OVERFLOW = ("context length", "context_length", "context window", "maximum context", "too many tokens", "too long")


class ContextOverflowError(PermanentError):
    """The question is longer than the model takes; a shorter one may pass."""


class KeyRefusedError(PermanentError):
    """The endpoint does not take the key."""


class Endpoint:
    """A connected model, which is a connection without tools or events. May be asked many questions at once."""

    def __init__(
        self, name: str, config: ModelConfig, *, secrets: Secrets, http: HttpClient, health: Health | None = None
    ) -> None:
        self.name = name
        self.config = config
        self._health = health
        self._http = http
        self._sign_in = _sign_in(name, config, secrets=secrets, http=http)
        self._turn = asyncio.Semaphore(config.at_once)
        self._opened: Client | None = None
        self._opening = asyncio.Lock()

    @property
    def id(self) -> str:
        """Name of the connection."""
        return self.name

    def action_types(self) -> Sequence[ActionType]:
        """Return none."""
        return ()

    async def ask(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: str,
        *,
        queueing: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> Completion:
        """Ask one question and note how the endpoint is; see `_ask`. `queueing` is around the wait for one's turn."""
        try:
            with queueing():
                await self._turn.acquire()
            try:
                answer = await self._ask(messages, tools)
            finally:
                self._turn.release()
        except ContextOverflowError:
            raise
        except ConnectorError as error:
            if self._health is not None:
                state = "trouble" if isinstance(error, TransientError) else "needs_you"
                await self._health.note(state, str(error))
            raise
        if self._health is not None:
            await self._health.note("ok", f"{self.config.model} answers")
        return answer

    async def _ask(self, messages: Sequence[Mapping[str, Any]], tools: str) -> Completion:
        """Ask one question. `tools` is the JSON of the tools offered, empty for none.

        Raises:
            TransientError: busy, broken off, silent; worth another try later. A model's answer changes nothing, so a
                question that may have arrived can be asked again.
            OverflowError_: the question is too long.
            PermanentError: refused: key, model, form.
        """
        client = await self._client()
        try:
            answer = await self._let_in(lambda headers: client.ask(messages, tools, headers=headers))
            try:
                if self.config.stream and answer.status_code == 200 and "json" not in _kind(answer):
                    return await self._streamed(answer)
                whole = await self._http.read(answer, largest=LARGEST)
            finally:
                await answer.aclose()
        except AmbiguousError as error:
            raise TransientError(str(error)) from error
        self._refuse(whole)
        return read_completion(whole.body)

    async def models(self) -> tuple[str, ...]:
        """Return the names of the models there; empty where the endpoint does not tell.

        Raises:
            ConnectorError: it cannot be reached, or refuses the key.
        """
        client = await self._client()
        try:
            listed = await self._let_in(lambda headers: client.models(headers=headers))
            answer = await self._http.read(listed)
        except AmbiguousError as error:
            raise TransientError(str(error)) from error
        if answer.status in (404, 405, 501):
            return ()
        self._refuse(answer)
        if not self.config.has_list:
            return ()
        try:
            found: Any = answer.json()
        except (ValueError, RecursionError) as error:
            raise BadCompletionError("the endpoint's list of models is no JSON; is the address right?") from error
        return names_listed(found)

    async def _let_in(self, ask: Callable[[Mapping[str, str]], Awaitable["Response"]]) -> "Response":
        """Ask; once more where what signed in was refused, and another one may be taken."""
        for is_last in (False, True):
            headers = await self._sign_in.headers()
            answer = await ask(headers)
            if answer.status_code not in (401, 403):
                return answer
            if not self._sign_in.refused(headers) or answer.status_code == 403 or is_last:
                return answer
            await answer.aclose()
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Close what is open to it."""
        await self._http.close()

    async def _client(self) -> "Client":
        if self._opened is None:
            async with self._opening:  # a hundred runs that begin together import the SDK once
                if self._opened is None:
                    outbound = await self._http.outbound()
                    self._opened = await asyncio.to_thread(_opened, self.config, outbound)
        return self._opened

    async def _streamed(self, answer: "Response") -> Completion:
        stream = Stream()
        lines = self._http.lines(answer, silence_s=self.config.stall_s, largest=LARGEST)
        async with aclosing(lines):
            async for line in lines:
                if (said := stream.take(line)) is not None:
                    self._refuse(HttpResponse(500, {}, json.dumps(said).encode()))
                if stream.is_done:
                    break
        return stream.answer()

    def _refuse(self, answer: HttpResponse) -> None:
        """Raise for an answer that is none."""
        said = redacted(_said(answer.body))  # some endpoints tell the key back
        if answer.status == 200 and not said:
            return
        where = f"the model {self.name}"
        text = f": {said}" if said else ""
        if any(mark in said.lower() for mark in _OVERFLOW) and answer.status in (200, 400, 413, 422, 500):
            raise ContextOverflowError(f"{where} cannot take a question this long{text}")
        if answer.status in (401, 403):
            what = "its key" if self.config.entra is None else "the token of its app registration"
            raise KeyRefusedError(f"{where} does not take {what} (status {answer.status}). {self._sign_in.advice}")
        if answer.status == 404:
            raise PermanentError(f"{where}: there is no model {self.config.model} at this address{text}")
        if answer.status == 429:
            raise TransientError(f"{where} is asked too much at the moment{text}", retry_after_s=answer.retry_after_s)
        if answer.status >= 500 or answer.status in (408, 409, 425):
            raise TransientError(f"{where} is in trouble (status {answer.status})", retry_after_s=answer.retry_after_s)
        if answer.status == 200:
            raise TransientError(f"{where} answered with an error{text}")
        if 300 <= answer.status < 400:
            raise PermanentError(f"{where} sends us elsewhere (status {answer.status}). Give its new address.")
        raise PermanentError(f"{where} does not take the question (status {answer.status}){text}")


def _sign_in(model: str, config: ModelConfig, *, secrets: Secrets, http: HttpClient) -> SignIn:
    if config.key is None:
        return NoKey(model)
    secret = KeptSecret(model, config.key, secrets)
    if config.entra is not None:
        return EntraSignIn(model, config.entra, secret=secret, http=http)
    return Key(model, secret, header=config.key_header)


def _opened(config: ModelConfig, outbound: "Outbound") -> "Client":
    # The SDK takes most of a second to import, which no window and no command waits for that asks no model.
    from opsconsole.brains.model.sdk import Client

    return Client(config, outbound)


def _kind(answer: "Response") -> str:
    return answer.headers.get("content-type", "")


def names_listed(value: Any) -> tuple[str, ...]:
    """Return the ids in a list of models, however it is wrapped."""
    data = cast(dict[str, Any], value).get("data") if isinstance(value, dict) else value
    items = cast(list[Any], data) if isinstance(data, list) else []
    ids = [cast(dict[str, Any], item).get("id") for item in items if isinstance(item, dict)]
    return tuple(str(number) for number in ids if number)


def _said(body: bytes) -> str:
    """Return the error text of an answer in one short line; empty where it holds none."""
    if b'"error"' not in body[:20_000] and b'"detail"' not in body[:20_000]:
        return ""
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    facts = cast(dict[str, Any], value)
    error: Any = None if facts.get("choices") else facts.get("error") or facts.get("detail")
    if isinstance(error, dict):
        told = cast(dict[str, Any], error)
        error = f"{told.get('message') or ''} {told.get('code') or ''}"
    text = " ".join(str(error).split()) if error else ""
    return "".join(c for c in text if c.isprintable())[:200]

"""The `openai` SDK as it is used here: one client for an endpoint, which heeds nothing but its configuration.

Only `endpoint` imports this, and late. Answers are taken raw and read by `wire`: local servers break the SDK's types.
It repeats nothing (retries are durable, and the run's), and every status comes back as an answer.
"""

import json
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from openai import APIStatusError, AsyncOpenAI, AsyncStream, Omit, OpenAIError, RequestOptions

from opsconsole.brains.model.config import ModelConfig
from opsconsole.domain.errors import AmbiguousError
from opsconsole.net.places import origin_of
from opsconsole.net.transport import Outbound, Response

LIST_S = 20.0
"""For the list of an endpoint's models, in seconds."""
_UNREAD: Any = {"cast_to": Response, "stream": True, "stream_cls": AsyncStream[Any]}
"""The answer itself, its body still to come: how much of it is read is ours to say."""
_UNSIGNED: Mapping[str, str | Omit] = {"Authorization": Omit()}


class _Client(AsyncOpenAI):
    """Takes no header from the environment (OPENAI_ORG_ID and others), and tells nothing of this machine."""

    @property
    def default_headers(self) -> dict[str, str | Omit]:
        """Return the headers that every request carries."""
        return {
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            "User-Agent": self.user_agent,
        }


class Client:
    """Asks one endpoint. May be asked many questions at once."""

    def __init__(self, config: ModelConfig, outbound: Outbound) -> None:
        self._config = config
        self._where = origin_of(config.base_url)
        self._query = f"?{urlencode(config.query)}" if config.query else ""
        self._sdk = _Client(
            api_key="unused",  # each request says itself how it signs in
            base_url=config.base_url,
            timeout=config.timeout_s,
            max_retries=0,
            http_client=outbound,
        )

    async def ask(self, messages: Sequence[Mapping[str, Any]], tools: str, *, headers: Mapping[str, str]) -> Response:
        """Ask; return the answer, whatever its status, to be read and closed. `tools` is JSON, empty for none.

        Raises:
            TransientError, PermanentError: it certainly was not sent.
            AmbiguousError: it was sent, and no whole answer came.
        """
        # The body as bytes, not `chat.completions.create`: that copies the question member by member, every turn anew.
        return await self._answer(
            self._sdk.post(
                f"{self._config.base_url}/chat/completions{self._query}",
                content=self._body(messages, tools),
                options=self._options(headers, timeout_s=self._config.timeout_s),
                **_UNREAD,
            )
        )

    async def models(self, *, headers: Mapping[str, str]) -> Response:
        """Ask for the list of models; as `ask`."""
        options = self._options(headers, timeout_s=min(LIST_S, self._config.timeout_s))
        return await self._answer(
            self._sdk.get(f"{self._config.base_url}/models{self._query}", options=options, **_UNREAD)
        )

    def _options(self, headers: Mapping[str, str], *, timeout_s: float) -> RequestOptions:
        """Return all that a request may say: what is left out, the SDK copies from its defaults each time."""
        return {
            "headers": {**_UNSIGNED, **headers},
            "timeout": timeout_s,
            "max_retries": 0,
            "params": {},
            "follow_redirects": False,
            "idempotency_key": "",
            "security": {"bearer_auth": True},
        }

    def _body(self, messages: Sequence[Mapping[str, Any]], tools: str) -> bytes:
        facts: dict[str, Any] = {"model": self._config.model, **self._config.extra}
        if self._config.stream:
            facts |= {"stream": True, "stream_options": {"include_usage": True}}
        head = json.dumps(facts, ensure_ascii=False)[:-1]
        offered = f', "tools": {tools}' if tools else ""
        return f'{head}, "messages": {json.dumps(list(messages), ensure_ascii=False)}{offered}}}'.encode()

    async def _answer(self, asked: Awaitable[Any]) -> Response:
        try:
            return await asked
        except APIStatusError as error:
            return error.response
        except OpenAIError as error:
            what = f"broke off before its answer was whole ({type(error).__name__})"
            raise AmbiguousError(f"{self._where} {what}.") from None

"""The `openai` SDK as it is used here: one client for an endpoint, which heeds nothing but its configuration.

Only `endpoint` imports this, and late. Answers are taken raw and read by `wire`: local servers break the SDK's types.
It repeats nothing (retries are durable, and the run's), and every status comes back as an answer.
"""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from openai import APIStatusError, AsyncOpenAI, Omit, OpenAIError, omit

from opsconsole.brains.model.config import ModelConfig
from opsconsole.domain.errors import AmbiguousError
from opsconsole.net.places import origin_of

if TYPE_CHECKING:
    from opsconsole.net.client import Response
    from opsconsole.net.transport import Outbound

LIST_S = 20.0
"""For the list of an endpoint's models, in seconds."""
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

    def __init__(self, config: ModelConfig, outbound: "Outbound") -> None:
        self._where = origin_of(config.base_url)
        self._list_s = min(LIST_S, config.timeout_s)
        self._sdk = _Client(
            api_key="unused",  # who signs in says so with each request
            base_url=config.base_url,
            default_query=config.query,
            timeout=config.timeout_s,
            max_retries=0,
            http_client=outbound,
        )
        self._model = config.model
        self._extra = dict(config.extra)
        if config.stream:
            self._extra["stream_options"] = {"include_usage": True}
        self._stream = True if config.stream else omit
        self._chat = self._sdk.chat.completions.with_raw_response

    @asynccontextmanager
    async def ask(
        self, messages: Sequence[Mapping[str, Any]], tools: str, *, headers: Mapping[str, str]
    ) -> AsyncGenerator["Response"]:
        """Ask; give the answer, whatever its status. `tools` is JSON, empty for none.

        Raises:
            TransientError, PermanentError: it certainly was not sent.
            AmbiguousError: it was sent, and no whole answer came.
        """
        # In `extra_body`, what is asked is not copied and looked through member by member.
        body: dict[str, Any] = {**self._extra, "messages": messages}
        if tools:
            body["tools"] = _parsed(tools)
        try:
            raw = await self._chat.create(
                model=self._model,
                messages=[],
                stream=self._stream,
                extra_headers={**_UNSIGNED, **headers},
                extra_body=body,
            )
            answer = raw.http_response
        except APIStatusError as error:
            answer = error.response
        except OpenAIError as error:
            raise self._broken(error) from None
        try:
            yield answer
        finally:
            await answer.aclose()

    @asynccontextmanager
    async def models(self, *, headers: Mapping[str, str]) -> AsyncGenerator["Response"]:
        """Ask for the list of models; give the answer, whatever its status. Raises as `ask`."""
        try:
            raw = await self._sdk.models.with_raw_response.list(
                extra_headers={**_UNSIGNED, **headers}, timeout=self._list_s
            )
            answer = raw.http_response
        except APIStatusError as error:
            answer = error.response
        except OpenAIError as error:
            raise self._broken(error) from None
        yield answer

    def _broken(self, error: OpenAIError) -> AmbiguousError:
        return AmbiguousError(f"{self._where} broke off before its answer was whole ({type(error).__name__}).")


@lru_cache(maxsize=64)
def _parsed(tools: str) -> Any:
    """Read the tools of an agent once; nobody changes what is returned."""
    return json.loads(tools)

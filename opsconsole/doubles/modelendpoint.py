"""A chat-completions endpoint that answers by a script, over real HTTP: also as no decent endpoint would.

A script is called with each request's JSON and gives a `Reply`. The protocol is spoken by hand, because a test wants to
break it: drop a stream, stall, answer HTML.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Request = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of the endpoint."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delay_s: float = 0.0
    """Waits so long before it answers, in seconds."""
    pieces: Sequence[bytes] | None = None
    """Set: the answer is a stream of these lines instead of `body`."""
    then: str = "end"
    """After the last byte: `end` as it should, `drop` the connection, or `stall` and say nothing more."""


Script = Callable[[Request], Reply]


def message(
    content: str | None = None, calls: Sequence[Mapping[str, Any]] = (), *, finish: str = "", **facts: Any
) -> dict[str, Any]:
    """Return the JSON of a whole answer."""
    said: dict[str, Any] = {"role": "assistant", "content": content, **facts}
    if calls:
        said["tool_calls"] = list(calls)
    reason = finish or ("tool_calls" if calls else "stop")
    choice = {"index": 0, "message": said, "finish_reason": reason}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return {"id": "chatcmpl-1", "object": "chat.completion", "model": "fake", "choices": [choice], "usage": usage}


def call(name: str, arguments: Any, *, identity: str = "call_1") -> dict[str, Any]:
    """Return a tool call; arguments that are no text are written as JSON."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": text}}


def says(content: str | None = None, *calls: Mapping[str, Any], **facts: Any) -> Reply:
    """Answer with a text, or tool calls, or both."""
    return Reply(body=json.dumps(message(content, calls, **facts)).encode())


def ends(category: str | None, **facts: Any) -> Reply:
    """Answer with the object that ends the work."""
    body = {"category": category, "rationale": "as scripted", "confidence": 0.95, "outcome": "done", **facts}
    return says(json.dumps(body))


def fails(status: int, text: str = "trouble", **headers: str) -> Reply:
    """Answer with an error."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body=json.dumps({"error": {"message": text}}).encode(), headers=named)


def streams(whole: Mapping[str, Any], *, cut: int | None = None, then: str = "end") -> Reply:
    """Answer with a stream of what `whole` says, a few characters at a time; `cut` lines only, if given."""
    said = whole["choices"][0]["message"]
    deltas: list[dict[str, Any]] = [{"role": "assistant"}]
    deltas += [{"content": part} for part in _parts(said.get("content") or "")]
    for index, tool_call in enumerate(said.get("tool_calls") or ()):
        name, text = tool_call["function"]["name"], tool_call["function"]["arguments"]
        deltas.append(
            {"tool_calls": [{"index": index, "id": tool_call["id"], "function": {"name": name, "arguments": ""}}]}
        )
        deltas += [{"tool_calls": [{"index": index, "function": {"arguments": part}}]} for part in _parts(text)]
    named = {"model": whole["model"]} if "model" in whole else {}
    lines = [_line({**named, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}) for delta in deltas]
    finish = whole["choices"][0]["finish_reason"]
    last: dict[str, Any] = {
        **named,
        "choices": [{"index": 0, "delta": {}, "finish_reason": finish}],
        "usage": whole.get("usage"),
    }
    lines += [_line(last), b"data: [DONE]\n\n"]
    return Reply(pieces=lines if cut is None else lines[:cut], then=then)


def _parts(text: str) -> list[str]:
    return [text[at : at + 7] for at in range(0, len(text), 7)]


def _line(value: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


class ScriptedEndpoint:
    """Serves on loopback while open: `async with ScriptedEndpoint(script) as endpoint: endpoint.base_url`."""

    def __init__(self, script: Script, *, models: Sequence[str] = ("fake",), port: int = 0, token: str = "") -> None:
        """`port` is one that was free; 0 takes any. `token` is given to who signs in, as Microsoft Entra ID does."""
        self._script, self._wanted, self._token = script, port, token
        self._models = models
        self.requests: list[Request] = []
        """Every question, in the order they came."""
        self.headers: list[Mapping[str, str]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "ScriptedEndpoint":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._wanted)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def base_url(self) -> str:
        """The address to connect a model with."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._talk(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait([task])
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._one(reader, writer):
                pass

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *rows = head.split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
        body = await reader.readexactly(int(headers.get("content-length") or 0))
        if first.startswith("GET"):
            listed = {"object": "list", "data": [{"id": name} for name in self._models]}
            reply = Reply(body=json.dumps(listed).encode())
        elif self._token and "/oauth2/" in first:
            given = {"token_type": "Bearer", "expires_in": 3600, "access_token": self._token}
            reply = Reply(body=json.dumps(given).encode())
        else:
            self.headers.append(headers)
            self.requests.append(json.loads(body))
            reply = self._script(self.requests[-1])
        return await self._answer(reply, writer)

    async def _answer(self, reply: Reply, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(reply.delay_s)
        kind = "application/json" if reply.pieces is None else "text/event-stream"
        lines = {"content-type": kind, "content-length": str(len(reply.body)), **reply.headers}
        if reply.pieces is not None:
            del lines["content-length"]
            lines["transfer-encoding"] = "chunked"
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(f"HTTP/1.1 {reply.status} Scripted\r\n{text}\r\n".encode() + (b"" if reply.pieces else reply.body))
        for piece in reply.pieces or ():
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            await writer.drain()
        if reply.then == "stall":
            await writer.drain()
            await asyncio.Event().wait()
        if reply.then == "drop":
            await writer.drain()
            writer.transport.abort()
            return False
        if reply.pieces is not None:
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

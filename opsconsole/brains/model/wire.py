"""The chat-completions protocol: what is sent, and what comes back, however oddly it comes back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard, cast

from opsconsole.domain.errors import TransientError

MOST_CHECKS = 500
"""So often it is looked whether the arguments that came so far are whole."""
LONGEST_NAME = 200
"""Characters of a model's name."""


@dataclass(frozen=True, slots=True)
class WireCall:
    """A tool call as the model wrote it. Its own id is left out: providers repeat them, and leave them empty."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer."""

    read: int = 0
    cached: int = 0
    written: int = 0
    is_estimated: bool = False
    """The endpoint said nothing; four characters count as a token."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One whole answer."""

    text: str = ""
    calls: tuple[WireCall, ...] = ()
    finish: str = ""
    refusal: str = ""
    usage: Usage | None = None
    model: str = ""
    """What the endpoint calls the model that answered, which may be another name than it was asked by; empty where it
    does not say."""


class BadCompletionError(TransientError):
    """The endpoint answered, but not as this protocol does."""


def read_completion(body: bytes) -> Completion:
    """Read a whole answer.

    Raises:
        NoAnswerError: it is no JSON, or none of this protocol.
    """
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        what = "a web page" if body.lstrip()[:1] == b"<" else "something that is no JSON"
        raise BadCompletionError(f"the endpoint answered with {what}; is the address the one of its API?") from error
    choice = _first(_dict(value).get("choices"))
    message = _dict(choice.get("message"))
    if not choice or not message:
        raise BadCompletionError("the endpoint answered without any choice")
    calls = [_call(call) for call in _list(message.get("tool_calls"))]
    if not calls and (old := _dict(message.get("function_call"))):
        calls = [_call({"function": old})]
    return Completion(
        _text(message.get("content")),
        tuple(call for call in calls if call is not None),
        str(choice.get("finish_reason") or ""),
        str(message.get("refusal") or ""),
        read_usage(_dict(value).get("usage")),
        _named(_dict(value).get("model")),
    )


@dataclass(slots=True)
class Stream:
    """Puts an answer together that comes in pieces."""

    text: list[str] = field(default_factory=list[str])
    refusal: list[str] = field(default_factory=list[str])
    names: dict[int, str] = field(default_factory=dict[int, str])
    arguments: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    ids: dict[int, str] = field(default_factory=dict[int, str])
    places: dict[int, int] = field(default_factory=dict[int, int])
    """Where the call that the endpoint numbers so is kept now."""
    finish: str = ""
    usage: Usage | None = None
    model: str = ""
    is_done: bool = False
    checks: int = 0

    def take(self, line: bytes) -> Any:
        """Take one line of a stream; give the error object it carries, None for none."""
        if not line.startswith(b"data:"):
            return None
        data = line[5:].strip()
        if data == b"[DONE]":
            self.is_done = True
            return None
        if not data:
            return None
        try:
            value = _dict(json.loads(data))
        except (ValueError, RecursionError) as error:
            raise BadCompletionError("the endpoint streamed something that is no JSON") from error
        if value.get("error"):
            return value
        if (usage := read_usage(value.get("usage"))) is not None:
            self.usage = usage
        self.model = _named(value.get("model")) or self.model
        choice = _first(value.get("choices"))
        delta = _dict(choice.get("delta"))
        self.text.append(_text(delta.get("content")))
        self.refusal.append(str(delta.get("refusal") or ""))
        for part in _list(delta.get("tool_calls")):
            self._take_call(_dict(part))
        self.finish = str(choice.get("finish_reason") or self.finish)
        return None

    def _take_call(self, part: Mapping[str, Any]) -> None:
        function = _dict(part.get("function"))
        name, own, index = str(function.get("name") or ""), str(part.get("id") or ""), part.get("index")
        said = index if isinstance(index, int) else -1
        place = self.places.get(said, max(said, 0))
        if name and place in self.names and self._is_another(place, own):
            place = max(self.names) + 1
        self.places[said] = place
        if name:
            self.names.setdefault(place, name)
        if own:
            self.ids.setdefault(place, own)
        self.arguments.setdefault(place, []).append(_arguments(function.get("arguments")))

    def _is_another(self, place: int, own: str) -> bool:
        """Some servers leave the index out, or say 0 for every call: another id, or a whole call before, tells."""
        if own or self.ids.get(place):
            return own != self.ids.get(place, "")
        self.checks += 1  # each reads all that came: bounded, else a long stream takes the square of its length
        return self.checks <= MOST_CHECKS and _is_json("".join(self.arguments.get(place, [])))

    def answer(self) -> Completion:
        """Return the whole answer.

        Raises:
            NoAnswerError: the stream ended before the answer did.
        """
        if not self.is_done and not self.finish:
            raise BadCompletionError("the endpoint's stream broke off in the middle of an answer")
        calls = [WireCall(self.names[at], "".join(self.arguments.get(at, []))) for at in sorted(self.names)]
        said, refused = "".join(self.text), "".join(self.refusal)
        return Completion(said, tuple(calls), self.finish, refused, self.usage, self.model)


def read_usage(value: Any) -> Usage | None:
    """Read an answer's own count of tokens; None where it has none, or an impossible one."""
    said = _dict(value)
    read, written = said.get("prompt_tokens"), said.get("completion_tokens")
    if not _is_count(read) or not _is_count(written) or read + written == 0:
        return None
    cached = _dict(said.get("prompt_tokens_details")).get("cached_tokens")
    return Usage(read, cached if _is_count(cached) else 0, written)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40


def estimated(*, sent: int, got: int) -> Usage:
    """Estimate from characters."""
    return Usage(sent // 4 + 1, 0, got // 4 + 1, is_estimated=True)


def _call(value: Any) -> WireCall | None:
    function = _dict(_dict(value).get("function"))
    name = function.get("name")
    return None if not isinstance(name, str) or not name else WireCall(name, _arguments(function.get("arguments")))


def _arguments(value: Any) -> str:
    """Arguments are a text by the protocol; some servers send the object itself."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _named(value: Any) -> str:
    """A model's name may be anything; what is no name in a line says nothing."""
    return value if isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_NAME else ""


def _text(value: Any) -> str:
    """Content is a text, or a list of parts."""
    if isinstance(value, str):
        return value
    return "".join(str(_dict(part).get("text") or "") for part in _list(value))


def _first(value: Any) -> dict[str, Any]:
    items = _list(value)
    return _dict(items[0]) if items else {}


def _dict(value: Any) -> dict[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else []

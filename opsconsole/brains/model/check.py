"""Tries a model out, step by step, and says in plain words what is wrong."""

import difflib
import json
import re
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

from opsconsole.brains.model.answertext import read_text, without_thoughts
from opsconsole.brains.model.endpoint import ContextOverflowError, Endpoint
from opsconsole.brains.model.wire import Completion
from opsconsole.domain.errors import ConnectorError

LONG_TOKENS = 8_000
"""How long a question is tried; an agent's own is rarely longer."""
_PATH = re.compile(r"^(?:[/~.]|[A-Za-z]:[/\\])|\.(?:gguf|bin|safetensors)$", re.IGNORECASE)
_WORD = "lighthouse"
_TOOL = json.dumps(
    [
        {
            "type": "function",
            "function": {
                "name": "note_word",
                "description": "Note one word.",
                "parameters": {
                    "type": "object",
                    "properties": {"word": {"type": "string"}},
                    "required": ["word"],
                },
            },
        }
    ]
)
_SYSTEM = (
    "You work with tools. First call note_word with the word you are given. When its result is there, answer with one"
    ' JSON object and nothing else: {"category": "test", "outcome": "noted", "handled": true}'
)
_FILLER = "The quick brown fox jumps over the lazy dog near the river bank. "


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One thing that was tried."""

    name: str
    is_ok: bool
    words: str
    is_needed: bool = True
    """Where it fails, agents cannot work with this."""


async def check(endpoint: Endpoint) -> AsyncGenerator[CheckStep]:
    """Try: reachable, model present, answers, tool calls, the end as JSON, a long question; stops where it must."""
    try:
        models = await endpoint.models()
    except ConnectorError as error:
        yield CheckStep("reachable", False, str(error))
        return
    yield CheckStep("reachable", True, _listed(models))
    model = endpoint.config.model
    step = _presence(model, models)
    yield step
    if not step.is_ok and step.is_needed:
        return
    async for step in _talk(endpoint):
        yield step
        if not step.is_ok and step.is_needed:
            return
    yield await _long(endpoint)


async def _talk(endpoint: Endpoint) -> AsyncGenerator[CheckStep]:
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": _SYSTEM},
        {"role": "user", "content": f"The word is {_WORD}."},
    ]
    began = time.monotonic()
    try:
        first = await endpoint.ask(messages, _TOOL)
    except ConnectorError as error:
        yield CheckStep("answers", False, str(error))
        return
    took_s = time.monotonic() - began
    yield CheckStep("answers", True, f"{took_s:.1f} s for a short turn{_counted(first)}")
    if problem := _tool_problem(first):
        yield CheckStep("tool calls", False, problem)
        return
    yield CheckStep("tool calls", True, "it called the tool it was given, with the right argument")
    function = {"name": "note_word", "arguments": first.calls[0].arguments}
    calls = [{"id": "call_1", "type": "function", "function": function}]
    messages.append({"role": "assistant", "content": first.text or None, "tool_calls": calls})
    messages.append({"role": "tool", "tool_call_id": "call_1", "content": '{"state": "done"}'})
    try:
        second = await endpoint.ask(messages, _TOOL)
    except ConnectorError as error:
        yield CheckStep("goes on after a tool", False, str(error))
        return
    if read_text(without_thoughts(second.text), tools=("note_word",)).said is None:
        text = "it did not end with the JSON object asked for; agents would often need a second try"
        yield CheckStep("ends as asked", False, text, is_needed=False)
        return
    yield CheckStep("ends as asked", True, "it read the tool's result and ended with the JSON object asked for")


async def _long(endpoint: Endpoint) -> CheckStep:
    said = endpoint.config.context_tokens
    text = _FILLER * (LONG_TOKENS * 4 // len(_FILLER))
    messages = [{"role": "user", "content": f"{text}\nAnswer with the one word: yes."}]
    try:
        answer = await endpoint.ask(messages, "")
    except ContextOverflowError as error:
        words = f"a question of {LONG_TOKENS} tokens does not fit: long mails will be shortened. {error}"
        return CheckStep("long question", False, words, is_needed=False)
    except ConnectorError as error:
        return CheckStep("long question", False, f"a long question did not come back: {error}", is_needed=False)
    if answer.usage is not None and 0 < answer.usage.read < LONG_TOKENS // 2:
        words = (
            f"the endpoint silently cut a question of about {LONG_TOKENS} tokens to {answer.usage.read}. Give it a"
            " larger context (Ollama: num_ctx), or say --context so that opsconsole cuts where it hurts least."
        )
        return CheckStep("long question", False, words, is_needed=False)
    known = f"; you said {said} fit" if said else ""
    return CheckStep("long question", True, f"about {LONG_TOKENS} tokens fit{known}")


def _tool_problem(answer: Completion) -> str:
    if not answer.calls:
        hint = " It answered in words instead." if answer.text else ""
        return (
            f"it did not call the tool.{hint} Agents need a model that calls tools: choose another one, or switch tool"
            " calling on in your server (llama.cpp: --jinja; vLLM: --enable-auto-tool-choice)."
        )
    call = answer.calls[0]
    if call.name != "note_word":
        return f"it called {call.name[:40]!r}, a tool it was not given"
    if _WORD not in call.arguments:
        return "it called the tool with other arguments than asked for"
    return ""


def _counted(answer: Completion) -> str:
    return "" if answer.usage is not None else "; it does not count tokens, so costs are estimated"


def _listed(models: Sequence[str]) -> str:
    return f"{len(models)} {'model' if len(models) == 1 else 'models'} there" if models else "somebody answers there"


def _presence(model: str, models: Sequence[str]) -> CheckStep:
    """Look for a model in a list; one that does not name models as they are asked for proves nothing."""
    name = "model present"
    if not models:
        return CheckStep(name, True, f"{model}; the endpoint keeps no list of its models")
    if model in models:
        return CheckStep(name, True, model)
    if (tagged := f"{model}:latest") in models or (model.endswith(":latest") and model[:-7] in models):
        return CheckStep(name, True, f"{model}, which is {tagged if tagged in models else model[:-7]} there")
    if patterns := [listed for listed in models if "*" in listed]:
        words = f"the endpoint lists patterns ({', '.join(patterns[:3])}), so whether it has {model} shows below"
        return CheckStep(name, False, words, is_needed=False)
    if paths := [listed for listed in models if _is_path(listed, model)]:
        words = f"the endpoint lists {paths[0]}, so whether {model} is that one shows below"
        return CheckStep(name, False, words, is_needed=False)
    return CheckStep(name, False, _absent(model, models))


def _is_path(listed: str, model: str) -> bool:
    """Return whether a listed name is a file's or folder's, or ends in the model's."""
    return _PATH.search(listed) is not None or listed.replace("\\", "/").rpartition("/")[2].lower() == model.lower()


def _absent(model: str, models: Sequence[str]) -> str:
    close = difflib.get_close_matches(model, models, n=1, cutoff=0.3)
    hint = f" Did you mean {close[0]}?" if close else ""
    more = " …" if len(models) > 8 else ""
    return f"there is no model {model} at this address.{hint} It has: {', '.join(models[:8])}{more}"

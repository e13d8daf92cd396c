"""What a model wrote as text: without its thoughts, the object that ends the work, tool calls written out, or neither.

Marks that models leave in their text are those of their chat templates (Qwen, Hermes, Llama 3, Mistral, DeepSeek,
Kimi, gpt-oss).
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from opsconsole.brains.model.quotes import Sources
from opsconsole.brains.model.wire import WireCall

MOST_STARTS = 200
"""So many opening braces are tried; text with more of them is not read on."""
EMPTY = "Your answer was empty. Call a tool, or answer with the JSON object that ends the work."
NO_OBJECT = "Your answer was neither a tool call nor the JSON object asked for. When all is done, answer with it alone."
TEXT_CALL = (
    "You wrote a tool call as text, and nothing of it was done. Call the tool itself; or, when all is done, answer with"
    " the JSON object that ends the work, alone."
)
SEVERAL = "Your answer held JSON objects that say different things. Answer with the one that you mean, alone."
REPEATED = "The JSON object in your answer stands so in what others wrote. Answer with your own."
_KEYS = frozenset({"category", "outcome", "rationale", "handled"})
_THOUGHT = re.compile(
    r"(?P<open><(?:seed:)?(?:think|thinking|thought|reasoning|reflection)>|\[THINK\]|◁think▷|<\|begin_of_thought\|>"
    r"|<\|channel\|>\s*(?:analysis|commentary)\s*(?:<\|message\|>|$))"
    r"|(?P<close></(?:seed:)?(?:think|thinking|thought|reasoning|reflection)>|\[/THINK\]|◁/think▷"
    r"|<\|end_of_thought\|>|<\|channel\|>\s*final\s*<\|message\|>)",
    re.IGNORECASE,
)
_STOP = re.compile(r"<\|(?:end|return|im_end|eot_id|eom_id|endoftext|start)\|>|</s>", re.IGNORECASE)
_CALL = re.compile(
    r"</?tool_calls?>|</?function_calls?>|</?tool_use>|<\|/?tool_calls?\|>|\[/?TOOL_CALLS?\]|<\|python_tag\|>"
    r"|<\|?(?:tool[▁_]calls?[▁_](?:section[▁_])?(?:begin|end))\|?>|<｜tool▁calls?▁(?:begin|end)｜>|</?function(?:=[^<>]{0,80})?>"
    r"|</?invoke(?:\s[^<>]{0,80})?>|functools(?=\s*\[)|\baction[ _]input\s*:|<\|channel\|>\s*commentary\s+to=",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"([\w.-]{1,80})[\s`'\"]{0,4}[(:]?\s{0,4}$")
_FENCE = re.compile(r"```[\w-]*")
_NAMES = ("name", "tool", "tool_name", "function", "action")
_ARGUMENTS = ("arguments", "parameters", "args", "input", "action_input")


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """One of three: the end of the work, tool calls, or why the text goes back to the model."""

    said: Mapping[str, Any] | None = None
    """The object that ends the work."""
    calls: tuple[WireCall, ...] = ()
    """Tool calls, of a text that is nothing else."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Object:
    start: int
    end: int
    value: dict[str, Any]


def read_text(text: str, *, tools: Collection[str], sources: Sources | None = None) -> TextAnswer:
    """Read a text without its thoughts.

    The object that ends the work is the only one of the text, or all of them say the same; and it is the model's own:
    nothing that stands in a mail may end a run by being repeated.

    Args:
        text: as `without_thoughts` leaves it.
        tools: the names that the model may call, those of our own among them.
        sources: what the model was shown; None where nobody else wrote any of it.
    """
    if not text:
        return TextAnswer(problem=EMPTY)
    objects = _objects(text)
    written = [(found, call) for found in objects if (call := _call_of(found.value)) is not None]
    if written or _marks(text, objects) or any(_follows_name(text, found, tools) for found in objects):
        called, calls = [found for found, _ in written], tuple(call for _, call in written)
        is_whole = not _rest(text, called) and all(call.name in tools for call in calls)
        is_own = sources is None or not any(sources.where(text[found.start : found.end]) for found in called)
        return TextAnswer(calls=calls) if calls and is_whole and is_own else TextAnswer(problem=TEXT_CALL)
    ends = [found for found in objects if found.value.keys() & _KEYS]
    if not ends:
        return TextAnswer(problem=NO_OBJECT)
    own = ends if sources is None else [found for found in ends if not _is_repeated(text, found, sources)]
    if not own:
        return TextAnswer(problem=REPEATED)
    if len({_meaning(found.value) for found in own}) > 1:
        return TextAnswer(problem=SEVERAL)
    return TextAnswer(said=own[-1].value)


def without_thoughts(text: str) -> str:
    """Leave out what a model thought: between its marks, before a lone closing one, after a lone opening one.

    A mark inside a JSON object is a part of what is said there.
    """
    if _THOUGHT.search(text) is None:
        return _STOP.sub("", text).strip()
    objects = _objects(text)
    kept: list[str] = []
    end, start = 0, -1
    for mark in _outside(_THOUGHT, text, objects):
        if mark["open"] and start < 0:
            start = mark.start()
        elif mark["close"] and start >= 0:
            kept.append(text[end:start])
            end, start = mark.end(), -1
        elif mark["close"]:
            kept.clear()
            end = mark.end()
    kept.append(text[end:] if start < 0 else text[end:start])
    return _STOP.sub("", "".join(kept)).strip()


def _objects(text: str) -> list[_Object]:
    """Find the JSON objects of a text that stand in no other."""
    decoder = json.JSONDecoder()
    found: list[_Object] = []
    at, tries = text.find("{"), 0
    while at >= 0 and tries < MOST_STARTS:
        end = at + 1
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            tries += 1
        else:
            found.append(_Object(at, end, cast(dict[str, Any], value)))
        at = text.find("{", end)
    return found


def _outside(pattern: re.Pattern[str], text: str, objects: Sequence[_Object]) -> list[re.Match[str]]:
    """Return the matches that lie in no object; both run forward, so once over each."""
    found: list[re.Match[str]] = []
    place = 0
    for match in pattern.finditer(text):
        while place < len(objects) and objects[place].end <= match.start():
            place += 1
        if place == len(objects) or match.start() < objects[place].start:
            found.append(match)
    return found


def _marks(text: str, objects: Sequence[_Object]) -> bool:
    return bool(_outside(_CALL, text, objects))


def _follows_name(text: str, found: _Object, tools: Collection[str]) -> bool:
    """A tool's name right before an object: its arguments, `triage({…})` and the like."""
    match = _BEFORE.search(text[max(0, found.start - 100) : found.start])
    return match is not None and match[1].rpartition("functions.")[2] in tools


def _call_of(value: Mapping[str, Any]) -> WireCall | None:
    """Return the tool call that an object writes out; None for what is none."""
    inner = value.get("function") or value.get("function_call")
    if isinstance(inner, dict):
        value = cast(dict[str, Any], inner)
    name = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
    key = next((key for key in _ARGUMENTS if isinstance(value.get(key), dict | str)), None)
    if name is None or key is None or value.keys() & _KEYS:
        return None
    args: object = value[key]
    return WireCall(str(name), args if isinstance(args, str) else json.dumps(args, ensure_ascii=False))


def _rest(text: str, called: Sequence[_Object]) -> str:
    """Return what a text holds beside calls and their marks."""
    kept: list[str] = []
    end = 0
    for found in called:
        kept.append(text[end : found.start])
        end = found.end
    rest = _CALL.sub("", " ".join((*kept, text[end:])))
    return _FENCE.sub("", rest).replace("```", "").strip(" \t\r\n[],;")


def _meaning(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Two objects with the same meaning end a run alike; how each is reasoned may differ."""
    return tuple(json.dumps(value.get(key), sort_keys=True) for key in ("category", "outcome", "handled"))


def _is_repeated(text: str, found: _Object, sources: Sources) -> bool:
    if sources.where(text[found.start : found.end]):
        return True
    if not found.value.get("outcome"):
        return False
    said = _end(found.value)
    return any(_end(other.value) == said for source in sources.with_word("outcome") for other in _objects(source))


def _end(value: Mapping[str, Any]) -> tuple[str, str]:
    return _plain(value, "outcome"), _plain(value, "category")


def _plain(value: Mapping[str, Any], key: str) -> str:
    return " ".join(str(value.get(key) or "").split()).casefold()

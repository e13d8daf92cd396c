"""What a model wrote as text: without its thoughts, the object that ends the work, tool calls written out, or neither.

Marks that models leave in their text are those of their chat templates (Qwen, Hermes, Llama 3, Mistral, DeepSeek,
Kimi, gpt-oss).
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsconsole.brains.model.quotes import Sources
from opsconsole.brains.model.repeats import Repeats
from opsconsole.brains.model.wire import WireCall
from opsconsole.brains.model.written import KEYS, Written, call_of, objects

EMPTY = "Your answer was empty. Call a tool, or answer with the JSON object that ends the work."
NO_OBJECT = "Your answer was neither a tool call nor the JSON object asked for. When all is done, answer with it alone."
TEXT_CALL = (
    "You wrote a tool call as text, and nothing of it was done. Call the tool itself; or, when all is done, answer with"
    " the JSON object that ends the work, alone."
)
SEVERAL = "Your answer held JSON objects that say different things. Answer with the one that you mean, alone."
NOT_LAST = "More stands behind the JSON object in your answer. Answer with the object alone."
REPEATED = "The JSON object in your answer stands so in what others wrote. Answer with your own."
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


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """One of three: the end of the work, tool calls, or why the text goes back to the model."""

    said: Mapping[str, Any] | None = None
    """The object that ends the work."""
    calls: tuple[WireCall, ...] = ()
    """Tool calls, of a text that is nothing else."""
    problem: str = ""


def read_text(text: str, *, tools: Collection[str], sources: Sources | None = None) -> TextAnswer:
    """Read a text without its thoughts.

    The object that ends the work is the only one of the text, or all of them say the same; nothing stands behind it;
    and it is the model's own: nothing that stands in a mail may end a run by being repeated.

    Args:
        text: as `without_thoughts` leaves it.
        tools: the names that the model may call, those of our own among them.
        sources: what the model was shown; None where nobody else wrote any of it.
    """
    if not text:
        return TextAnswer(problem=EMPTY)
    found = objects(text)
    repeats = None if sources is None else Repeats(sources)
    written = [(one, call) for one in found if (call := call_of(one.value)) is not None]
    if written or _marks(text, found) or any(_follows_name(text, one, tools) for one in found):
        called, calls = [one for one, _ in written], tuple(call for _, call in written)
        is_whole = not _rest(text, called) and all(call.name in tools for call in calls)
        is_own = repeats is None or not any(repeats.has(text, one) for one in called)
        return TextAnswer(calls=calls) if calls and is_whole and is_own else TextAnswer(problem=TEXT_CALL)
    ends = [one for one in found if one.value.keys() & KEYS]
    if not ends:
        return TextAnswer(problem=NO_OBJECT)
    own = ends if repeats is None else [one for one in ends if not repeats.has(text, one)]
    if not own:
        return TextAnswer(problem=REPEATED)
    if len({_meaning(one.value) for one in own}) > 1:
        return TextAnswer(problem=SEVERAL)
    if _FENCE.sub("", text[own[-1].end :]).strip():  # one that is spoken of, and no answer
        return TextAnswer(problem=NOT_LAST)
    return TextAnswer(said=own[-1].value)


def without_thoughts(text: str) -> str:
    """Leave out what a model thought: between its marks, before a lone closing one, after a lone opening one.

    A mark inside a JSON object is a part of what is said there.
    """
    if _THOUGHT.search(text) is None:
        return _STOP.sub("", text).strip()
    found = objects(text)
    kept: list[str] = []
    end, start = 0, -1
    for mark in _outside(_THOUGHT, text, found):
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


def _outside(pattern: re.Pattern[str], text: str, found: Sequence[Written]) -> list[re.Match[str]]:
    """Return the matches that lie in no object; both run forward, so once over each."""
    outside: list[re.Match[str]] = []
    place = 0
    for match in pattern.finditer(text):
        while place < len(found) and found[place].end <= match.start():
            place += 1
        if place == len(found) or match.start() < found[place].start:
            outside.append(match)
    return outside


def _marks(text: str, found: Sequence[Written]) -> bool:
    return bool(_outside(_CALL, text, found))


def _follows_name(text: str, found: Written, tools: Collection[str]) -> bool:
    """A tool's name right before an object: its arguments, `triage({…})` and the like."""
    match = _BEFORE.search(text[max(0, found.start - 100) : found.start])
    return match is not None and match[1].rpartition("functions.")[2] in tools


def _rest(text: str, called: Sequence[Written]) -> str:
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

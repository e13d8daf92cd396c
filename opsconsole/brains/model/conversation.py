"""A run as a conversation: stored turns become messages again, with call ids of our own."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from opsconsole.brains.model.leaving import ASKS, answer
from opsconsole.brains.model.prompt import SHORTER, event_prompt, short_text, system_prompt
from opsconsole.engine.ports.brain import Outcome, PastTurn, RunView

LONGEST_RESULT = 12_000
"""Longest result of a tool that a model is shown, in characters."""
Message = Mapping[str, Any]


def messages(view: RunView, precedents: Sequence[Mapping[str, Any]], *, tightness: int = 0) -> list[Message]:
    """Return the whole conversation of a run so far.

    Args:
        view: the run; turns that code made in between are left out.
        precedents: what was shown with the event at the first turn.
        tightness: how often the question was too long; texts are cut accordingly.
    """
    found: list[Message] = [
        {"role": "system", "content": system_prompt(view.agent)},
        {"role": "user", "content": event_prompt(view, precedents, tightness=tightness)},
    ]
    for number, past in enumerate(view.past):
        if "calls" in past.turn.memo:
            found += _turn(number, past, tightness)
    return found


def _turn(number: int, past: PastTurn, tightness: int) -> list[Message]:
    memo = past.turn.memo
    calls: Sequence[Mapping[str, Any]] = memo["calls"]
    said: dict[str, Any] = {"role": "assistant", "content": memo.get("content") or None}
    if calls:
        said["tool_calls"] = [
            {
                "id": _id(number, at),
                "type": "function",
                "function": {"name": call["name"], "arguments": call["arguments"]},
            }
            for at, call in enumerate(calls)
        ]
    found: list[Message] = [said] if calls or said["content"] else []
    for at, call in enumerate(calls):
        content = _reply(call, past.outcomes, tightness)
        found.append({"role": "tool", "tool_call_id": _id(number, at), "content": content})
    if says := memo.get("says"):
        found.append({"role": "user", "content": says})
    if memo.get(ASKS):
        content = f"The lead was asked what you left open, and answers: {answer(past)}"
        found.append({"role": "user", "content": content})
    return found


def _id(turn: int, at: int) -> str:
    return f"call_{turn}_{at}"


def _reply(call: Mapping[str, Any], outcomes: Sequence[Outcome], tightness: int) -> str:
    place: int | None = call.get("at")
    if place is None or place >= len(outcomes):
        return str(call.get("says") or "noted")
    outcome = outcomes[place]
    result = {name: value for name, value in outcome.result.items() if not (name == "error" and not value)}
    text = json.dumps({"state": outcome.state, **result}, ensure_ascii=False)
    return short_text(text, int(LONGEST_RESULT * SHORTER[min(tightness, len(SHORTER) - 1)]))

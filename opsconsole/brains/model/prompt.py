"""What a model is told: the system prompt from a small template, and the event with a fence around strangers' words."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from opsconsole.brains.model.offer import ASK, TRIAGE
from opsconsole.domain.agent import AgentSpec, Category
from opsconsole.engine.ports.brain import RunView

FENCE = "=== text from outside"
LONGEST_EVENT = 24_000
"""Longest text of an event that a model is shown, in characters."""
SHORTER = (1.0, 0.25, 0.05)
"""Share of texts that is shown, by how often the question was too long."""

_PLAIN = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,100}")
MOST_WRITTEN = 64
_written: dict[int, tuple[AgentSpec, str]] = {}


@lru_cache(maxsize=1)
def _template() -> Template:
    source = resources.files("opsconsole.brains.model").joinpath("prompt.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)  # noqa: S701 - no HTML
    filters: dict[str, Any] = {"short": one_line, "steps": steps_in_words}
    environment.filters.update(filters)
    return environment.from_string(source)


def system_prompt(agent: AgentSpec) -> str:
    """Return what a model is told of its job: the same for all events of an agent's version, so made once for it."""
    known = _written.get(id(agent))
    if known is not None and known[0] is agent:
        return known[1]
    text = _template().render(agent=agent, playbook=agent.playbook, triage=TRIAGE, ask=ASK, fence_word=FENCE).strip()
    if len(_written) >= MOST_WRITTEN:
        _written.clear()
    _written[id(agent)] = (agent, text)
    return text


def event_prompt(view: RunView, precedents: Sequence[Mapping[str, Any]], *, tightness: int = 0) -> str:
    """Return the event as a model is told of it.

    Args:
        view: the run.
        precedents: the nearest past cases, `category` and `quote` each.
        tightness: how often the question was too long; texts are cut accordingly.
    """
    event = view.event
    share = SHORTER[min(tightness, len(SHORTER) - 1)]
    text = short_text(event.text, int(LONGEST_EVENT * share))
    lines = [
        f"Event: {one_line(event.kind, 60)}, {event.occurred_at:%Y-%m-%d %H:%M} UTC;"
        f" now it is {view.now:%Y-%m-%d %H:%M} UTC.",
    ]
    if event.sender:
        word = "the server vouches for it" if event.is_verified else "nobody vouches for it"
        lines.append(f"From: {_address(event.sender)} ({word})")
    body = f"{event.sender_name}\n{event.title}\n\n{text}".strip()
    # A subject's key, a problem and an odd address repeat what a stranger wrote.
    notes = [f"about: {one_line(event.subject, 200)}"]
    if event.sender and not _PLAIN.fullmatch(event.sender):
        notes.append(f"from: {one_line(event.sender, 200)}")
    if event.problems:
        lines.append("It could not be read whole.")
        notes.append(f"not read: {one_line('; '.join(event.problems), 300)}")
    if facts := _facts(event.fields):
        body = f"{body}\n\n{facts}"
    lines += ["", fenced("\n".join([*notes, body]))]
    if view.history and not tightness:
        told = "\n".join(f"- {one_line(line, 300)}" for line in view.history)
        lines += ["", "On the same subject before:", fenced(told)]
    if precedents and not tightness:
        told = "\n".join(
            f"{precedent['category']}: {one_line(str(precedent['quote']), 200)}" for precedent in precedents
        )
        lines += ["", "Similar events and what kind people said they are:", fenced(told)]
    return "\n".join(lines)


def _address(sender: str) -> str:
    return sender if _PLAIN.fullmatch(sender) else "an address that is not plainly one; it stands with the text"


def fenced(text: str) -> str:
    """Put a text between two marks that it cannot contain: the mark is a digest of the text itself."""
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{FENCE} {mark}\n{text}\n{FENCE} {mark}"


def short_text(text: str, limit: int) -> str:
    """Return a text cut in its middle; it says how much was left out."""
    if len(text) <= limit:
        return text
    head = limit * 2 // 3
    tail = limit - head
    return f"{text[:head]}\n[… {len(text) - limit} characters left out …]\n{text[len(text) - tail :]}"


def one_line(text: str, limit: int) -> str:
    """Return a text on one line of at most `limit` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def steps_in_words(category: Category) -> str:
    """Return the playbook's steps in one line, as a habit and not as a programme."""
    found = [step.look_up or step.do or ("ask" if step.ask else "stop") for step in category.steps]
    return ", ".join(found)


def _facts(fields: Mapping[str, Any]) -> str:
    """Return what else is known of the event: short values only."""
    kept = {
        name: value
        for name, value in fields.items()
        if name not in ("full_text", "references") and isinstance(value, str | int | float | bool) and value != ""
    }
    return "\n".join(f"{name}: {one_line(str(value), 200)}" for name, value in kept.items())

"""Quotes that a model gives are looked for in what it really read."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from opsconsole.engine.ports.brain import RunView

MOST_QUOTES = 12
LONGEST_QUOTE = 600
_SPACE = re.compile(r"\s+")
_MARKS = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "…": " "})


class Sources:
    """Everything that a run's model was shown, by where it stood. Read only where a quote is to be checked."""

    def __init__(self, view: RunView) -> None:
        self._view = view
        self._read: list[tuple[str, str]] | None = None

    def where(self, quote: str) -> str:
        """Return where a quote stands, `event` or a tool's name; empty where it stands nowhere."""
        wanted = plain(quote)
        if not wanted:
            return ""
        return next((name for name, text in self._texts() if wanted in text), "")

    def texts(self) -> list[str]:
        """Return the texts, plain and in small letters."""
        return [text for _, text in self._texts()]

    def _texts(self) -> list[tuple[str, str]]:
        if self._read is None:
            event = self._view.event
            whole = "\n".join((event.sender_name, event.sender, event.title, event.text))
            facts = "\n".join(str(value) for value in event.fields.values())
            self._read = [("event", plain(whole)), ("event", plain(facts))]
            for past in self._view.past:
                for outcome in past.outcomes:
                    self._read.append((outcome.proposal.tool, plain("\n".join(_strings(dict(outcome.result))))))
        return self._read


def checked(said: Any, sources: Sources) -> tuple[Mapping[str, Any], ...]:
    """Return the quotes that a model named, each with `state` found or not_found, and the source where it stands."""
    items = cast(list[Any], said) if isinstance(said, list) else []
    found: list[Mapping[str, Any]] = []
    for item in items[:MOST_QUOTES]:
        if isinstance(item, str):
            item = {"quote": item}
        if not isinstance(item, dict):
            continue
        facts = cast(dict[str, Any], item)
        quote = str(facts.get("quote") or "").strip()[:LONGEST_QUOTE]
        if not quote:
            continue
        where = sources.where(quote)
        source = where or str(facts.get("source") or "")[:80]
        found.append({"quote": quote, "source": source, "state": "found" if where else "not_found"})
    return tuple(found)


def plain(text: str) -> str:
    """Return a text as it is compared: small letters, one blank for any, plain quotation marks."""
    return _SPACE.sub(" ", text.translate(_MARKS)).strip().strip("\"'").casefold()


def _strings(value: Any) -> list[str]:
    """Return the texts and numbers in a JSON value, and its own form, so that quotes of either kind are found."""
    # Once for the whole: the form of what lies within is a part of it, and each level anew would grow with the depth.
    return [*_leaves(value), json.dumps(value, ensure_ascii=False)]


def _leaves(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [leaf for item in cast(Mapping[str, Any], value).values() for leaf in _leaves(item)]
    if isinstance(value, list | tuple):
        return [leaf for item in cast(list[Any], value) for leaf in _leaves(item)]
    return [] if value is None else [str(value)]

"""A model's answer as a turn: calls that are sound, calls that go back, the end, or nothing that can be used."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, cast

from opsconsole.brains.model.answertext import read_text, without_thoughts
from opsconsole.brains.model.offer import TRIAGE, Offer
from opsconsole.brains.model.quotes import Sources, checked
from opsconsole.brains.model.wire import Completion, WireCall
from opsconsole.domain.action import Proposal
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.canonical import canonical, jsonable
from opsconsole.engine.ports.brain import ASK_PERSON, PastTurn, Turn

LONGEST_ARGUMENTS = 100_000
"""Longest arguments of one call that are read, in characters."""
LONGEST_TOGETHER = 200_000
"""Arguments of one answer beyond so many characters are cut short, and go back: all is kept, several times."""
LONGEST_CUT = 200
MOST_CALLS = 64
MOST_OPTIONS = 12
LONGEST_QUESTION = 4_000
UNKNOWN = "unknown.tool"
_HANDLED = ("true", "yes", "1")
CUT_OFF = (
    "Your answer was cut off, because it became longer than this endpoint allows; nothing of it was done. Answer anew,"
    " shorter."
)
NOT_ENDED = "Noted. To end the work, say `outcome` and `handled` in the JSON object too; else call a tool."
HOW_SURE = "noted; you did not say how sure you are (0 to 1), so the lead is asked about what you do"


@dataclass(slots=True)
class Reading:
    """What is found while an answer is read."""

    agent: AgentSpec
    offer: Offer
    sources: Sources
    category: str | None
    confidence: float | None = None
    is_settled: bool = False
    """A person named the category: it stays."""
    has_begun: bool = False
    """The model called something before."""
    rationale: str = ""
    quotes: tuple[Mapping[str, Any], ...] = ()
    proposals: list[Proposal] = field(default_factory=list[Proposal])
    calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    places: dict[bytes, int] = field(default_factory=dict[bytes, int])

    def turn(self, answer: Completion) -> Turn:
        """Read an answer."""
        text = without_thoughts(answer.text)
        if answer.finish == "length":
            memo = {"calls": [], "content": text[:LONGEST_CUT], "says": CUT_OFF}
            return self._made(memo, rationale=text[:1000], goes_on=True)
        if answer.calls:
            return self._called(answer.calls, text)
        read = read_text(text, tools={*self.offer.tools, TRIAGE}, sources=self.sources)
        if read.calls:
            return self._called(read.calls, "")
        memo: dict[str, Any] = {"calls": self.calls, "content": text[:LONGEST_ARGUMENTS]}
        if read.said is None:
            return self._made(memo | {"says": read.problem}, rationale=text[:1000], goes_on=True)
        return self._final(read.said, memo)

    def _called(self, calls: Sequence[WireCall], text: str) -> Turn:
        """Take the calls of an answer, the triage first."""
        wanted = _bounded(calls[:MOST_CALLS])
        for call in wanted:
            if call.name == TRIAGE:
                self._triage(call)
        for call in wanted:
            if call.name != TRIAGE:
                self._call(call)
        because = self.rationale or text
        memo = {"calls": self.calls, "content": text[:LONGEST_ARGUMENTS]}
        return self._made(memo, rationale=because[:1000], goes_on=not self.proposals)

    def _made(self, memo: Mapping[str, Any], **facts: Any) -> Turn:
        return Turn(
            category=self.category,
            confidence=self.confidence,
            quotes=self.quotes,
            proposals=tuple(self.proposals),
            memo=memo,
            **facts,
        )

    def _triage(self, call: WireCall) -> None:
        args, problem = _arguments(call.arguments)
        if not problem:
            problem = self._take_category(args)
        says = problem or ("noted" if _share(args.get("confidence")) is not None else HOW_SURE)
        self.calls.append({"name": TRIAGE, "arguments": _sendable(call.arguments), "says": says})

    def _take_category(self, said: Mapping[str, Any]) -> str:
        """Take what a model says of the event's kind; give what is wrong with it, empty for nothing."""
        name = said.get("category")
        if not isinstance(name, str) or self.agent.category(name) is None:
            return f"There is no kind {str(name)[:60]!r}. The kinds: {', '.join(self._kinds())}."
        if self.is_settled and name != self.category:
            return f"The lead said that it is {self.category}."
        share = 1.0 if self.is_settled else _share(said.get("confidence"))
        if share is None:  # what was said before of the same kind stands; who never says is not sure
            share = (self.confidence if name == self.category else None) or 0.0
        self.category, self.confidence = name, share
        self.rationale = str(said.get("rationale") or "")[:2000]
        self.quotes = checked(said.get("evidence"), self.sources)
        return ""

    def _kinds(self) -> list[str]:
        return [category.id for category in self.agent.playbook.categories]

    def _call(self, call: WireCall) -> None:
        tool = self.offer.resolve(call.name)
        args, problem = _arguments(call.arguments)
        if tool is None:
            names = ", ".join(sorted(self.offer.tools))
            problem = f"There is no tool {call.name[:60]!r}. You have: {names}."
        elif not problem and tool == ASK_PERSON:
            args, problem = _question(args)
        elif not problem and tool in self.offer.writes and self.category is None:
            problem = f"Say first what kind of event this is: call {TRIAGE}, then do this."
        if problem:
            args = args or {"unreadable": call.arguments[:2000]}
        proposal = Proposal(tool=tool or UNKNOWN, args=args, because=self.rationale[:300], problem=problem)
        mark = canonical([proposal.tool, jsonable(args)])
        if mark not in self.places:
            self.places[mark] = len(self.proposals)
            self.proposals.append(proposal)
        name = call.name if tool is not None else _safe_name(call.name)
        self.calls.append({"name": name, "arguments": _sendable(call.arguments), "at": self.places[mark]})

    def _final(self, said: Mapping[str, Any], memo: Mapping[str, Any]) -> Turn:
        is_none = said.get("category") in (None, "", "none", "unknown") and "category" in said
        if is_none and self.category is None:
            outcome = _sentence(said) or "the model could not tell what kind of event this is"
            return self._made(memo, rationale=_why(said), final=outcome, is_handled=False, is_abstained=True)
        if not is_none and "category" in said and (problem := self._take_category(said)):
            return self._made({**memo, "says": problem}, rationale=_why(said), goes_on=True)
        if self.category is None:
            return self._made({**memo, "says": f"Name the category: {', '.join(self._kinds())}."}, goes_on=True)
        self.quotes = self.quotes or checked(said.get("evidence"), self.sources)
        if not self.has_begun and not said.keys() & {
            "outcome",
            "handled",
        }:  # what kind it is, and no word of what was done
            return self._made({**memo, "says": NOT_ENDED}, rationale=_why(said), goes_on=True)
        outcome = _sentence(said) or "done"
        return self._made(
            memo, rationale=_why(said), final=outcome, is_handled=_is_handled(said, has_begun=self.has_begun)
        )


def _question(said: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return a question with what belongs to one: a model does not say what an answer is learnt for."""
    text: Any = said.get("question")
    options: Any = said.get("options") or []
    if not isinstance(text, str) or not text.strip():
        return {}, "A question needs words: `question`."
    if not isinstance(options, list):
        return {}, "`options` is a list of answers."
    answers = [
        str(option)[:120] for option in cast(list[Any], options)[:MOST_OPTIONS] if isinstance(option, str | int | float)
    ]
    return {"question": text.strip()[:LONGEST_QUESTION], "options": answers}, ""


def _bounded(calls: Sequence[WireCall]) -> list[WireCall]:
    """Cut the calls that are too much. The beginning of a JSON object is none, so what was cut is never done."""
    room = LONGEST_TOGETHER
    found: list[WireCall] = []
    for call in calls:
        room -= len(call.arguments)
        found.append(call if room >= 0 else WireCall(call.name[:200], call.arguments[:LONGEST_CUT]))
    return found


def _is_handled(said: Mapping[str, Any], *, has_begun: bool) -> bool:
    """Return whether a model says plainly that nothing is left to people.

    Some endpoints know no `handled`: there an outcome says so, or that something was done before. Whatever else stands
    there may mean that it is not.
    """
    if "handled" not in said:
        return has_begun or bool(said.get("outcome"))
    return str(said["handled"]).strip().casefold() in _HANDLED


def _why(said: Mapping[str, Any]) -> str:
    return str(said.get("rationale") or "")[:2000]


def _sentence(said: Mapping[str, Any]) -> str:
    return " ".join(str(said.get("outcome") or said.get("rationale") or "").split())[:500]


def _arguments(text: str) -> tuple[dict[str, Any], str]:
    """Return a call's arguments, and what is wrong with them."""
    if len(text) > LONGEST_ARGUMENTS:
        return {}, f"The arguments are longer than {LONGEST_ARGUMENTS} characters."
    try:
        value: object = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        return {}, f"The arguments are not one JSON object: {str(error)[:120]}."
    if not isinstance(value, dict):
        return {}, "The arguments are not one JSON object."
    try:
        args = cast(dict[str, Any], jsonable(cast(object, value)))
        canonical(args)
    except (ValueError, RecursionError):
        return {}, "The arguments hold something that cannot be kept: text that is no Unicode, or too deep."
    return args, ""


def _sendable(text: str) -> str:
    """Return arguments as they can be sent back: some endpoints refuse a conversation whose arguments are no JSON."""
    _, problem = _arguments(text)
    return json.dumps({"unreadable": text[:2000]}) if problem else text if text.strip() else "{}"


def _safe_name(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:64] or "nameless"


def _share(value: Any) -> float | None:
    """Read a confidence: 0 to 1, or per cent; None for anything else."""
    if isinstance(value, str):
        value = value.strip().rstrip("%")
    try:
        number = float(value) if not isinstance(value, bool) and value is not None else None
    except (TypeError, ValueError, OverflowError):
        return None
    if number is None or not isfinite(number) or number < 0 or number > 100:
        return None
    return number if number <= 1 else number / 100


def corrections(past: Sequence[PastTurn], model: str) -> int:
    """Count how many of a model's last answers in a row could not be used."""
    count = 0
    for past_turn in reversed(past):
        if not past_turn.turn.model.startswith(f"{model}:") or not past_turn.turn.memo.get("says"):
            break
        count += 1
    return count

"""Checks the names in an agent's conditions and templates: a misspelt one would only show when an event comes."""

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from opsconsole.domain.agent import AgentSpec, Step
from opsconsole.domain.errors import FileFormatError
from opsconsole.engine.agents import facts, templates
from opsconsole.engine.agents.yamltext.file import Loc, YamlDocument
from opsconsole.policy.cel.conditions import ConditionError, named_in

_Members = Collection[tuple[str, str]]


_BROKEN = re.compile(r"<input>:(?P<line>\d+):(?P<sign>\d+): Syntax error")


def check_names(spec: AgentSpec, document: YamlDocument) -> None:
    """Check every name that conditions and templates use; they parse already.

    Raises:
        FileFormatError: one is not there; the message names the line and what there is.
    """
    for index, subscription in enumerate(spec.subscribes):
        _Scope(document, ("event",)).condition(subscription.where, ("subscribes", index, "where"))
    for index, deployment in enumerate(spec.deployments):
        _Scope(document, ("event",)).condition(deployment.where, ("deployments", index, "where"))
    for index, guardrail in enumerate(spec.guardrails):
        _Scope(document, facts.GUARDRAIL).condition(guardrail.when, ("guardrails", index, "when"))
    for index, rule in enumerate(spec.playbook.rules):
        _Scope(document, ("event",)).condition(rule.when, ("playbook", "rules", index, "when"))
    for index, category in enumerate(spec.playbook.categories):
        _check_steps(category.steps, ("playbook", "categories", index, "steps"), _Scope(document, facts.STEP))


def guardrail_fault(text: str) -> str:
    """Return why a condition cannot be a guardrail's, in words; empty where it can."""
    try:
        _Scope(YamlDocument("-", ""), facts.GUARDRAIL).condition(text, ())
    except (ConditionError, FileFormatError) as error:
        told = str(error).removeprefix(": ")
        at = _BROKEN.search(told)
        return (
            f"This is no condition as it stands: it breaks off at sign {at['sign']} of line {at['line']}."
            if at
            else told
        )
    return ""


def _check_steps(steps: Sequence[Step], loc: Loc, scope: "_Scope") -> None:
    for index, step in enumerate(steps):
        here = (*loc, index)
        scope.condition(step.when, (*here, "when"))
        for name, value in step.args.items():
            for text in texts_in(value):
                scope.template(text, (*here, "with", name))
        for name in ("ask", "stop", "because"):
            scope.template(getattr(step, name) or "", (*here, name))
        if step.as_ is not None:
            scope = scope.knowing(step.as_)
        _check_steps(step.on_fail, (*here, "on_fail"), scope.knowing("failure"))
        _check_steps(step.on_reject, (*here, "on_reject"), scope.knowing("rejection"))
        if step.as_ is not None:
            scope = scope.knowing("failure")  # a step that has a name goes on after it failed


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in cast(Mapping[object, Any], value).values():
            yield from texts_in(item)
    elif isinstance(value, list | tuple):
        for item in cast(list[Any], value):
            yield from texts_in(item)


class _Scope:
    """What can be named at a place of the file."""

    def __init__(self, document: YamlDocument, given: Sequence[str], results: tuple[str, ...] = ()) -> None:
        self._document = document
        self._given = given
        self._results = results
        """Names that earlier steps gave; one of them can stand before a given one."""

    def knowing(self, name: str) -> "_Scope":
        return self if name in self._results else _Scope(self._document, self._given, (*self._results, name))

    def condition(self, text: str | None, loc: Loc) -> None:
        if text is not None:
            named = named_in(text)
            self._check(named.names, named.members, loc)

    def template(self, text: str, loc: Loc) -> None:
        if "{" in text:
            self._check(templates.names_in(text), templates.members_in(text), loc)

    def _check(self, names: Collection[str], members: _Members, loc: Loc) -> None:
        known = (*self._given, *self._results)
        for name in sorted(names):
            if name not in known:
                more = "" if self._given is not facts.STEP else ", and results of earlier steps by their `as:` name"
                there = f"what can be named here: {', '.join(known)}{more}"
                meant = f"; did you mean event.{name}?" if name in facts.EVENT else _meant(name, known)
                raise self._document.error(f"nothing is known here as {name}{meant}; {there}", loc)
        for name, below in sorted(members):
            there = () if name in self._results else facts.MEMBERS.get(name, ())
            if there and below not in there:
                raise self._document.error(_no_member(name, below, there), loc)


def _no_member(name: str, below: str, there: Sequence[str]) -> str:
    said = _meant(below, there, lambda member: f"{name}.{member}")
    text = f"there is no {name}.{below}{said}; {name} has {', '.join(there)}"
    return (
        f"{text} (fields.NAME is what the system told besides: `opsconsole agents words`)" if name == "event" else text
    )


def _meant(name: str, known: Sequence[str], shown: Callable[[str], str] = str) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {shown(close[0])}?" if close else ""

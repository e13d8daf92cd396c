"""Agents as YAML files: read, check against the tools there are, and put in use as a new version."""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import available_timezones

import yaml
from jinja2 import TemplateError
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import AgentSpec, Step
from opsconsole.domain.canonical import canonical, digest
from opsconsole.domain.enums import Effect
from opsconsole.domain.errors import FileFormatError
from opsconsole.engine.agents.deployments import beyond_limited
from opsconsole.engine.agents.names import check_names, texts_in
from opsconsole.engine.agents.templates import parse
from opsconsole.engine.agents.yamltext.file import Loc, YamlDocument, read_text
from opsconsole.engine.agents.yamltext.validationtext import in_words
from opsconsole.engine.registry import Registry
from opsconsole.policy.cel.conditions import ConditionError, compile_condition
from opsconsole.store.queries import versions
from opsconsole.store.rows import VersionRow
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import agents as write_agents


@dataclass(frozen=True, slots=True)
class AgentFile:
    """A sound agent with the text it came from."""

    spec: AgentSpec
    source: str


def read_agent(path: Path, registry: Registry) -> AgentFile:
    """Read and check an agent's file.

    Raises:
        FileFormatError: something is wrong; the message names the line.
    """
    return read_agent_text(read_text(path), str(path), registry)


def read_agent_text(text: str, name: str, registry: Registry) -> AgentFile:
    """Read and check an agent's file that lies on no disk; `name` stands in its errors.

    Raises:
        FileFormatError: something is wrong; the message names the line.
    """
    return _checked(YamlDocument(text, name), text, registry)


def _checked(document: YamlDocument, text: str, registry: Registry) -> AgentFile:
    spec = document.into(AgentSpec)
    _check_conditions(spec, document)
    check_names(spec, document)
    _check_stages(spec, document)
    _check_tools(spec, document, registry)
    _check_zones(spec, document)
    try:
        canonical(spec.model_dump(mode="json", by_alias=True))
    except ValueError as error:
        why = "a text in it holds half a character (\\ud800 to \\udfff) or a number that cannot be stored"
        raise FileFormatError(why, path=document.path) from error
    return AgentFile(spec, text)


def apply_agent(
    tx: Transaction,
    file: AgentFile,
    registry: Registry,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    accepts: bool | None = None,
) -> tuple[int, bool]:
    """Put an agent's file in use, for a reason in words; give (version number, is it new).

    `accepts`: what its tools are now is looked at and well. False: those that changed since they were accepted go on
    asking. None: it is where the file says what the one in use says: putting it in use again means just that.
    """
    spec = file.spec
    body = spec.model_dump(mode="json", by_alias=True)
    text = digest(body)
    before = versions.current(tx.conn, spec.agent)
    if before is None and accepts is False:  # dismissed, and put in use again as it was: nobody looked at its tools
        before = versions.newest(tx.conn, spec.agent)
    tools = {tool: registry.fingerprint(tool) for tool in registry.names()}
    if before is not None:
        # What is gone stays known: a rule that names it holds until it is mended.
        is_accepted = before.digest == text if accepts is None else accepts
        tools = {**before.tools, **tools} if is_accepted else {**tools, **before.tools}
    version, number, is_new = write_agents.add_version(
        tx,
        spec.agent,
        digest=text,
        spec=canonical(body).decode(),
        tools=tools,
        source=file.source,
        actor=actor,
        now=now,
        reason=reason,
    )
    if is_new:
        tx.audit(
            "agent.applied",
            at=now,
            actor=actor,
            agent=spec.agent,
            version=version,
            number=number,
            digest=text,
            tools=digest(tools),
            words=tx.keep_reason(reason),
        )
    return number, is_new


def load_spec(text: str) -> AgentSpec:
    """Return the agent of a stored version."""
    return AgentSpec.model_validate(json.loads(text))


def source_of(version: VersionRow) -> str:
    """Return a version's file; one that came from no file is written out."""
    if version.source.strip():
        return version.source
    body = load_spec(version.spec).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=110)


def steps_of(steps: Sequence[Step], loc: Loc = ()) -> Iterator[tuple[Step, Loc]]:
    """Walk steps and their branches with their places."""
    for index, step in enumerate(steps):
        here = (*loc, index)
        yield step, here
        yield from steps_of(step.on_fail, (*here, "on_fail"))
        yield from steps_of(step.on_reject, (*here, "on_reject"))


def all_steps(spec: AgentSpec) -> Iterator[tuple[Step, Loc]]:
    """Walk all steps of an agent."""
    for index, category in enumerate(spec.playbook.categories):
        yield from steps_of(category.steps, ("playbook", "categories", index, "steps"))


def named_tools(spec: AgentSpec) -> frozenset[str]:
    """Return the tools that an agent's steps and levels name."""
    steps = (tool for step, _ in all_steps(spec) if (tool := step.look_up or step.do))
    levels = (spec.autonomy.actions, *spec.autonomy.categories.values())
    return frozenset((*steps, *(tool for some in levels for tool in some)))


def tool_patterns(spec: AgentSpec) -> Iterator[tuple[str, Loc]]:
    """Walk the tools that are named by themselves or by a pattern (`desk.*`), with their places."""
    yield from ((pattern, ("tools", at)) for at, pattern in enumerate(spec.tools))
    for name, some in (("guardrails", spec.guardrails), ("quiet_hours", spec.quiet_hours)):
        for index, rule in enumerate(some):
            yield from ((pattern, (name, index, "actions", at)) for at, pattern in enumerate(rule.actions))


def is_pattern(tool: str) -> bool:
    """Return whether a text stands for several tools."""
    return any(sign in tool for sign in "*?[")


def _check_stages(spec: AgentSpec, document: YamlDocument) -> None:
    """A version from before there was this check is read all the same; the gate opens the first two then."""
    for text, loc in beyond_limited(spec):
        raise document.error(text, loc)
    written: list[dict[str, object]] = document.value.get("deployments") or []
    for index, deployment in enumerate(written):
        if deployment.get("categories") == []:
            text = "it names no category; leave `categories` out to mean all of them, or make the stage shadow"
            raise document.error(text, ("deployments", index, "categories"))


def _check_tools(spec: AgentSpec, document: YamlDocument, registry: Registry) -> None:
    def check(tool: str, loc: Loc) -> None:
        if registry.type(tool) is None:
            raise document.error(_no_tool(tool, registry), loc)

    for step, loc in all_steps(spec):
        if step.look_up is not None:
            check(step.look_up, (*loc, "look_up"))
            if (kind := registry.type(step.look_up)) and kind.effect is not Effect.READ:
                raise document.error(
                    f"{step.look_up} changes something: write `do:`, not `look_up:`", (*loc, "look_up")
                )
        if step.do is not None:
            check(step.do, (*loc, "do"))
            if (kind := registry.type(step.do)) and kind.effect is Effect.READ:
                raise document.error(f"{step.do} only reads: write `look_up:`, not `do:`", (*loc, "do"))
        tool = step.look_up or step.do
        kind = registry.type(tool) if tool else None
        if kind is not None:
            known = kind.arguments.model_fields
            for name in step.args:
                if name not in known:
                    raise document.error(f"{tool} takes no {name!r}; it takes {', '.join(known)}", (*loc, "with", name))
            for name, facts in known.items():
                if facts.is_required() and name not in step.args and not (name == "to" and "to" in kind.destinations):
                    raise document.error(f"{tool} needs {name!r}", (*loc, "with"))
            for name, why in _refused(kind, step.args):
                raise document.error(f"{tool} cannot take this {name!r}: {why}", (*loc, "with", name))
    for tool in spec.autonomy.actions:
        check(tool, ("autonomy", "actions", tool))
    for category, special in spec.autonomy.categories.items():
        for tool in special:
            check(tool, ("autonomy", "categories", category, tool))
    for index, raised in enumerate(spec.raised):
        check(raised.action, ("raised", index, "action"))
    for tool, loc in tool_patterns(spec):
        if not is_pattern(tool) and tool.partition(".")[0] in registry.connectors:
            check(tool, loc)


def _refused(kind: ActionType, args: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the values, written out in a file, that a tool would never take, and why; a template is known only then.

    They are tried as they will be stored: a day that YAML reads out of `2026-03-31` is a text by then.
    """
    fixed = {
        name: to_jsonable_python(value) for name, value in args.items() if not any(map(_has_slot, texts_in(value)))
    }
    try:
        kind.arguments.model_validate(fixed)
    except ValidationError as error:
        for fault in error.errors():
            name = str(next(iter(fault["loc"]), ""))
            if name in fixed and fault["type"] != "missing":
                yield name, in_words(fault)


def _has_slot(text: str) -> bool:
    return "{{" in text or "{%" in text


def _no_tool(tool: str, registry: Registry) -> str:
    connection = tool.partition(".")[0]
    if connection not in registry.connectors:
        return f"there is no tool {tool}: nothing is connected as {connection} (`opsconsole connect --help`)"
    close = difflib.get_close_matches(tool, registry.names(), n=1)
    if close:
        return f"there is no tool {tool}; did you mean {close[0]}?"
    return f"there is no tool {tool}; there are {', '.join(registry.names()[:8])} … (`opsconsole agents words`)"


def _check_conditions(spec: AgentSpec, document: YamlDocument) -> None:
    def condition(text: str | None, loc: Loc) -> None:
        if text is not None:
            try:
                compile_condition(text)
            except ConditionError as error:
                raise document.error(str(error), loc) from error

    def template(value: object, loc: Loc) -> None:
        for text in texts_in(value):
            try:
                parse(text)
            except TemplateError as error:
                raise document.error(f"not a template we can read: {error}", loc) from error

    for index, subscription in enumerate(spec.subscribes):
        condition(subscription.where, ("subscribes", index, "where"))
    for index, deployment in enumerate(spec.deployments):
        condition(deployment.where, ("deployments", index, "where"))
    for index, guardrail in enumerate(spec.guardrails):
        condition(guardrail.when, ("guardrails", index, "when"))
    for index, rule in enumerate(spec.playbook.rules):
        condition(rule.when, ("playbook", "rules", index, "when"))
    for step, loc in all_steps(spec):
        condition(step.when, (*loc, "when"))
        for name, value in step.args.items():
            template(value, (*loc, "with", name))
        for name in ("ask", "stop", "because"):
            template(getattr(step, name), (*loc, name))


def _check_zones(spec: AgentSpec, document: YamlDocument) -> None:
    zones = available_timezones() | {"UTC"}
    for index, hours in enumerate(spec.quiet_hours):
        for name in ("zone", "fallback"):
            value = getattr(hours, name)
            if value not in zones and not (name == "zone" and value == "recipient"):
                raise document.error(
                    f"there is no time zone {value!r}; write it like Europe/Berlin", ("quiet_hours", index, name)
                )

"""policy simulate, policy coverage: what the gate says of one call, and which tools its rules touch."""

import json
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from opsconsole.app.commands.options import AsJson, Where
from opsconsole.app.plainerrors import LAST
from opsconsole.app.session import opened
from opsconsole.app.words import say, say_json, table, utc
from opsconsole.domain.errors import UserError
from opsconsole.domain.naming import tool_words
from opsconsole.engine.agents.coverage import Covered, Use, coverage
from opsconsole.engine.agents.versions import in_use
from opsconsole.engine.agents.yamltext.validationtext import unreadable
from opsconsole.engine.past.simulate import Simulated, TypedCall, as_then, typed, under

MOST_ARGUMENTS = 1_000_000
_SAYS = {"ACT": "alone", "ASK": "asks you", "RECOMMEND": "recommends", "SIMULATE": "shadow", "REFUSE": "refused"}
_WAYS = {"alone": "acts alone", "asks": "asks you", "recommends": "recommends", "shadow": "in shadow"}


def simulate(
    action: Annotated[str, typer.Argument(help="An action of the past (the feed names them), else --agent.")] = "",
    *,
    as_now: Annotated[bool, typer.Option("--as-now", help="By the rules in use now, not by those of then.")] = False,
    agent: Annotated[str, typer.Option(help="Whose call it would be, for one that is typed in.")] = "",
    tool: Annotated[str, typer.Option(help="The tool of a call that is typed in.")] = "",
    args: Annotated[str, typer.Option(help="Its arguments, as JSON; @FILE reads them.")] = "{}",
    category: Annotated[str | None, typer.Option(help="The category it would be in.")] = None,
    event: Annotated[int | None, typer.Option(min=1, max=LAST, help="The event it would be about.")] = None,
    trusted: Annotated[bool, typer.Option("--trusted", help="No text from outside was read before.")] = False,
    freely: Annotated[bool, typer.Option("--freely", help="A model chose it, no step of the playbook.")] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """Go through one call rule by rule. Nothing is done and nothing is stored."""
    if bool(action) == bool(agent and tool):
        raise UserError("Give an action of the past, or --agent and --tool for a call that is typed in.")
    with opened(workspace) as session:
        if action:
            found = as_then(session.kernel, action)
            if as_now:
                found = under(session.kernel, action)
        else:
            call = TypedCall(
                tool=tool, args=_arguments(args), category=category, event=event,
                is_tainted=not trusted, is_own_step=not freely,
            )  # fmt: skip
            found = typed(session.kernel, agent, call)
    if as_json:
        say_json(simulated_json(found))
    else:
        _say(found)


def _arguments(text: str) -> dict[str, Any]:
    try:
        if text.startswith("@"):
            text = _read(text[1:])
        found = json.loads(text)
    except RecursionError as error:
        raise UserError("The arguments are nested too deep: no tool takes lists in so many lists.") from error
    except ValueError as error:
        raise UserError(f"The arguments are not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise UserError('The arguments are a JSON object: {"text": "Hello"}.')
    return cast(dict[str, Any], found)


def _read(name: str) -> str:
    try:
        with Path(name).open(encoding="utf-8-sig") as file:
            text = file.read(MOST_ARGUMENTS + 1)
    except (OSError, ValueError) as error:
        raise UserError(f"The arguments cannot be read from {name!r}: {unreadable(error)}.") from error
    if len(text) > MOST_ARGUMENTS:
        raise UserError(
            f"The arguments in {name!r} are longer than {MOST_ARGUMENTS:,} characters; no call has so many."
        )
    return text


def simulated_json(found: Simulated) -> dict[str, Any]:
    """Return it as JSON."""
    hold = found.ruling.hold_until
    return {
        "agent": found.agent,
        "tool": found.tool,
        "args": found.args,
        "category": found.category,
        "at": found.at.isoformat(),
        "circumstances": "then" if found.is_then else "now",
        "verdict": found.ruling.verdict.name,
        "hold_until": None if hold is None else hold.isoformat(),
        "is_as_then": found.is_as_then if found.stored is not None else None,
        "rules": [
            {
                "rule": answer.title,
                "says": None if answer.reason is None else answer.reason.verdict.name,
                "is_binding": answer.reason in found.ruling.binding,
                "text": answer.text,
            }
            for answer in found.answers
        ],
    }


def _say(found: Simulated) -> None:
    when = f"as things were at {utc(found.at)}" if found.is_then else "as things are now"
    say(f"{found.agent}, {tool_words(found.tool).lower()}, {found.category or 'no category'}; {when}.")
    say(f"The gate: {_SAYS[found.ruling.verdict.name]} ({found.ruling.explain()}).")
    lines = [("RULE", "SAYS", "WHY")]
    for answer in found.answers:
        says = "—" if answer.reason is None else _SAYS[answer.reason.verdict.name]
        if answer.reason is not None and answer.reason.hold_until is not None:
            says = "waits"
        mark = " *" if answer.reason in found.ruling.binding else ""
        lines.append((answer.title, f"{says}{mark}", answer.text))
    table(lines, (36, 14, 90))
    say("* decides. A rule with — has nothing to say of this call.")


def coverage_(
    *,
    agent: Annotated[str, typer.Option(help="Only what this agent uses.")] = "",
    unguarded: Annotated[bool, typer.Option("--unguarded", help="Only what runs unguarded.")] = False,
    as_json: AsJson = False,
    workspace: Where = None,
) -> None:
    """List every tool: which agents use it, which rules look at it, and what runs unguarded."""
    with opened(workspace) as session:
        kernel = session.kernel
        if agent:
            in_use(kernel.reader, agent)
        found = coverage(kernel.registry, [version.spec for version in kernel.roster.current(kernel.reader)])
    rows = [
        (each, use)
        for each in found
        for use in ([use for use in each.uses if agent in ("", use.agent)] or ([] if agent else [None]))
        if not unguarded or (use is not None and use.is_unguarded)
    ]
    if as_json:
        for each, use in rows:
            say_json(_covered_json(each, use))
        return
    lines = [("TOOL", "AGENT", "MOST IT DOES", "WHAT LOOKS AT IT")]
    lines += [(each.tool, "nobody" if use is None else use.agent, _way(use), _held(use)) for each, use in rows]
    table(lines, (28, 20, 13, 80))
    alone = sum(use.is_unguarded for each in found for use in each.uses if agent in ("", use.agent))
    say(f"{alone} run{'s' if alone == 1 else ''} unguarded." if alone else "Nothing runs unguarded.")


def _way(use: Use | None) -> str:
    return "—" if use is None else _WAYS[use.way]


def _held(use: Use | None) -> str:
    if use is None:
        return "no agent uses it"
    held = ", ".join([*(f"guardrail {name}" for name in use.rails), *use.walls])
    bare = "only its caps: unguarded" if use.has_caps else "nothing: unguarded"
    return held or (bare if use.is_unguarded else "its level")


def _covered_json(each: Covered, use: Use | None) -> dict[str, Any]:
    return {
        "tool": each.tool,
        "connection": each.connection,
        "effect": each.kind.effect.value,
        "reversibility": each.kind.reversibility.value,
        "agent": None if use is None else use.agent,
        "most": None if use is None else use.way,
        "guardrails": [] if use is None else use.rails,
        "gate": [] if use is None else use.walls,
        "has_caps": use is not None and use.has_caps,
        "is_unguarded": use is not None and use.is_unguarded,
    }

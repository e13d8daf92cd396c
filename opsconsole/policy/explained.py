"""What every rule of the gate answers about one call, the silent ones too, in words for a person. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from opsconsole.domain.enums import Effect, Reversibility
from opsconsole.domain.ruling import Reason
from opsconsole.policy import gate, rules
from opsconsole.policy.context import GateContext


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """One rule's answer."""

    title: str
    text: str
    """What it says; where it is silent: why."""
    reason: Reason | None = None
    """What it told the gate; None: it is silent."""


_READS = "it only reads"
_TITLES: dict[gate.Rule, str] = {
    rules.dismissed: "In use",
    rules.kill_switch: "Pause",
    rules.stage: "Stage",
    rules.autonomy: "Autonomy level",
    rules.demoted: "Taken back a step",
    rules.canary: "Only tried",
    rules.unknown_tool: "Known tool",
    rules.broken_rules: "Rules that can be read",
    rules.class_ceiling: "Final, money, first contact",
    rules.guardrails: "Guardrail",
    rules.provenance: "Text from outside",
    rules.disclosure: "Says that an AI wrote it",
    rules.egress: "Reading that sends text outside",
    rules.unproven_read: "Reading that is sent like a change",
    rules.loops: "Answers to machines",
    rules.category_doubt: "Category in doubt",
    rules.already_done: "Already done",
    rules.late: "Late",
    rules.budgets: "Caps",
    rules.quiet_hours: "Quiet hours",
    rules.confidence: "Confidence",
}
_SILENCES: dict[gate.Rule, str] = {
    rules.dismissed: "the agent is in use",
    rules.kill_switch: "nothing that it needs is paused",
    rules.stage: "the category is live",
    rules.autonomy: "level 3: it may act alone",
    rules.demoted: "nothing took it back",
    rules.canary: "the version is in use",
    rules.unknown_tool: "the tool is known, and the same as when the agent was put in use",
    rules.broken_rules: "everything that the agent's rules name is there",
    rules.class_ceiling: "it can be undone, moves no money and goes to nobody new, or that was allowed by hand",
    rules.disclosure: "it says so, or does not go to people outside alone",
    rules.egress: "it sends nothing outside, or to an allowed place",
    rules.unproven_read: "it is no such look-up, or the category is live",
    rules.loops: "no machine wrote the event, or this is no answer to it",
    rules.category_doubt: "the category stayed the same",
    rules.already_done: "the same was not done here a moment ago",
    rules.late: "the event is not too old for it",
    rules.budgets: "there are none for it",
    rules.quiet_hours: "the agent has none",
    rules.confidence: "the agent is sure enough",
}
_ABOUT_READS = frozenset(
    {rules.dismissed, rules.kill_switch, rules.unknown_tool, rules.egress, rules.unproven_read, rules.loops}
)
"""Those that look at reads too; guardrails do where they name one."""


def answers(context: GateContext) -> Iterator[RuleAnswer]:
    """Yield every rule's answer in the gate's order; a guardrail is one each."""
    for rule in gate.RULES:
        if rule is rules.guardrails:
            yield from _guardrails(context)
            continue
        title, spoke = _TITLES[rule], False
        for reason in rule(context):
            spoke = True
            yield RuleAnswer(title, reason.text, reason)
        if not spoke:
            yield RuleAnswer(title, _silence(rule, context))


def _guardrails(context: GateContext) -> Iterator[RuleAnswer]:
    for rail in context.guardrails:
        title = f"Guardrail {rail.name.replace('_', ' ')}"
        reason = next(iter(rules.guardrails(replace(context, guardrails=(rail,)))), None)
        if reason is not None:
            yield RuleAnswer(title, reason.text, reason)
        elif rules.looks_at(rail, context):
            yield RuleAnswer(title, f"does not hold: {rail.when}")
        else:
            yield RuleAnswer(title, "is about other tools" if rail.actions else _READS)


def _cap_words(name: str) -> str:
    """Return a cap without the name that is the program's own: whose call it is stands above the answers."""
    what, of, _ = name.partition(" of agent ")
    return f"{what} of the agent" if of else what


def _silence(rule: gate.Rule, context: GateContext) -> str:
    """Return why a rule has nothing to say of a call."""
    if not context.is_write and rule not in _ABOUT_READS:
        return _READS
    if rule is rules.provenance:
        return _origin(context)
    if rule is rules.budgets and context.usages:
        return f"below {', '.join(_cap_words(usage.name) for usage in context.usages)}"
    if rule is rules.quiet_hours and context.quiet_hours:
        return "none are on at that time"
    return _SILENCES[rule]


def _origin(context: GateContext) -> str:
    if not context.provenance.is_tainted:
        return "no text from outside was read before"
    is_grave = context.effect is Effect.EXTERNAL or context.reversibility is Reversibility.IRREVERSIBLE
    known = "a step of the playbook, in its own words, to a known place"
    return known if is_grave else "it stays inside and can be undone"

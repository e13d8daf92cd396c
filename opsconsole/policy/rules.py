"""The rules of the gate, one function each. Reasons carry no personal data: they stand in the audit trail."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from opsconsole.domain.agent import Guardrail
from opsconsole.domain.enums import ClassCeiling, Effect, Level, Reversibility, Stage, Verdict
from opsconsole.domain.naming import tool_words
from opsconsole.domain.ruling import UNTIL_RELEASED, Reason
from opsconsole.policy import quiet
from opsconsole.policy.cel.conditions import ConditionError, UndecidedError, holds
from opsconsole.policy.context import GateContext
from opsconsole.policy.provenance import host_of, is_trusted_destination, untyped_argument

_AGE_UNITS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))


def dismissed(context: GateContext) -> Iterator[Reason]:
    """What is not in use does nothing: neither what it had begun nor what it recommended."""
    if context.is_dismissed:
        yield Reason("dismissed", "the agent was dismissed", Verdict.REFUSE)


def kill_switch(context: GateContext) -> Iterator[Reason]:
    """Nothing starts while a switch is on; nothing is lost."""
    for switch in context.switches:
        yield Reason("kill_switch", f"paused: {switch}", hold_until=UNTIL_RELEASED)


def stage(context: GateContext) -> Iterator[Reason]:
    """What is not live is only recorded: in shadow, out of the scope, or where its stage opens nothing."""
    if not context.is_write or context.is_live:
        return
    what = f"category {context.category}" if context.category else "an event without a category"
    if context.stage is Stage.SHADOW:
        text = f"such events of {context.held_on} are" if context.held_on else f"{what} is"
        yield Reason("stage", f"{text} in shadow: recorded, not done", Verdict.SIMULATE)
    elif not context.is_in_scope:
        yield Reason("scope", f"{what} is outside the agent's live scope: recorded, not done", Verdict.SIMULATE)
    else:
        yield Reason("stage", f"{context.shut}; recorded, not done", Verdict.SIMULATE)


def autonomy(context: GateContext) -> Iterator[Reason]:
    """The level for this agent, action type and category; a standing grant lifts ASK here and only here."""
    if not context.is_write:
        return
    if context.level <= Level.OBSERVE:
        yield Reason("autonomy", f"autonomy level 1 for {_words(context.tool)}: recommend only", Verdict.RECOMMEND)
    elif context.level == Level.APPROVAL:
        if context.has_grant:
            yield Reason("grant", f"autonomy level 2 for {_words(context.tool)}, allowed by a standing grant")
        else:
            yield Reason("autonomy", f"autonomy level 2 for {_words(context.tool)}: act with approval", Verdict.ASK)


def demoted(context: GateContext) -> Iterator[Reason]:
    """What was taken down a rung stays there, whatever its file or a standing grant says, until it is earned anew."""
    if context.is_write and context.demoted:
        verdict = Verdict.RECOMMEND if context.level <= Level.OBSERVE else Verdict.ASK
        yield Reason("demoted", f"{_words(context.tool)} was taken back a step: {context.demoted}", verdict)


def canary(context: GateContext) -> Iterator[Reason]:
    """A version that is only tried asks before everything, whatever its file or a standing grant says."""
    if context.is_write and context.canary:
        yield Reason("canary", f"{context.canary} is only tried: it asks before everything", Verdict.ASK)


def unknown_tool(context: GateContext) -> Iterator[Reason]:
    """A tool nobody declared, or that changed since it was ratified, is treated as the riskiest kind."""
    if context.type is None:
        yield Reason("unknown_tool", f"{_words(context.tool)} is not a declared tool: treated as external", Verdict.ASK)
    elif context.is_type_changed:
        text = "changed since the agent was put in use: treated as external and as not to be undone"
        text = f"{_words(context.tool)} {text}"
        yield Reason("changed_tool", text, Verdict.ASK)


def broken_rules(context: GateContext) -> Iterator[Reason]:
    """A rule that names what is gone cannot hold: a person looks until it is mended."""
    if context.is_write:
        for text in context.broken:
            yield Reason("broken_rule", f"{text}: a person looks until that is mended", Verdict.ASK)


def class_ceiling(context: GateContext) -> Iterator[Reason]:
    """Irreversible, money and first contact need a person until raised by hand."""
    if not context.is_write:
        return
    raised = context.raised
    if context.reversibility is Reversibility.IRREVERSIBLE and ClassCeiling.IRREVERSIBLE not in raised:
        has_way_back = context.type is not None and context.type.undo is not None and not context.is_type_changed
        why = "counts as final: its file does not say otherwise" if has_way_back else "cannot be undone"
        yield Reason("class_irreversible", f"{_words(context.tool)} {why}", Verdict.ASK)
    if context.type is not None and context.type.is_money and ClassCeiling.MONEY not in raised:
        yield Reason("class_money", f"{_words(context.tool)} moves money", Verdict.ASK)
    if context.is_first_contact and ClassCeiling.FIRST_CONTACT not in raised:
        yield Reason(
            "class_first_contact",
            "first contact: this account never wrote to the address, and got no verified mail from it",
            Verdict.ASK,
        )


def looks_at(guardrail: Guardrail, context: GateContext) -> bool:
    """Return whether a guardrail is about an action: its tools, else every write."""
    return looks_at_tool(guardrail, context.tool, is_write=context.is_write)


def looks_at_tool(guardrail: Guardrail, tool: str, *, is_write: bool = True) -> bool:
    """Return whether a guardrail is about a tool; one that names none is about each that changes something."""
    return any(fnmatchcase(tool, pattern) for pattern in guardrail.actions) if guardrail.actions else is_write


def guardrails(context: GateContext) -> Iterator[Reason]:
    """The operator's own conditions. One that cannot be decided asks a person."""
    variables = None
    for guardrail in context.guardrails:
        if not looks_at(guardrail, context):
            continue
        if variables is None:
            variables = {**context.variables, "args": dict(context.args), "tool": context.tool}
        verdict = Verdict.REFUSE if guardrail.then == "refuse" else Verdict.ASK
        try:
            if holds(guardrail.when, variables):
                yield Reason(f"guardrail:{guardrail.name}", guardrail.because, verdict)
        except (UndecidedError, ConditionError):
            text = f"guardrail {guardrail.name} could not be decided for this action: a person looks"
            yield Reason(f"guardrail:{guardrail.name}", text, Verdict.ASK)


def provenance(context: GateContext) -> Iterator[Reason]:
    """After untrusted text, what is external, final or money acts only as a ratified template to known places."""
    origin = context.provenance
    is_money = context.type is not None and context.type.is_money
    is_grave = is_money or context.effect is Effect.EXTERNAL or context.reversibility is Reversibility.IRREVERSIBLE
    if not (origin.is_tainted and context.is_write and is_grave):
        return
    if not origin.is_ratified_step:
        text = "chosen after reading text from outside, not by a step of the agent's playbook"
        yield Reason("provenance_tool", text, Verdict.ASK)
        return
    destinations = context.destinations()
    if context.effect is Effect.EXTERNAL and not destinations:
        yield Reason(
            "provenance_destination",
            "chosen after reading text from outside, and where it goes is not stated",
            Verdict.ASK,
        )
    if any(not is_trusted_destination(address, origin) for address in destinations):
        text = "after reading text from outside, to an address that is neither the verified sender nor allowed by you"
        yield Reason("provenance_destination", text, Verdict.ASK)
    loose = untyped_argument(context.args, origin, except_for=context.type.destinations if context.type else ())
    if loose is not None:
        what = loose.replace("_", " ")
        text = f"after reading text from outside: its {what} is no template with only a name, id or date filled in"
        yield Reason("provenance_text", text, Verdict.ASK)


def disclosure(context: GateContext) -> Iterator[Reason]:
    """What goes to people outside without a person says that an AI wrote it (EU AI Act, Article 50)."""
    is_alone = context.level is Level.AUTONOMOUS or context.has_grant
    if not context.disclosure or context.type is None or not (context.is_write and is_alone):
        return
    is_told = not context.type.message or says(context.args.get(context.type.message), context.disclosure)
    if context.effect is Effect.EXTERNAL and not is_told:
        text = f"{_words(context.tool)} would go out alone without the line that an AI wrote it"
        yield Reason("disclosure", text, Verdict.ASK)


def says(message: object, line: str) -> bool:
    """Return whether a message has a text on lines of its own; within a quoted mail it says nothing of this one."""
    if not isinstance(message, str):
        return False
    whole, wanted = ("\n".join(part.strip() for part in text.splitlines()) for text in (message, line))
    return f"\n{wanted}\n" in f"\n{whole}\n"


def egress(context: GateContext) -> Iterator[Reason]:
    """A read that sends its arguments to a place nobody allowed.

    Not only after untrusted text: what is classed as trusted can still carry a stranger's words (a channel's name), and
    the recorded attacks of AgentDojo use exactly that way out. An allow-list is the way to let such reads run.
    """
    kind = context.type
    if kind is None or context.is_write or not kind.is_egress:
        return
    hosts = {host_of(address) for address in context.destinations()}
    if hosts and hosts <= context.provenance.trusted_egress:
        return
    if not context.is_live:
        text = f"{_words(context.tool)} would send text outside: {_not_done(context)}"
        yield Reason("egress", text, Verdict.SIMULATE)
    else:
        after = " after outside text was read" if context.provenance.is_tainted else ""
        yield Reason(
            "egress", f"{_words(context.tool)} sends its arguments outside{after}, to a place not allowed", Verdict.ASK
        )


def unproven_read(context: GateContext) -> Iterator[Reason]:
    """Nothing is done where it is not live, and that a look-up by POST changes nothing is only said."""
    kind = context.type
    if kind is not None and kind.is_unproven_read and not context.is_write and not context.is_live:
        text = f"{_words(context.tool)} is sent as changes are: {_not_done(context)}"
        yield Reason("unproven_read", text, Verdict.SIMULATE)


def loops(context: GateContext) -> Iterator[Reason]:
    """No answer to a machine: it might answer back (RFC 3834, section 2)."""
    if context.is_machine_written and context.type is not None and context.type.is_reply:
        yield Reason("loop", "a machine or a mailing list wrote this; an answer could start a loop", Verdict.REFUSE)


def category_doubt(context: GateContext) -> Iterator[Reason]:
    """The triage wavered."""
    if not context.is_write:
        return
    if context.has_category_changed:
        yield Reason("category_changed", "the category changed after the first write of this run", Verdict.ASK)
    if context.does_offline_disagree:
        text = "the offline check takes it for another category than the model does"
        yield Reason("category_disputed", text, Verdict.ASK)


def already_done(context: GateContext) -> Iterator[Reason]:
    """The same thing was done here a moment ago."""
    window = context.type.repeat_window_s if context.type is not None else None
    if context.is_write and window is not None and context.done_ago_s is not None and context.done_ago_s < window:
        when = f"done here {age_in_words(context.done_ago_s)} ago" if context.done_ago_s else "on its way here"
        text = f"already {when}: {_words(context.tool)}"
        yield Reason("already_done", text, Verdict.ASK)
    if context.is_write and context.is_repeated_in_run:
        text = f"already done earlier in this run: the very same {_words(context.tool)}"
        yield Reason("repeated", text, Verdict.ASK)


def late(context: GateContext) -> Iterator[Reason]:
    """The event is old: the machine was asleep, or the mail was."""
    limit = context.type.max_age_s if context.type is not None else None
    if context.is_write and limit is not None and context.event_age_s > limit:
        yield Reason("late", f"late: the event is {age_in_words(context.event_age_s)} old", Verdict.ASK)


def budgets(context: GateContext) -> Iterator[Reason]:
    """At a cap, work parks for a person; it is never dropped."""
    if not context.is_write:
        return
    for usage in context.usages:
        if usage.used >= usage.cap:
            text = f"parked at cap: {usage.name} is {usage.used:g} of {usage.cap:g}"
            yield Reason("budget", text, Verdict.ASK)


def quiet_hours(context: GateContext) -> Iterator[Reason]:
    """Some actions wait for the morning."""
    if not context.is_write:
        return
    for hours in context.quiet_hours:
        if not any(fnmatchcase(context.tool, pattern) for pattern in hours.actions):
            continue
        zones = context.recipient_zones or (None,)
        ends = [quiet.quiet_until(context.now, hours, recipient_zone=zone) for zone in zones]
        until = max((end for end in ends if end is not None), default=None)
        if until is not None:
            text = f"quiet hours {hours.from_} to {hours.to}: waits until they are over"
            yield Reason("quiet_hours", text, hold_until=until)


def confidence(context: GateContext) -> Iterator[Reason]:
    """An agent that is not sure asks."""
    if not context.is_write:
        return
    if context.is_abstained:
        yield Reason("abstained", "the agent could not tell what kind of event this is", Verdict.ASK)
    elif context.confidence is not None and not context.confidence >= context.threshold:  # NaN asks too
        text = f"confidence {context.confidence:.2f} is below {context.threshold:.2f}"
        yield Reason("confidence", text, Verdict.ASK)


def _not_done(context: GateContext) -> str:
    return f"not done, {context.shut}" if context.shut else "not done in shadow"


def _words(tool: str) -> str:
    return tool_words(tool).lower()


def age_in_words(seconds: float) -> str:
    """Return a span in its largest unit: `3 hours`."""
    for size, name in _AGE_UNITS:
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "less than a second"

"""The gate: every rule sets a ceiling, the lowest holds.

There is no other place that decides what an agent may do. Rules only lower, so another rule never loosens anything.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from opsconsole.domain.enums import Level, Verdict
from opsconsole.domain.ruling import Reason, Ruling
from opsconsole.policy import rules
from opsconsole.policy.context import GateContext

Rule = Callable[[GateContext], Iterable[Reason]]

RULES: tuple[Rule, ...] = (
    rules.dismissed,
    rules.kill_switch,
    rules.stage,
    rules.autonomy,
    rules.demoted,
    rules.canary,
    rules.unknown_tool,
    rules.broken_rules,
    rules.class_ceiling,
    rules.guardrails,
    rules.provenance,
    rules.disclosure,
    rules.egress,
    rules.unproven_read,
    rules.loops,
    rules.category_doubt,
    rules.already_done,
    rules.late,
    rules.budgets,
    rules.quiet_hours,
    rules.confidence,
)


def rule(context: GateContext, with_rules: Sequence[Rule] = RULES) -> Ruling:
    """Rule on one action: the lowest ceiling, the latest hold, every reason."""
    reasons = tuple(reason for rule in with_rules for reason in rule(context))
    verdict = min((reason.verdict for reason in reasons), default=Verdict.ACT)
    hold = max((reason.hold_until for reason in reasons if reason.hold_until is not None), default=None)
    return Ruling(verdict, hold, reasons)


def both(first: Ruling, second: Ruling) -> Ruling:
    """Join two rulings: the lower verdict, the later hold, the reasons of both."""
    holds = [ruling.hold_until for ruling in (first, second) if ruling.hold_until is not None]
    reasons = (*first.reasons, *(reason for reason in second.reasons if reason not in first.reasons))
    return Ruling(min(first.verdict, second.verdict), max(holds, default=None), reasons)


def rule_at_next_rung(context: GateContext, verdict: Verdict, with_rules: Sequence[Rule] = RULES) -> Ruling | None:
    """Rule as if the agent stood one rung higher: live instead of shadow, else one autonomy level up.

    None where no rung is above.
    """
    if verdict is Verdict.SIMULATE:
        return rule(context.as_if_live(), with_rules)
    if verdict in (Verdict.RECOMMEND, Verdict.ASK) and context.level < Level.AUTONOMOUS:
        return rule(replace(context, level=Level(context.level + 1), demoted=""), with_rules)
    return None

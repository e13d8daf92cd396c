"""An agent's charter in sentences: what it reads, what it never does, how it is overseen. The screen says the same."""

from collections.abc import Sequence

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Stage
from opsconsole.domain.naming import listed, number_words, plural
from opsconsole.domain.stages import Deployment
from opsconsole.engine.agents.deployments import furthest, liveness_at
from opsconsole.policy.cel.words import UNTOLD, condition_words

YOU = "you"
"""Who is asked, on the screen of whoever is."""
ALWAYS = "It never acts on what it is not told of here: an unknown tool, or one that changed, asks a person."


def today(spec: AgentSpec) -> str:
    """Return what of its levels holds now: nothing is done where it is in shadow."""
    found = {each.name: furthest(spec, each.id) for each in spec.playbook.categories}
    held = [name for name, each in found.items() if not each.is_live]
    shut = any(each.shut for each in found.values())
    if len(held) == len(spec.playbook.categories):
        why = "none of it is live" if shut else "all of it is in shadow"
        return f"Today nothing: {why}, written down and not done. Once it is live:"
    if held:
        how, named = "not live" if shut else "in shadow", listed([f"“{name}”" for name in held])
        return f"Nothing in {named}, which {'are' if len(held) > 1 else 'is'} {how}. In the rest:"
    return "In all that it handles:"


def reads(spec: AgentSpec) -> str:
    """Return which events it works."""
    parts: list[str] = []
    for subscription in spec.subscribes:
        kinds = listed([_kind(kind) for kind in subscription.kinds])
        where = "anywhere" if subscription.connection == "*" else f"from {subscription.connection}"
        parts.append(f"{kinds} {where}" + (", where a condition holds" if subscription.where else ""))
    told = listed(parts)
    return f"{told[:1].upper()}{told[1:]}."


def deployed(spec: AgentSpec, deployment: Deployment) -> str:
    """Return how far it is live on what comes from one place."""
    where = "Everywhere" if deployment.connection == "*" else f"On {deployment.connection}"
    filtered = f", where {deployment.where}" if deployment.where else ""
    live = [each.name for each in spec.playbook.categories if liveness_at(spec, each.id, deployment).is_live]
    if deployment.stage is Stage.SHADOW or not live:
        shut = "in shadow" if deployment.stage is Stage.SHADOW else f"{deployment.stage.value}, and no category is live"
        return f"{where}{filtered}: {shut}: nothing is done."
    named = f", and only for {listed(live)}" if len(live) < len(spec.playbook.categories) else ""
    return f"{where}{filtered}: {deployment.stage.value} at most{named}."


def never(spec: AgentSpec) -> list[str]:
    """Return what it never does."""
    return [*(_sentence(rail.because) for rail in spec.guardrails if rail.then == "refuse"), ALWAYS]


def asked_about(spec: AgentSpec) -> list[str]:
    """Return what a person looks at first, by its own rules."""
    return [_sentence(rail.because) for rail in spec.guardrails if rail.then == "ask"]


def conditions(spec: AgentSpec) -> list[str]:
    """Return under which conditions it works events at all, where they can be told in words."""
    told = [condition_words(each.where) for each in spec.subscribes if each.where]
    return [f"Only where {words}." for words in dict.fromkeys(told) if words != UNTOLD]


def overseen(spec: AgentSpec, *, who: str = YOU) -> list[str]:
    """Return how requests and failures are dealt with; `who` is asked."""
    rules, lines = spec.approvals, list[str]()
    after = "it comes up again, marked" if rules.on_expiry == "escalate" else "it lapses, and nothing is done"
    lines.append(f"A request waits {rules.expires_h:g} hours for {who}; after that {after}.")
    if rules.veto_s:
        lines.append(
            f"What {'you approve' if who == YOU else 'is approved'} can be stopped for {rules.veto_s:g} seconds."
        )
    if most := spec.limits.failures_in_a_row:
        until = "you resume it" if who == YOU else f"{who} resumes it"
        lines.append(f"{plural(most, 'run')} that fail one after another pause it, until {until}.")
    if caps := _caps(spec):
        lines.append(f"Caps: {listed(caps)}. At a cap it asks.")
    return lines


def _caps(spec: AgentSpec) -> Sequence[str]:
    budgets = spec.budgets.model_dump(exclude_none=True)
    return [f"{name.replace('_', ' ')}: {number_words(value)}" for name, value in budgets.items()]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _kind(kind: str) -> str:
    return kind.replace(".", " ").replace("_", " ").replace("*", "of any kind")

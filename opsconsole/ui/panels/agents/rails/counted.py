"""What a draft would have stopped in the last month, and the file that it makes. No Qt here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from opsconsole.domain.agent import AgentSpec, Guardrail
from opsconsole.domain.errors import FileFormatError
from opsconsole.engine.agents.difference import differences
from opsconsole.engine.agents.file import read_agent_text
from opsconsole.engine.agents.rails.fields import Offer
from opsconsole.engine.agents.rails.write import write
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.signed import would_be_unproven
from opsconsole.engine.past.guarded import Guarded, guarded
from opsconsole.ui.panels.agents.rails.draft import Draft, bounds_of, sound_rails
from opsconsole.ui.widgets.words import plural

MONTH = timedelta(days=30)
"""So far back is counted."""
_NAMED = 2


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of one draft."""

    draft: Draft
    found: Mapping[int, Guarded] = field(default_factory=dict[int, Guarded])
    """Per rule that can be tried, by key."""
    text: str = ""
    """The file; empty where it was not asked for, or cannot be made."""
    fields: int = 0
    """Of the file, that differ."""
    unproven: tuple[str, ...] = ()
    """What it would newly make live without evidence: decisions of another file prove nothing of it."""
    told: tuple[str, ...] = ()
    """What the rules would have done that are new or otherwise, a sentence each."""
    error: str = ""
    """Why it cannot be saved."""
    is_failed: bool = False
    """It could not be counted, and can be when it is tried again."""

    def meaning(self) -> str:
        """Return what saving it means, in words."""
        if not self.fields:
            return "Only the spelling differs."
        parts = [f"{plural(self.fields, 'field differs', 'fields differ')}.", *self.told[:_NAMED]]
        return " ".join([*parts, *(("…",) if len(self.told) > _NAMED else ())])


def count(
    kernel: Kernel,
    spec: AgentSpec,
    source: str,
    draft: Draft,
    there: Offer,
    known: Mapping[Guardrail, Guarded],
) -> Counted:
    """Try a draft on what is kept.

    Args:
        kernel: the engine's, to read.
        spec: the agent in use.
        source: its file, where a new one is to be made of it; empty where nothing is to be saved.
        draft: what is typed.
        there: what rules can look at.
        known: what was counted a moment ago, so that only the rule that is being typed is tried anew.
    """
    rails = sound_rails(draft, there)
    anew = spec.model_copy(update={"guardrails": tuple(rail for rail in rails.values() if rail not in known)})
    tried = {**known, **{each.rail: each for each in guarded(kernel, anew, since=kernel.clock.now() - MONTH)}}
    found = {key: tried[rail] for key, rail in rails.items()}
    bounds, faults = bounds_of(draft, spec, there)
    if not source or faults:
        return Counted(draft, found)
    try:
        text = write(source, spec, bounds)
        file = read_agent_text(text, "the file", kernel.registry)
    except (LookupError, FileFormatError) as error:
        return Counted(draft, found, error=f"This cannot be saved: {error}")
    changed = {rail.key for rail in draft.rails if not rail.is_removed and _is_other(rail.key, rails, draft, spec)}
    told = tuple(
        f"“{each.rail.because}”: {sentence[:1].lower()}{sentence[1:]}"
        for key, each in found.items()
        if key in changed and (sentence := each.sentence())
    )
    bare = would_be_unproven(kernel.reader, kernel, file, now=kernel.clock.now())
    return Counted(draft, found, text, len(differences(spec, file.spec)), unproven=bare, told=told)


def _is_other(key: int, rails: Mapping[int, Guardrail], draft: Draft, spec: AgentSpec) -> bool:
    rail = next(rail for rail in draft.rails if rail.key == key)
    if rail.origin is None or key not in rails:
        return True
    was, now = spec.guardrails[rail.origin].model_dump(), rails[key].model_dump()
    return any(was[name] != now[name] for name in ("when", "then", "actions"))

"""What stands out in people's decisions, by fixed rules over counts: the same decisions give the same words. Pure.

Each rule asks for a least number of cards, and says how much time it could save: those that could save most come first.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from opsconsole.domain.naming import spoken, tool_words
from opsconsole.policy.insights.counts import DecisionCounts, Fate, Said, by_sort, counted
from opsconsole.policy.insights.words import length, requests

LEAST_CARDS = 5
"""Of fewer cards nothing is said."""
LEAST_FOR_LEVEL = 20
"""Of fewer approvals in a row nobody is told that a higher level may be due."""
OFTEN = 0.5
"""The share from which edits or rejections stand out."""
LONGER = 2.0
"""Who waits longest is told where it waits so many times as long as all else."""
MOST = 3
Rule = Literal["level", "waits", "edits", "rejections"]
Names = Callable[[str, str], str]
"""(agent, category) → what people call the category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing that stands out."""

    rule: Rule
    text: str
    agent: str
    category: str
    """Empty: no triage was told."""
    tool: str
    """Empty: it is about all that is asked of the category."""
    saves_s: float
    """What it could save at most in a time like this, in seconds."""


def observations(
    said: Sequence[Said], total: DecisionCounts, *, agents: Mapping[str, str], category_name: Names
) -> tuple[Observation, ...]:
    """Return what stands out, what could save most time first.

    Args:
        said: the decisions of the time.
        total: what they come to.
        agents: those in use, with the names people call them: of who is not, nothing could be changed.
        category_name: what people call an agent's category.
    """
    names = _Names(agents, category_name, has_several=len({decision[0] for decision in said}) > 1)
    found = [each for each in (*_by_tool(said, total, names), *_waits(said, names)) if each.agent in agents]
    found.sort(key=lambda each: (-each.saves_s, each.rule, each.agent, each.category, each.tool))
    return tuple(found[:MOST])


def nothing_words(total: DecisionCounts, *, days: int) -> str:
    """Say why nothing stands out: too little was decided, or nothing is out of the ordinary."""
    if total.decided >= LEAST_CARDS:
        return f"Nothing: no rule finds anything in {'this day' if days == 1 else f'these {days} days'}."
    decided = f"{requests(total.decided)} decided"
    return f"Too few decisions yet: {decided}, and of fewer than {LEAST_CARDS} nothing is said."


@dataclass(frozen=True, slots=True)
class _Names:
    agents: Mapping[str, str]
    category_name: Names
    has_several: bool
    """Decisions of several agents are told of: each is named."""

    def about(self, agent: str, category: str) -> str:
        """Return ` about “Billing” (Mira)`."""
        words = f" about “{self.category_name(agent, category) or spoken(category)}”" if category else ""
        return f"{words} ({self.agents.get(agent) or spoken(agent)})" if self.has_several or not words else words


def _by_tool(said: Sequence[Said], total: DecisionCounts, names: _Names) -> Iterator[Observation]:
    for (agent, category, tool, kind), decisions in by_sort(said).items():
        counts = counted(decisions)
        if kind != "action" or counts.ruled < LEAST_CARDS:
            continue
        what = f"“{tool_words(tool)}”{names.about(agent, category)}"
        each_s = counts.median_s or 0.0
        for rule, number, text in _spoken_of(counts, total, what):
            yield Observation(rule=rule, text=text, agent=agent, category=category, tool=tool, saves_s=number * each_s)


def _spoken_of(counts: DecisionCounts, total: DecisionCounts, what: str) -> Iterator[tuple[Rule, int, str]]:
    """Yield (rule, cards it could save, text) of what one sort of card gives reason to."""
    is_clean = counts.approved == counts.ruled and not counts.edited and not counts.overturned
    if is_clean and counts.ruled >= LEAST_FOR_LEVEL:
        share = f"{counts.ruled:,} of the {requests(total.decided)} you decided"
        if counts.ruled == total.decided:
            share = f"All {requests(total.decided)} you decided"
        approved = f"you approved all {counts.ruled:,} unchanged"
        yield "level", counts.ruled, f"{share} were {what}, and {approved}: a higher level may be due."
    if counts.approved >= LEAST_CARDS and counts.edited >= OFTEN * counts.approved:
        text = f"You edited {counts.edited:,} of the {counts.approved:,} you approved of {what}"
        yield "edits", counts.edited, f"{text}: the playbook's text may need it."
    if counts.rejected >= OFTEN * counts.ruled:
        text = f"You rejected {counts.rejected:,} of {counts.ruled:,} of {what}"
        yield "rejections", counts.rejected, f"{text}: the playbook may ask for too much."


def _waits(said: Sequence[Said], names: _Names) -> Iterator[Observation]:
    """Yield which category waits longest, where it is much longer than all else."""
    groups: dict[tuple[str, str], list[int]] = {}
    for agent, category, _, _, _, fate, _, waits in said:
        if fate != Fate.TAKEN_BACK:
            groups.setdefault((agent, category), []).extend(waits)
    medians = {group: median(groups[group]) for group in sorted(groups) if len(groups[group]) >= LEAST_CARDS}
    if not medians:
        return
    slowest = max(medians, key=lambda group: medians[group])
    rest = [wait for group, waits in groups.items() if group != slowest for wait in waits]
    if len(rest) < LEAST_CARDS or medians[slowest] < LONGER * median(rest):
        return
    (agent, category), number = slowest, len(groups[slowest])
    took_s, rest_s = medians[slowest] / 1e6, median(rest) / 1e6
    times = f"median {length(took_s)} over {number:,}, {length(rest_s)} for the rest"
    text = f"Requests{names.about(agent, category)} wait longest: {times}."
    saves_s = (took_s - rest_s) * number
    yield Observation(rule="waits", text=text, agent=agent, category=category, tool="", saves_s=saves_s)

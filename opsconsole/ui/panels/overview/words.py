"""The overview in plain words."""

from datetime import timedelta
from typing import Literal

from opsconsole.engine.oversight.words import money as money
from opsconsole.engine.oversight.words import places as places
from opsconsole.engine.oversight.words import span as span
from opsconsole.store.queries.views.outcomes import Outcomes
from opsconsole.store.queries.views.overview import Overview, Sleep
from opsconsole.ui.widgets.words import listed, local, plural, scope_words

Mood = Literal["well", "turn", "trouble"]
"""All is well; all is well but something waits for the person; something is wrong."""


def headline(state: Overview, *, is_engine_on: bool, since: str) -> tuple[str, Mood]:
    """Return the one sentence, and how things are.

    Args:
        state: what there is.
        is_engine_on: an engine works the workspace.
        since: the window in words, e.g. `since you last looked`.
    """
    troubles: list[str] = []
    if "all" in state.paused:
        troubles.append("everything is paused")
    elif state.paused:
        troubles.append(f"paused: {listed(paused(state))}")
    if state.outcomes.failed:
        troubles.append(f"{plural(state.outcomes.failed, 'event')} failed")
    if not is_engine_on:
        troubles.append("the engine is not running")
    if not state.agents:
        troubles.append("no agent is in use yet")
    worked = _worked(state, since)
    wait = "nothing waits for you"
    if state.waiting:
        wait = f"{state.waiting:,} {'thing waits' if state.waiting == 1 else 'things wait'} for you"
        wait += f", {state.first:,} to decide first" if state.first else ""
    text = f"{worked}; {wait}."
    if troubles:
        text = f"{listed(troubles)}; {text}" if ": " in troubles[0] else f"{listed(troubles)}: {text}"
    return text[:1].upper() + text[1:], "trouble" if troubles else "turn" if state.waiting else "well"


def _worked(state: Overview, since: str) -> str:
    """Say what was finished; what was only recorded in shadow, or came to nothing, was finished too."""
    outcomes = state.outcomes
    handled, shadow, left = outcomes.handled, outcomes.shadow, outcomes.not_done
    more: list[str] = []
    if shadow:
        more.append(f"worked {plural(shadow, 'event')} in shadow")
    if left:
        more.append(f"could do nothing about {plural(left, 'event')}")
    if handled:
        at_work = sum(1 for agent in state.agents if agent.outcomes.handled)
        did = listed([f"handled {plural(handled, 'event')}", *more])
        return f"{plural(at_work, 'agent')} {did} {since}"
    if more:
        at_work = sum(1 for agent in state.agents if agent.outcomes.shadow or agent.outcomes.not_done)
        return f"{plural(at_work, 'agent')} {listed(more)} {since}"
    return f"nothing {'else ' if outcomes.failed or outcomes.stopped else ''}was finished {since}"


def not_alone(outcomes: Outcomes) -> str:
    """Say why nothing was handled alone."""
    return f"{outcomes.shadow:,} only in shadow" if outcomes.shadow else "nothing yet"


def sleep(slept: Sleep) -> str:
    """Say when nothing was worked."""
    began = f"{slept.began_at.astimezone():%a %H:%M}"
    if slept.ended_at is None:
        return f"Not running since {began}."
    length = span((slept.ended_at - slept.began_at) / timedelta(seconds=1))
    late = f"; {plural(slept.late, 'event')} that came meanwhile worked late" if slept.late else ""
    how = " It ended without warning (power, crash)." if slept.was_sudden else ""
    return f"Asleep from {began} to {slept.ended_at.astimezone():%a %H:%M} ({length}){late}.{how}"


def look(state: Overview) -> str:
    """Say when the last look was, for its chip: by the clock, which does not move while one looks."""
    since, now = local(state.since), local(state.now)
    return f"Since your last look ({since:%H:%M})" if since.date() == now.date() else f"Since {since:%a %d %b, %H:%M}"


def counted(outcomes: Outcomes, since: str) -> str:
    """Say what an agent's numbers count: `3 events finished since you last looked, 5 open now`."""
    still = outcomes.waiting + outcomes.under_way
    ended = outcomes.all - still
    told = f"{plural(ended, 'event')} finished {since}" if ended else f"Nothing finished {since}"
    return f"{told}, {still:,} open now" if still else told


def paused(state: Overview) -> list[str]:
    """Name what is paused: agents as they are called, connections by their name."""
    names = {f"agent:{agent.agent}": agent.name for agent in state.agents}
    return [names.get(scope) or scope_words(scope) for scope in state.paused]


def sum_of(outcomes: Outcomes) -> str:
    """Say how the places add up: `304 events: 241 handled alone + 63 waiting for you`, `3 events, only in shadow`."""
    parts = [(count, words) for count, words in places(outcomes) if count]
    total = plural(outcomes.all, "event")
    if len(parts) > 1:
        return f"{total}: {' + '.join(f'{count:,} {words}' for count, words in parts)}"
    return f"{total}, {parts[0][1]}" if parts else "No events"

"""A canary in words: in the list, in the head, and beside its version. No Qt here."""

from opsconsole.engine.ladder.canary.standing import CanaryStanding
from opsconsole.store.queries.rollout.canary import Canary
from opsconsole.ui.widgets.basics import Tone


def canary_pill(tried: Canary) -> tuple[str, Tone]:
    """Return what stands beside an agent's name: `Canary 5 %`, or that one has stopped itself."""
    return (f"Canary {tried.share} %", "accent") if tried.is_running else ("Canary stopped", "danger")


def canary_told(tried: Canary) -> str:
    """Return what that means, in a sentence."""
    if tried.is_running:
        return (
            f"Version {tried.number} is a canary: it works {tried.share} % of the new threads and asks before"
            f" everything. Version {tried.beside_number} was in use when it began, and the rest stays with what is in"
            " use."
        )
    return f"The canary, version {tried.number}, was stopped by itself: {tried.why}. All goes to the version in use."


def version_mark(tried: Canary | None) -> tuple[str, Tone] | None:
    """Return what stands beside a version that is tried, or was; None for one that never was."""
    if tried is None:
        return None
    if tried.is_running:
        return f"canary, {tried.share} %", "accent"
    ends: dict[str, str] = {"used": "canary, put in use", "dismissed": "canary, ended with its agent"}
    return ends.get(tried.ended_as, "canary, stopped"), "danger" if tried.has_stopped_itself else "plain"


def step_words(found: CanaryStanding) -> str:
    """Return the next step as a button says it."""
    return "Put in use" if found.next is None else f"Widen to {found.next} %"


def needs_words(found: CanaryStanding) -> str:
    """Return what the next step still asks for, in a sentence."""
    step = "to be put in use" if found.next is None else f"for {found.next} %"
    if found.is_open:
        return f"Nothing is missing {step}."
    return f"Still needed {step}: {found.missing}."


def record_words(found: CanaryStanding) -> str:
    """Return what it decided: how many, how many of them right and wrong."""
    at = found.gate.standing
    if not at.total:
        return "None of its decisions counts so far. Those do that you decide first, or that people made too."
    return f"{at.right} of {at.total} right. {found.record}"

"""A lesson tried on the past: what is under way or came of it, as state and in words."""

from dataclasses import dataclass

from opsconsole.engine.evidence.words import rules_words
from opsconsole.ui.reports import LessonReport
from opsconsole.ui.widgets.basics import Tone
from opsconsole.ui.widgets.words import plural

ABOUT = (
    "Works the recorded events with the changed file beside the one in use, and compares both with what people did."
    " The events it was learnt from are left out, and nothing is done."
)
STOPPED = "Stopped. Nothing of it is kept, and nothing was done."


@dataclass(frozen=True, slots=True)
class LessonBacktest:
    """Where a trial stands; as it is made, it has not begun."""

    run: int = 0
    """Which of this window's it is."""
    is_running: bool = False
    done: int = 0
    of: int = 0
    """Both 0 while they are not known."""
    report: LessonReport | None = None
    text: str = ""
    """What stood in the way, or that it was stopped."""
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the result: before beside after."""

    name: str
    before: str
    after: str


def conclusion(trial: LessonBacktest) -> tuple[str, Tone]:
    """Say in a few words what the past says of taking it."""
    report = trial.report
    if trial.is_running:
        return "Is being tried on the past", "plain"
    if report is None or not report.events:
        return "Not tried on the past" if report is None else "The past does not tell", "plain"
    told = f"{report.better:,} better, {report.worse:,} worse"
    if report.worse > report.better:
        return f"Worse on the past: {told}", "danger"
    if report.points[0] > 0:
        return f"Better on the past: {told}", "ok"
    if report.better:
        return f"On the past: {told}; may be chance", "plain"
    return "No difference on the past", "plain"


def headline(report: LessonReport) -> str:
    """Say on what it was tried."""
    if report.events:
        return f"On {plural(report.events, 'other event')}"
    return "There is no other event to try it on" if not report.stopped else "No event was tried"


def figures(report: LessonReport, currency: str) -> list[Figure]:
    """Return what is counted of both files."""
    before, after, every = report.before, report.after, report.events
    found = [
        Figure("Right", f"{before.right:,} of {every:,}", f"{after.right:,} of {every:,}"),
        Figure("Severe", f"{before.severe:,}", f"{after.severe:,}"),
    ]
    if any((*before.rules.values(), *after.rules.values())):
        none = "nothing: it wants none"
        found.append(
            Figure("Its rules, were it live", rules_words(before.rules) or none, rules_words(after.rules) or none)
        )
    if before.cost or after.cost:
        found.append(Figure("Cost", f"{currency} {before.cost:,.2f}", f"{currency} {after.cost:,.2f}"))
    return found


def difference(report: LessonReport) -> str:
    """Say within which bounds the difference lies."""
    low, high = (f"{point:+.1f}".replace("-", "−") for point in report.points)
    return f"The difference lies between {low} and {high} points (95 %)."


def footnote(report: LessonReport) -> str:
    """Say what these figures are not."""
    parts: list[str] = []
    if report.stopped:
        until = " What stands above is of the events until then." if report.events else ""
        parts.append(f"It ended early: {report.stopped}.{until}")
    if report.off_record:
        asked = plural(report.off_record, "event")
        parts.append(f"In {asked} it asked what the record does not hold; that was answered as of then.")
    left = plural(report.left_out, "event")
    are = "is" if report.left_out == 1 else "are"
    parts.append(f"The {left} it was learnt from {are} left out. Nothing was done, and none of this counts for a gate.")
    return " ".join(parts)

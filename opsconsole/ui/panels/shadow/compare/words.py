"""Why the list of what is to judge is empty, in plain words."""

from opsconsole.ui.panels.shadow.compare.queue import Loaded
from opsconsole.ui.widgets.words import listed, plural


def nothing_to_judge(found: Loaded) -> tuple[str, str]:
    """Return (title, text) where pairs are there and none waits for a word."""
    parts: list[str] = []
    unasked = found.unasked
    if unasked.agreed:
        parts.append(f"In {unasked.agreed:,} of {plural(found.total, 'pair')} both did the same.")
    if unasked.reasons:
        number = sum(many for _, many in unasked.reasons)
        why = listed([f"{reason} ({many:,})" for reason, many in unasked.reasons[:3]])
        parts.append(f"{number:,} {'proves' if number == 1 else 'prove'} nothing: {why}.")
    if unasked.earlier > 0:
        verb = "is" if unasked.earlier == 1 else "are"
        parts.append(f"{unasked.earlier:,} {verb} of an earlier version that decided otherwise.")
    title = "All is judged" if found.judged else "There is nothing to judge"
    return title, " ".join([*parts, "What comes next stands here by itself."])

"""What a file means, beside it: what should be looked at in it, and what it would decide on the last events."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from opsconsole.ui.panels.agents.playbook.looked import Looked
from opsconsole.ui.reports import PlaybookPreview
from opsconsole.ui.widgets.basics import card, label
from opsconsole.ui.widgets.plain import one_line
from opsconsole.ui.widgets.texts import clear, para
from opsconsole.ui.widgets.words import plural

SHOWN = 12
"""Events that are listed."""
_TITLE = 80


def show(column: QVBoxLayout, looked: Looked | None, preview: PlaybookPreview | None) -> None:
    """Show what was found; total."""
    clear(column)
    if looked is not None:
        if looked.raises:
            column.addWidget(_further(looked))
        column.addWidget(_findings(looked))
    if preview is not None:
        column.addWidget(_events(preview))


def sentence(looked: Looked, preview: PlaybookPreview | None, *, is_all: bool) -> str:
    """Return what saving would mean; empty while that is still being looked at (not `is_all`)."""
    what = f"{plural(looked.changes, 'field')} differ" if looked.changes != 1 else "1 field differs"
    if preview is None:
        told = f"{what}." if looked.changes else "Only comments and spacing differ."
        return told if is_all else ""
    against = f", {preview.against} of them against what your people did" if preview.against else ""
    return f"{what}. It decides {len(preview.changed)} of the last {len(preview.events)} events otherwise{against}."


def _further(looked: Looked) -> QWidget:
    frame, column = card()
    column.addWidget(label("It may do more than now", "h3"))
    for change in looked.raises:
        column.addWidget(para(change.line(), "error"))
    column.addWidget(para("Shadow says under So far what it has shown of this yet. Say below why it may.", "muted"))
    return frame


def _findings(looked: Looked) -> QWidget:
    frame, column = card()
    column.addWidget(label("The file", "h3"))
    if looked.error:
        column.addWidget(para(looked.error, "error"))
    elif not looked.findings:
        column.addWidget(para("Sound, and nothing to say.", "muted"))
    for finding in looked.findings:
        text = f"{finding.text[:1].upper()}{finding.text[1:]}"
        column.addWidget(para(text, "" if finding.kind == "warn" else "muted"))
    return frame


def _events(preview: PlaybookPreview) -> QWidget:
    frame, column = card()
    changed = preview.changed
    column.addWidget(label("The last events", "h3"))
    if not preview.events:
        column.addWidget(para("It has worked no event yet, and none of the past is for it.", "muted"))
        return frame
    who = "by the offline triage" if preview.spent is None else "by its model"
    told = f"{len(changed)} of {len(preview.events)} would be told apart otherwise, {who}."
    column.addWidget(para(told, "muted"))
    ordered = [*changed, *(event for event in preview.events if event not in changed)]
    for event in ordered[:SHOWN]:
        column.addWidget(para(one_line(event.title)[:_TITLE] or "No subject"))
        words = event.now if event.was in ("", event.now) else f"{event.was} → {event.now}"
        if event.did:
            words += " · as your people did" if event.did == event.now else f" · your people did: {event.did}"
        column.addWidget(label(words, "small", is_wrapped=True))
    return frame

"""The history of one subject, as a column of moments."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame

from opsconsole.engine.audittrail.words import actor_words, kind_words
from opsconsole.store.queries.views.timeline import History, Moment
from opsconsole.ui.theme.theme import Theme
from opsconsole.ui.widgets.basics import button, card, label, row
from opsconsole.ui.widgets.texts import para
from opsconsole.ui.widgets.words import ACTION_STATES, ago, exact, plural, spoken, tool_words

ICONS = {"event": "inbox", "action": "bot", "decision": "check"}
SHOWN = 200


def moments_card(
    history: History,
    *,
    theme: Theme,
    now: datetime,
    open_event: Callable[[int], None],
    about: str = "Whole history",
    most: int = SHOWN,
    more: Callable[[], None] | None = None,
) -> QFrame:
    """Make the card of a history, oldest first; each line opens its event.

    Args:
        history: what is known of it.
        theme: tints.
        now: ages are counted from then.
        open_event: opens an event.
        about: says of what it is.
        most: moments shown at most, the newest.
        more: shows more of it, where not all is.
    """
    frame, column = card()
    shown = history.moments[-most:]
    column.addWidget(para(f"{about}: {plural(history.number, 'moment')}", "h3"))
    if bounds := _bounds(history, len(shown)):
        column.addWidget(para(bounds, "muted"))
        if more is not None:
            column.addLayout(row(button("Show more", more), None))
    for moment in shown:
        picture = label()
        picture.setPixmap(theme.pixmap(ICONS.get(moment.kind, "log"), "text3"))
        picture.setFixedWidth(20)
        when = label(ago(moment.at, now), "small")
        when.setToolTip(exact(moment.at))
        line = row(picture, spacing=8)
        line.setAlignment(picture, Qt.AlignmentFlag.AlignTop)
        line.addWidget(para(moment_words(moment)), 1)
        line.addWidget(when, 0, Qt.AlignmentFlag.AlignTop)
        if moment.event_id is not None:
            line.addWidget(
                button("Open", partial(open_event, moment.event_id), kind="link"), 0, Qt.AlignmentFlag.AlignTop
            )
        column.addLayout(line)
    return frame


def _bounds(history: History, shown: int) -> str:
    """Say what of a history is not shown; empty where all is."""
    words: list[str] = []
    if shown < history.number:
        words.append(f"The newest {shown:,} are shown.")
    if history.looked_at < history.may_name:
        words.append(
            f"Of {history.may_name:,} events that may name it, the newest {history.looked_at:,} were looked at."
        )
    return " ".join(words)


def moment_words(moment: Moment) -> str:
    """Return a moment in a line."""
    if moment.kind == "event":
        return f"{spoken(moment.what)}: {moment.text}" + (f", from {moment.who}" if moment.who else "")
    if moment.kind == "action":
        state = ACTION_STATES.get(moment.state, (moment.state, ""))[0]
        return f"{moment.who} wanted: {tool_words(moment.what)}: {state}"
    said = kind_words(f"decision.{moment.what}").lower()
    return f"{actor_words(moment.who)}: {said}, {tool_words(moment.text) if _is_tool(moment.text) else moment.text}"


def _is_tool(text: str) -> bool:
    return " " not in text and "." in text

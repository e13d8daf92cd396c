"""What the panel says where there is no card: all decided, or nothing behind the filter."""

from collections.abc import Callable, Sequence

from opsconsole.ui.panel import Navigator
from opsconsole.ui.panels.approvals.list.pane import WaitingPane
from opsconsole.ui.panels.approvals.list.queue import Queue
from opsconsole.ui.widgets.states import States
from opsconsole.ui.widgets.words import plural


def render_none(pane: WaitingPane, states: States, queue: Queue, *, navigator: Navigator) -> None:
    """Say why nothing is shown: the filter hides it, all is decided, or nothing ever came."""
    if queue.all:
        text = f"{plural(queue.total, 'request')} behind the filter; none has these words."
        pane.states.empty("No match", text, "Clear the filter", pane.filter.clear)
        states.empty("", "")
        return
    text = "What an agent may not do alone comes here by itself."
    pane.states.empty("Nothing waits for you", text, "See the feed", lambda: navigator.go("feed"))
    if queue.has_decided:
        states.empty("All decided", "The feed shows what becomes of it. Ctrl+Z takes the last back, where it can be.")
    else:
        states.empty("", "")


def render_error(every: Sequence[States], queue: Queue, *, again: Callable[[], None]) -> bool:
    """Say why nothing could be read, where nothing was; False where something was."""
    if not queue.error or queue.all:
        return False
    for states in every:
        states.error(queue.error, act=again)
    return True


def render_unread(states: States, queue: Queue, *, again: Callable[[], None]) -> None:
    """Say that the card is being read, or why it was not."""
    if queue.error:
        states.error(queue.error, act=again)
    else:
        states.loading("Reading the card…")

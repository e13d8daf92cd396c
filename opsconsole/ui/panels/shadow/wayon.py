"""What to do next where nothing is in shadow yet: by what there is, an agent in use and a past."""

from collections.abc import Callable
from functools import partial

from opsconsole.store.queries.past import PastThere
from opsconsole.ui.panel import Navigator

TRY = "Try an agent on your past"
_BESIDE = "what people do about the same events is put beside what it would have done."


def way_on(there: PastThere, navigator: Navigator) -> tuple[str, str, Callable[[], None]]:
    """Return (text, button, what it does)."""
    if there.is_agent and there.is_past:
        text = f"A past is there that an agent can work, as if it came now: {_BESIDE} Nothing is done or sent."
        return text, TRY, partial(navigator.go, "welcome", do="past")
    if there.is_past:
        text = f"Put an agent in use. It begins in shadow: {_BESIDE}"
        return text, "Open Agents", partial(navigator.go, "agents")
    if there.is_agent:
        text = f"What comes in is worked in shadow: {_BESIDE} A past that you bring in gives hundreds at once."
        return text, "Bring in your past", partial(navigator.go, "welcome", do="import")
    text = f"Put an agent in use. It begins in shadow: {_BESIDE} A past that you bring in gives hundreds at once."
    return text, "Bring in your past", partial(navigator.go, "welcome", do="import")

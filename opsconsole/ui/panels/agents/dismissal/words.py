"""A dismissal in the window's words."""

from opsconsole.engine.commands.dismissal import Ending
from opsconsole.ui.widgets.words import listed, plural


def ends(ending: Ending) -> list[str]:
    """Return what would end with an agent, and what of it is settled all the same."""
    parts = [
        *(
            [f"{plural(ending.requests, 'request')} {_is(ending.requests, 'lapses', 'lapse')}"]
            if ending.requests
            else []
        ),
        *([f"{plural(ending.effects, 'prepared action')} {_is(ending.effects)} not sent"] if ending.effects else []),
        *([f"{plural(ending.runs, 'event')} {_is(ending.runs)} not worked to the end"] if ending.runs else []),
        *([f"{plural(ending.grants, 'standing grant')} {_is(ending.grants)} revoked"] if ending.grants else []),
    ]
    told = listed(parts)
    lines = [f"{told}." if told else "Nothing of it is under way."]
    if ending.doubts:
        what = f"{plural(ending.doubts, 'action')} {_is(ending.doubts)} being sent or in doubt"
        lines.append(f"{what}: that is settled all the same, and not tried again.")
    return lines


def dismissed(ending: Ending, *, can_return: bool) -> str:
    """Return what is said once an agent is dismissed; `can_return`: its version can be put in use again."""
    lapsed = f" {plural(ending.requests, 'request')} lapsed." if ending.requests else ""
    back = "Undo hires it again; what ended stays ended." if can_return else "Its file names what is gone."
    return f"{ending.name} is dismissed.{lapsed} {back}"


def returned(ending: Ending, number: int) -> str:
    """Return what is said once it is hired again."""
    lapsed = f"; {plural(ending.requests, 'request')} that lapsed {_is(ending.requests, 'stays', 'stay')} lapsed"
    return f"{ending.name} works again, as version {number}{lapsed if ending.requests else ''}."


def _is(number: int, single: str = "is", many: str = "are") -> str:
    return single if number == 1 else many

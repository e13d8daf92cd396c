"""Why a prepared effect whose time is past is asked about again, in words that hold for it."""

from opsconsole.policy.rules import age_in_words
from opsconsole.store.rows import EffectRow

_LOST = (
    "it was sent before and the answer was lost. It was looked for and is not there, but it may have arrived:"
    " look there before you approve"
)


def why_late(effect: EffectRow, *, late_s: float) -> str:
    """Return why; `late_s` is how long its time is past, in seconds. One that was in doubt is late by the looking."""
    if effect.error:
        return _LOST
    return f"it is {age_in_words(late_s)} late (sleep, restart or pause)"

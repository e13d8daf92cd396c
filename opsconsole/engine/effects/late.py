"""Why a prepared effect whose time is past is asked about again, in words that hold for it."""

from opsconsole.policy.rules import age_in_words
from opsconsole.store.rows import EffectRow


def why_late(effect: EffectRow, *, late_s: float) -> str:
    """Return why; `late_s`: how long its time is past, in seconds. What was in doubt is late by the looking: empty."""
    return "" if effect.error else f"it is {age_in_words(late_s)} late (sleep, restart or pause)"

"""How urgent: four words of ours, and those that other systems and languages have for them."""

import re
from typing import Final, Literal, get_args

Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: Final[tuple[str, ...]] = get_args(Priority)
_FOREIGN: Final = {
    "low": "low lowest minor trivial minimal niedrig gering tief faible basse bas baja bajo bassa basso laag baixa låg"
    " niski",
    "normal": "normal medium med moderate default standard mittel normale moyenne moyen media medio gemiddeld normaal"
    " média medel średni",
    "high": "high major important hoch wichtig haute élevée élevé alta alto hoog hög wysoki",
    "urgent": "urgent critical highest blocker immediate emergency severe kritisch dringend sofort höchste critique"
    " urgente crítica crítico critica critico kritiek spoed dringend krytyczny",
}
_KNOWN: Final = {word: ours for ours, words in _FOREIGN.items() for word in words.split()}
_NONE: Final = frozenset(("none", "no priority", "not set", "unset", "n/a", "keine"))
_AROUND: Final = re.compile(r"^\W*(?:\d{1,2}\s*[-–:.)]\s*)?|\s*\(\d{1,2}\)\s*$|\W+$")
_LEVEL: Final = re.compile(r"(?:p|s|sev|prio|priority|priorität|severity)[\s:-]*([0-5])")
_LEVELS: Final = ("urgent", "urgent", "high", "normal", "low", "low")
_NAMED: Final = re.compile(r"^(?:prio|priority|priorität|severity)[\s:-]+")


def is_no_priority(said: str) -> bool:
    """Tell whether somebody wrote that there is none."""
    return said.casefold().strip(" -–—[](){}") in {"", *_NONE}


def priority_of(said: str) -> str | None:
    """Return our word for a priority that somebody named, `2 - Hoch` is `high`; None where it is not known.

    A bare number is none: 1 is the most urgent in one system and the least in another.
    """
    word = _AROUND.sub("", said.casefold().strip())
    if level := _LEVEL.fullmatch(word):
        return _LEVELS[int(level[1])]
    return _KNOWN.get(_NAMED.sub("", word))

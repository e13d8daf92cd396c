"""How urgent: four words of ours, and those that other systems and languages have for them."""

import re
from typing import Final, Literal, get_args

Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: Final[tuple[str, ...]] = get_args(Priority)
_FOREIGN: Final = {
    "low": "low lowest minor trivial minimal niedrig gering tief faible basse bas baja bajo bassa basso laag baixa låg"
    " niski sev4 sev5 p4 p5 s4 s5",
    "normal": "normal medium moderate default standard mittel normale moyenne moyen media medio gemiddeld normaal média"
    " média medel średni sev3 p3 s3",
    "high": "high major important hoch wichtig haute élevée élevé alta alto hoog hög wysoki sev2 p2 s2",
    "urgent": "urgent critical highest blocker immediate emergency severe kritisch dringend sofort höchste critique"
    " urgente crítica crítico critica critico kritiek spoed dringend krytyczny sev1 sev0 p0 p1 s1",
}
_KNOWN: Final = {word: ours for ours, words in _FOREIGN.items() for word in words.split()}
_AROUND: Final = re.compile(r"^\W*(?:\d{1,2}\s*[-–:.)]\s*)?|\s*\(\d{1,2}\)\s*$|\W+$")


def priority_of(said: str) -> str | None:
    """Return our word for a priority that somebody named, `2 - Hoch` is `high`; None where it is not known.

    A bare number is none: 1 is the most urgent in one system and the least in another.
    """
    word = _AROUND.sub("", said.casefold().strip())
    word = re.sub(r"^(?:prio(?:rity|rität)?|severity)[\s:-]*(?=\D)", "", word)
    word = re.sub(r"^(sev)(?:erity)?[\s-]*(\d)$|^(p|s|prio(?:rity)?)[\s-](\d)$", _joined, word)
    return _KNOWN.get(word)


def _joined(found: re.Match[str]) -> str:
    return f"{(found[1] or found[3])[:3] if found[1] else found[3][0]}{found[2] or found[4]}"

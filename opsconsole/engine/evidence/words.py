"""What pairs and cells say in plain words: the window and the command line say the same."""

from collections import Counter
from collections.abc import Iterable, Mapping

from opsconsole.domain.enums import Adjudication, Agreement
from opsconsole.engine.ladder.standing import GateProgress
from opsconsole.engine.pairs.judging import JudgingResult
from opsconsole.store.queries.pairs import PairRow

FEW = 20
"""Below so many trials nothing is said of where it goes."""
VERDICTS = {
    Agreement.SAME: "Same",
    Agreement.DIFFERS: "Differs",
    Agreement.MISSING: "Only the human acted",
    Agreement.EXTRA: "Only the agent acted",
    Agreement.BOTH_NONE: "Both did nothing",
}
SAID = {
    Adjudication.AGENT: "Agent right",
    Adjudication.HUMAN: "Human right",
    Adjudication.BOTH: "Both fine",
    Adjudication.NEITHER: "Both wrong",
    Adjudication.UNSURE: "Cannot tell",
}

ADJUDICATIONS = {
    Adjudication.AGENT: "the agent is right",
    Adjudication.HUMAN: "the human is right",
    Adjudication.BOTH: "both are fine",
    Adjudication.NEITHER: "both are wrong",
    Adjudication.UNSURE: "cannot be told",
}
"""What a person said of a pair, in the middle of a sentence."""

RULES = {"act": "does alone", "ask": "asks you", "recommend": "only recommends", "refuse": "refused"}
"""What an agent's rules would say of an action, were it live."""


def rules_words(counts: Mapping[str, int]) -> str:
    """Say how many actions the rules would say what of; empty where there are none."""
    return ", ".join(f"{RULES[key]} {number:,}" for key, number in counts.items() if number)


def needs(progress: GateProgress) -> str:
    """Say what the first gate still needs."""
    at = progress.standing
    if at.is_open:
        return f"enough for a narrow scope; {at.gate.business_days} working days of shadow are needed too"
    if not at.total:
        return f"{at.needed} clean decisions; none counts yet"
    if at.expected is None and at.total < FEW:
        return f"{at.needed} more clean decisions; too few so far for a forecast"
    if at.expected is None:
        return f"{at.needed} right in a row; as it goes now it will not get there"
    days = "" if progress.days is None else f", about {max(1, round(progress.days))} working days"
    return f"{at.needed} more clean decisions; as it goes about {at.expected}{days}"


def set_aside(cells: Iterable[GateProgress]) -> list[tuple[str, int]]:
    """Return why pairs of some cells prove nothing, and how many, the most frequent first."""
    found = Counter[str]()
    for cell in cells:
        found.update(cell.reasons)
    return found.most_common()


def counts_for(pair: PairRow) -> str:
    """Say in a sentence why a pair proves nothing, or less; empty where it counts as it is."""
    if pair.excluded:
        return f"It proves nothing: {pair.excluded}."
    if not pair.is_blind:
        return "The human had seen the proposal before acting: agreeing proves nothing unless you judge it."
    return ""


def judged(result: JudgingResult) -> str:
    """Return what a word on a pair did; one is always said there."""
    said = "" if result.said is None else ADJUDICATIONS[result.said]
    if result.is_repeat:
        return f"Noted once more: {said}."
    return f"Noted: {said}." + (" It is a precedent from now on." if result.is_precedent else "")


def taken_back(result: JudgingResult) -> str:
    """Return what the taking back of a word on a pair did."""
    if result.is_repeat:
        return "Taken back; you can say again what you think of it."
    precedent = "" if result.is_precedent else " It is no precedent now."
    if result.said is not None:
        return f"Taken back; what you said before holds: {ADJUDICATIONS[result.said]}.{precedent}"
    return f"Taken back; it waits for your word again.{precedent}"

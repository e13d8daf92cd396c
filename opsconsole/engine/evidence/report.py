"""What the pairs of an agent say in numbers: agreement, accuracy, what chance would give, and how far a gate is."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from opsconsole.domain.enums import Adjudication
from opsconsole.policy.evidence import ac1, exact_interval, kappa
from opsconsole.policy.trials import AGREED, FINE
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries.pairs import PairRow
from opsconsole.store.rows import Reader

NOTHING = "nothing"
_PLACES = ("folder", "queue", "assignee", "stage", "tag")
"""Arguments that say where something is led to."""
BINS = 5
POINTS = 100
"""A curve has so many at most: from there on several are drawn as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """All numbers of a choice of pairs, for reading; what a gate may count is in the cells."""

    pairs: int
    agreed: int
    judged: int
    judged_fine: int
    unsure: int
    """Of those judged: it could not be told."""
    majority: float | None
    """What always doing the human's most frequent thing would agree."""
    kappa: float | None
    ac1: float | None
    recall: Mapping[str, tuple[int, int]]
    """Per decision of the human: (how often the agent did the same, how often there was one)."""
    confusion: Mapping[tuple[str, str], int]
    """(the human's decision, the agent's) → how often."""
    coverage: Sequence[tuple[float, float, float]]
    """(confidence from, share of events covered, agreement among them), most confident first."""
    reliability: Sequence[tuple[float, float, int]]
    """(mean stated confidence, share right, pairs) by fifths."""
    labels: Sequence[tuple[str, str]]
    """(the human's decision, the agent's) of each pair, in their order."""

    def to_json(self) -> dict[str, Any]:
        """Return them as JSON."""
        bounds = exact_interval(self.agreed, self.pairs)
        return {
            "pairs": self.pairs,
            "agreed": self.agreed,
            "agreement": round(self.agreed / self.pairs, 4) if self.pairs else None,
            "agreement_95": [round(bounds.low, 4), round(bounds.high, 4)],
            "judged": self.judged,
            "judged_fine": self.judged_fine,
            "unsure": self.unsure,
            "accuracy_of_judged": round(self.judged_fine / self.judged, 4) if self.judged else None,
            "majority_baseline": None if self.majority is None else round(self.majority, 4),
            "kappa": None if self.kappa is None else round(self.kappa, 4),
            "ac1": None if self.ac1 is None else round(self.ac1, 4),
            "recall": {name: {"met": met, "of": of} for name, (met, of) in self.recall.items()},
            "confusion": [
                {"human": human, "agent": agent, "count": count} for (human, agent), count in self.confusion.items()
            ],
            "coverage": [
                {"confidence": round(least, 4), "coverage": round(share, 4), "agreement": round(right, 4)}
                for least, share, right in self.coverage
            ],
            "reliability": [
                {"stated": round(stated, 4), "right": round(right, 4), "pairs": count}
                for stated, right, count in self.reliability
            ],
        }


def numbers(conn: Reader, chosen: Sequence[PairRow]) -> Numbers:
    """Count a choice of pairs; failures and abstentions stand in every denominator."""
    bodies = read.bodies(conn, [pair.id for pair in chosen])
    labels = [(label(body, "human"), label(body, "agent")) for body in bodies]
    humans = Counter(human for human, _ in labels)
    recall: dict[str, tuple[int, int]] = {}
    for name, of in humans.most_common():
        met = sum(is_agreed(pair) for pair, (human, _) in zip(chosen, labels, strict=True) if human == name)
        recall[name] = (met, of)
    return Numbers(
        pairs=len(chosen),
        agreed=sum(map(is_agreed, chosen)),
        judged=sum(pair.said is not None for pair in chosen),
        judged_fine=sum(pair.said in FINE for pair in chosen),
        unsure=sum(pair.said is Adjudication.UNSURE for pair in chosen),
        majority=humans.most_common(1)[0][1] / len(labels) if labels else None,
        kappa=kappa(labels),
        ac1=ac1(labels),
        recall=recall,
        confusion=dict(Counter(labels).most_common()),
        coverage=curve(chosen),
        reliability=_reliability(chosen),
        labels=labels,
    )


def label(body: Mapping[str, Any], side: str) -> str:
    """Name a decision by its acts and where they lead: `move_mail Billing + reply`; `nothing` for none."""
    names: list[str] = []
    for act in body.get(side) or ():
        verb = str(act["tool"]).partition(".")[2] or str(act["tool"])
        place = next((act["args"][name] for name in _PLACES if act["args"].get(name)), "")
        names.append(f"{verb} {place}".strip())
    return " + ".join(sorted(names)) or NOTHING


def is_fine(pair: PairRow) -> bool:
    """A person's word where there is one, else whether both did the same; a failure is neither."""
    return is_agreed(pair) if pair.said is None or pair.is_failed else pair.said in FINE


def is_agreed(pair: PairRow) -> bool:
    """Both did the same, and the agent came to a decision."""
    return pair.agreement in AGREED and not pair.is_failed


def curve(chosen: Sequence[PairRow]) -> list[tuple[float, float, float]]:
    """Return (confidence from, share covered, share right) when only decisions at least so sure are taken.

    Most sure first, at most `POINTS`; the last is all whose confidence is known.
    """
    known = sorted((pair for pair in chosen if pair.confidence is not None), key=lambda pair: -(pair.confidence or 0))
    points: list[tuple[float, float, float]] = []
    right = 0
    for place, pair in enumerate(known, start=1):
        right += is_fine(pair)
        following = known[place].confidence if place < len(known) else None
        if following != pair.confidence:
            points.append((pair.confidence or 0.0, place / len(chosen), right / place))
    size = max(1, ceil(len(points) / POINTS))
    return points[::-1][::size][::-1]  # the last, which is all that is known, is always one


def _reliability(chosen: Sequence[PairRow]) -> list[tuple[float, float, int]]:
    bins: dict[int, list[PairRow]] = defaultdict(list)
    for pair in chosen:
        if pair.confidence is not None:
            bins[min(BINS - 1, int(pair.confidence * BINS))].append(pair)
    return [
        (sum(pair.confidence or 0 for pair in some) / len(some), sum(map(is_fine, some)) / len(some), len(some))
        for _, some in sorted(bins.items())
    ]


def consistency(conn: Reader) -> tuple[int, int]:
    """Return (how often a person said the same when shown again, how often they were shown again)."""
    before: dict[int, Adjudication] = {}
    same = total = 0
    for pair, verdict, is_repeat in read.all_said(conn):
        if not is_repeat:
            before[pair] = verdict
        elif pair in before:
            total += 1
            same += before[pair] is verdict
    return same, total

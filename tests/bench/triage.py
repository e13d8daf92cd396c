"""Measures triage on real data by the product's own path: cases stored as precedents, the shipped defaults.

`python -m tests.bench.triage [data folder]` prints one JSON object a line. Figures on BANKING77 are five-fold
cross-validated. Timing counts CPU of this process, the text index included.
"""

import csv
import gzip
import json
import random
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from opsconsole.brains.triage import CategorySeed, Classification, Triage
from opsconsole.brains.triage.calibration import THRESHOLD
from opsconsole.store.cases import Hit, add_case, iter_cases, nearest
from opsconsole.store.database import migrations

Row = tuple[str, str]

DATA_DIR = Path(__file__).resolve().parents[3] / "shared" / "data"
BANKING77 = "banking77_train.csv.gz"
CLINC150 = "clinc150_dev.json.gz"
FOLDS = 5
COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_BINS = 15
_SCOPE = "bench"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdicts on a set of texts and what they cost."""

    verdicts: list[Classification]
    right: list[bool]
    load_s: float
    per_case_ms: float


def read_banking77(data_dir: Path) -> list[Row]:
    """All rows in file order."""
    with gzip.open(data_dir / BANKING77, "rt", encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def read_clinc150(data_dir: Path) -> dict[str, list[Row]]:
    """The parts train, val, oos_train and oos_val."""
    with gzip.open(data_dir / CLINC150, "rt", encoding="utf-8") as file:
        parts: dict[str, list[list[str]]] = json.load(file)
    return {name: [(row[0], row[1]) for row in rows] for name, rows in parts.items()}


def folds(rows: Sequence[Row], *, seed: int = 1) -> Iterator[tuple[list[Row], list[Row]]]:
    """Pairs of known and held-back rows, shuffled."""
    places = list(range(len(rows)))
    random.Random(seed).shuffle(places)
    for fold in range(FOLDS):
        held = set(places[fold::FOLDS])
        yield [rows[p] for p in places if p not in held], [rows[p] for p in places if p in held]


def measure(known: Sequence[Row], asked: Sequence[Row]) -> Outcome:
    """Store the known rows as cases, load them as an agent does, and ask for the others."""
    with closing(sqlite3.connect(":memory:")) as conn:
        conn.executescript(dict(migrations())[3])
        for place, (text, category) in enumerate(known):
            add_case(
                conn,
                scope=_SCOPE,
                category=category,
                text=text,
                source="import",
                occurred_at=place,
                created_at=place,
            )
        conn.commit()

        def near(text: str, limit: int) -> list[Hit]:
            return nearest(conn, text, scope=_SCOPE, limit=limit)

        started = time.process_time()
        names = sorted({category for _, category in known})
        triage = Triage(categories=[CategorySeed(name, name) for name in names], nearest=near)
        for case in iter_cases(conn, _SCOPE):
            triage.learn(case_id=case.case_id, category=case.category, text=case.text)
        triage.catch_up()
        loaded = time.process_time()
        verdicts = [triage.classify(text) for text, _ in asked]
        done = time.process_time()
    right = [verdict.best == category for verdict, (_, category) in zip(verdicts, asked, strict=True)]
    return Outcome(verdicts, right, loaded - started, (done - loaded) / len(asked) * 1e3)


def coverage_curve(outcome: Outcome) -> dict[str, float]:
    """Share right among the most confident ones, per share answered."""
    order = sorted(range(len(outcome.right)), key=lambda place: -outcome.verdicts[place].confidence)
    curve: dict[str, float] = {}
    for share in COVERAGES:
        kept = order[: round(len(order) * share)]
        curve[f"{share:.0%}"] = round(sum(outcome.right[place] for place in kept) / len(kept), 4)
    return curve


def calibration_error(outcome: Outcome) -> float:
    """Expected calibration error, 15 equal bins.

    Guo et al., "On calibration of modern neural networks", ICML 2017.
    """
    gaps = [0.0] * _BINS
    for verdict, right in zip(outcome.verdicts, outcome.right, strict=True):
        gaps[min(_BINS - 1, int(verdict.confidence * _BINS))] += verdict.confidence - right
    return round(sum(abs(gap) for gap in gaps) / len(outcome.right), 4)


def abstained(verdicts: Sequence[Classification]) -> float:
    """Share of the verdicts that abstain."""
    return round(sum(verdict.category is None for verdict in verdicts) / len(verdicts), 4)


def figures(outcome: Outcome) -> dict[str, object]:
    """All figures of one run."""
    return {
        "top1": round(sum(outcome.right) / len(outcome.right), 4),
        "right_at_coverage": coverage_curve(outcome),
        "ece": calibration_error(outcome),
        "threshold": THRESHOLD,
        "abstained": abstained(outcome.verdicts),
        "cpu_ms_per_case": round(outcome.per_case_ms, 2),
        "load_cpu_s": round(outcome.load_s, 2),
    }


def run(data_dir: Path) -> Iterator[dict[str, object]]:
    """Every figure, one data set and fold at a time."""
    for place, (known, asked) in enumerate(folds(read_banking77(data_dir))):
        outcome = measure(known, asked)
        yield {"bench": "triage", "data": BANKING77, "fold": place, "known": len(known), **figures(outcome)}
    parts = read_clinc150(data_dir)
    val, oos = parts["val"], parts["oos_val"]
    both = measure(parts["train"], val + oos)
    inside = Outcome(both.verdicts[: len(val)], both.right[: len(val)], both.load_s, both.per_case_ms)
    yield {
        "bench": "triage",
        "data": CLINC150,
        "known": len(parts["train"]),
        **figures(inside),
        "false_abstentions": abstained(inside.verdicts),
        "out_of_scope_abstained": abstained(both.verdicts[len(val) :]),
    }


if __name__ == "__main__":
    for line in run(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA_DIR):
        print(json.dumps(line), flush=True)

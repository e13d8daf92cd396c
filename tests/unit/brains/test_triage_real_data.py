"""Triage keeps its quality on real texts. Quality only: the bench measures time."""

import random

import pytest

from tests.bench.triage import (
    BANKING77,
    CLINC150,
    DATA_DIR,
    Outcome,
    Row,
    abstained,
    calibration_error,
    coverage_curve,
    folds,
    measure,
    read_banking77,
    read_clinc150,
)

pytestmark = [pytest.mark.slow, pytest.mark.real_data]


@pytest.mark.skipif(not (DATA_DIR / BANKING77).exists(), reason="BANKING77 is not here")
def test_sorts_bank_questions() -> None:
    known, asked = next(folds(read_banking77(DATA_DIR)))
    outcome = measure(known, asked[:1_000])
    curve = coverage_curve(outcome)
    assert curve["100%"] >= 0.87
    assert curve["70%"] >= 0.97
    assert calibration_error(outcome) <= 0.045  # 0.02 to 0.03 on whole folds; a thousand texts are noisier


@pytest.mark.skipif(not (DATA_DIR / CLINC150).exists(), reason="CLINC150 is not here")
def test_abstains_on_what_fits_no_category() -> None:
    parts = read_clinc150(DATA_DIR)
    val = random.Random(1).sample(parts["val"], 1_000)
    outcome = measure(parts["train"], val + parts["oos_val"])
    assert abstained(outcome.verdicts[: len(val)]) <= 0.10
    assert abstained(outcome.verdicts[len(val) :]) >= 0.70


@pytest.mark.skipif(not (DATA_DIR / BANKING77).exists(), reason="BANKING77 is not here")
def test_few_categories_and_few_cases_are_not_overconfident() -> None:
    rows = read_banking77(DATA_DIR)
    chance = random.Random(5)
    verdicts_right: list[tuple[float, bool]] = []
    for _ in range(12):
        names = set(chance.sample(sorted({category for _, category in rows}), 8))
        own = [row for row in rows if row[1] in names]
        chance.shuffle(own)
        outcome: Outcome = measure(own[:60], own[60:120])
        verdicts_right += [
            (verdict.confidence, right)
            for verdict, right in zip(outcome.verdicts, outcome.right, strict=True)
            if verdict.category is not None
        ]
    claimed = sum(confidence for confidence, _ in verdicts_right) / len(verdicts_right)
    true = sum(right for _, right in verdicts_right) / len(verdicts_right)
    assert true >= 0.85
    assert claimed <= true + 0.03


def test_folds_cover_every_row_once() -> None:
    rows: list[Row] = [(str(place), "x") for place in range(23)]
    held = [row for _, part in folds(rows) for row in part]
    assert sorted(held) == sorted(rows)

"""The curves of the numbers: however many pairs there are, they have a hundred points at most."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.enums import Agreement, Severity
from opsconsole.engine.evidence.report import POINTS, curve
from opsconsole.store.queries.pairs import PairRow

AT = datetime(2026, 11, 1, tzinfo=UTC)


def pairs(number: int, *, alike: int = 1) -> list[PairRow]:
    """Pairs that are each of another confidence, or some of the same."""
    return [
        PairRow(
            id=place, source="live", agent="mira", version=1, event_id=place, run_id=None, subject_id=place,
            category="case", confidence=(place // alike) / number, about="a", occurred_at=AT, made_at=AT,
            agreement=Agreement.SAME if place % 3 else Agreement.DIFFERS, severity=Severity.NONE, is_blind=True,
            is_failed=False, excluded="", said=None, title="", sender="",
        )
        for place in range(number)
    ]  # fmt: skip


def test_ten_thousand_pairs_are_a_hundred_points() -> None:
    points = curve(pairs(10_000))
    assert len(points) == POINTS
    assert points[-1][1] == 1.0 and points[-1][2] == sum(bool(place % 3) for place in range(10_000)) / 10_000


@given(st.integers(1, 700), st.integers(1, 9))
def test_a_curve_ends_with_all_pairs_and_never_goes_back(number: int, alike: int) -> None:
    points = curve(pairs(number, alike=alike))
    assert 1 <= len(points) <= POINTS and points[-1][1] == 1.0
    assert [share for _, share, _ in points] == sorted(share for _, share, _ in points)
    if number <= POINTS:
        assert len(points) == -(-number // alike), "a point for each confidence while there are few"

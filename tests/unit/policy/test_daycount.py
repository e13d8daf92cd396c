"""A day is counted by kinds of pairs as it would be pair by pair."""

from collections import Counter
from dataclasses import replace
from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from opsconsole.domain.enums import Adjudication, Agreement, Severity
from opsconsole.policy.daycount import count_day, kind_of
from opsconsole.policy.trials import Counted, trials

pairs = st.builds(
    Counted,
    category=st.just("billing"),
    day=st.just(date(2026, 11, 2)),
    about=st.sampled_from("abcd"),
    thread=st.integers(1, 4),
    agreement=st.sampled_from(Agreement),
    severity=st.sampled_from(Severity),
    is_blind=st.booleans(),
    is_failed=st.sampled_from([False, False, True]),
    said=st.none() | st.sampled_from(Adjudication),
    excluded=st.sampled_from(["", "", "", "not seen"]),
)


ANN = Counted(
    category="billing", about="ann", day=date(2026, 11, 2), agreement=Agreement.SAME, severity=Severity.NONE,
    is_blind=True, thread=1,
)  # fmt: skip
WRONG = replace(ANN, agreement=Agreement.DIFFERS)


@example([ANN, replace(WRONG, about="bob", thread=2), replace(ANN, about="bob"), replace(WRONG, about="cem")])
@given(st.lists(pairs, max_size=12))
def test_trials_of_a_day_are_those_of_its_pairs(some: list[Counted]) -> None:
    count = count_day([(pair.about, pair.thread or 0, kind_of(pair)) for pair in some])
    found = trials(some)
    assert (count.trials, count.right, count.severe_trials) == (
        len(found),
        sum(trial.is_right for trial in found),
        sum(trial.is_severe for trial in found),
    )
    assert count.bases == Counter(trial.basis for trial in found)

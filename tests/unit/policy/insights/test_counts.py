"""What decisions come to: parts of each other, each card once, and nothing of nothing."""

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.policy.insights.counts import DecisionCounts, Fate, Said, by_sort, counted

SAID: st.SearchStrategy[Said] = st.tuples(
    st.sampled_from(["mira", "vito"]),
    st.sampled_from(["", "billing", "how_to"]),
    st.sampled_from(["desk.reply", "person.ask"]),
    st.sampled_from(["action", "question", "unknown"]),
    st.sampled_from(["approve", "edit", "reject", "respond", "ignore"]),
    st.sampled_from([int(fate) for fate in Fate]),
    st.just(3),
    st.lists(st.integers(0, 10**12), max_size=3),
)


def said(verb: str = "approve", *, kind: str = "action", wait_s: int | None = 60, fate: Fate = Fate.STANDS) -> Said:
    waits = [] if wait_s is None else [wait_s * 1_000_000]
    return ("mira", "billing", "desk.reply", kind, verb, int(fate), 1, waits)


def test_an_answer_to_a_doubt_is_no_approval() -> None:
    found = counted([said(kind="unknown"), said("respond", kind="question"), said()])
    assert (found.decided, found.ruled, found.approved, found.approval_share) == (3, 1, 1, 1.0)


def test_the_median_of_an_even_number_lies_between_its_two_middles() -> None:
    found = counted([said(wait_s=wait) for wait in (10, 500, 30, 20)])
    assert (found.median_s, found.oversight_s) == (25.0, 100.0)


def test_nothing_decided_has_no_share_no_median_and_no_price() -> None:
    found = counted([], asked=3)
    assert found == DecisionCounts(asked=3)
    assert (found.approval_share, found.edited_share, found.median_s, found.oversight_s) == (None,) * 4


def test_only_what_was_put_off_is_decided_and_has_no_price() -> None:
    found = counted([said(wait_s=None)])
    assert (found.decided, found.timed, found.median_s, found.oversight_s) == (1, 0, None, None)


@given(st.lists(SAID, max_size=40))
def test_parts_never_exceed_what_they_are_parts_of(found: list[Said]) -> None:
    total = counted(found)
    assert total.edited <= total.approved <= total.ruled <= total.decided <= 3 * len(found)
    assert total.approved + total.rejected <= total.ruled
    assert total.undone + total.judged_wrong <= total.approved
    assert total.overturned <= total.given
    assert total.timed <= total.decided


@given(st.lists(SAID, max_size=40))
def test_the_sorts_add_up_to_all_whatever_the_order(found: list[Said]) -> None:
    total, sorts = counted(found), [counted(part) for part in by_sort(found).values()]
    for name in ("decided", "ruled", "approved", "edited", "rejected", "taken_back", "undone", "judged_wrong", "timed"):
        assert sum(getattr(part, name) for part in sorts) == getattr(total, name), name
    assert counted(reversed(found)) == total
    assert list(by_sort(found)) == list(by_sort(found[::-1]))


@given(st.lists(SAID, max_size=20))
def test_decisions_that_are_told_together_count_as_those_told_one_by_one(found: list[Said]) -> None:
    singly: list[Said] = []
    for agent, category, tool, kind, verb, fate, number, waits in found:
        times = [[wait] for wait in waits] + [list[int]() for _ in range(number - len(waits))]
        singly += [(agent, category, tool, kind, verb, fate, 1, time) for time in times]
    assert counted(found) == counted(singly)


def test_what_was_taken_back_is_given_and_not_decided() -> None:
    found = counted([said(), said("edit", fate=Fate.TAKEN_BACK), said("reject", fate=Fate.TAKEN_BACK)])
    assert (found.decided, found.ruled, found.approved, found.edited, found.rejected) == (1, 1, 1, 0, 0)
    assert (found.taken_back, found.given, found.overturned, found.timed) == (1, 2, 1, 1)

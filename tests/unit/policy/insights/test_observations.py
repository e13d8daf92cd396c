"""What stands out: by fixed rules, of enough cards only, what could save most time first, the same every time."""

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.policy.insights.counts import Fate, Said, counted
from opsconsole.policy.insights.observations import (
    LEAST_CARDS,
    LEAST_FOR_LEVEL,
    MOST,
    Observation,
    observations,
)
from tests.unit.policy.insights.test_counts import SAID

NAMES = {("mira", "how_to"): "How-to", ("mira", "billing"): "Billing", ("mira", "refund"): "Refund"}


def some(
    number: int, verb: str = "approve", *, agent: str = "mira", about: str = "billing", tool: str = "desk.reply",
    wait_s: int | None = 60, fate: Fate = Fate.STANDS, kind: str = "action",
) -> list[Said]:  # fmt: skip
    waits = [] if wait_s is None else [wait_s * 1_000_000]
    return [(agent, about, tool, kind, verb, int(fate), 1, waits)] * number


def seen(said: list[Said]) -> tuple[Observation, ...]:
    return observations(
        said,
        counted(said),
        agents={"mira": "Mira", "vito": "Vito"},
        category_name=lambda agent, about: NAMES.get((agent, about), ""),
    )


def texts(said: list[Said]) -> list[str]:
    return [each.text for each in seen(said)]


def test_a_higher_level_may_be_due_where_all_was_approved_unchanged() -> None:
    clean = some(41, about="how_to", tool="desk.acknowledge")
    assert texts(clean + some(4) + some(37, "respond", kind="question", tool="person.ask")) == [
        "41 of the 82 requests you decided were “Acknowledge” about “How-to”, and you approved all 41 unchanged:"
        " a higher level may be due."
    ]
    assert texts(clean)[0].startswith("All 41 requests you decided were “Acknowledge” about “How-to”")
    (found,) = seen(clean)
    assert (found.rule, found.agent, found.category, found.tool) == ("level", "mira", "how_to", "desk.acknowledge")
    assert found.saves_s == 41 * 60


def test_no_higher_level_where_one_was_edited_rejected_overturned_or_there_are_too_few() -> None:
    enough = some(LEAST_FOR_LEVEL)
    assert [each.rule for each in seen(enough)] == ["level"]
    assert not seen(enough[1:])
    for spoilt in (
        some(1, "edit"), some(1, "reject"), some(1, "ignore"), some(1, fate=Fate.TAKEN_BACK),
        some(1, fate=Fate.UNDONE), some(1, fate=Fate.JUDGED_WRONG),
    ):  # fmt: skip
        assert not seen(enough + spoilt), spoilt


def test_edits_stand_out_from_half_of_what_was_approved() -> None:
    assert texts(some(6, "edit") + some(3)) == [
        "You edited 6 of the 9 you approved of “Reply” about “Billing”: the playbook's text may need it."
    ]
    assert not seen(some(4, "edit") + some(5))
    assert not seen(some(LEAST_CARDS - 1, "edit")), "too few cards"
    assert not seen(some(4, "edit") + some(3, "reject") + some(2, "ignore")), "too few of them approved"


def test_rejections_stand_out_from_half_of_what_was_decided() -> None:
    assert texts(some(5, "reject") + some(4)) == [
        "You rejected 5 of 9 of “Reply” about “Billing”: the playbook may ask for too much."
    ]
    assert not seen(some(4, "reject") + some(5))
    assert not seen(some(LEAST_CARDS - 1, "reject"))


def test_who_waits_longest_is_told_where_it_is_much_longer_than_the_rest() -> None:
    rest, slow = some(5), some(5, about="refund", wait_s=11_400)
    assert texts(rest + slow) == ["Requests about “Refund” wait longest: median 3 h 10 min over 5, 1 min for the rest."]
    assert seen(rest + slow)[0].saves_s == 5 * (11_400 - 60)
    assert not seen(rest + some(5, about="refund", wait_s=119)), "not twice as long"
    assert not seen(rest + slow[1:]) and not seen(rest[1:] + slow), "too few cards"
    assert not seen(rest + slow[1:] + some(1, about="refund", wait_s=11_400, fate=Fate.TAKEN_BACK)), "it waits again"
    assert not seen(slow), "nothing to compare it with"
    assert not seen(rest + some(5, about="refund", wait_s=None)), "put off: not timed"


def test_an_agent_is_named_where_there_are_several_and_where_nothing_else_names_it() -> None:
    edits = some(6, "edit")
    assert "about “Billing”:" in texts(edits)[0]
    assert "about “Billing” (Mira):" in texts(edits + some(1, agent="vito"))[0]
    assert "“Reply” (Mira):" in texts(some(6, "edit", about=""))[0]
    assert "about “Not in the file”" in texts(some(6, "edit", about="not_in_the_file"))[0], "its id as words"


def test_of_an_agent_that_is_not_in_use_nothing_is_said() -> None:
    assert not seen(some(6, "edit", agent="gone"))


def test_what_could_save_most_time_comes_first_and_of_many_the_first_three() -> None:
    clean = some(30, about="how_to", wait_s=100)  # 3000 s
    edited = some(6, "edit", about="billing", wait_s=150)  # 900 s
    rejected = some(6, "reject", about="refund", wait_s=180)  # 1080 s
    assert [each.rule for each in seen(edited + clean + rejected)] == ["level", "rejections", "edits"]
    more = some(6, "edit", about="login", wait_s=160)  # 960 s
    found = seen(more + edited + clean + rejected)
    assert len(found) == MOST and [each.category for each in found] == ["how_to", "refund", "login"]


@given(st.lists(SAID, max_size=60).flatmap(lambda said: st.tuples(st.just(said), st.permutations(said))))
def test_the_order_of_decisions_changes_nothing_and_few_are_never_spoken_of(
    both: tuple[list[Said], list[Said]],
) -> None:
    said, other = both
    found = seen(said)
    assert found == seen(other)
    assert [each.saves_s for each in found] == sorted((each.saves_s for each in found), reverse=True)
    for each in found:
        about = [card for card in said if card[:2] == (each.agent, each.category) and each.tool in ("", card[2])]
        assert sum(card[6] for card in about) >= LEAST_CARDS

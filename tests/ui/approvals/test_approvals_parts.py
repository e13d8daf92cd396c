"""What the panel works out without widgets: differing words, spread, reasons, words for a window."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from opsconsole.connectors.desk.tools import desk_tools
from opsconsole.domain.enums import ApprovalKind, Reversibility
from opsconsole.engine.commands.cards import Claim, reversibility
from opsconsole.ui.panels.approvals.batch.spread import groups, spread_of
from opsconsole.ui.panels.approvals.card.data import facts_claimed, notices, quoted_briefly
from opsconsole.ui.panels.approvals.edit.check import problems
from opsconsole.ui.panels.approvals.rows import Waiting, reasons
from opsconsole.ui.panels.approvals.times import choices
from opsconsole.ui.widgets.diff.words import differing
from opsconsole.ui.widgets.guard import Guard
from tests.support.contexts import action_type
from tests.ui.approvals.asked import Person, Sitting

HERE = datetime(2026, 11, 25, tzinfo=UTC).astimezone().tzinfo


def _credit(number: int, amount: float) -> Waiting:
    return Waiting(
        id=number,
        kind=ApprovalKind.ACTION,
        title=f"Credit {amount}",
        because="",
        about="",
        risk="high",
        agent_id="mira",
        agent="Mira",
        action=f"{number}/0.0",
        tool="desk.give_credit",
        category="billing",
        args={"amount": amount, "currency": "EUR"},
        amount="",
        asked_at=datetime(2026, 11, 23, tzinfo=UTC),
        digest=f"{number}",
        until=None,
    )


def test_only_the_words_that_differ_are_marked() -> None:
    before, after = "We reply within 3 days.", "We answer within 3 days."
    removed, added = differing(before, after)
    assert [before[at : at + length] for at, length in removed] == ["reply"]
    assert [after[at : at + length] for at, length in added] == ["answer"]
    assert differing("Shipped", "Refunded") == ([], [])


def test_a_group_shows_its_spread_and_what_stands_apart() -> None:
    rows = [_credit(number, amount) for number, amount in enumerate([10, 12, 11, 13, 400])]
    (members,) = groups(rows).values()
    spread = spread_of(members)
    assert "Amount: 10 at least, 12 in the middle, 400 at most" in spread.lines
    assert spread.apart == {4: "Amount 400"}
    assert groups(rows[:1]) == {}


def test_the_rule_that_says_most_comes_first() -> None:
    because = "autonomy level 2 for desk.reply: act with approval; desk.reply cannot be undone; a rule of the house"
    assert reasons(because) == [
        "A rule of the house",
        "It cannot be undone",
        "Autonomy level 2: you approve each of these",
    ]


def test_the_name_of_a_tool_is_not_shown_to_people() -> None:
    assert reasons("desk.give_credit moves money") == reasons("give credit moves money") == ["It moves money"]
    assert reasons("autonomy level 2 for create deal: act with approval; create deal cannot be undone") == [
        "It cannot be undone", "Autonomy level 2: you approve each of these",
    ]  # fmt: skip


def test_a_card_is_open_once_it_was_there_long_enough() -> None:
    at = 0.0
    guard = Guard(lambda: at)
    assert not guard.is_open
    guard.show("one")
    at = 0.39
    assert not guard.is_open
    guard.show("one")
    at = 0.4
    assert guard.is_open
    guard.show("two")
    assert not guard.is_open


@pytest.mark.parametrize(
    ("day", "hour", "offered"),
    [
        (25, 8, ["Wed 09:00", "Wed 14:00", "Thu 09:00", "Mon 09:00"]),
        (25, 13, ["Wed 14:00", "Thu 09:00", "Mon 09:00"]),
        (25, 23, ["Thu 00:00", "Thu 09:00", "Mon 09:00"]),
        (29, 15, ["Sun 16:00", "Mon 09:00"]),
        (30, 15, ["Mon 16:00", "Tue 09:00", "Mon 09:00"]),
    ],
    ids=["morning", "noon", "night", "Sunday: tomorrow is Monday", "Monday: the next one"],
)
def test_what_is_put_off_comes_back_at_times_of_this_day_and_the_next_ones(
    day: int, hour: int, offered: list[str]
) -> None:
    now = datetime(2026, 11, day, hour, tzinfo=HERE)
    found = choices(now.astimezone(UTC))
    assert [f"{at.astimezone():%a %H:%M}" for _, at in found] == offered
    assert all(at > now for _, at in found)


def test_a_sender_nobody_vouches_for_is_not_approved_with_the_others() -> None:
    rows = [replace(_credit(number, 10), is_verified=number != 1) for number in range(3)]
    spread = spread_of(rows)
    assert spread.apart == {1: "Sender not verified"} and "Sender: not verified in 1" in spread.lines
    nobody = [replace(row, is_verified=False) for row in rows]
    assert spread_of(nobody).apart == {} and "Sender: not verified in all" in spread_of(nobody).lines
    assert spread_of([rows[0], replace(rows[2], odd="x")]).apart == {2: "The sender's address fools the eye"}
    assert groups([replace(row, tool="") for row in rows]) == {}


def test_what_does_not_fit_is_said_in_words_and_not_by_a_pattern() -> None:
    types = {kind.name: kind for kind in desk_tools()}
    wrong = problems(types["desk.send_mail"], {"to": "ann", "subject": "x", "text": "y"})
    assert wrong == {"to": "Write it like ann@example.com."}
    assert problems(types["desk.create_deal"], {"name": "x", "currency": "euro"}) == {
        "currency": "This is not written as it has to be."
    }


def test_what_is_empty_or_only_greets_is_no_claim(person: Person) -> None:
    async def job(seat: Sitting) -> None:
        shown = seat.panel.shown
        assert shown is not None
        texts = (
            " , ",
            "",
            "Hello Owen Farrugia,",
            "Dear Mr. O'Neil",
            "Hello, your 400 EUR are on their way",
            "Hello 77",
        )
        claims = tuple(Claim("text", text, "asserted", "") for text in texts)
        claiming = replace(shown, view=replace(shown.view, claims=claims))
        assert [claim.text for claim in facts_claimed(claiming)] == list(texts[4:])
        told = [notice.text for notice in notices(claiming) if "no source" in notice.text]
        assert told == ["Stands in no source: “Hello, your 400 EUR are on their way”, “Hello 77”"]

    person(job)


@pytest.mark.parametrize(
    ("reversible", "undo", "told"),
    [
        (Reversibility.IRREVERSIBLE, None, ["Cannot be undone once it is done"]),
        (Reversibility.IRREVERSIBLE, "the credit is taken back", ["Counts as final, though it has a way back"]),
        (Reversibility.COMPENSABLE, "it is taken back", []),
        (Reversibility.REVERSIBLE, None, []),
    ],
)
def test_a_card_says_that_it_is_final_and_never_that_what_has_a_way_back_has_none(
    person: Person, reversible: Reversibility, undo: str | None, told: list[str]
) -> None:
    async def job(seat: Sitting) -> None:
        assert seat.panel.shown is not None
        shown = replace(seat.panel.shown, type=action_type(reversibility=reversible, undo=undo))
        said = [notice.text for notice in notices(shown)]
        assert [text for text in said if "undone" in text or "final" in text] == told
        last = reversibility(shown.type, 30)
        assert last.startswith("can be stopped for 30 s after you approve; ")
        assert last.endswith(f"can be undone later: {undo}" if undo else "cannot be undone after that")
        assert reversibility(shown.type, 0).startswith("is done at once when you approve; ")

    person(job)


def test_a_quote_is_cut_between_words_and_says_so() -> None:
    assert quoted_briefly("It was charged twice, and nobody answered", 24) == "It was charged twice…"
    assert quoted_briefly(" It was charged twice, ", 24) == "It was charged twice"

"""Names of places, short examples and ids: what an agent that is begun from blank is made of."""

from types import SimpleNamespace
from typing import cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import Category
from opsconsole.domain.enums import Effect
from opsconsole.engine.agents.templates import fill
from opsconsole.engine.blank.deeds import as_it_is, scalar
from opsconsole.engine.blank.examples import LONGEST, shortened, typical
from opsconsole.engine.blank.never import OUTSIDE, rails
from opsconsole.engine.blank.places import called, slug, tells_nothing
from opsconsole.engine.registry import Registry
from opsconsole.policy.cel.conditions import holds


@pytest.mark.parametrize(
    "place",
    [
        "Inbox", "INBOX", "[Gmail]/All Mail", "Sent", "Sent Items", "Gesendete Objekte", "Envoyés", "Papierkorb",
        "Trash", "Trash/Old orders", "Junk E-mail", "Spam", "Archive", "Archiv", "Archive/2025", "2024", "Entwürfe",
        "Unassigned", "  ", "", "Work/Inbox", "INBOX.Archive",
    ],
)  # fmt: skip
def test_a_place_where_everything_lies_proposes_nothing(place: str) -> None:
    assert tells_nothing(place)


@pytest.mark.parametrize(
    "place", ["Cards", "Archive/Orders", "Rechnungen", "2nd level", "Customers/Sentinel", "Binders"]
)
def test_a_place_of_ones_own_proposes_a_category(place: str) -> None:
    assert not tells_nothing(place)


def test_a_category_is_called_after_the_last_part() -> None:
    assert [called(place) for place in ("Customers/Big_orders", "Cards", "/")] == ["Big orders", "Cards", "/"]


def test_ids_are_distinct_and_made_of_any_script() -> None:
    assert [slug(name) for name in ("Größe & Maß", "請求書", "2nd")] == ["grosse-mass", "category", "category-2nd"]
    assert slug("Cards", ["cards"]) == "cards-2"


@given(st.text(max_size=80), st.lists(st.text(max_size=10), max_size=3))
def test_an_id_is_always_one_that_a_file_takes(text: str, taken: list[str]) -> None:
    made = slug(text, taken)
    assert Category(id=made, name="x").id == made and made not in taken


@given(st.text(max_size=400), st.text(max_size=400))
def test_an_example_is_one_short_line(title: str, text: str) -> None:
    made = shortened(title, text)
    assert len(made) <= LONGEST + 2 and "\n" not in made and made.isprintable()


def test_an_example_says_the_title_once_and_no_marks_of_answers() -> None:
    assert shortened("Re: AW: Crate 4", "It is\nbroken") == "Crate 4: It is broken"
    assert shortened("My card", "My card was swallowed") == "My card was swallowed"
    assert shortened("", "Hello") == "Hello" and shortened("Hello", "") == "Hello"


def test_examples_are_typical_and_unlike_each_other() -> None:
    cards = ["the card is blocked", "my card is blocked, please", "lunch menu of today", "card swallowed by machine"]
    moves = ["transfer did not arrive", "where is my transfer", "lunch menu of today"]
    found = typical({"cards": cards, "moves": moves}, most=2)
    assert len(found["cards"]) == len(found["moves"]) == 2
    assert "lunch menu of today" not in (*found["cards"], *found["moves"])
    alike = typical({"cards": ["card 1 is lost", "card 2 is lost", "card 2 is lost"]}, most=3)["cards"]
    assert set(alike) == {"card 1 is lost", "card 2 is lost"}, (
        "two that differ in a number stand there for want of others"
    )


def test_what_is_said_everywhere_is_typical_of_nothing() -> None:
    greeting = [f"good morning dear team {word}" for word in ("today", "again", "now")]
    found = typical({"cards": [*greeting, "card lost"], "moves": [*greeting, "transfer gone"]}, most=1)
    assert found == {"cards": ("card lost",), "moves": ("transfer gone",)}


def test_one_text_is_an_example_of_one_place_only() -> None:
    found = typical({"cards": ["it is broken"], "moves": ["It is BROKEN", "it is broken!"]}, most=3)
    assert found["cards"] == ("it is broken",) and found["moves"] == ("it is broken!",)


class _Given(BaseModel):
    pass


def _kind(name: str, effect: Effect, *given: str) -> ActionType:
    return ActionType(name=name, title=name, effect=effect, arguments=_Given, external_if_given=given)


def test_what_reaches_people_outside_by_an_argument_is_refused_where_it_is_given() -> None:
    kinds = (
        _kind("post.send", Effect.EXTERNAL),
        _kind("post.note", Effect.INTERNAL, "cc", "bcc"),
        _kind("post.task", Effect.INTERNAL, "notify"),
        _kind("post.copy", Effect.INTERNAL, "copy-to"),
        _kind("post.enter", Effect.INTERNAL, "in"),
        _kind("post.file", Effect.INTERNAL),
    )
    registry = SimpleNamespace(types={kind.name: kind for kind in kinds})
    found = rails(cast(Registry, registry), ["post"], [OUTSIDE])
    assert [(rail.name, rail.actions, rail.when) for rail in found] == [
        ("never-outside", ("post.copy", "post.enter", "post.send"), "true"),
        ("never-outside-by-argument", ("post.note",), "has(args.bcc) || has(args.cc)"),
        ("never-outside-by-argument-2", ("post.task",), "has(args.notify)"),
    ]
    assert holds(found[1].when, {"args": {"text": "x", "cc": "a@b.example"}})
    assert not holds(found[1].when, {"args": {"text": "x"}})


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_a_text_stands_on_one_line_of_a_file_and_is_seen_whole(text: str) -> None:
    line = f"- {{do: x, with: {{folder: {scalar(text)}, more: {scalar(as_it_is(text))}}}}}"
    assert line.isprintable()
    args = yaml.safe_load(line)[0]["with"]
    assert args["folder"] == text and args["more"] in (text, as_it_is(text))


def test_what_looks_like_a_slot_is_taken_word_for_word() -> None:
    for text in ("😀{{z", "{% if \u202e", 'a "{#" \\n b', "{{\n}}"):
        assert fill(as_it_is(text), {})[0] == text
    assert as_it_is("😀{{z") == '{{ "😀{{z" }}'

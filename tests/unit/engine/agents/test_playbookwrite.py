"""What the playbook's form changes is in the file, and everything else is as it was written."""

from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from opsconsole.app.place import resources
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.errors import UserError
from opsconsole.engine.agents.yamltext.blocks import block_of, put_text
from opsconsole.engine.blank.deeds import LEAVE, TELL
from opsconsole.engine.playbook.told import CategoryText, PlaybookText, playbook_text
from opsconsole.engine.playbook.write import write
from opsconsole.engine.registry import Registry

FILE = """\
# ours
agent: mira              # her name
name: Mira
subscribes: [{connection: desk, kinds: [mail.received]}]
scope: [bug, praise]     # both
stage:
  default: shadow
  categories:
    praise: shadow       # not yet
autonomy:
  default: 2
  categories:
    praise: {desk.reply: 1}
playbook:
  purpose: >-
    Nobody waits
    for long.

  # how
  tone: calm             # always
  threshold: 0.4         # less sure: ask
  categories:
    # the first
    - id: bug
      name: Something does not work
      examples:
        - It crashed     # the classic
        - "502"
      steps:
        - do: desk.reply
          with:
            to: "{{ event.sender }}"
            text: |-
              Hello,

              we look into it.
          because: they wait # for us
          on_fail:
            - {ask: "Who answers?", options: [I do]}

    # the last
    - {id: praise, name: Praise, criteria: thanks, steps: [{stop: Nothing to do.}]}
approvals: {expires_h: 24}   # a day
"""
TEXT = ("steps", 0, "with", "text")


def spec_of(text: str) -> AgentSpec:
    return AgentSpec.model_validate(yaml.safe_load(text))


def told() -> PlaybookText:
    return playbook_text(spec_of(FILE))


def written(wanted: PlaybookText, text: str = FILE) -> str:
    return write(text, spec_of(text), wanted, Registry([]))


def with_category(at: int, **changes: object) -> PlaybookText:
    book = told()
    each = list(book.categories)
    each[at] = replace(each[at], **changes)  # type: ignore[arg-type]
    return replace(book, categories=tuple(each))


def test_what_is_not_changed_stays_byte_for_byte() -> None:
    assert written(told()) == FILE


def test_a_text_of_several_lines_is_written_as_lines() -> None:
    book = told()
    text = "Hi,\n\n  thank you: # 1\n\nMira"
    made = written(with_category(0, texts={**book.categories[0].texts, TEXT: text}))
    assert made == FILE.replace(
        "              Hello,\n\n              we look into it.\n",
        "              Hi,\n\n                thank you: # 1\n\n              Mira\n",
    )


def test_a_long_purpose_is_folded_and_the_comments_around_it_stay() -> None:
    purpose = "Nobody waits for long without knowing that their mail was read, and each problem has one ticket with all"
    purpose += " that is known."
    made = written(replace(told(), purpose=purpose))
    assert made == FILE.replace(
        "    Nobody waits\n    for long.\n",
        "    Nobody waits for long without knowing that their mail was read, and each problem has one ticket with all\n"
        "    that is known.\n",
    )


def test_what_the_file_has_not_yet_is_written_where_it_is_read() -> None:
    book = replace(with_category(0, criteria="errors: all of them", threshold=0.7), escalation="anger")
    made = written(book)
    assert "  tone: calm             # always\n  escalation: anger\n  threshold: 0.4         # less sure: ask\n" in made
    name = "      name: Something does not work\n"
    assert f"{name}      criteria: 'errors: all of them'\n      threshold: 0.7\n      examples:\n" in made
    examples = ("Thank you", "So: good")
    lines = FILE.replace(
        "    - {id: praise, name: Praise, criteria: thanks, steps: [{stop: Nothing to do.}]}\n",
        "    - id: praise\n      name: Praise\n      steps: [{stop: Nothing to do.}]\n",
    )
    base = playbook_text(spec_of(lines))
    praise = replace(base.categories[1], examples=examples)
    made = written(replace(base, categories=(base.categories[0], praise)), lines)
    assert "      name: Praise\n      examples:\n        - Thank you\n        - 'So: good'\n      steps" in made


def test_what_is_emptied_goes_and_what_was_behind_it_stays() -> None:
    made = written(replace(told(), tone=""))
    assert "tone" not in made and made == FILE.replace("  tone: calm             # always\n", "")
    made = written(with_category(1, criteria=""))
    assert "{id: praise, name: Praise, steps: [{stop: Nothing to do.}]}" in made


def test_examples_keep_their_comments() -> None:
    made = written(with_category(0, examples=("It crashed", "502", "It hangs")))
    assert '        - It crashed     # the classic\n        - "502"\n        - "It hangs"\n      steps' in made
    made = written(with_category(0, examples=("It crashed",)))
    assert "        - It crashed     # the classic\n      steps" in made


def test_a_category_that_goes_takes_what_is_said_of_it_along() -> None:
    book = told()
    made = written(replace(book, categories=book.categories[:1]))
    spec = spec_of(made)
    assert spec.scope == ("bug",) and not spec.stage.categories and not spec.autonomy.categories
    assert "praise" not in made and "# the first" in made and "# a day" in made


def test_a_new_category_comes_last_with_what_shall_happen() -> None:
    new = CategoryText(
        name="Late parcel", criteria="a parcel is late", examples=("Where is it?",), deed=TELL, threshold=0.6
    )
    made = written(replace(told(), categories=(*told().categories, new)))
    late = spec_of(made).playbook.categories[2]
    assert (late.id, late.name, late.criteria, late.threshold) == (
        "late-parcel",
        "Late parcel",
        "a parcel is late",
        0.6,
    )
    assert late.examples == ("Where is it?",) and late.steps[0].ask
    assert "    - id: late-parcel\n      name: Late parcel\n" in made and made.startswith(
        FILE.partition("    - {id: praise")[0]
    )


@pytest.mark.parametrize(
    ("stage", "is_written"),
    [
        ("stage:\n  default: full     # all of it\n", True),
        ("stage: {default: limited, categories: {bug: full}}\n", True),
        ("stage:\n  default: expanded\n  categories: {}   # none\n", True),
        ("stage: {default: shadow, categories: {bug: full}}\n", False),
        ("", False),
        ("scope: [bug]\nstage: {default: full}\n", False),
    ],
)
def test_a_new_category_begins_in_shadow_also_where_the_others_are_live(stage: str, is_written: bool) -> None:
    start, end = FILE.index("scope:"), FILE.index("autonomy:")
    text = f"{FILE[:start]}{stage}{FILE[end:]}"
    spec = spec_of(text)
    wanted = playbook_text(spec)
    new = CategoryText(name="Price list", deed=LEAVE)
    made = written(replace(wanted, categories=(*wanted.categories, new)), text)
    after = spec_of(made)
    assert after.stage_of("price-list").value == "shadow"
    assert ('price-list: "shadow"' in made) is is_written
    assert after.stage_of("bug") == spec.stage_of("bug") and ("# all of it" in made) is ("# all of it" in text)


def test_a_category_that_goes_is_named_by_no_deployment_and_one_that_named_nothing_else_never_means_all() -> None:
    both = "deployments:\n  - {stage: limited, categories: [praise]}   # one\n"
    both += "  - connection: desk\n    stage: full\n    categories:\n      - praise\n      - bug    # stays\n"
    text = FILE.replace("autonomy:", f"{both}autonomy:")
    book = playbook_text(spec_of(text))
    made = written(replace(book, categories=book.categories[:1]), text)
    first, second = spec_of(made).deployments
    assert (first.stage.value, first.categories) == ("shadow", ()) and second.categories == ("bug",)
    assert second.stage.value == "full" and "# one" in made and "# stays" in made


def test_what_cannot_be_done_with_a_new_category_is_said() -> None:
    new = CategoryText(name="Late parcel", examples=("Where is it?",), deed="put")
    with pytest.raises(UserError, match="Choose again"):
        written(replace(told(), categories=(*told().categories, new)))


@pytest.mark.parametrize(
    "text",
    [
        FILE.replace("categories:\n    # the first", "categories: &all\n    # the first")
        .replace('to: "{{ event.sender }}"', 'to: &who "{{ event.sender }}"')
        .replace("because: they wait # for us", "because: *who"),
        "agent: mira\nname: M\nsubscribes: [{kinds: [a]}]\nplaybook: {purpose: p, categories: [{id: a, name: A}]}\n",
    ],
)
def test_what_would_touch_more_than_was_asked_is_not_written(text: str) -> None:
    book = playbook_text(spec_of(text))
    new = CategoryText(name="New", examples=("x",), deed=LEAVE)
    texts = {place: f"{said} more" for place, said in book.categories[0].texts.items() if place[-1] == "to"}
    wanted = replace(book.categories[0], texts={**book.categories[0].texts, **texts})
    more = () if texts else (new,)
    with pytest.raises(LookupError, match="Change it in the file"):
        written(replace(book, categories=(wanted, *book.categories[1:], *more)), text)


def test_a_block_is_written_only_where_it_says_the_same() -> None:
    assert block_of("one\ntwo\n", "  ") == "|\n  one\n  two"
    for odd in ("", " x\ny", "\nx", "a\n\n", "a\tb\nc", "short", "a" * 80 + "  " + "b" * 80):
        assert block_of(odd, "  ") is None, odd
    assert put_text("a: x # why\n", ("a",), "b\nc") == 'a: "b\\nc" # why\n'
    assert put_text("a: | # why\n  x\n", ("a",), "b\nc") == "a: |- # why\n  b\n  c\n"
    assert put_text("a: !!str >+  # why\n  x\n\nb: 1\n", ("a",), "y") == 'a: "y"  # why\nb: 1\n'


SAID = st.text(st.sampled_from("ab :#-|>'\"{}%\n\t{ü,[&*!"), max_size=150)


@settings(max_examples=300)
@given(text=SAID, indent=st.integers(0, 6))
def test_a_text_reads_as_it_was_put(text: str, indent: int) -> None:
    made = put_text("a:\n  b: |-\n    old\n\n  # c\n  d: 1\n", ("a", "b"), text)
    assert yaml.safe_load(made) == {"a": {"b": text, "d": 1}} and "  # c\n  d: 1\n" in made


def shipped() -> list[str]:
    return [path.read_text() for path in sorted((resources() / "sample/agents").glob("*.yaml"))]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_change_of_a_shipped_file_says_what_was_typed_and_keeps_every_comment(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(shipped()))
    spec = spec_of(text)
    book = playbook_text(spec)
    words = st.text(st.sampled_from("ab c:#\n-é"), min_size=1, max_size=60).filter(lambda one: one.strip() == one)
    at = data.draw(st.integers(0, len(book.categories) - 1))
    category = book.categories[at]
    places = list(category.texts)
    changed = (
        {place: data.draw(words) for place in data.draw(st.lists(st.sampled_from(places), max_size=2))}
        if places
        else {}
    )
    examples = tuple(dict.fromkeys((*category.examples[data.draw(st.integers(0, 2)) :], data.draw(words))))
    category = replace(category, name=data.draw(words), examples=examples, texts={**category.texts, **changed})
    wanted = replace(
        book, tone=data.draw(words), categories=(*book.categories[:at], category, *book.categories[at + 1 :])
    )
    made = write(text, spec, wanted, Registry([]))
    assert playbook_text(spec_of(made)) == wanted
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    left = made.splitlines()
    assert [line for line in comments if line not in left] == []
    assert yaml.safe_load(write(made, spec_of(made), book, Registry([]))) == yaml.safe_load(text)


def test_what_would_say_something_else_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def misplaced(text: str, loc: object, value: str) -> str:
        return text.replace("name: Praise", f"name: {value}")

    monkeypatch.setattr("opsconsole.engine.playbook.write.put_text", misplaced)
    with pytest.raises(LookupError, match="cannot change without touching more"):
        written(with_category(0, name="Fault"))

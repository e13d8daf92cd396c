"""What the forms of the guardrails change is in the file, and everything else is as it was written."""

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from opsconsole.domain.agent import AgentSpec
from opsconsole.engine.agents.rails.write import Bounds, Placed, bounds_of, write
from opsconsole.engine.agents.yamltext.lists import add_item, drop

REST = """\
playbook:
  purpose: >-
    Nobody waits.

  # the rest
  categories: [{id: a, name: A}]
"""
HEAD = "# ours\nagent: mira          # her name\nname: Mira\nsubscribes: [{kinds: [mail.received]}]\n"
BLOCK = f"""{HEAD}\
guardrails:
  # the oldest
  - name: one            # first
    when: "!args.to.endsWith('@a.example')"
    then: refuse         # firmly
    because: colleagues only
    actions:
      - desk.reply       # careful
      - desk.forward
  # between
  - name: two
    when: >-
      event.text.contains('iban')

    then: ask
    because: it is about money

  - {{name: three, when: "args.n > 3", then: ask, because: many}}   # short

budgets:
  actions_per_hour: 120  # enough
quiet_hours:
- from: "20:00"          # late
  to: "07:00"
  days: [sat, sun]
trust:
  addresses:
    - a@a.example        # Ann
    - b@a.example        # Bob
  domains: []
limits:
  turns: 12              # short
  failures_in_a_row: 4

# the long part
{REST}"""
FLOW = f"""{HEAD}\
guardrails: [{{name: one, when: "args.n > 1", then: ask, because: many of them, actions: [desk.reply, desk.forward]}},
  {{name: two, when: "args.n > 2", then: ask, because: more of them}}]   # both
budgets: {{actions_per_hour: 120, per_recipient_per_day: 3}}   # enough
quiet_hours: [{{from: "20:00", to: "07:00", actions: ["desk.*"]}}]
trust: {{addresses: [
    a@a.example,   # Ann
    b@a.example    # Bob
  ], domains: [a.example, b.example]}}
limits: {{turns: 12}}
# the long part
{REST}"""
BARE = f"{HEAD}\n# the long part\n{REST}"
EMPTY = (
    f"{HEAD}guardrails: []   # none\nbudgets: {{}}\ntrust: {{}}\nquiet_hours:\n- to: '07:00'\n  from: '20:00'\n{REST}"
)
FILES = [
    BLOCK,
    FLOW,
    BARE,
    EMPTY,
    BLOCK.replace("\n\n# the long part", ""),
    HEAD + BARE.removeprefix(HEAD) + "brain: playbook\n",
]
ALWAYS = ("# ours", "# her name", "# the rest")

words = st.sampled_from(["a: b # c", "plain", "ö 'quoted'", 'with "both"', "no", "x\ty", "args.n > 3 && args.a == 'x'"])
tools = st.lists(st.sampled_from(["desk.reply", "desk.*", "desk.forward", "*"]), unique=True, max_size=3)
rails = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["n-1", "n-2"]),
        "when": words,
        "then": st.sampled_from(["ask", "refuse"]),
        "because": words.map(lambda text: f"{text} it"),
    },
    optional={"actions": tools},
)
clocks = st.sampled_from(["20:00", "07:30", "00:00"])
hours = st.fixed_dictionaries(
    {"from": clocks, "to": clocks, "zone": st.sampled_from(["UTC", "Europe/Berlin", "recipient"])},
    optional={"days": st.lists(st.sampled_from(["mon", "sat", "sun"]), unique=True), "fallback": st.just("UTC")},
)
caps = st.none() | st.integers(0, 500)


def spec_of(text: str) -> AgentSpec:
    return AgentSpec.model_validate(yaml.safe_load(text))


@st.composite
def placed(draw: st.DrawFn, was: tuple[Placed, ...], new: st.SearchStrategy[dict[str, Any]]) -> tuple[Placed, ...]:
    kept = [each for each in was if draw(st.integers(0, 3))]
    changed = list[Placed]()
    for each in kept:
        bodies = draw(new) if draw(st.booleans()) else {}
        keys = draw(st.lists(st.sampled_from(sorted(bodies)), unique=True)) if bodies else []
        changed.append(replace(each, body={**each.body, **{key: bodies[key] for key in keys}}))
    return (*changed, *(Placed(body) for body in draw(st.lists(new, max_size=2))))


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, Bounds]:
    text = draw(st.sampled_from(FILES))
    was = bounds_of(spec_of(text))
    mails = st.lists(st.sampled_from(["a@a.example", "b@a.example", "*@c.example", "d+e@d.example"]), unique=True)
    given_caps = {name: draw(caps) if draw(st.booleans()) else cap for name, cap in was.caps.items()}
    return text, Bounds(
        rails=draw(placed(was.rails, rails)),
        quiet=draw(placed(was.quiet, hours)),
        caps=given_caps,
        failures=draw(st.just(was.failures) | st.none() | st.integers(1, 9)),
        addresses=tuple(draw(st.just(was.addresses) | mails)),
        domains=tuple(draw(st.just(was.domains) | mails)),
    )  # fmt: skip


def said(text: str) -> dict[str, Any]:
    body = spec_of(text).model_dump(mode="json", by_alias=True)
    return body


def wanted_of(text: str, bounds: Bounds) -> dict[str, Any]:
    body = said(text)
    body["guardrails"] = [{"actions": [], **each.body} for each in bounds.rails]
    body["quiet_hours"] = [
        {"actions": ["*"], "zone": "UTC", "fallback": "UTC", "days": [], **each.body} for each in bounds.quiet
    ]
    body["budgets"] = dict(bounds.caps)
    body["limits"]["failures_in_a_row"] = bounds.failures
    body["trust"] = {**body["trust"], "addresses": list(bounds.addresses), "domains": list(bounds.domains)}
    return body  # fmt: skip


@settings(max_examples=70, deadline=None)
@given(changes())
def test_what_was_changed_is_there_and_nothing_else_changed(change: tuple[str, Bounds]) -> None:
    text, wanted = change
    made = write(text, spec_of(text), wanted)
    assert said(made) == wanted_of(text, wanted)
    for comment in (*ALWAYS, *(line for line in text.splitlines() if line.lstrip().startswith("#"))):
        assert comment in made
    assert made.startswith(HEAD) and made.endswith(text[text.index("playbook:") :])
    again = bounds_of(spec_of(made))
    assert write(made, spec_of(made), again) == made, "what is not changed is not touched"


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(FILES), st.lists(rails, min_size=1, max_size=3))
def test_what_is_added_and_taken_out_again_leaves_no_trace_in_what_was_there(
    text: str, new: list[dict[str, Any]]
) -> None:
    spec = spec_of(text)
    was = bounds_of(spec)
    made = write(text, spec, replace(was, rails=(*was.rails, *map(Placed, new))))
    now = bounds_of(spec_of(made))
    back = write(made, spec_of(made), replace(now, rails=now.rails[: len(was.rails)]))
    assert said(back) == said(text)
    if was.rails and text is not FLOW:
        assert back == text


def test_a_line_that_is_not_meant_stays_byte_for_byte() -> None:
    spec, was = spec_of(BLOCK), bounds_of(spec_of(BLOCK))
    first = replace(was.rails[0], body={**was.rails[0].body, "then": "ask"})
    changed = write(BLOCK, spec, replace(was, rails=(first, *was.rails[1:])))
    assert changed == BLOCK.replace("then: refuse         # firmly", 'then: "ask"         # firmly')
    gone = write(BLOCK, spec, replace(was, rails=was.rails[1:]))
    begin, end = BLOCK.index("  - name: one"), BLOCK.index("  # between")
    assert gone == BLOCK[:begin] + BLOCK[end:]
    tools = replace(was.rails[0], body={**was.rails[0].body, "actions": ["desk.reply", "desk.*"]})
    listed = write(BLOCK, spec, replace(was, rails=(tools, *was.rails[1:])))
    assert listed == BLOCK.replace("      - desk.forward\n", '      - "desk.*"\n')
    bob = write(BLOCK, spec, replace(was, addresses=("b@a.example", "c@a.example")))
    assert bob == BLOCK.replace("    - a@a.example        # Ann\n", "").replace("# Bob\n", "# Bob\n    - c@a.example\n")
    uncapped = write(BLOCK, spec, replace(was, caps=dict.fromkeys(was.caps)))
    assert uncapped == BLOCK.replace("budgets:\n  actions_per_hour: 120  # enough\n", "budgets: {}\n")


def test_a_new_part_stands_before_the_playbook() -> None:
    rule = {"name": "x", "when": "args.n > 3", "then": "ask", "because": "it is much", "actions": ["desk.reply"]}
    made = write(BARE, spec_of(BARE), replace(bounds_of(spec_of(BARE)), rails=(Placed(rule),)))
    lines = 'guardrails:\n  - name: x\n    when: "args.n > 3"\n    then: ask\n    because: "it is much"\n'
    lines += "    actions: [desk.reply]\n"
    assert made == f"{HEAD}{lines}\n# the long part\n{REST}"


ODDITIES = [
    "{agent: mira, name: Mira, subscribes: [{kinds: [x]}], playbook: {purpose: P, categories: [{id: a, name: A}]}}\n",
    "agent: mira\nname: Mira\nsubscribes: [{kinds: [x]}]\nplaybook: {purpose: P, categories: [{id: a, name: A}]}\n"
    "guardrails:\n  -\n    # why\n    name: x\n    when: 'true'\n    then: ask\n    because: it is so",
    "playbook: {purpose: P, categories: [{id: a, name: A}]}\nagent: mira\nname: Mira\nsubscribes: [{kinds: [x]}]",
]


@pytest.mark.parametrize("text", ODDITIES)
def test_a_file_of_another_shape_is_changed_all_the_same(text: str) -> None:
    was = bounds_of(spec_of(text))
    rule = Placed({"name": "y", "when": "args.n > 3", "then": "ask", "because": "it is much"})
    wanted = replace(was, rails=(*was.rails[:0], rule), caps={**was.caps, "runs_per_day": 5}, failures=None)
    assert said(write(text, spec_of(text), wanted)) == wanted_of(text, wanted)


def test_what_cannot_be_taken_out_alone_is_said() -> None:
    with pytest.raises(LookupError):
        drop("- a\n", (0,))
    with pytest.raises(LookupError):
        drop("rows:\n  - name: x\n    more: y\n", ("rows", 0, "name"))
    with pytest.raises(LookupError):
        drop("a: 1\n", ("b",))
    with pytest.raises(LookupError):
        add_item("a: {b: 1}\n", ("a",), "x")
    with pytest.raises(LookupError):
        add_item("a: 1\n", ("b", "c", "d"), "x")


def test_a_block_that_is_replaced_leaves_the_empty_line_behind_it() -> None:
    spec, was = spec_of(BLOCK), bounds_of(spec_of(BLOCK))
    second = replace(was.rails[1], body={**was.rails[1].body, "when": "args.n > 3"})
    changed = write(BLOCK, spec, replace(was, rails=(was.rails[0], second, was.rails[2])))
    assert changed == BLOCK.replace(">-\n      event.text.contains('iban')\n", '"args.n > 3"\n')


def test_what_would_say_something_else_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def misplaced(text: str, loc: object, value: object) -> str:
        return text.replace("turns: 12", "turns: 13")

    monkeypatch.setattr("opsconsole.engine.agents.rails.write.put", misplaced)
    spec, was = spec_of(BLOCK), bounds_of(spec_of(BLOCK))
    with pytest.raises(LookupError, match="cannot change without touching more"):
        write(BLOCK, spec, replace(was, failures=7))

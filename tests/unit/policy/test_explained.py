"""Every rule's answer about a call, and the moment that a ruling was made in, gone through again."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.agent import Guardrail
from opsconsole.domain.enums import Level
from opsconsole.policy import rules
from opsconsole.policy.context import GateContext, Usage
from opsconsole.policy.explained import RuleAnswer, answers
from opsconsole.policy.gate import RULES, rule
from opsconsole.policy.moment import at_moment, moment_of
from tests.support.contexts import context, contexts


def of(question: GateContext, title: str) -> list[RuleAnswer]:
    return [answer for answer in answers(question) if answer.title == title]


@given(contexts)
def test_the_answers_are_what_the_gate_heard_in_its_order(question: GateContext) -> None:
    told = list(answers(question))
    heard = [answer.reason for answer in told if answer.reason is not None]
    assert sorted(map(repr, heard)) == sorted(map(repr, rule(question).reasons))
    assert all(answer.text for answer in told) and len(told) >= len(RULES) - 1 + len(question.guardrails)


tried = st.sampled_from(["", "version 2, a canary,"])


@given(contexts, st.lists(st.sampled_from(["the guardrail a names b"]), max_size=1), st.booleans(), tried)
def test_a_moment_that_was_kept_gives_the_ruling_again(
    question: GateContext, broken: list[str], is_late: bool, canary: str
) -> None:
    question = replace(question, broken=tuple(broken), is_repeated_in_run=is_late, canary=canary)
    kept = json.loads(json.dumps(moment_of(question, is_lifted=False)))
    bare = replace(
        question, is_type_changed=False, has_grant=False, is_first_contact=False, has_category_changed=False,
        is_repeated_in_run=False, done_ago_s=None, event_age_s=0.0, switches=(), recipient_zones=(), usages=(),
        broken=(), canary="", provenance=replace(question.provenance, is_tainted=False),
    )  # fmt: skip
    assert rule(at_moment(bare, kept)) == rule(question)


def test_a_person_who_asked_for_it_then_counts_then() -> None:
    asked = context(level=Level.APPROVAL)
    kept = moment_of(asked, is_lifted=True)
    assert at_moment(context(level=Level.OBSERVE), kept).level is Level.APPROVAL
    assert at_moment(context(level=Level.AUTONOMOUS), kept).level is Level.AUTONOMOUS


def test_a_plain_moment_takes_no_room() -> None:
    assert moment_of(context(), is_lifted=False) == {}


def test_a_silent_rule_says_why() -> None:
    live = context(usages=(Usage("actions a day", 1, 5),))
    assert [answer.reason for answer in answers(live)] == [None] * (len(RULES) - 1)
    assert of(live, "Caps")[0].text == "below actions a day"
    assert of(live, "Autonomy level")[0].text == "level 3: it may act alone"


def test_guardrails_answer_each_for_itself() -> None:
    rails = (
        Guardrail(name="no-iban", when="args.text == 'IBAN'", then="refuse", because="never"),
        Guardrail(name="mine", when="true", then="ask", because="I look", actions=("mail.*",)),
        Guardrail(name="small", when="args.text == 'x'", then="ask", because="I look", actions=("desk.*",)),
    )
    told = [
        answer for answer in answers(context(guardrails=rails, args={"text": "IBAN"})) if "Guardrail" in answer.title
    ]
    assert [answer.text for answer in told] == ["never", "is about other tools", "does not hold: args.text == 'x'"]
    assert [answer.reason is None for answer in told] == [False, True, True]


def test_a_rule_that_names_what_is_gone_asks_of_changes_only() -> None:
    (reason,) = rules.broken_rules(context(broken=("the guardrail a names b.c, which is gone",)))
    assert reason.verdict.name == "ASK" and "which is gone" in reason.text

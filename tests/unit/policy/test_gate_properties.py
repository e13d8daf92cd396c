"""The gate's laws, for any circumstances: rules only lower, switches hold, shadow records, ceilings bind."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsconsole.domain.agent import Guardrail, QuietHours
from opsconsole.domain.enums import ClassCeiling, Effect, Level, Reversibility, Stage, Verdict
from opsconsole.domain.ruling import UNTIL_RELEASED, Reason, Ruling
from opsconsole.policy.context import GateContext, Provenance, Usage
from opsconsole.policy.gate import RULES, Rule, both, rule, rule_at_next_rung
from tests.support.contexts import ANN, MARK, MORNING, action_type, context, contexts, types

NEVER = datetime.min.replace(tzinfo=UTC)
some_rules = st.lists(st.sampled_from(RULES), unique=True)

holds = st.none() | st.sampled_from([MORNING, MORNING.replace(hour=12), UNTIL_RELEASED])
reasons = st.builds(Reason, st.sampled_from("abc"), st.just("because"), st.sampled_from(Verdict), holds)
rulings = st.builds(
    Ruling,
    st.sampled_from(Verdict),
    holds,
    st.lists(reasons, max_size=3, unique_by=lambda reason: reason.rule).map(tuple),
)


def rules_of(ruling: Ruling) -> set[str]:
    return {reason.rule for reason in ruling.reasons}


@given(contexts, some_rules, some_rules)
def test_more_rules_never_loosen(question: GateContext, some: list[Rule], more: list[Rule]) -> None:
    less, all_ = rule(question, some), rule(question, [*some, *more])
    assert all_.verdict <= less.verdict
    assert (all_.hold_until or NEVER) >= (less.hold_until or NEVER)
    whole = rule(question)
    assert whole.verdict <= all_.verdict and (whole.hold_until or NEVER) >= (all_.hold_until or NEVER)


@given(contexts)
def test_the_lowest_ceiling_and_the_latest_hold_bind(question: GateContext) -> None:
    alone = [rule(question, [each]) for each in RULES]
    whole = rule(question)
    assert whole.verdict is min(ruling.verdict for ruling in alone)
    assert (whole.hold_until or NEVER) == max(ruling.hold_until or NEVER for ruling in alone)


@given(rulings, rulings)
def test_where_two_versions_rule_the_lower_verdict_and_the_later_hold_bind(first: Ruling, second: Ruling) -> None:
    joined = both(first, second)
    assert joined.verdict is min(first.verdict, second.verdict)
    assert (joined.hold_until or NEVER) == max(first.hold_until or NEVER, second.hold_until or NEVER)
    assert {*joined.reasons} == {*first.reasons, *second.reasons}
    assert both(first, first) == first, "what both say is said once"


def test_of_several_quiet_hours_the_one_that_ends_last_binds() -> None:
    hours = [QuietHours.model_validate({"from": "08:00", "to": to}) for to in ("10:00", "12:00", "11:00")]
    for order in permutations(hours):
        assert rule(context(quiet_hours=order)).hold_until == MORNING.replace(hour=12)


def test_of_several_recipients_the_one_whose_night_ends_last_binds() -> None:
    hours = QuietHours.model_validate({"from": "20:00", "to": "13:00", "zone": "recipient", "fallback": "UTC"})
    zones = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")
    for order in permutations(zones):
        held = rule(context(quiet_hours=(hours,), recipient_zones=order))
        assert held.hold_until == MORNING.replace(hour=18), "one in the afternoon in New York"
    assert rule(context(quiet_hours=(hours,), recipient_zones=("Asia/Kolkata",))).hold_until is None


@given(contexts)
def test_a_ruling_says_what_binds_it(question: GateContext) -> None:
    ruling = rule(question)
    assert bool(ruling.binding) == (ruling.verdict < Verdict.ACT or ruling.hold_until is not None)
    assert ruling == rule(question), "the same question gets the same answer"


@given(contexts)
def test_a_switch_always_holds(question: GateContext) -> None:
    ruling = rule(replace(question, switches=("everything",)))
    assert ruling.hold_until == UNTIL_RELEASED and "kill_switch" in rules_of(ruling)


@given(contexts, st.booleans())
def test_what_is_not_live_is_at_most_recorded(question: GateContext, is_shadow: bool) -> None:
    stage = Stage.SHADOW if is_shadow else question.stage
    ruling = rule(replace(question, stage=stage, is_in_scope=is_shadow and question.is_in_scope))
    if question.is_write:
        assert ruling.verdict <= Verdict.SIMULATE
        assert question.is_live or rule(question).verdict <= Verdict.SIMULATE
        assert question.is_live == (question.stage is not Stage.SHADOW and question.is_in_scope and not question.shut)


@given(contexts)
def test_levels_are_ceilings(question: GateContext) -> None:
    if question.is_write:
        assert rule(replace(question, level=Level.OBSERVE)).verdict <= Verdict.RECOMMEND
        assert rule(replace(question, level=Level.APPROVAL, has_grant=False)).verdict <= Verdict.ASK
        ladder = [rule(replace(question, level=level)).verdict for level in Level]
        assert ladder == sorted(ladder), "a higher level never lowers"


@given(contexts)
def test_unknown_or_changed_tools_never_act(question: GateContext) -> None:
    assert rule(replace(question, type=None)).verdict <= Verdict.ASK
    assert rule(replace(question, is_type_changed=True)).verdict <= Verdict.ASK


@given(contexts)
def test_a_grant_lifts_only_the_ask_of_the_autonomy_rule(question: GateContext) -> None:
    without, with_ = rule(replace(question, has_grant=False)), rule(replace(question, has_grant=True))
    others = [each for each in RULES if each.__name__ != "autonomy"]
    assert with_.verdict <= rule(question, others).verdict, "no other rule is lifted"
    if with_.verdict is not without.verdict:
        assert (without.verdict, with_.verdict) == (Verdict.ASK, Verdict.ACT) and question.level is Level.APPROVAL
        assert {reason.rule for reason in without.binding if reason.verdict is Verdict.ASK} == {"autonomy"}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"type": action_type(reversibility=Reversibility.IRREVERSIBLE)}, "class_irreversible"),
        ({"type": action_type(is_money=True)}, "class_money"),
        ({"type": action_type(effect=Effect.EXTERNAL), "is_first_contact": True}, "class_first_contact"),
        ({"provenance": Provenance(is_tainted=True), "type": action_type(effect=Effect.EXTERNAL)}, "provenance_tool"),
        ({"type": None}, "unknown_tool"),
        ({"is_type_changed": True}, "changed_tool"),
        ({"guardrails": (Guardrail(name="hard", when="true", then="ask", because="it is so"),)}, "guardrail:hard"),
    ],
)
def test_a_grant_does_not_lift(changes: dict[str, object], name: str) -> None:
    ruling = rule(context(level=Level.APPROVAL, has_grant=True, **changes))
    assert ruling.verdict is Verdict.ASK and name in {reason.rule for reason in ruling.binding}
    assert rule(context(level=Level.APPROVAL, has_grant=True)).verdict is Verdict.ACT, "the grant itself holds"


@given(contexts, types, st.frozensets(st.sampled_from(ClassCeiling)))
def test_class_ceilings_bind_until_raised(question: GateContext, kind: object, raised: frozenset[ClassCeiling]) -> None:
    ruling = rule(replace(question, type=kind, is_type_changed=False, raised=raised))  # type: ignore[arg-type]
    told = replace(question, type=kind, is_type_changed=False)  # type: ignore[arg-type]
    assert told.type is not None
    bound = {
        "class_irreversible": told.reversibility is Reversibility.IRREVERSIBLE
        and ClassCeiling.IRREVERSIBLE not in raised,
        "class_money": told.type.is_money and ClassCeiling.MONEY not in raised,
        "class_first_contact": told.is_first_contact and ClassCeiling.FIRST_CONTACT not in raised,
    }
    for name, is_bound in bound.items():
        assert (name in rules_of(ruling)) == (is_bound and told.is_write)
    if told.is_write and any(bound.values()):
        assert ruling.verdict <= Verdict.ASK


@given(contexts, st.floats(0, 1e6), st.floats(0, 1e6))
def test_at_its_cap_everything_asks(question: GateContext, cap: float, over: float) -> None:
    if question.is_write:
        ruling = rule(replace(question, usages=(Usage("actions a day", cap + over, cap),)))
        assert ruling.verdict <= Verdict.ASK and "budget" in rules_of(ruling)


@given(
    contexts,
    st.sampled_from(["refuse", "ask"]),
    st.sampled_from(["args.nothing == 1", "1", "args.x.y", "event.a > 2", "("]),
)
def test_an_undecided_guardrail_asks(question: GateContext, then: str, when: str) -> None:
    guardrail = Guardrail.model_construct(name="odd", when=when, then=then, because="of that", actions=("*",))
    ruling = rule(replace(question, guardrails=(guardrail,)))
    assert ruling.verdict <= Verdict.ASK and "guardrail:odd" in rules_of(ruling)


@given(contexts)
def test_a_refusing_guardrail_refuses_and_nothing_lifts_it(question: GateContext) -> None:
    guardrail = Guardrail(name="never", when="true", then="refuse", because="we never do", actions=("*",))
    assert rule(replace(question, guardrails=(guardrail,))).verdict is Verdict.REFUSE


@given(contexts)
def test_tainted_external_acts_need_a_ratified_step(question: GateContext) -> None:
    origin = replace(question.provenance, is_tainted=True, is_ratified_step=False)
    if question.effect is Effect.EXTERNAL or question.reversibility is Reversibility.IRREVERSIBLE:
        ruling = rule(replace(question, provenance=origin))
        assert ruling.verdict <= (Verdict.ASK if question.is_write else Verdict.ACT)


@given(contexts)
def test_a_doubtful_agent_asks(question: GateContext) -> None:
    if question.is_write:
        for doubt in ({"is_abstained": True}, {"confidence": 0.4, "threshold": 0.5}, {"confidence": float("nan")}):
            assert rule(replace(question, **doubt)).verdict <= Verdict.ASK  # type: ignore[arg-type]


@given(contexts)
def test_no_reason_repeats_personal_data(question: GateContext) -> None:
    for ruling in (rule(question), rule_at_next_rung(question, rule(question).verdict)):
        for reason in () if ruling is None else ruling.reasons:
            assert MARK not in reason.text and ANN not in reason.text and "@" not in reason.text


@given(contexts)
def test_the_next_rung_is_never_lower(question: GateContext) -> None:
    now = rule(question)
    above = rule_at_next_rung(question, now.verdict)
    assert above is None or above.verdict >= now.verdict


def test_nothing_stands_against_a_plain_reversible_act() -> None:
    ruling = rule(context())
    assert (ruling.verdict, ruling.hold_until, ruling.reasons) == (Verdict.ACT, None, ())

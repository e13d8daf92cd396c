"""Each rule by itself: what makes it speak, with which word, and where it is still silent."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from opsconsole.domain.agent import Guardrail, QuietHours
from opsconsole.domain.enums import ClassCeiling, Effect, Level, Reversibility, Stage, Verdict
from opsconsole.domain.ruling import UNTIL_RELEASED
from opsconsole.policy import rules
from opsconsole.policy.context import Provenance, Usage
from opsconsole.policy.gate import rule, rule_at_next_rung
from opsconsole.policy.rules import age_in_words
from tests.support.contexts import MORNING, action_type, context

READ = action_type(effect=Effect.READ)
OUT = action_type(effect=Effect.EXTERNAL)
FINAL = action_type(reversibility=Reversibility.IRREVERSIBLE)
ONCE = action_type(repeat_window_s=60.0)
FRESH = action_type(max_age_s=60.0)
FETCH = action_type(effect=Effect.READ, is_egress=True)
SEARCH = action_type(effect=Effect.READ, is_unproven_read=True)
CREDIT = action_type(is_money=True)
REPLY = action_type(is_reply=True)
TAINTED = Provenance(is_tainted=True, is_ratified_step=True, verified_sender="ann@x.example", slots={"text": ()})
SHUT = "limited: live for Bug report and How-to only"
AT_CAP = Usage("actions a day", 3, 3)


def guardrail(when: str, then: str = "ask", name: str = "mine", **more: Any) -> Guardrail:
    facts: dict[str, Any] = {"name": name, "when": when, "then": then, "because": "we say so", **more}
    return Guardrail(**facts)


SPEAKS: list[tuple[Mapping[str, Any], str, Verdict]] = [
    ({"stage": Stage.SHADOW}, "stage", Verdict.SIMULATE),
    ({"is_in_scope": False}, "scope", Verdict.SIMULATE),
    ({"stage": Stage.SHADOW, "is_in_scope": False}, "stage", Verdict.SIMULATE),
    ({"stage": Stage.LIMITED, "shut": SHUT}, "stage", Verdict.SIMULATE),
    ({"stage": Stage.LIMITED, "shut": SHUT, "is_in_scope": False}, "scope", Verdict.SIMULATE),
    ({"level": Level.OBSERVE}, "autonomy", Verdict.RECOMMEND),
    ({"level": Level.OBSERVE, "has_grant": True}, "autonomy", Verdict.RECOMMEND),
    ({"level": Level.APPROVAL}, "autonomy", Verdict.ASK),
    ({"level": Level.APPROVAL, "has_grant": True}, "grant", Verdict.ACT),
    ({"is_type_changed": True, "raised": frozenset(ClassCeiling)}, "changed_tool", Verdict.ASK),
    ({"type": FINAL}, "class_irreversible", Verdict.ASK),
    ({"type": action_type(is_money=True)}, "class_money", Verdict.ASK),
    ({"is_first_contact": True}, "class_first_contact", Verdict.ASK),
    ({"guardrails": (guardrail("true"),)}, "guardrail:mine", Verdict.ASK),
    ({"guardrails": (guardrail("true", "refuse"),)}, "guardrail:mine", Verdict.REFUSE),
    ({"guardrails": (guardrail("args.gone == 1", "refuse"),)}, "guardrail:mine", Verdict.ASK),
    (
        {"guardrails": (guardrail("tool == 'desk.act' && args.n == 1", "refuse"),), "args": {"n": 1}},
        "guardrail:mine",
        Verdict.REFUSE,
    ),
    ({"guardrails": (guardrail("true", actions=("mail.*", "desk.*")),)}, "guardrail:mine", Verdict.ASK),
    ({"guardrails": (guardrail("true", actions=("desk.act",)),), "type": READ}, "guardrail:mine", Verdict.ASK),
    ({"provenance": Provenance(is_tainted=True), "type": OUT}, "provenance_tool", Verdict.ASK),
    ({"provenance": TAINTED, "type": OUT}, "provenance_destination", Verdict.ASK),
    ({"provenance": TAINTED, "type": OUT, "args": {"to": "eve@x.example"}}, "provenance_destination", Verdict.ASK),
    (
        {"provenance": TAINTED, "type": OUT, "args": {"to": "ann@x.example", "more": "x"}},
        "provenance_text",
        Verdict.ASK,
    ),
    ({"type": FETCH}, "egress", Verdict.ASK),
    ({"type": FETCH, "stage": Stage.SHADOW}, "egress", Verdict.SIMULATE),
    ({"type": FETCH, "is_in_scope": False}, "egress", Verdict.SIMULATE),
    ({"type": FETCH, "shut": SHUT}, "egress", Verdict.SIMULATE),
    ({"type": SEARCH, "shut": SHUT}, "unproven_read", Verdict.SIMULATE),
    ({"type": SEARCH, "stage": Stage.SHADOW}, "unproven_read", Verdict.SIMULATE),
    ({"type": SEARCH, "is_in_scope": False}, "unproven_read", Verdict.SIMULATE),
    (
        {"provenance": Provenance(is_tainted=True), "type": CREDIT, "raised": frozenset([ClassCeiling.MONEY])},
        "provenance_tool",
        Verdict.ASK,
    ),
    (
        {"provenance": TAINTED, "type": CREDIT, "raised": frozenset([ClassCeiling.MONEY]), "args": {"why": "x"}},
        "provenance_text",
        Verdict.ASK,
    ),
    ({"type": REPLY, "is_machine_written": True}, "loop", Verdict.REFUSE),
    ({"has_category_changed": True}, "category_changed", Verdict.ASK),
    ({"does_offline_disagree": True}, "category_disputed", Verdict.ASK),
    ({"type": ONCE, "done_ago_s": 59.9}, "already_done", Verdict.ASK),
    ({"type": ONCE, "done_ago_s": 0.0}, "already_done", Verdict.ASK),
    ({"is_repeated_in_run": True}, "repeated", Verdict.ASK),
    ({"type": FRESH, "event_age_s": 60.1}, "late", Verdict.ASK),
    ({"usages": (AT_CAP,)}, "budget", Verdict.ASK),
    ({"usages": (Usage("actions an hour", 1, 3), AT_CAP)}, "budget", Verdict.ASK),
    ({"is_abstained": True}, "abstained", Verdict.ASK),
    ({"is_abstained": True, "confidence": 0.1, "threshold": 0.5}, "abstained", Verdict.ASK),
    ({"confidence": 0.49, "threshold": 0.5}, "confidence", Verdict.ASK),
    ({"confidence": float("nan")}, "confidence", Verdict.ASK),
]


@pytest.mark.parametrize(("changes", "name", "verdict"), SPEAKS)
def test_a_rule_speaks_and_no_other(changes: Mapping[str, Any], name: str, verdict: Verdict) -> None:
    ruling = rule(context(**changes))
    assert [reason.rule for reason in ruling.reasons] == [name]
    assert ruling.verdict is verdict and ruling.hold_until is None


SILENT: list[Mapping[str, Any]] = [
    {"type": FINAL, "raised": frozenset([ClassCeiling.IRREVERSIBLE])},
    {"type": action_type(is_money=True), "raised": frozenset([ClassCeiling.MONEY])},
    {"is_first_contact": True, "raised": frozenset([ClassCeiling.FIRST_CONTACT])},
    {"guardrails": (guardrail("false"), guardrail("true", actions=("mail.*",)))},
    {"type": READ, "guardrails": (guardrail("true"),)},
    {"provenance": Provenance(is_tainted=True)},
    {"provenance": Provenance(), "type": OUT},
    {"provenance": Provenance(), "type": CREDIT, "raised": frozenset([ClassCeiling.MONEY])},
    {"type": SEARCH},
    {"provenance": TAINTED, "type": OUT, "args": {"to": "ann@x.example", "text": "x"}},
    {
        "type": FETCH,
        "args": {"to": "https://a.example/x"},
        "provenance": Provenance(trusted_egress=frozenset(["a.example"])),
    },
    {"type": READ, "args": {"to": "https://a.example/x"}},
    {"type": action_type(), "is_machine_written": True},
    {"type": REPLY},
    {"type": ONCE, "done_ago_s": 60.0},
    {"type": ONCE},
    {"done_ago_s": 1.0},
    {"type": FRESH, "event_age_s": 60.0},
    {"event_age_s": 1e9},
    {"usages": (Usage("actions a day", 2, 3),)},
    {"confidence": 0.5, "threshold": 0.5},
    {"threshold": 0.5},
    {"level": Level.AUTONOMOUS, "has_grant": True},
]


@pytest.mark.parametrize("changes", SILENT)
def test_on_the_other_side_of_its_bound_no_rule_speaks(changes: Mapping[str, Any]) -> None:
    assert rule(context(**changes)).reasons == ()


OF_WRITES = [
    changes for changes, name, _ in SPEAKS if name != "changed_tool" and not {"type", "guardrails"} & {*changes}
]


@pytest.mark.parametrize("changes", OF_WRITES)
def test_what_only_reads_meets_no_rule_for_writes(changes: Mapping[str, Any]) -> None:
    assert rule(context(**changes, type=READ)).reasons == ()


@pytest.mark.parametrize(
    "changes",
    [{"type": action_type(effect=Effect.READ, repeat_window_s=60.0), "done_ago_s": 1.0},
     {"type": action_type(effect=Effect.READ, max_age_s=1.0), "event_age_s": 9.0},
     {"type": action_type(effect=Effect.READ, is_money=True)},
     {"type": action_type(effect=Effect.READ, reversibility=Reversibility.IRREVERSIBLE)},
     {"type": READ, "quiet_hours": (QuietHours.model_validate({"from": "00:00", "to": "00:00"}),)}],
)  # fmt: skip
def test_a_read_is_never_late_done_grave_or_quiet(changes: Mapping[str, Any]) -> None:
    assert rule(context(**changes)).reasons == ()


def test_a_tool_that_nobody_declared_is_said_to_be_so_and_held_for_the_riskiest() -> None:
    asked = {reason.rule for reason in rule(context(type=None)).reasons}
    assert asked == {"unknown_tool", "class_irreversible"}
    assert {reason.verdict for reason in rules.unknown_tool(context(type=None))} == {Verdict.ASK}


def test_every_guardrail_is_asked_also_after_one_that_is_for_other_tools() -> None:
    rails = (
        guardrail("true", name="of-mail", actions=("mail.*",)),
        guardrail("true", name="of-writes"),
        guardrail("true", name="of-desk", actions=("desk.*",)),
    )
    assert [reason.rule for reason in rule(context(guardrails=rails)).reasons] == [
        "guardrail:of-writes",
        "guardrail:of-desk",
    ]
    assert [reason.rule for reason in rule(context(guardrails=rails, type=READ)).reasons] == ["guardrail:of-desk"]


def test_every_switch_holds_until_it_is_released() -> None:
    ruling = rule(context(switches=("everything", "agent mira")))
    assert [reason.rule for reason in ruling.reasons] == ["kill_switch"] * 2
    assert ruling.hold_until == UNTIL_RELEASED and ruling.verdict is Verdict.ACT


def test_quiet_hours_are_for_the_actions_they_name() -> None:
    def hours(*actions: str) -> QuietHours:
        return QuietHours.model_validate({"actions": actions, "from": "08:00", "to": "10:00"})

    assert rule(context(quiet_hours=(hours("mail.*"),))).reasons == ()
    held = rule(context(quiet_hours=(hours("mail.*"), hours("mail.*", "desk.*"))))
    assert [reason.rule for reason in held.reasons] == ["quiet_hours"]
    assert held.hold_until == MORNING + timedelta(hours=1) and held.verdict is Verdict.ACT
    assert rule(context(now=MORNING + timedelta(hours=1), quiet_hours=(hours("*"),))).reasons == ()


def test_all_places_a_read_sends_to_must_be_allowed() -> None:
    allowed = Provenance(trusted_egress=frozenset(["a.example"]))
    for to, asks in ((["https://a.example", "https://b.example"], True), (["https://a.example/1", "a.example"], False)):
        assert bool(rule(context(type=FETCH, args={"to": to}, provenance=allowed)).reasons) is asks


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stage": Stage.SHADOW}, "category case is in shadow"),
        ({"stage": Stage.SHADOW, "category": None}, "an event without a category is in shadow"),
        ({"shut": SHUT}, "limited: live for Bug report and How-to only; recorded, not done"),
        (
            {"type": FETCH, "shut": SHUT},
            "would send text outside: not done, limited: live for Bug report and How-to only",
        ),
        ({"type": FETCH, "stage": Stage.SHADOW}, "would send text outside: not done in shadow"),
        ({"type": FETCH, "provenance": TAINTED}, "arguments outside after outside text was read, to a place"),
        ({"type": FETCH}, "arguments outside, to a place"),
        ({"tool": "a.b.create_a_ticket", "type": ONCE, "done_ago_s": 7.0}, "done here 7 seconds ago: create a ticket"),
        ({"type": ONCE, "done_ago_s": 0.0}, "already on its way here: act"),
        ({"is_repeated_in_run": True}, "already done earlier in this run: the very same act"),
    ],
)
def test_a_reason_says_what_it_is_about(changes: Mapping[str, Any], words: str) -> None:
    (reason,) = rule(context(**changes)).reasons
    assert words in reason.text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.9, "less than a second"), (1, "1 second"), (59.9, "59 seconds"), (60, "1 minute"), (3599, "59 minutes"),
     (3600, "1 hour"), (7200, "2 hours"), (5400, "1 hour"),
     (86399, "23 hours"), (86400, "1 day"), (9 * 86400, "9 days")],
)  # fmt: skip
def test_ages_are_said_in_their_largest_unit(seconds: float, words: str) -> None:
    assert age_in_words(seconds) == words


@pytest.mark.parametrize(
    ("changes", "now", "above"),
    [
        ({"stage": Stage.SHADOW}, Verdict.SIMULATE, Verdict.ACT),
        ({"is_in_scope": False}, Verdict.SIMULATE, Verdict.ACT),
        ({"stage": Stage.LIMITED, "shut": SHUT}, Verdict.SIMULATE, Verdict.ACT),
        ({"stage": Stage.SHADOW, "level": Level.OBSERVE}, Verdict.SIMULATE, Verdict.RECOMMEND),
        ({"level": Level.OBSERVE}, Verdict.RECOMMEND, Verdict.ASK),
        ({"level": Level.APPROVAL}, Verdict.ASK, Verdict.ACT),
        ({"level": Level.APPROVAL, "is_abstained": True}, Verdict.ASK, Verdict.ASK),
        ({"is_abstained": True}, Verdict.ASK, None),
        ({}, Verdict.ACT, None),
        ({"level": Level.APPROVAL, "has_grant": True}, Verdict.ACT, None),
        ({"level": Level.OBSERVE, "guardrails": (guardrail("true", "refuse"),)}, Verdict.REFUSE, None),
    ],
)
def test_the_next_rung_is_live_instead_of_shadow_else_one_level_up(
    changes: Mapping[str, Any], now: Verdict, above: Verdict | None
) -> None:
    asked = context(**changes)
    found = rule_at_next_rung(asked, now)
    assert rule(asked).verdict is now and (found.verdict if found else None) is above


def test_the_next_rung_is_asked_of_the_same_rules() -> None:
    for changes, now in (({"stage": Stage.SHADOW}, Verdict.SIMULATE), ({"level": Level.APPROVAL}, Verdict.ASK)):
        found = rule_at_next_rung(context(is_abstained=True, **changes), now, [rules.stage, rules.autonomy])
        assert found is not None and found.verdict is Verdict.ACT


def test_what_has_a_way_back_and_is_not_said_to_be_reversible_counts_as_final_and_is_not_said_to_be() -> None:
    (with_way,) = rules.class_ceiling(
        context(type=action_type(reversibility=Reversibility.IRREVERSIBLE, undo="closed"))
    )
    (without,) = rules.class_ceiling(context(type=FINAL))
    assert with_way.verdict is without.verdict is Verdict.ASK
    assert without.text.endswith("cannot be undone")
    assert "counts as final" in with_way.text and "cannot be undone" not in with_way.text

"""One builder of what the gate sees: live runs, past runs and tried-out policies cannot differ in it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from opsconsole.domain.agent import AgentSpec, Guardrail, QuietHours, Trust
from opsconsole.domain.enums import ClassCeiling, Level, Stage, Verdict
from opsconsole.domain.event import Event
from opsconsole.domain.ids import ConnectionId, EventId, SubjectId
from opsconsole.engine.agents.facts import event_facts
from opsconsole.engine.gate.context import Terms, Wanted, gate_context, terms_of
from opsconsole.engine.past.policycheck import PolicyFile, RecordedCase, ToolEntry, Totals, check
from opsconsole.policy import gate
from opsconsole.policy.context import GateContext, Provenance

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
FETCH = ToolEntry.model_validate({"effect": "read", "egress": True, "destinations": ["url"]}).action_type("web.fetch")

EVENT = Event(
    id=EventId(1),
    connection=ConnectionId("desk"),
    external_id="m1",
    kind="mail.received",
    subject_id=SubjectId(1),
    subject="thread:m1",
    occurred_at=NOW,
    received_at=NOW,
    title="Question",
    text="Could you have a look?",
    sender="ann@harbour.example",
    sender_name="Ann",
    is_verified=True,
    is_untrusted=True,
    recipients=(),
    fields={"is_auto": True},
    problems=(),
)
GUARDRAIL = Guardrail(name="no-iban", when="false", then="ask", because="the operator says so")
QUIET = QuietHours.model_validate({"from": "20:00", "to": "07:00"})
WANTED = Wanted(
    tool="desk.note",
    args={"text": "x"},
    category="billing",
    confidence=0.7,
    is_abstained=True,
    is_tainted=True,
    is_ratified_step=True,
    slots={"text": ("x",)},
    is_disputed=True,
)
TERMS = Terms(
    level=Level.APPROVAL,
    stage=Stage.LIMITED,
    is_in_scope=False,
    raised=frozenset({ClassCeiling.IRREVERSIBLE}),
    guardrails=(GUARDRAIL,),
    trust=Trust(addresses=("Bob@Quay.example",), domains=("Quay.example",), egress=("Docs.example",)),
    quiet_hours=(QUIET,),
    threshold=0.6,
)
NOTE = ToolEntry.model_validate({"effect": "internal"}).action_type("desk.note")


def test_the_gate_sees_all_of_a_call_of_the_agents_file_and_of_the_event() -> None:
    assert gate_context(WANTED, TERMS, kind=NOTE, event=EVENT, now=NOW, is_type_changed=True) == GateContext(
        now=NOW,
        tool="desk.note",
        args={"text": "x"},
        type=NOTE,
        is_type_changed=True,
        category="billing",
        stage=Stage.LIMITED,
        is_in_scope=False,
        level=Level.APPROVAL,
        raised=frozenset({ClassCeiling.IRREVERSIBLE}),
        guardrails=(GUARDRAIL,),
        variables={
            "event": event_facts(EVENT),
            "subject": "thread:m1",
            "category": "billing",
            "confidence": 0.7,
        },
        provenance=Provenance(
            is_tainted=True,
            is_ratified_step=True,
            slots={"text": ("x",)},
            verified_sender="ann@harbour.example",
            trusted_addresses=frozenset({"bob@quay.example"}),
            trusted_domains=frozenset({"quay.example"}),
            trusted_egress=frozenset({"docs.example"}),
        ),
        quiet_hours=(QUIET,),
        confidence=0.7,
        threshold=0.6,
        is_abstained=True,
        does_offline_disagree=True,
        is_machine_written=True,
    )


def test_a_call_tried_out_alone_has_no_event_no_sender_and_no_category() -> None:
    seen = gate_context(Wanted(tool="desk.note", args={}), Terms(level=Level.OBSERVE), kind=None, event=None, now=NOW)
    assert seen == GateContext(
        now=NOW,
        tool="desk.note",
        args={},
        type=None,
        level=Level.OBSERVE,
        variables={"event": {}, "subject": "", "category": "", "confidence": 0.0},
    )


@pytest.mark.parametrize(
    ("changes", "sender", "is_machine"),
    [
        ({"is_verified": False}, "", True),
        ({"fields": {}}, "ann@harbour.example", False),
        ({"fields": {"is_auto": "yes"}}, "ann@harbour.example", False),
    ],
)
def test_only_a_sender_that_is_vouched_for_counts_and_only_a_machine_that_says_so(
    changes: dict[str, Any], sender: str, is_machine: bool
) -> None:
    seen = gate_context(WANTED, TERMS, kind=NOTE, event=replace(EVENT, **changes), now=NOW)
    assert (seen.provenance.verified_sender, seen.is_machine_written) == (sender, is_machine)


def test_an_agents_file_says_its_terms_by_tool_and_category() -> None:
    spec = AgentSpec.model_validate(
        {
            "agent": "mira",
            "name": "Mira",
            "subscribes": [],
            "scope": ["billing"],
            "stage": {"default": "shadow", "categories": {"billing": "limited"}},
            "autonomy": {"default": 1, "actions": {"desk.note": 2}, "categories": {"billing": {"desk.note": 3}}},
            "raised": [
                {"action": "desk.note", "ceiling": "irreversible", "reason": "for the test"},
                {"action": "desk.reply", "ceiling": "money", "reason": "for the test"},
            ],
            "guardrails": [GUARDRAIL.model_dump()],
            "trust": TERMS.trust.model_dump(),
            "quiet_hours": [QUIET.model_dump()],
            "playbook": {
                "purpose": "a test",
                "threshold": 0.5,
                "categories": [{"id": "billing", "name": "B", "threshold": 0.6}, {"id": "tech", "name": "T"}],
            },
        }
    )
    billing = replace(TERMS, level=Level.AUTONOMOUS, is_in_scope=True)
    assert terms_of(spec, WANTED, None) == billing
    tech = replace(billing, level=Level.APPROVAL, stage=Stage.SHADOW, is_in_scope=False, threshold=0.5)
    assert terms_of(spec, replace(WANTED, category="tech"), None) == tech
    assert terms_of(spec, replace(WANTED, category=None), None) == tech
    everywhere = spec.model_copy(update={"scope": None})
    assert terms_of(everywhere, replace(WANTED, category="tech"), None).is_in_scope


def test_a_place_is_trusted_however_a_policy_writes_its_capitals() -> None:
    policy = PolicyFile(trust=Trust(egress=("Docs.Example.COM",)))
    case = RecordedCase("1", "s", [("web.fetch", {"url": "https://docs.example.com/a"})])
    told = check(case, {"s": {"web.fetch": FETCH}}, policy, level=Level.AUTONOMOUS, now=NOW, totals=Totals())
    assert told["verdict"] == "ACT"


def test_a_category_that_the_offline_triage_disputes_asks_whoever_builds_the_context() -> None:
    kind = ToolEntry.model_validate({"effect": "internal"}).action_type("desk.note")
    for is_disputed, verdict in ((False, Verdict.ACT), (True, Verdict.ASK)):
        wanted = Wanted(tool="desk.note", args={}, category="billing", confidence=1.0, is_disputed=is_disputed)
        terms = Terms(level=Level.AUTONOMOUS)
        assert gate.rule(gate_context(wanted, terms, kind=kind, event=None, now=NOW)).verdict is verdict

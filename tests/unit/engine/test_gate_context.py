"""One builder of what the gate sees: live runs, past runs and tried-out policies cannot differ in it."""

from datetime import UTC, datetime

from opsconsole.domain.agent import Trust
from opsconsole.domain.enums import Level, Verdict
from opsconsole.engine.gate.context import Terms, Wanted, gate_context
from opsconsole.engine.past.policycheck import PolicyFile, RecordedCase, ToolEntry, Totals, check
from opsconsole.policy import gate

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
FETCH = ToolEntry.model_validate({"effect": "read", "egress": True, "destinations": ["url"]}).action_type("web.fetch")


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

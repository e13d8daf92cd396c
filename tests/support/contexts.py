"""Any circumstances an action can be in, for properties of the gate."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from opsconsole.domain.action import ActionType
from opsconsole.domain.agent import Guardrail, QuietHours
from opsconsole.domain.enums import ClassCeiling, Effect, Level, Reversibility, Stage
from opsconsole.engine.past.policycheck import AnyArguments
from opsconsole.policy.context import GateContext, Provenance, Usage

MARK = "q7personal"
"""Stands in every text that comes from outside; no reason may repeat it."""
ANN = f"{MARK}.ann@harbour.example"
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WRITES = (Effect.INTERNAL, Effect.EXTERNAL)

outside = st.text(max_size=30).map(lambda text: f"{MARK}{text}")
addresses = st.sampled_from([ANN, f"{MARK}@bank.example", f"{MARK}.ann@harbour.example.evil.example"])
conditions = st.sampled_from(
    [
        "true",
        "false",
        "args.text.contains('IBAN')",
        "args.amount > 50.0",
        "event.sender == 'x'",
        "1",
        "args.to",
        "1/0==1",
    ]
)


def action_type(**changes: Any) -> ActionType:
    """A write inside, unless told otherwise."""
    facts: dict[str, Any] = {
        "name": "desk.act",
        "title": "act",
        "effect": Effect.INTERNAL,
        "arguments": AnyArguments,
        "destinations": ("to",),
    }
    return ActionType(**(facts | changes))


def context(**changes: Any) -> GateContext:
    """A live, certain, autonomous action that nothing stands against, unless told otherwise."""
    facts: dict[str, Any] = {"now": MORNING, "tool": "desk.act", "args": {}, "type": action_type(), "category": "case"}
    return GateContext(**(facts | changes))


types = st.builds(
    action_type,
    effect=st.sampled_from(Effect),
    reversibility=st.sampled_from(Reversibility),
    is_money=st.booleans(),
    is_untrusted=st.booleans(),
    is_egress=st.booleans(),
    external_if_given=st.sampled_from([(), ("to",), ("text",)]),
    repeat_window_s=st.none() | st.floats(0, 1e6),
    max_age_s=st.none() | st.floats(0, 1e6),
)
arguments = st.fixed_dictionaries(
    {},
    optional={
        "to": addresses | st.lists(addresses, max_size=3) | st.none(),
        "text": outside,
        "amount": st.integers(-1000, 1000) | st.floats() | outside,
        "more": st.dictionaries(outside, outside, max_size=2),
    },
)
guardrails = st.builds(
    Guardrail,
    name=st.sampled_from(["no-iban", "no-money"]),
    when=conditions,
    then=st.sampled_from(["refuse", "ask"]),
    because=st.just("the operator says so"),
    actions=st.sampled_from([(), ("desk.*",), ("mail.*",)]),
)
usages = st.builds(Usage, st.just("actions a day"), st.floats(0, 50), st.floats(0, 50))
clocks = st.times().map(lambda at: f"{at:%H:%M}")
quiet_hours = st.builds(
    QuietHours,
    actions=st.sampled_from([("*",), ("desk.act",), ("mail.*",)]),
    from_=clocks,
    to=clocks,
    zone=st.sampled_from(["UTC", "Europe/Berlin", "recipient", "Asia/Kolkata"]),
    days=st.lists(st.sampled_from(["sat", "sun", "mon"]), max_size=2, unique=True).map(tuple),
)
provenances = st.builds(
    Provenance,
    is_tainted=st.booleans(),
    is_ratified_step=st.booleans(),
    slots=st.dictionaries(
        st.sampled_from(["text", "to", "amount"]), st.lists(outside, max_size=2).map(tuple), max_size=3
    ),
    verified_sender=addresses | st.just(""),
    trusted_addresses=st.frozensets(addresses, max_size=2),
    trusted_domains=st.frozensets(st.sampled_from(["harbour.example", "bank.example"]), max_size=2),
    trusted_egress=st.frozensets(st.sampled_from(["harbour.example", "bank.example"]), max_size=2),
)
contexts = st.builds(
    GateContext,
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
    tool=st.just("desk.act"),
    args=arguments,
    type=st.none() | types,
    is_type_changed=st.booleans(),
    category=st.none() | st.just("case"),
    stage=st.sampled_from(Stage),
    is_in_scope=st.booleans(),
    shut=st.sampled_from(["", "limited: live for Case only"]),
    level=st.sampled_from(Level),
    has_grant=st.booleans(),
    switches=st.lists(st.sampled_from(["everything", "agent mira"]), max_size=2).map(tuple),
    raised=st.frozensets(st.sampled_from(ClassCeiling)),
    is_first_contact=st.booleans(),
    guardrails=st.lists(guardrails, max_size=2).map(tuple),
    variables=st.just({"event": {"sender": ANN, "title": MARK}, "category": "case"}),
    provenance=provenances,
    has_category_changed=st.booleans(),
    does_offline_disagree=st.booleans(),
    done_ago_s=st.none() | st.floats(0, 1e6),
    event_age_s=st.floats(0, 1e7),
    usages=st.lists(usages, max_size=2).map(tuple),
    quiet_hours=st.lists(quiet_hours, max_size=2).map(tuple),
    recipient_zones=st.sampled_from([(), ("America/New_York",), ("Nowhere/Here", "Asia/Tokyo")]),
    confidence=st.none() | st.floats(0, 1) | st.just(float("nan")),
    threshold=st.floats(0, 1),
    is_abstained=st.booleans(),
)

LATER = MORNING + timedelta(days=400)

"""What is typed in the lines of a rule, and what it says; no window is needed."""

from dataclasses import replace
from pathlib import Path

import pytest

from opsconsole.app.session import opened
from opsconsole.domain.agent import Guardrail
from opsconsole.domain.event import IncomingEvent
from opsconsole.engine.agents.rails.fields import Field, Offer, offer
from opsconsole.policy.cel.rows import Operator
from opsconsole.store.writes import events
from opsconsole.ui.panels.agents.rails.typedrail import (
    TypedRail,
    TypedRow,
    as_rows,
    as_text,
    condition,
    slug,
    typed_rail,
    words_of,
)
from tests.ui.agents.agentsample import FILE, in_use, make
from tests.ui.sample import make_worked

FIELDS = (
    Field("args.to", "Action: recipient"),
    Field("args.amount", "Action: amount", "number"),
    Field("args.priority", "Action: priority", "choice", (("high", "High"), ("low", "Low"))),
    Field("event.is_verified", "Event: verified sender", "yes_no"),
)


def rail(when: str) -> TypedRail:
    return typed_rail(Guardrail(name="r", when=when, then="ask", because="it is so"), 0, 0, FIELDS)


@pytest.mark.parametrize(
    "when",
    [
        "double(args.amount) > 250.0",
        "args.amount == 3 && args.to.endsWith('@a.example')",
        "event.fields.size >= 4.5 || event.fields.code == 3",
        "args.to.matches('(?i)one|two')",
        "args.priority in ['high', 'low']",
        "!event.is_verified",
        "args.amount > 12.345 && args.amount < 1000000000000.5",
        "args.amount > 0.00001",
        "args.amount in [100, 200]",
    ],
)
def test_what_nobody_touched_is_written_as_it_was(when: str) -> None:
    typed = rail(when)
    assert typed.rows is not None and condition(typed, FIELDS) == (when, {})
    assert as_text(typed, FIELDS).text == when
    assert as_rows(as_text(typed, FIELDS), FIELDS) == typed


@pytest.mark.parametrize(
    "when",
    [
        "args.to in ['a, b', 'c']",
        "args.to == ' a'",
        "args.to == 3",
        "args.amount == '3'",
        "args.to == true",
        "args.to == event.sender",
    ],
)
def test_what_a_field_could_not_hold_stays_text(when: str) -> None:
    assert rail(when).rows is None and rail(when).text == when


LINES = [
    (TypedRow("args.amount", Operator.MORE, "250"), "args.amount > 250", ""),
    (TypedRow("args.amount", Operator.MORE, "12,50"), "args.amount > 12.5", ""),
    (TypedRow("args.amount", Operator.LESS, "1,000"), "", "Write it without a sign for thousands"),
    (TypedRow("args.amount", Operator.MORE, "2.500"), "", "Write it without a sign for thousands"),
    (TypedRow("args.amount", Operator.MORE, "1'000,50"), "", "Write it without a sign for thousands"),
    (TypedRow("args.amount", Operator.MORE, "0,125"), "args.amount > 0.125", ""),
    (TypedRow("args.amount", Operator.ONE_OF, "1,000, 2"), "", "Write a blank behind each comma"),
    (TypedRow("args.amount", Operator.ONE_OF, "1.000, 2"), "", "Write it without a sign for thousands"),
    (TypedRow("args.amount", Operator.ONE_OF, "1,2"), "args.amount in [1, 2]", ""),
    (TypedRow("args.amount", Operator.MORE, "much"), "", "Write a number, like 250 or 12.50."),
    (TypedRow("args.amount", Operator.ONE_OF, "1, 2"), "args.amount in [1, 2]", ""),
    (TypedRow("args.to", Operator.IS, "  ann  "), "args.to == 'ann'", ""),
    (TypedRow("args.to", Operator.IS, " "), "", "Write a value."),
    (TypedRow("args.to", Operator.HAS_WORDS, "a,, b"), "", "Write the words, with commas between them."),
    (TypedRow("args.to", Operator.HAS_WORDS, "pay slip, 50 %"), "args.to.matches('(?i)(pay slip|50 %)')", ""),
    (TypedRow("args.to", Operator.EMPTY, "left over"), "args.to == ''", ""),
    (TypedRow("event.txt", Operator.IS, "x"), "event.txt == 'x'", "there is no event.txt"),
]


@pytest.mark.parametrize(("row", "text", "fault"), LINES)
def test_a_line_says_this_or_what_is_wrong_with_it(row: TypedRow, text: str, fault: str) -> None:
    said, faults = condition(replace(rail("true"), rows=(row,)), FIELDS)
    assert said == text and "".join(faults.values()).startswith(fault) and bool(faults) is bool(fault)


def test_a_line_that_nobody_touched_is_not_checked_when_another_one_is() -> None:
    typed = rail("args.amount > 12.345 && args.to == 'ann'")
    assert typed.rows is not None
    other = replace(typed, rows=(typed.rows[0], replace(typed.rows[1], value="bob")))
    assert condition(other, FIELDS) == ("args.amount > 12.345 && args.to == 'bob'", {})


def test_a_rule_without_lines_or_text_is_told() -> None:
    assert condition(replace(rail("true"), rows=()), FIELDS)[1]["when"]
    assert condition(replace(rail("true"), text="  "), FIELDS)[1]["when"] == "Write when it holds."


def test_lines_are_told_in_words() -> None:
    told = words_of(rail("args.amount > 250 && args.priority == 'high' && !event.is_verified"), FIELDS)
    wanted = "the action's amount is more than 250, and the action's priority is “High”"
    assert told == f"{wanted}, and the event's verified sender: no"


def test_a_new_rule_gets_a_name_that_no_other_has() -> None:
    assert slug("Über 250 € — nobody's!", []) == "ber-250-nobody-s"
    assert slug("12 €", []) == "rule" and slug("no more", ["no-more", "no-more-2"]) == "no-more-3"


def offered(folder: Path) -> Offer:
    with opened(folder) as session:
        kernel = session.kernel
        spec = next(version.spec for version in kernel.roster.current(kernel.reader))
        return offer(kernel.registry, kernel.reader, spec)


def test_a_rule_is_offered_what_its_tools_and_events_have(tmp_path: Path) -> None:
    folder = make(tmp_path / "w", FILE)
    with opened(folder) as session:
        mail = IncomingEvent(
            external_id="1", kind="mail.received", subject="thread:1", occurred_at=session.kernel.clock.now(),
            fields={"is_auto": False, "employees": 12, "odd name": "x", "queue": None},
        )  # fmt: skip
        session.write(lambda tx: events.add(tx, "desk", mail, now=mail.occurred_at), name="sample")
    there = offered(folder)
    assert {field.name: field.kind for field in there.others if field.name.startswith("event.fields")} == {
        "event.fields.employees": "number",
        "event.fields.is_auto": "yes_no",
    }
    assert there.tools == ("desk.create_ticket", "desk.reply")
    credit = {field.name: field for field in there.fields(["desk.give_credit"])}
    assert credit["args.amount"].kind == "number" and not credit["args.amount"].may_lack
    assert credit["args.currency"].may_lack and Operator.GIVEN in credit["args.currency"].operators
    assert credit["category"].choices == (("mail_received", "A mail"),)
    both = {field.name: field for field in there.fields([])}
    assert both["args.text"].may_lack, "only one of the two has it"
    priority = both["args.priority"]
    assert [value for value, _ in priority.choices] == ["low", "normal", "high", "urgent"]
    assert "args.amount" not in both and "args.folder" in {field.name for field in there.fields(["desk.move_*"])}
    assert in_use(tmp_path / "w").number == 1


def test_an_agent_that_names_no_tool_is_offered_all_that_change_something(tmp_path: Path) -> None:
    tools = offered(make_worked(tmp_path / "w")).tools
    assert "desk.give_credit" in tools and "desk.find_contact" not in tools

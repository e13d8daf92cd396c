"""`shadow run`: the past worked by an agent, beside what people did with it."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.session import opened
from opsconsole.engine.pairs.pair import TAUGHT, WORKED_BEFORE
from opsconsole.store.queries import past
from tests.support.mail.mailboxes import (
    FOLDERS,
    OWN,
    START,
    TEXTS,
    Sorted,
    agent_file,
    mailbox,
    write_mailbox,
    write_tickets,
)
from tests.support.shell import Run


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Run:
    """A workspace with the agent."""
    assert run("init").code == 0
    assert run("agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "sorter.json")).code == 0
    return run


def pairs(run: Run) -> list[dict[str, Any]]:
    return run("shadow", "pairs", "--limit", 10_000, "--json").json


def test_folders_are_what_people_did(desk: Run, tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox())
    said = desk("shadow", "run", "sorter", box, "--own", OWN)
    assert said.code == 0, said.err
    assert "40 events worked" in said.out and "It agreed with people in 40 of the 40 that count (100%)" in said.out
    found = pairs(desk)
    assert Counter(pair["verdict"] for pair in found) == {"same": 40}
    assert {pair["source"] for pair in found} == {"history"}
    assert {pair["human_actions"][0]["args"]["folder"] for pair in found} == set(FOLDERS.values())


def test_answers_in_sent_are_what_people_did(desk: Run, tmp_path: Path) -> None:
    """An agent that only sorts leaves the answer out, and the pair says so; the answer is no event of its own."""
    mails = [Sorted(mail.number, mail.folder, mail.text, mail.at, answer="We send a new one.") for mail in mailbox(4)]
    said = desk("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mails), "--own", OWN)
    assert "4 events worked" in said.out
    found = pairs(desk)
    assert {pair["verdict"] for pair in found} == {"missing"}
    tools = {tuple(sorted(act["tool"] for act in pair["human_actions"])) for pair in found}
    assert tools == {("desk.move_mail", "desk.reply")}
    assert {act["args"]["text"] for pair in found for act in pair["human_actions"] if act["tool"] == "desk.reply"} == {
        "We send a new one."
    }


def test_what_was_left_in_the_inbox_was_left_alone(desk: Run, tmp_path: Path) -> None:
    mails = [Sorted(mail.number, "INBOX", mail.text, mail.at) for mail in mailbox(6)]
    desk("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mails), "--own", OWN)
    found = pairs(desk)
    assert {pair["verdict"] for pair in found} == {"extra"} and all(pair["human_actions"] == [] for pair in found)


def test_abstaining_counts_as_a_failure(run: Run, tmp_path: Path) -> None:
    run("init")
    run("agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "sorter.json", threshold=1.0))
    run("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(6)), "--own", OWN)
    found = pairs(run)
    assert len(found) == 6 and all(pair["failed"] and pair["verdict"] == "missing" for pair in found)
    (report,) = run("shadow", "report", "--json").json
    # They count where people put them, for the agent said nothing.
    assert {cell["category"]: (cell["trials"], cell["right"]) for cell in report["cells"]} == {
        "card": (3, 0),
        "transfer": (3, 0),
    }


def test_guardrails_refuse_as_they_do_live(run: Run, tmp_path: Path) -> None:
    rule = {"name": "cards", "when": "args.folder == 'Cards'", "then": "refuse", "because": "cards are for people"}
    run("init")
    run(
        "agents",
        "apply",
        "--without-evidence=a test",
        agent_file(tmp_path / "sorter.json", more={"guardrails": [rule]}),
    )
    run("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(10)), "--own", OWN)
    found = pairs(run)
    assert {(pair["category"], pair["verdict"]) for pair in found} == {("card", "missing"), ("transfer", "same")}


def test_a_repeat_goes_on_and_doubles_nothing(desk: Run, tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(20))
    assert "12 events worked" in desk("shadow", "run", "sorter", box, "--own", OWN, "--most", 12).out
    said = desk("shadow", "run", "sorter", box, "--own", OWN)
    assert "8 events to work, 12 worked before" in said.out and "8 events worked" in said.out
    before = pairs(desk)
    assert len(before) == 20 and len({pair["event"] for pair in before}) == 20
    said = desk("shadow", "run", "sorter", box, "--own", OWN)
    assert "0 events to work, 20 worked before" in said.out and pairs(desk) == before


def test_what_comes_in_later_is_worked_by_the_next_run(desk: Run, tmp_path: Path) -> None:
    desk("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(6)), "--own", OWN)
    said = desk("shadow", "run", "sorter", write_mailbox(tmp_path / "more", mailbox(4, first=6)), "--own", OWN)
    assert "4 events to work, 6 worked before" in said.out and len(pairs(desk)) == 10


def test_a_version_that_knew_the_events_proves_nothing_by_them(desk: Run, tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(6))
    desk("shadow", "run", "sorter", box, "--own", OWN)
    assert (
        desk(
            "agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "sorter.json", purpose="sorts better")
        ).code
        == 0
    )
    assert "6 events worked" in desk("shadow", "run", "sorter", box, "--own", OWN).out
    found = pairs(desk)
    first, second = min(pair["version_id"] for pair in found), max(pair["version_id"] for pair in found)
    assert {pair["excluded"] for pair in found if pair["version_id"] == first} == {""}
    assert {pair["excluded"] for pair in found if pair["version_id"] == second} == {WORKED_BEFORE}
    (report,) = desk("shadow", "report", "--json").json
    assert all(cell["trials"] == 0 for cell in report["cells"] if cell["version"] == 2)


def test_the_plan_works_nothing(desk: Run, tmp_path: Path) -> None:
    said = desk("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(6)), "--own", OWN, "--plan")
    assert "6 events to work, 2026-03-02 to 2026-03-02" in said.out and pairs(desk) == []
    assert desk("shadow", "run", "sorter", "--plan", "--json").json == [{"events": 6, "known": 0}]


def test_since_leaves_out_what_came_before(desk: Run, tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(40))
    said = desk("shadow", "run", "sorter", box, "--own", OWN, "--since", "2026-03-03", "--plan", "--json").json
    assert said == [{"events": 25, "known": 0}]


def test_json_gives_the_figures(desk: Run, tmp_path: Path) -> None:
    said = desk("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(6)), "--own", OWN, "--json").json
    assert len(said) == 1
    assert said[0]["done"] == said[0]["pairs"] == said[0]["agreed"] == 6 and said[0]["stopped"] == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nobody",), "There is no agent nobody"),
        (("sorter", "{tmp}/nothing.mbox"), "nothing.mbox"),
        (("sorter", "--since", "yesterday"), "yesterday"),
        (("sorter", "--most", "0"), "most"),
    ],
)
def test_errors_say_what_is_wrong(desk: Run, tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    said = desk("shadow", "run", *(word.format(tmp=tmp_path) for word in words))
    assert said.code == 2 and says in said.err


def test_an_agent_without_a_past_is_told_so(desk: Run) -> None:
    said = desk("shadow", "run", "sorter")
    assert said.code == 0 and "There is no past that Sorter would work" in said.out


def test_an_agent_that_thinks_with_a_model_needs_a_cap(run: Run, tmp_path: Path) -> None:
    run("init")
    applied = run(
        "agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "sorter.json", more={"brain": "model"})
    )
    assert applied.code == 0, applied.err
    said = run("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(3)), "--own", OWN)
    assert said.code == 2 and "say how much at most" in said.err and pairs(run) == []
    assert "what it costs is known after the first 10" in said.out
    said = run("shadow", "run", "sorter", "--cap", "5")
    assert said.code == 0 and "no model is connected as main" in said.out and pairs(run) == []


TICKETS = (
    "ticket id",
    "subject",
    "description",
    "queue",
    "assignee",
    "priority",
    "status",
    "requester email",
    "created at",
)


def tickets(count: int) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for number in range(count):
        kind = ("card", "transfer")[number % 2]
        at = START + timedelta(hours=number)
        row = (f"T{number}", "Question", TEXTS[kind].format(n=number), FOLDERS[kind], "", "", "closed")
        found.append((*row, f"c{number}@customer.example", at.isoformat()))
    return found


def ticket_agent(path: Path) -> Path:
    steps = {
        name: [{"do": "desk.update_ticket", "with": {"id": "{{ event.fields.ticket_id }}", "queue": folder}}]
        for name, folder in FOLDERS.items()
    }
    categories = [
        {"id": name, "name": FOLDERS[name], "examples": [TEXTS[name].format(n="one")], "steps": some}
        for name, some in steps.items()
    ]
    more = {
        "subscribes": [{"kinds": ["ticket.created"]}],
        "playbook": {"purpose": "sorts", "threshold": 0.1, "categories": categories},
    }
    return agent_file(path, more=more)


def test_columns_of_a_ticket_table_are_the_teams_triage(run: Run, folder: Path, tmp_path: Path) -> None:
    run("init")
    run("agents", "apply", "--without-evidence=a test", ticket_agent(tmp_path / "sorter.json"))
    table = write_tickets(tmp_path / "tickets.csv", tickets(20), TICKETS)
    said = run("shadow", "run", "sorter", table)
    assert "20 events worked" in said.out, said.out + said.err
    found = pairs(run)
    assert Counter(pair["verdict"] for pair in found) == {"same": 20}
    assert {pair["human_actions"][0]["tool"] for pair in found} == {"desk.update_ticket"}
    with opened(folder) as session:
        events = [past.event(session.kernel.reader, pair["event"]) for pair in found]
    assert {event.sender for event in events} == {f"c{number}@customer.example" for number in range(20)}
    assert all(event.subject == f"ticket:{event.fields['ticket_id']}" and event.title == "Question" for event in events)


def test_an_agent_that_assigns_where_people_left_a_ticket_unassigned_differs(run: Run, tmp_path: Path) -> None:
    run("init")
    file = ticket_agent(tmp_path / "sorter.json")
    file.write_text(file.read_text(encoding="utf-8").replace('"queue": ', '"assignee": "lena", "queue": '), "utf-8")
    run("agents", "apply", "--without-evidence=a test", file)
    run("shadow", "run", "sorter", write_tickets(tmp_path / "tickets.csv", tickets(4), TICKETS))
    assert {pair["verdict"] for pair in pairs(run)} == {"differs"}
    assert {pair["human_actions"][0]["args"]["assignee"] for pair in pairs(run)} == {""}


def test_an_event_that_its_agents_own_file_holds_counts_for_nothing(run: Run, tmp_path: Path) -> None:
    run("init")
    run("agents", "apply", "--without-evidence=a test", ticket_agent(tmp_path / "sorter.json"))
    rows = tickets(6)
    known = [(*row[:2], TEXTS["card"].format(n="One"), *row[3:]) for row in rows[:1]]
    run("shadow", "run", "sorter", write_tickets(tmp_path / "tickets.csv", [*known, *rows[1:]], TICKETS))
    assert [pair["excluded"] for pair in pairs(run)] == [*[""] * 5, TAUGHT]  # the newest first


def test_a_ticket_is_sorted_when_its_table_says_so(run: Run, tmp_path: Path) -> None:
    run("init")
    run("agents", "apply", "--without-evidence=a test", ticket_agent(tmp_path / "sorter.json"))
    rows = [(*row, (START + timedelta(hours=number, minutes=7)).isoformat()) for number, row in enumerate(tickets(4))]
    run("shadow", "run", "sorter", write_tickets(tmp_path / "tickets.csv", rows, (*TICKETS, "assigned at")))
    told = {pair["human_actions"][0]["at"] for pair in pairs(run)}
    assert told == {(START + timedelta(hours=number, minutes=7)).isoformat() for number in range(4)}


def test_a_ticket_without_a_time_is_told_and_left_out(run: Run, tmp_path: Path) -> None:
    run("init")
    run("agents", "apply", "--without-evidence=a test", ticket_agent(tmp_path / "sorter.json"))
    rows = [*tickets(3), (*tickets(4)[3][:-1], "")]
    said = run("shadow", "run", "sorter", write_tickets(tmp_path / "tickets.csv", rows, TICKETS))
    assert "1 left out" in said.out and "3 events worked" in said.out


def test_a_live_import_of_tickets_gives_no_agent_work(run: Run, tmp_path: Path) -> None:
    run("init")
    run("agents", "apply", "--without-evidence=a test", ticket_agent(tmp_path / "sorter.json"))
    said = run("import", write_tickets(tmp_path / "tickets.csv", tickets(3), TICKETS), "--json").json
    assert said[0]["queued"] == 0 and said[0]["new"] == 3
    assert "3 events worked" in run("shadow", "run", "sorter").out, "they are a past like any other"

"""What `shadow` says of the past is no better than it is, and what it does not know it says."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from opsconsole.engine.pairs.pair import WORKED_BEFORE
from opsconsole.engine.past.pair import NO_FOLDER, NO_TRIAGE
from tests.support.mail.mailboxes import OWN, TEXTS, Sorted, agent_file, mailbox, write_mailbox, write_tickets
from tests.support.shell import Run


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Run:
    """A workspace with the agent."""
    assert run("init").code == 0
    assert run("agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "sorter.json")).code == 0
    return run


def pairs(run: Run, *words: object) -> list[dict[str, Any]]:
    return run("shadow", "pairs", "--limit", 10_000, "--json", *words).json


def report(run: Run) -> dict[str, Any]:
    (told,) = run("shadow", "report", "--json").json
    return told


def test_not_knowing_is_never_agreeing(run: Run, tmp_path: Path) -> None:
    """An agent that knows nothing does nothing; beside people who did nothing that is no merit."""
    run("init")
    run("agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "sorter.json", threshold=1.0))
    mails = [Sorted(mail.number, "INBOX", mail.text, mail.at) for mail in mailbox(6)]
    said = run("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mails), "--own", OWN)
    assert "6  nothing to be compared: it did not know what to do" in said.out and "in 0 of the 6 that" in said.out
    assert report(run)["numbers"]["agreed"] == 0
    pair = pairs(run)[0]
    shown = run("shadow", "show", pair["id"]).out
    assert "did not know what to do" in shown and pair["because"] in shown and "week" in shown
    refused = run("shadow", "judge", pair["id"], "agent")
    assert refused.code != 0 and "it was not right" in refused.err and not pairs(run)[0]["judged"]
    assert run("shadow", "judge", pair["id"], "neither").code == 0


def test_a_step_that_cannot_be_done_is_a_failure_with_its_reason(run: Run, tmp_path: Path) -> None:
    run("init")
    file = agent_file(tmp_path / "sorter.json")
    file.write_text(file.read_text().replace('"folder": "Cards"', '"folder": "{{ event.fields.nowhere }}"'))
    run("agents", "apply", "--without-evidence=a test", file)
    said = run("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(6)), "--own", OWN)
    assert "3  nothing to be compared" in said.out and "3 times: step 1 of Cards could not be worked out" in said.out
    assert Counter(pair["failed"] for pair in pairs(run)) == {True: 3, False: 3}


def test_one_file_without_folders_does_not_say_what_people_did(desk: Run, tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(6)) / "Cards.mbox"
    assert "3 events worked" in desk("shadow", "run", "sorter", box, "--own", OWN).out
    assert {pair["excluded"] for pair in pairs(desk)} == {NO_FOLDER}
    assert NO_FOLDER in desk("shadow", "report").out


def test_a_table_without_triage_does_not_say_what_people_did(run: Run, tmp_path: Path) -> None:
    run("init")
    agent = agent_file(tmp_path / "sorter.json", more={"subscribes": [{"kinds": ["ticket.created"]}]})
    run("agents", "apply", "--without-evidence=a test", agent)
    columns = ("ticket id", "created at", "requester email", "subject", "description", "status")
    rows = [(f"T{n}", f"2026-03-0{n}", f"c{n}@x.example", "Q", TEXTS["card"], "open") for n in range(1, 5)]
    run("shadow", "run", "sorter", write_tickets(tmp_path / "tickets.csv", rows, columns))
    assert [pair["excluded"] for pair in pairs(run)] == [NO_TRIAGE] * 4
    assert report(run)["cells"][0]["excluded_because"] == {NO_TRIAGE: 4}


def test_ones_own_address_is_found_in_sent(desk: Run, tmp_path: Path) -> None:
    mails = [Sorted(mail.number, mail.folder, mail.text, mail.at, answer="We send a new one.") for mail in mailbox(4)]
    said = desk("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mails))
    assert f"6 mails in Sent from {OWN}: taken as your own answers" in said.out and "4 events worked" in said.out
    assert all("desk.reply" in {act["tool"] for act in pair["human_actions"]} for pair in pairs(desk))
    refused = desk("shadow", "run", "sorter", tmp_path / "box", "--own", "kelvin")
    assert refused.code == 2 and "'kelvin' is no mail address" in refused.err


def test_an_empty_source_is_told_and_nothing_is_worked(desk: Run, tmp_path: Path) -> None:
    desk("import", write_mailbox(tmp_path / "box", mailbox(4)), "--own", OWN)
    (tmp_path / "empty").mkdir()
    said = desk("shadow", "run", "sorter", tmp_path / "empty")
    assert said.code == 2 and "holds no mail and no rows" in said.err and pairs(desk) == []


def test_an_import_is_the_past_unless_it_is_said_to_be_work(desk: Run, tmp_path: Path) -> None:
    (told,) = desk("import", write_mailbox(tmp_path / "box", mailbox(4)), "--own", OWN, "--json").json
    assert told["queued"] == 0 and "4 events worked" in desk("shadow", "run", "sorter").out
    (told,) = desk("import", "--work", write_mailbox(tmp_path / "b", mailbox(3, first=9)), "--json").json
    assert told["queued"] == 3


def test_why_there_is_no_past_is_said(run: Run, tmp_path: Path) -> None:
    run("init")
    other = agent_file(tmp_path / "sorter.json", more={"subscribes": [{"kinds": ["lead.received"]}]})
    run("agents", "apply", "--without-evidence=a test", other)
    assert "nothing is here yet" in run("shadow", "run", "sorter").out
    said = run("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(4)), "--own", OWN).out
    assert "It works lead.received; what is here: 4 mail.received of desk" in said


def test_what_was_given_as_work_is_no_past(desk: Run, tmp_path: Path) -> None:
    desk("import", "--work", write_mailbox(tmp_path / "box", mailbox(3)), "--own", OWN)
    assert "3 events it was given as work" in desk("shadow", "run", "sorter").out


def test_an_earlier_version_taken_up_again_keeps_its_evidence(desk: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "sorter.json", tmp_path / "other.json"
    box = write_mailbox(tmp_path / "box", mailbox(6))
    desk("shadow", "run", "sorter", box, "--own", OWN)
    before = report(desk)
    assert desk("agents", "apply", "--without-evidence=a test", agent_file(second, purpose="sorts otherwise")).code == 0
    said = desk("shadow", "run", "sorter")
    assert "6 of them another version of Sorter has seen: they prove nothing of this one" in said.out
    changed = report(desk)
    assert changed["numbers"]["pairs"] == 0 and all(cell["version"] == 2 for cell in changed["cells"])
    assert (
        f"6 pairs of the version that counts prove nothing: {WORKED_BEFORE}" in desk("shadow", "report").out
        and pairs(desk, "--waiting") == []
    )
    assert desk("agents", "apply", "--without-evidence=a test", first).code == 0
    assert "0 events to work, 6 worked before" in desk("shadow", "run", "sorter").out
    now = report(desk)
    assert now["numbers"] == before["numbers"]
    assert [cell["right"] for cell in now["cells"]] == [cell["right"] for cell in before["cells"]] == [3, 3]


def test_until_the_version_in_use_has_a_pair_the_newest_that_has_some_counts(desk: Run, tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(6))
    desk("shadow", "run", "sorter", box, "--own", OWN)
    desk(
        "agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "second.json", purpose="sorts otherwise")
    )
    assert {cell["version"] for cell in report(desk)["cells"]} == {1}, "the only one that has some"
    desk("shadow", "run", "sorter")
    desk(
        "agents",
        "apply",
        "--without-evidence=a test",
        agent_file(tmp_path / "third.json", purpose="sorts in yet another way"),
    )
    assert {cell["version"] for cell in report(desk)["cells"]} == {2}
    desk("shadow", "run", "sorter")
    assert {cell["version"] for cell in report(desk)["cells"]} == {3}
    desk(
        "agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "second.json", purpose="sorts otherwise")
    )
    assert {cell["version"] for cell in report(desk)["cells"]} == {2}, "in use again, and it has its own"


def test_a_name_that_is_not_there_is_not_answered_with_nothing(desk: Run, tmp_path: Path) -> None:
    desk("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(4)), "--own", OWN)
    for words in (("pairs", "--agent", "suport"), ("report", "--agent", "suport")):
        said = desk("shadow", *words)
        assert said.code == 2 and "There is no agent suport. There are: sorter." in said.err
    said = desk("shadow", "pairs", "--category", "crad")
    assert said.code == 2 and "No pair is of the category crad. There are: card, transfer." in said.err


def test_when_people_moved_a_mail_nobody_knows(desk: Run, tmp_path: Path) -> None:
    desk("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(2)), "--own", OWN)
    assert {pair["human_actions"][0]["time"] for pair in pairs(desk)} == {"unknown"}


def test_who_goes_live_without_evidence_is_told_and_keeps_what_there_is(desk: Run, tmp_path: Path) -> None:
    desk("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(6)), "--own", OWN)
    before = report(desk)["numbers"]
    live = agent_file(tmp_path / "live.json", more={"stage": {"default": "shadow", "categories": {"card": "limited"}}})
    said = desk("agents", "apply", "--without-evidence=a test", live).out
    assert "Live without the evidence for it: Cards." in said and "transfer" not in said
    assert report(desk)["numbers"] == before, "how far it may go changes nothing of what it decides"
    assert "0 events to work, 6 worked before" in desk("shadow", "run", "sorter").out


def test_a_list_does_not_tell_what_an_agent_in_shadow_thinks_before_people_acted(desk: Run, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    desk("import", "--work", write_mailbox(tmp_path / "box", [replace(mail, at=now) for mail in mailbox(2)]))
    desk("engine", "--once")
    rows = [row for row in desk("feed", "--json").json if row["run_id"]]
    assert len(rows) == 2 and {(row["category"], row["verdicts"]) for row in rows} == {("", "")}
    assert {row["outcome"] for row in rows} == {"in shadow, compared once people acted"}
    shown = desk("runs", "show", rows[0]["run_id"]).out
    assert "move_mail" in shown and "proposal.seen" in desk("audit", "tail", "--json").out

"""What is not known of people is never taken for something they did, or left alone."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opsconsole.app.session import opened
from opsconsole.engine.past import humanacts
from opsconsole.engine.past.pair import NO_FOLDER, NO_SENT, NO_TRIAGE
from opsconsole.store.queries import past
from opsconsole.store.writes import desk as write_desk
from tests.support.mail.mailboxes import FOLDERS, OWN, START, TEXTS, agent_file, mailbox, write_mailbox, write_tickets
from tests.support.shell import Run

TICKETS = ("ticket id", "subject", "description", "queue", "requester email", "created at")


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Run:
    """A workspace with the agent."""
    assert run("init").code == 0
    assert run("agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "sorter.json")).code == 0
    return run


def pairs(run: Run) -> list[dict[str, Any]]:
    return run("shadow", "pairs", "--limit", 10_000, "--json").json


def without_sent(box: Path) -> Path:
    (box / "Sent.mbox").unlink()
    return box


def test_without_sent_mail_of_its_time_nothing_counts(desk: Run, tmp_path: Path) -> None:
    said = desk("shadow", "run", "sorter", without_sent(write_mailbox(tmp_path / "box", mailbox(6))), "--own", OWN)
    assert "6 of them prove nothing" in said.out and NO_SENT in said.out
    assert "agreed with people" not in said.out and {pair["excluded"] for pair in pairs(desk)} == {NO_SENT}
    old = [replace(mail, number=90, at=START - timedelta(days=700), answer="Yes.") for mail in mailbox(1)]
    desk("import", write_mailbox(tmp_path / "old", old), "--own", OWN)
    desk("agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "other.json", purpose="sorts otherwise"))
    desk("shadow", "run", "sorter")
    assert {pair["excluded"] for pair in pairs(desk)[:6]} == {NO_SENT}, "it is of another time"


def test_another_copy_tells_where_a_mail_was_put_whenever_it_comes(desk: Run, tmp_path: Path) -> None:
    """The same mails lie in All Mail, which comes first, and in the folders people put them into."""
    mails = mailbox(6)
    box = write_mailbox(tmp_path / "box", mails)
    everything = write_mailbox(tmp_path / "more", [replace(mail, folder="All Mail") for mail in mails])
    (everything / "All Mail.mbox").rename(box / "All Mail.mbox")
    assert "6 that count (100%)" in desk("shadow", "run", "sorter", box, "--own", OWN).out
    assert {pair["verdict"] for pair in pairs(desk)} == {"same"}


def test_folders_brought_in_later_mend_the_pairs(desk: Run, tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(6))
    desk("shadow", "run", "sorter", box / "Cards.mbox", "--own", OWN)
    assert {pair["excluded"] for pair in pairs(desk)} == {NO_FOLDER}
    desk("import", box, "--own", OWN)
    assert [(pair["verdict"], pair["excluded"]) for pair in pairs(desk)] == [("same", "")] * 3
    assert desk("audit", "verify").code == 0


def test_ones_own_addresses_that_sent_nothing_are_a_typing_error(desk: Run, tmp_path: Path) -> None:
    said = desk("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mailbox(4)), "--own", "hlep@bank.example")
    assert said.code == 2 and f"Write `--own {OWN}`" in said.err and pairs(desk) == []


def ticket_agent(path: Path, **args: str) -> Path:
    steps = [{"do": "desk.update_ticket", "with": {"id": "{{ event.fields.ticket_id }}", **args}}]
    categories = [
        {"id": name, "name": FOLDERS[name], "examples": [TEXTS[name].format(n="one")], "steps": steps}
        for name in FOLDERS
    ]
    playbook = {"purpose": "sorts", "threshold": 0.1, "categories": categories}
    return agent_file(path, more={"subscribes": [{"kinds": ["ticket.created"]}], "playbook": playbook})


def tickets(path: Path) -> Path:
    rows = [
        (f"T{number}", "Q", TEXTS["card"].format(n=number), "Cards", f"c{number}@x.example", f"{START:%Y-%m-%d}")
        for number in range(4)
    ]
    return write_tickets(path, rows, TICKETS)


def test_a_field_that_the_table_does_not_tell_proves_nothing(run: Run, tmp_path: Path) -> None:
    run("init")
    run(
        "agents",
        "apply",
        "--without-evidence=a test",
        ticket_agent(tmp_path / "sorter.json", queue="Cards", priority="urgent"),
    )
    run("shadow", "run", "sorter", tickets(tmp_path / "tickets.csv"))
    assert {pair["excluded"] for pair in pairs(run)} == {NO_TRIAGE}


def test_what_an_agent_did_with_a_ticket_since_is_not_peoples(run: Run, folder: Path, tmp_path: Path) -> None:
    run("init")
    run("agents", "apply", "--without-evidence=a test", ticket_agent(tmp_path / "sorter.json", queue="Cards"))
    run("import", tickets(tmp_path / "tickets.csv"))
    with opened(folder) as session:
        now = session.kernel.clock.now()
        for number, actor in ((1, "agent:sorter"), (2, "person:lena")):
            change = {"queue": "Elsewhere"}
            session.write(
                lambda tx, number=number, actor=actor, change=change: write_desk.update(
                    tx, "ticket", number, change, actor=actor, now=now
                ),
                name="test",
            )
        queues = [past.ticket_by_people(session.kernel.reader, number)["queue"] for number in (1, 2)]
    assert queues == ["Cards", "Elsewhere"]


def test_folders_that_hold_what_nobody_sorted() -> None:
    for name in ("", "INBOX", "Archive", "[Gmail]/All Mail", "INBOX.Archive", "Posteingang"):
        assert humanacts.is_unsorted(name), name
    for name in ("Cards", "INBOX/Cards", "Cards/Archive", "Clients/Inbox"):
        assert not humanacts.is_unsorted(name), name


def test_three_versions_on_one_event_are_one_correction(desk: Run, tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(6))
    for purpose in ("one", "two", "three"):
        desk("agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "a.json", purpose=purpose))
        desk("shadow", "run", "sorter", box, "--own", OWN)
    event = pairs(desk)[0]["event"]
    for pair in [pair for pair in pairs(desk) if pair["event"] == event]:
        assert desk("shadow", "judge", pair["id"], "human", "--category", "card").code == 0
    assert "Nothing to learn yet" in desk("shadow", "lessons", "sorter").out


def test_a_backtest_needs_to_know_what_people_did(desk: Run, tmp_path: Path) -> None:
    desk("shadow", "run", "sorter", without_sent(write_mailbox(tmp_path / "box", mailbox(6))), "--own", OWN)
    said = desk("shadow", "backtest", agent_file(tmp_path / "other.json", purpose="otherwise"), "--json")
    assert json.loads(said.out.splitlines()[-1])["total"]["events"] == 0


def test_a_backtest_leaves_out_what_the_changed_file_holds_as_an_example(desk: Run, tmp_path: Path) -> None:
    mails = mailbox(6)
    desk("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mails), "--own", OWN)
    file = agent_file(tmp_path / "other.json")
    body = json.loads(file.read_text())
    body["playbook"]["categories"][0]["examples"] += [mails[0].text, mails[2].text]
    file.write_text(json.dumps(body))
    (*_, total) = desk("shadow", "backtest", file, "--json").json
    assert (total["total"]["events"], total["total"]["left_out"]) == (4, 2)

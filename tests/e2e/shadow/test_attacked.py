"""What strangers write, and what nobody meant, makes no evidence; and nothing of it breaks a command."""

import json
import os
import tarfile
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from opsconsole.engine.pairs.pair import TAUGHT
from opsconsole.engine.past.pair import MACHINE, NO_SENT
from tests.support.mail.mailboxes import OWN, START, TEXTS, Sorted, agent_file, mailbox, write_mailbox, write_tickets
from tests.support.shell import Run


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Run:
    """A workspace with the agent."""
    assert run("init").code == 0
    assert run("agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "sorter.json")).code == 0
    return run


def pairs(run: Run) -> list[dict[str, Any]]:
    return run("shadow", "pairs", "--limit", 10_000, "--json").json


def trials(run: Run) -> int:
    (told,) = run("shadow", "report", "--json").json
    return sum(cell["trials"] for cell in told["cells"])


def mbox(path: Path, *mails: tuple[list[str], str]) -> Path:
    with path.open("a", encoding="utf-8") as file:
        for head, text in mails:
            file.write("\n".join([f"From x@y {START:%a %b %d %H:%M:%S %Y}", *head, "", text, "", ""]))
    return path


def test_kept_cases_of_another_system_are_no_evidence_for_an_agent_of_its_name(run: Run, tmp_path: Path) -> None:
    run("init")
    file = tmp_path / "cases.jsonl"
    nothing: dict[str, Any] = {"suite": "card", "agent_actions": [], "expected_actions": []}
    file.write_text("\n".join(json.dumps({"case_id": f"c{number}", **nothing}) for number in range(30)))
    assert run("shadow", "compare", file, "--totals", "--keep", "sorter").code == 0
    assert trials(run) == 30
    run("agents", "apply", "--without-evidence=a test", agent_file(tmp_path / "sorter.json"))
    assert "No pairs yet" in run("shadow", "report").out or trials(run) == 0


def test_a_folder_that_only_speaks_of_sent_makes_nobody_an_owner(desk: Run, tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(4))
    eve = (["From: eve@evil.example", f"To: {OWN}", "Subject: Sample", "In-Reply-To: <q0@customer.example>"], "Yes.")
    mbox(box / "Samples sent.mbox", *[([*eve[0], f"Message-ID: <e{n}@evil.example>"], eve[1]) for n in range(30)])
    said = desk("shadow", "run", "sorter", box)
    assert "eve@evil.example" not in said.out and f"from {OWN}" in said.out
    assert not any("reply" in act["tool"] for pair in pairs(desk) for act in pair["human_actions"])


@pytest.mark.parametrize("mark", ["Auto-Submitted: auto-replied", ""], ids=["autoresponder", "an-agents"])
def test_an_answer_of_a_machine_is_no_persons(desk: Run, tmp_path: Path, mark: str) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(4))
    name = "<auto0@bank.example>" if mark else "<ops.0123456789abcdef@bank.example>"
    head = [f"From: {OWN}", "To: c0@customer.example", "Subject: Re: Question", f"Message-ID: {name}"]
    head += ["In-Reply-To: <q0@customer.example>", "References: <q0@customer.example>"]
    head += [f"Date: {format_datetime(START + timedelta(minutes=1))}", *([mark] if mark else [])]
    mbox(box / "Sent.mbox", (head, "We are away."))
    desk("shadow", "run", "sorter", box)
    assert [pair["excluded"] for pair in pairs(desk)] == ["", "", "", MACHINE]


def test_a_date_that_a_stranger_wrote_does_not_spread_a_burst(desk: Run, tmp_path: Path) -> None:
    box = write_mailbox(tmp_path / "box", mailbox(1))
    received = "Received: from evil by mx; Mon, 2 Mar 2026 09:30:00 +0000"
    burst = [
        (
            [received, "From: bob@evil.example", f"To: {OWN}", "Subject: Question", f"Message-ID: <b{n}@evil.example>",
             f"Date: {format_datetime(START - timedelta(days=3 * n))}"],
            TEXTS["card"].format(n=n + 50),
        )
        for n in range(10)
    ]  # fmt: skip
    mbox(box / "Cards.mbox", *burst)
    desk("shadow", "run", "sorter", box)
    assert len(pairs(desk)) == 11 and trials(desk) == 2


def test_one_customer_under_many_names_is_one_and_a_ticket_of_nobody_stands_for_itself(
    run: Run, tmp_path: Path
) -> None:
    run("init")
    agent = agent_file(tmp_path / "sorter.json", more={"subscribes": [{"kinds": ["ticket.created"]}]})
    run("agents", "apply", "--without-evidence=a test", agent)
    heads = ("ticket id", "subject", "description", "queue", "requester email", "created at")
    for number, who in enumerate(("Bob Miller", "", "bob+{n}@x.example")):
        at = f"2026-03-0{number + 2}"
        rows = [
            (f"T{number}{n}", "Q", TEXTS["card"].format(n=n), "Cards", who.format(n=n), f"{at} 09:0{n}")
            for n in range(6)
        ]
        run("import", write_tickets(tmp_path / f"t{number}.csv", rows, heads))
    run("shadow", "run", "sorter")
    assert len(pairs(run)) == 18 and trials(run) == 1 + 6 + 1


def test_answers_and_a_table_brought_in_later_are_compared(desk: Run, tmp_path: Path) -> None:
    mails = [replace(mail, answer="We send a new one.") for mail in mailbox(4)]
    box, sent = write_mailbox(tmp_path / "box", mails), tmp_path / "Sent"
    sent.mkdir()
    (box / "Sent.mbox").rename(sent / "Sent.mbox")
    desk("shadow", "run", "sorter", box)
    assert {pair["excluded"] for pair in pairs(desk)} == {NO_SENT}
    desk("import", tmp_path / "Sent")
    assert [(pair["excluded"], pair["verdict"]) for pair in pairs(desk)] == [("", "missing")] * 4
    assert desk("audit", "verify").code == 0


def test_sent_mail_of_another_house_or_another_year_vouches_for_nothing(desk: Run, tmp_path: Path) -> None:
    desk("import", write_mailbox(tmp_path / "own", mailbox(2)))
    other = [Sorted(n, "INBOX", TEXTS["card"].format(n=n), START + timedelta(hours=n)) for n in range(50, 53)]
    box = write_mailbox(tmp_path / "other", other)
    (box / "Sent.mbox").unlink()
    inbox = box / "INBOX.mbox"
    inbox.write_text(inbox.read_text().replace(OWN, "support@elsewhere.example"))
    desk("shadow", "run", "sorter", box)
    assert sorted(pair["excluded"] for pair in pairs(desk)) == ["", "", NO_SENT, NO_SENT, NO_SENT]


def test_a_mail_less_one_word_is_an_example_all_the_same(run: Run, tmp_path: Path) -> None:
    run("init")
    mails = mailbox(4)
    file = agent_file(tmp_path / "sorter.json")
    body = json.loads(file.read_text())
    body["playbook"]["categories"][0]["examples"] = [mails[0].text.rpartition(" ")[0]]
    file.write_text(json.dumps(body))
    run("agents", "apply", "--without-evidence=a test", file)
    run("shadow", "run", "sorter", write_mailbox(tmp_path / "box", mails))
    assert pairs(run)[-1]["excluded"] == TAUGHT


def test_dates_at_the_ends_of_time_break_nothing(desk: Run, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "far.tar", "w") as archive:
        (tmp_path / "a.eml").write_text("From: a@b.example\nSubject: x\nMessage-ID: <far@b.example>\n\nHello\n")
        info = archive.gettarinfo(tmp_path / "a.eml")
        info.mtime = 253402300799
        with (tmp_path / "a.eml").open("rb") as file:
            archive.addfile(info, file)
    assert desk("import", tmp_path / "far.tar").code == 0
    heads = ("ticket id", "subject", "description", "queue", "created at")
    dates = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-02")
    rows = [(f"T{n}", "Q", TEXTS["card"], "Cards", at) for n, at in enumerate(dates)]
    (told,) = desk("import", write_tickets(tmp_path / "t.csv", rows, heads), "--json").json
    assert told["new"] == 3 and desk("shadow", "run", "sorter").code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("shadow", "show", 2**63), "larger than any number"),
        (("shadow", "judge", 10**30, "human"), "larger than any number"),
        (("shadow", "pairs", "--limit", 10**20), "must be"),
        (("agents", "apply", "--without-evidence=a test", "/dev/zero"), "not a file"),
        (("shadow", "compare", "/dev/zero"), ""),
        (("shadow", "act", 1, "", "a=b"), "no tool"),
        (("shadow", "act", 1, "desk.reply", "=b"), "name=value"),
    ],
)
def test_what_is_typed_wrongly_is_said(desk: Run, words: tuple[object, ...], says: str) -> None:
    said = desk(*words)
    assert said.code == 2 and says in said.err and "Traceback" not in said.err


def test_half_a_character_in_an_agents_file_is_said(run: Run, tmp_path: Path) -> None:
    run("init")
    file = agent_file(tmp_path / "sorter.json")
    file.write_text(file.read_text().replace('"sorts"', '"\\ud800"'))
    said = run("agents", "apply", "--without-evidence=a test", file)
    assert said.code == 2 and "half a character" in said.err and os.fspath(file) in said.err

"""Tables in the shapes that ticket and customer systems export: every row with its time, queue, person and priority."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.connectors.files import ImportRecord, open_source
from opsconsole.connectors.files.cells.encoding import encoding_of
from opsconsole.connectors.files.mapping import TableMapping, read_mapping
from opsconsole.domain.errors import FileFormatError
from opsconsole.domain.priority import priority_of
from tests.support.imports.documented import (
    ASANA,
    GITLAB_ISSUES,
    INTERCOM,
    LINEAR,
    SALESFORCE,
    SERVICENOW_FIELDS,
    ZOHO_DESK,
)
from tests.support.imports.exports import FRESHDESK, GITLAB, HUBSPOT, JIRA, JIRA_PIPELINE, SERVICENOW, ZENDESK_VIEW


def records(folder: Path, text: str | bytes, name: str = "export.csv", **mapping: Any) -> list[ImportRecord]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(open_source(path, mapping=TableMapping(**mapping)).records())


@pytest.mark.parametrize(
    ("text", "queue", "priority", "address", "number"),
    [
        (JIRA, "Warehouse", "urgent", "", "7c1"),
        (HUBSPOT, "Returns", "normal", "rui@tile.example", "5001"),
        (FRESHDESK, "Returns", "urgent", "rui@tile.example", "5001"),
        (ZENDESK_VIEW, "Returns", "normal", "", ""),
        (SERVICENOW, "Returns", "urgent", "", ""),
        (GITLAB, "Returns", "low", "", "rui"),
        (JIRA_PIPELINE, "Returns", "high", "", "7"),
    ],
    ids=["jira", "hubspot", "freshdesk", "zendesk view", "servicenow", "gitlab", "jira pipeline"],
)
def test_every_row_of_an_export_is_a_ticket_with_time_queue_and_person(
    tmp_path: Path, text: str, queue: str, priority: str, address: str, number: str
) -> None:
    (got,) = records(tmp_path, text)
    told = got.fields
    assert got.kind == "ticket" and got.problems == ()
    assert told["created_at"] == "2026-02-03T20:05:00+00:00"
    assert (told["queue"], told["priority"], told["assignee"]) == (queue, priority, "Kim Ode")
    assert (told["requester_name"], told["requester_email"], told["requester_id"]) == ("Rui Alves", address, number)


@pytest.mark.parametrize(
    ("text", "number", "priority", "address"),
    [
        (LINEAR, "RET-31", "urgent", "rui@tile.example"),
        (ASANA, "12001", "high", ""),
        (GITLAB_ISSUES, "31", "", ""),
        (INTERCOM, "77", "", "rui@tile.example"),
        (SALESFORCE, "00001026", "high", "rui@tile.example"),
        (SERVICENOW_FIELDS, "INC0010031", "normal", ""),
        (ZOHO_DESK, "Ticket_1", "high", ""),
    ],
    ids=["linear", "asana", "gitlab", "intercom", "salesforce", "servicenow", "zoho"],
)
def test_every_row_of_a_documented_export_is_read_whole(
    tmp_path: Path, text: str, number: str, priority: str, address: str
) -> None:
    rows = records(tmp_path, text)
    told = rows[0].fields
    assert [row.problems for row in rows] == [()] * len(rows)
    assert (rows[0].external_id, told["priority"], told["requester_email"]) == (number, priority, address)
    assert told["created_at"][:10] == "2026-02-03" and told["assignee"] in ("Kim Ode", "kim@floor.example", "")


def test_a_number_sign_is_the_number_and_words_that_are_written_together_are_told_apart(tmp_path: Path) -> None:
    (got,) = records(
        tmp_path, "#,Subject,assigneeName,requesterEmail,createdAt\n7,x,Kim,r@tile.example,2026-02-03 20:05\n"
    )
    told = got.fields
    assert (got.external_id, told["assignee"], told["requester_email"]) == ("7", "Kim", "r@tile.example")
    assert told["created_at"] == "2026-02-03T20:05:00+00:00"


@pytest.mark.parametrize(
    ("closed", "created", "is_told"),
    [
        ("02/25/2026", "2026-02-03", False),
        ("25/02/2026", "2026-03-02", False),
        ("later", "2026-02-03", True),
        ("", "2026-02-03", True),
    ],
)
def test_dates_that_leave_their_order_open_are_read_as_other_columns_show(
    tmp_path: Path, closed: str, created: str, is_told: bool
) -> None:
    (got,) = records(tmp_path, f"Ticket ID,Subject,Status,Created,Closed\n1,x,Open,02/03/2026 10:00,{closed}\n")
    assert got.fields["created_at"] == f"{created}T10:00:00+00:00"
    assert bool(got.problems) == is_told


def test_dates_that_contradict_each_other_are_decided_by_no_other_column(tmp_path: Path) -> None:
    text = "Ticket ID,Subject,Status,Created,Closed\n"
    text += "1,x,Open,02/03/2026,25/02/2026\n2,x,Open,02/25/2026,25/02/2026\n3,x,Open,25/02/2026,25/02/2026\n"
    assert [bool(row.problems) for row in records(tmp_path, text)] == [True, False, False]


@pytest.mark.parametrize("word", ["No priority", "none", "-", "[none]", "n/a"])
def test_a_word_for_no_priority_is_none(tmp_path: Path, word: str) -> None:
    (got,) = records(tmp_path, f"Ticket ID,Subject,Priority\n1,x,{word}\n")
    assert got.fields["priority"] == "" and got.problems == ()


def test_columns_of_one_name_all_stay(tmp_path: Path) -> None:
    (got,) = records(tmp_path, JIRA)
    assert [value for name, value in got.fields["extra"].items() if name.startswith(("Labels", "Comment"))] == [
        "scanner",
        "hall",
        "03/Feb/26 8:30 PM;7c1;looking",
        "04/Feb/26 9:00 AM;7c1;belt was torn",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "First Name,Middle Name,Last Name,Organization Name,Organization Title,E-mail 1 - Label,E-mail 1 - Value,"
        "Phone 1 - Label,Phone 1 - Value\n"
        "Rui,,Alves,Tile Ltd,Buyer,Work,rui@tile.example ::: r@home.example,Work,+351 1\n",
        "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,"
        "Organization 1 - Name,Organization 1 - Title\n"
        "Rui Alves,Rui,Alves,* Work,rui@tile.example,Work,+351 1,Tile Ltd,Buyer\n",
    ],
    ids=["today", "before 2024"],
)
def test_google_contacts(tmp_path: Path, text: str) -> None:
    (got,) = records(tmp_path, text)
    told = got.fields
    assert got.kind == "contact" and got.problems == ()
    assert (told["name"], told["email"], told["phone"]) == ("Rui Alves", "rui@tile.example", "+351 1")
    assert (told["company"], told["title"]) == ("Tile Ltd", "Buyer")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_line_that_tells_excel_the_separator_is_read(tmp_path: Path, encoding: str) -> None:
    text = "sep=;\r\nTicket ID;Betreff;Priorität;Gruppe;Bearbeiter;E-Mail;Erstellt am\r\n"
    text += "3;Größe, falsch;Hoch;Rückgabe;Kim Ode;rui@tile.example;03.02.2026 20:05\r\n"
    (got,) = records(tmp_path, text.encode(encoding))
    told = got.fields
    assert (got.external_id, told["title"], told["priority"], got.line) == ("3", "Größe, falsch", "high", 3)
    assert told["created_at"] == "2026-02-03T20:05:00+00:00" and told["queue"] == "Rückgabe"


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850", "utf-16-le", "utf-16-be"])
def test_an_encoding_that_nothing_names_is_told_by_its_letters(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes("Name,Email\nJürgen Größe,j@tile.example\nZoé Çelik,z@tile.example\n".encode(encoding))
    assert encoding_of(path) == encoding
    assert [row.fields["name"] for row in open_source(path).records()] == ["Jürgen Größe", "Zoé Çelik"]


def test_an_unread_zone_is_told_in_its_row(tmp_path: Path) -> None:
    (got,) = records(tmp_path, "Ticket ID,Subject,Status,Created at\n1,x,Open,2026-02-03 20:05 CST\n")
    assert got.problems == (
        "'CST' behind the time '2026-02-03 20:05 CST' is no zone that is known; it was read as UTC.",
    )


def test_the_zone_in_a_columns_name_holds_for_its_cells_and_the_mappings_for_the_others(tmp_path: Path) -> None:
    text = "Ticket ID,Subject,Status,Created (GMT+02:00),Updated\n1,x,Open,2026-02-03 20:05,2026-02-03 20:05\n"
    (got,) = records(tmp_path, text, zone="America/New_York")
    assert got.fields["created_at"] == "2026-02-03T18:05:00+00:00"
    assert got.fields["updated_at"] == "2026-02-04T01:05:00+00:00"


def test_a_mapping_corrects_columns_dates_encoding_and_priorities(tmp_path: Path) -> None:
    file = tmp_path / "mapping.yaml"
    file.write_text(
        "kind: ticket\n"
        "columns: {Was: title, Wohin: queue, Wichtigkeit: priority, Wann: created_at, Status: leave out}\n"
        'dates: day first\nzone: "+01:00"\nencoding: mac-roman\nseparator: "|"\npriorities: {Brennt: urgent}\n'
    )
    table = tmp_path / "t.csv"
    table.write_bytes("Was|Wohin|Wichtigkeit|Wann|Status\nTür|Bau|brennt|03/04/2026 10:00|x\n".encode("mac-roman"))
    (got,) = open_source(table, mapping=read_mapping(file)).records()
    told = got.fields
    assert (told["title"], told["queue"], told["priority"], told["status"]) == ("Tür", "Bau", "urgent", "")
    assert told["created_at"] == "2026-04-03T09:00:00+00:00" and told["extra"] == {"Status": "x"}
    assert got.problems == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("zone: Moon/Base", "no zone"),
        ("encoding: hex", "no encoding"),
        ("dates: whenever", "day first"),
        ("colums: {}", "colums"),
        ("priorities: {Brennt: hot}", "hot"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "mapping.yaml"
    file.write_text(text + "\n")
    with pytest.raises(FileFormatError, match=why) as told:
        read_mapping(file)
    assert told.value.line == 1


def test_a_mapping_that_does_not_fit_the_table_says_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="columns that the table does not have: Gone"):
        records(tmp_path, ZENDESK_VIEW, columns={"Gone": "title"})
    with pytest.raises(FileFormatError, match=r"has no such field; it has .*queue"):
        records(tmp_path, ZENDESK_VIEW, columns={"Group": "drawer"})


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("Medium", "normal"),
        ("HOCH", "high"),
        ("1 - Critical", "urgent"),
        ("Blocker", "urgent"),
        ("P2", "high"),
        ("Prio 3", "normal"),
        ("Sev-1", "urgent"),
        ("priority: low", "low"),
        ("Niedrig (4)", "low"),
        ("2", None),
        ("Brennt", None),
        ("", None),
    ],
)
def test_foreign_words_for_priorities(said: str, ours: str | None) -> None:
    assert priority_of(said) == ours


def test_a_priority_that_nobody_knows_is_kept_and_told(tmp_path: Path) -> None:
    (got,) = records(tmp_path, "Ticket ID,Subject,Priority\n1,x,Brennt\n")
    assert got.fields["priority"] == "Brennt" and "mapping file" in got.problems[0]


def test_notes_about_people_are_no_tickets(tmp_path: Path) -> None:
    (got,) = records(tmp_path, "Name,Email,Notes,Creator\nRui Alves,rui@tile.example,likes blue,Kim\n")
    assert got.kind == "contact" and got.fields["notes"] == "likes blue"

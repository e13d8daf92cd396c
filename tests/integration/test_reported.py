"""Tables, stores and mails in which others lost what stood there: each is brought in, and what came of it is right."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opsconsole.app.cli import app
from opsconsole.app.session import opened
from opsconsole.domain.event import Event
from opsconsole.store import workspace
from opsconsole.store.queries import events
from opsconsole.store.queries.desk import records as desk
from opsconsole.store.queries.views.feed import feed
from tests.support.files import NOW
from tests.support.imports.reported import either


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "workspace"
    workspace.create(place, at=NOW, actor="person:test").close()
    return place


def run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, f"{done.output} {done.exception}"
    return done.output


def brought(folder: Path) -> list[Event]:
    """Return what came in, the oldest first."""
    with opened(folder) as session:
        reader = session.kernel.reader
        found = [events.event(reader, row.event_id) for row in feed(reader)]
    return sorted((event for event in found if event is not None), key=lambda event: (event.occurred_at, event.id))


def tickets(folder: Path) -> list[tuple[str, str, str, str, str]]:
    """Return number, time, queue, assignee and priority of each ticket."""
    with opened(folder) as session:
        reader = session.kernel.reader
        rows = [desk.get(reader, "ticket", number + 1) for number in range(desk.count(reader, "ticket"))]
    return [
        (row["external_id"], _minute(row["created_at"]), row["queue"], row["assignee"], row["priority"])
        for row in rows
        if row is not None
    ]


def _minute(micros: int) -> str:
    return f"{datetime.fromtimestamp(micros / 1_000_000, UTC):%Y-%m-%d %H:%M}"


BELT, GLOVES = ("OPS-4", "2026-02-03 20:05"), ("OPS-5", "2026-03-05 00:15")
VPN, LAPTOP = ("HELP-12", "2026-03-12 09:15"), ("HELP-13", "2026-04-02 12:30")


@pytest.mark.parametrize(
    ("file", "rows", "people"),
    either(
        (
            "tables/jira.csv",
            [(*BELT, "Warehouse", "Kim Ode", "urgent"), (*GLOVES, "Warehouse", "", "normal")],
            [("Rui Alves", "", "7c2"), ("Mia Sol", "", "7c3")],
        ),
        (
            "tables/hubspot-tickets.csv",
            [("77", "2026-02-03 20:05", "Returns", "Kim Ode", "normal")],
            [("Rui Alves", "rui@tile.example", "5001")],
        ),
        (
            "tables/freshdesk-tickets.csv",
            [("91", "2026-02-03 20:05", "Returns", "Kim Ode", "urgent")],
            [("Rui Alves", "rui@tile.example", "5001")],
        ),
        (
            "tables/tickets-sep.csv",
            [("3", "2026-02-03 20:05", "Rückgabe", "Kim Ode", "low")],
            [("", "rui@tile.example", "")],
        ),
        beside_cases=(
            (
                "tables/jira.csv",
                [(*VPN, "Helpdesk", "Lee Park", "high"), (*LAPTOP, "Helpdesk", "", "normal")],
                [("Max Muster", "", "5b10ad"), ("Eva Test", "", "5b10ae")],
            ),
            (
                "tables/hubspot-tickets.csv",
                [("1500", "2026-03-12 09:15", "Support Pipeline", "Lee Park", "high")],
                [("Ann Buyer", "ann@buyer-one.example", "801")],
            ),
            (
                "tables/freshdesk-tickets.csv",
                [("4711", "2026-03-12 09:15", "Billing", "Lee Park", "high")],
                [("Ann Buyer", "ann@buyer-one.example", "990011")],
            ),
            (
                "tables/tickets-sep.csv",
                [("1", "2026-03-12 09:15", "Abrechnung", "Lee Park", "high")],
                [("", "ann@buyer-one.example", "")],
            ),
        ),
    ),
)
def test_every_row_is_a_ticket_with_its_time_queue_and_person(
    folder: Path, file: Path, rows: list[tuple[str, ...]], people: list[tuple[str, ...]]
) -> None:
    run("import", str(file), "-w", str(folder))
    assert tickets(folder) == rows
    found = brought(folder)
    assert [(event.sender_name, event.sender, event.fields["requester_id"]) for event in found] == people
    assert all(event.kind == "ticket.created" and not event.problems for event in found)


@pytest.mark.parametrize(
    ("file", "times", "unread"),
    either(
        (
            "tables/tickets-zones.csv",
            ["03 18:05", "04 01:05", "04 01:05", "24 01:05", "03 18:05", "03 18:05", "03 18:05", "03 20:05"],
            ["9"],
        ),
        beside_cases=(
            (
                "tables/tickets-zones.csv",
                ["12 08:15", "12 17:15", "12 17:15", "25 17:15", "12 08:15", "12 08:15", "12 08:15", "12 09:15"],
                [],
            ),
        ),
    ),
)
def test_a_zone_is_read_or_its_row_says_that_it_was_not(
    folder: Path, file: Path, times: list[str], unread: list[str]
) -> None:
    run("import", str(file), "-w", str(folder))
    read = [(number, at) for number, at, *_ in tickets(folder)]
    assert [at[8:] for number, at in read if number not in unread] == times
    broken = [event for event in brought(folder) if event.problems]
    assert len(broken) == len(unread)
    assert all("no zone that is known; it was read as UTC" in event.problems[0] for event in broken)


@pytest.mark.parametrize(
    ("store", "kinds", "said"),
    either(
        (
            "stores/thunderbird",
            {"Tiles too small": ("Inbox", "mail.received"), "Re: Tiles too small": ("Sent", "mail.sent")},
            "1 left out: deleted before the export, only not cleared away yet",
        ),
        (
            "stores/readpst",
            {
                "Tiles too small": ("Returns", "mail.received"),
                "Invoice 40": ("Invoices", "mail.received"),
                "Re: Invoice 40": ("Skickade objekt", "mail.sent"),
            },
            "Skickade objekt is taken for your sent mail: nearly all of it is from desk@floor.example.",
        ),
        beside_cases=(
            (
                "stores/thunderbird",
                {"Wrong invoice": ("Inbox", "mail.received"), "Re: Wrong invoice": ("Sent", "mail.sent")},
                "1 left out: deleted before the export, only not cleared away yet",
            ),
            (
                "stores/readpst",
                {
                    "Wrong invoice": ("Billing", "mail.received"),
                    "App crash": ("Bugs", "mail.received"),
                    "Re: App crash": ("Gesendete Elemente", "mail.sent"),
                },
                "1 mail in Sent from team@mill-road.example: taken as your own answers.",
            ),
        ),
    ),
)
def test_folders_are_called_as_people_call_them_and_what_was_deleted_stays_away(
    folder: Path, store: Path, kinds: dict[str, tuple[str, str]], said: str
) -> None:
    assert said in run("import", str(store), "-w", str(folder))
    assert {event.title: (event.fields["folder"], event.kind) for event in brought(folder)} == kinds


@pytest.mark.parametrize(
    ("mails", "own", "text", "title", "customer"),
    either(
        (
            "mails",
            "desk@floor.example",
            "Olá, a caixa 12 não chegou.",
            "As pérolas e os leões",
            ("Mia Sol", "mia@quay.example"),
        ),
        beside_cases=(
            (
                "mails",
                "help@mill.example",
                "Grüße aus Köln: die Bestellung 12 fehlt.",
                "Die Löwen und die Frösche",
                ("Ann Buyer", "ann@buyer-one.example"),
            ),
        ),
    ),
)
def test_mails_that_are_written_wrongly_are_read_and_a_web_forms_customer_is_heard(
    folder: Path, mails: Path, own: str, text: str, title: str, customer: tuple[str, str]
) -> None:
    said = run("import", str(mails), "--own", own, "-w", str(folder))
    encoded, odd, form = brought(folder)
    assert (encoded.text.strip(), odd.title) == (text, title)
    assert (form.kind, form.is_verified, form.fields["via"]) == ("mail.received", False, own)
    assert (form.sender_name, form.sender) == customer
    assert "sent?" not in said, "a web form's mail is no answer of one's own"

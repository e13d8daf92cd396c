"""What an import's preview has to say of each kind of table and store, in the terminal and in the window."""

from dataclasses import dataclass, field
from pathlib import Path

from tests.support.imports import documented
from tests.support.imports.reported import OWN

AS_UTC = "1 read as UTC, because nothing says it"
COMMA = "UTF-8; columns are parted by a comma"
DAY, SHOWN = "2026-02-03 20:05:12 → 2026-02-03 20:05 UTC", "2026-02-03 20:05"
NO_QUEUE = "No column tells where people put it (a queue, group or team)."
NO_CUSTOMER = "No column tells who asked, so nothing is known of whose ticket it is."
NO_SUBJECT = "No column is its subject."


@dataclass(frozen=True, kw_only=True)
class Look:
    """A table or store, and what is right to say of it."""

    name: str
    text: str = ""
    """A table's; empty: it lies with the reported inputs under its name."""
    what: str
    columns: dict[str, str] = field(default_factory=dict[str, str])
    facts: dict[str, str]
    first: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def path(self, folder: Path) -> Path:
        """Return where it lies; a text is written there first."""
        if not self.text:
            return OWN / self.name
        file = folder / f"{self.name}.csv"
        file.write_text(self.text, encoding="utf-8")
        return file


REPORTED = (
    Look(
        name="tables/jira.csv",
        what="2 tickets",
        columns={"Issue key": "external id", "Summary": "title", "Project name": "queue", "Reporter": "requester name"},
        facts={
            "Dates": "03/Feb/26 8:05 PM → 2026-02-03 20:05 UTC",
            "Zone": "2 read as UTC, because nothing says it",
            "Encoding": COMMA,
            "Priorities": "Highest → urgent, Medium → normal",
        },
        first=(SHOWN, "Scanner in hall 3 jams", "Warehouse", "urgent", "Kim Ode", "Rui Alves"),
    ),
    Look(
        name="tables/hubspot-tickets.csv",
        what="1 ticket",
        columns={"Ticket name": "title", "Pipeline": "queue", "Associated Contact": "requester name"},
        facts={"Dates": "2026-02-03 20:05 → 2026-02-03 20:05 UTC", "Zone": AS_UTC, "Priorities": "MEDIUM → normal"},
        first=(SHOWN, "Tiles came too small", "Returns", "normal", "Kim Ode", "rui@tile.example"),
    ),
    Look(
        name="tables/freshdesk-tickets.csv",
        what="1 ticket",
        columns={"Group": "queue", "Agent": "assignee", "Email": "requester email", "Contact ID": "requester id"},
        facts={"Dates": DAY, "Zone": AS_UTC, "Priorities": "Urgent → urgent"},
        first=(SHOWN, "Tiles came too small", "Returns", "urgent", "Kim Ode", "rui@tile.example"),
    ),
    Look(
        name="tables/tickets-sep.csv",
        what="1 ticket",
        columns={"Priorität": "priority", "Bearbeiter": "assignee", "E-Mail": "requester email"},
        facts={
            "Dates": "03.02.2026 20:05 → 2026-02-03 20:05 UTC",
            "Encoding": "UTF-8; columns are parted by a semicolon",
            "Priorities": "Niedrig → low",
        },
        first=(SHOWN, "Größe falsch, zwei Kisten", "Rückgabe", "low", "Kim Ode", "rui@tile.example"),
    ),
    Look(
        name="tables/tickets-zones.csv",
        what="9 tickets",
        columns={"Requester email": "requester email", "Created at": "created at"},
        facts={
            "Dates": "month first; 02/23/2026 20:05 -0500 → 2026-02-24 01:05 UTC",
            "Zone": "8 say their own; 1 say one that is not known, read as UTC",
        },
        first=("2026-02-03 18:05", "offset behind a T", "Returns", "rui@tile.example"),
        notes=(
            "Line 10: 'CST' behind the time '2026-02-03 20:05:12 CST' is no zone that is known; it was read as UTC.",
        ),
    ),
)
STORES = (
    Look(
        name="stores/thunderbird",
        what="2 mails",
        facts={
            "Folders": "Inbox 1, Sent 1",
            "Your answers": "1 mail of desk@floor.example",
            "Left out": "1 deleted before the export, only not cleared away yet",
        },
        first=("2026-02-03 20:01", "rui@tile.example", "Tiles too small", "Inbox"),
    ),
    Look(
        name="stores/readpst",
        what="3 mails",
        facts={
            "Folders": "Invoices 1, Returns 1, Skickade objekt 1",
            "Your answers": "1 mail of desk@floor.example",
            "Sent mail": "Skickade objekt: nearly all of it is from desk@floor.example",
        },
        first=("2026-02-03 20:05", "mia@quay.example", "Invoice 40", "Invoices"),
    ),
)
DOCUMENTED = (
    Look(
        name="linear",
        text=documented.LINEAR,
        what="2 tickets",
        columns={"ID": "external id", "Team": "queue", "Creator": "requester name", "Created": "created at"},
        facts={
            "Dates": "Tue Feb 03 2026 20:05:12 GMT+0000 (GMT) → 2026-02-03 20:05 UTC",
            "Zone": "each says its own",
            "Priorities": "Urgent → urgent, No priority → none",
        },
        first=(SHOWN, "Label printer prints twice", "Returns", "urgent", "kim@floor.example", "rui@tile.example"),
    ),
    Look(
        name="asana",
        text=documented.ASANA,
        what="2 tickets",
        columns={"Task ID": "external id", "Name": "title", "Notes": "description", "Projects": "queue"},
        facts={
            "Dates": "2026-02-03 → 2026-02-03",
            "Zone": "2 days without a time",
            "Priorities": "High → high, Med → normal",
        },
        first=("2026-02-03", "Label printer prints twice", "Returns", "high", "Kim Ode"),
        notes=(NO_CUSTOMER,),
    ),
    Look(
        name="gitlab",
        text=documented.GITLAB_ISSUES,
        what="1 ticket",
        columns={"Issue ID": "external id", "State": "status", "Author": "requester name"},
        facts={"Dates": DAY, "Zone": "1 read as UTC, as the column says", "Encoding": COMMA},
        first=(SHOWN, "Label printer prints twice", "Kim Ode", "Rui Alves"),
        notes=(NO_QUEUE,),
    ),
    Look(
        name="intercom",
        text=documented.INTERCOM,
        what="1 ticket",
        columns={
            "conversation_id": "external id",
            "message_body": "description",
            "message_author_email": "requester email",
            "conversation_created_at": "created at",
        },
        facts={"Dates": DAY, "Zone": AS_UTC},
        first=(SHOWN, "Two boxes are 29 cm", "rui@tile.example"),
        notes=(NO_SUBJECT, NO_QUEUE),
    ),
    Look(
        name="salesforce",
        text=documented.SALESFORCE,
        what="1 ticket",
        columns={"Case Number": "external id", "Case Owner": "assignee", "Date/Time Opened": "created at"},
        facts={"Dates": "month first; 2/3/2026, 8:05 PM → 2026-02-03 20:05 UTC", "Zone": AS_UTC},
        first=(SHOWN, "Tiles came too small", "high", "Kim Ode", "rui@tile.example"),
        notes=(NO_QUEUE,),
    ),
    Look(
        name="servicenow",
        text=documented.SERVICENOW_FIELDS,
        what="1 ticket",
        columns={"short_description": "title", "assignment_group": "queue", "caller_id": "requester name"},
        facts={"Dates": DAY, "Zone": AS_UTC, "Priorities": "3 - Moderate → normal"},
        first=(SHOWN, "Label printer prints twice", "Returns", "normal", "Kim Ode", "Rui Alves"),
    ),
    Look(
        name="zoho",
        text=documented.ZOHO_DESK,
        what="1 ticket",
        columns={"TicketExtId": "external id", "ContactExtId": "requester id", "Modified Time": "updated at"},
        facts={"Dates": "2026-02-03T20:05:12.000Z → 2026-02-03 20:05 UTC", "Zone": "each says its own"},
        first=(SHOWN, "Tiles came too small", "Returns", "high", "Contact_1"),
    ),
)
TABLES, LOOKS = (*REPORTED, *DOCUMENTED), (*REPORTED, *STORES, *DOCUMENTED)

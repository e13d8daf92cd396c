"""The columns of a table as a person is asked about them: what stands in each, and what each may be."""

from typing import Final

from opsconsole.connectors.files.columns import SPELLINGS
from opsconsole.connectors.files.mapping import can_be_named
from opsconsole.connectors.files.record import RecordKind
from opsconsole.connectors.files.table import TableSource
from opsconsole.ui.reports import PreviewColumn

KINDS: Final[tuple[tuple[RecordKind, str], ...]] = (
    ("ticket", "Tickets"),
    ("contact", "Contacts"),
    ("deal", "Deals"),
    ("company", "Companies"),
)
WORDS: Final[dict[RecordKind, dict[str, str]]] = {
    "ticket": {
        "external_id": "Its number",
        "title": "Subject",
        "description": "What was written",
        "queue": "Queue, group or team",
        "assignee": "Who works on it",
        "priority": "Priority",
        "status": "Status",
        "requester_email": "Customer: mail address",
        "requester_name": "Customer: name",
        "requester_id": "Customer: number",
        "created_at": "When it came",
        "updated_at": "When it last changed",
    },
    "contact": {
        "external_id": "Its number",
        "email": "Mail address",
        "first_name": "First name",
        "last_name": "Last name",
        "name": "Whole name",
        "phone": "Phone",
        "company": "Company",
        "title": "Position",
        "notes": "Notes",
        "created_at": "When it was added",
    },
    "company": {
        "external_id": "Its number",
        "name": "Name",
        "domain": "Web site",
        "industry": "Industry",
        "size": "Number of people",
    },
    "deal": {
        "external_id": "Its number",
        "name": "Name",
        "amount": "Amount",
        "currency": "Currency",
        "stage": "Stage",
        "owner": "Who works on it",
        "contact_email": "Customer: mail address",
        "company": "Customer: company",
        "close_date": "When it closes",
        "last_activity_at": "When something last happened",
        "created_at": "When it was added",
    },
}


def fields_of(kind: RecordKind) -> tuple[tuple[str, str], ...]:
    """Return what a column of this kind of table may be: (our field, in words), as they are looked for."""
    return tuple((name, WORDS[kind][name]) for name in SPELLINGS[kind])


def columns_of(source: TableSource, *, is_known: bool = True) -> tuple[PreviewColumn, ...]:
    """Return the columns, in their order, with what each was taken for; nothing is where the table is not known."""
    taken = {place: name for name, place in source.layout.columns.items()} if is_known else {}
    facts = zip(source.headers, source.examples(), can_be_named(source.headers), strict=True)
    return tuple(
        PreviewColumn(name=header.strip(), example=example, field=taken.get(place, ""), can_change=is_named)
        for place, (header, example, is_named) in enumerate(facts)
    )

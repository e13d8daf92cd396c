"""Which column of an export is which of our fields, and which kind of record a table holds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from opsconsole.connectors.files.cells.zones import header_zone
from opsconsole.connectors.files.record import RecordKind

_NOISE = re.compile(r"[^\w]+|_|(?<=[a-z])(?=[A-Z])")
"""What stands between the words of a header: signs, or the step of `createdAt`."""

_CREATED = (
    "created at|created|create date|date created|created date|created time|creation date|added|created on|opened"
    "|date time opened|opened at|erstellt am|erstellt|angelegt am|erstelldatum|créé le|date de création|aangemaakt op"
)
_UPDATED = (
    "updated at|updated|updated date|last modified|last modified date|last updated|last updated time|update time"
    "|modified|modified time|last update time|aktualisiert am|geändert am"
)
_COMPANY = (
    "company|company name|organization|organisation|organization name|organisation name|account|account name"
    "|associated company|associated company names|firma|unternehmen|customer company"
)
_EMAIL = (
    "email|e mail|email address|e mail address|primary email|work email|contact email|person email|person email work"
    "|email 1|mail|e mail adresse|e mail 1 value|email 1 value"
)
_OWNER = "owner|owner name|deal owner|opportunity owner|sales rep|account owner|owner email|besitzer"

# kind -> field -> spellings. The first spelling that a header has wins; no two fields of a kind share one, so that a
# column is taken for one field.
SPELLINGS: dict[RecordKind, dict[str, str]] = {
    "contact": {
        "external_id": "record id|contact id|person id|id|hs object id|contact record id|user id",
        "email": _EMAIL,
        "first_name": "first name|firstname|given name|person first name|vorname",
        "last_name": "last name|lastname|surname|family name|person last name|nachname",
        "name": "name|full name|contact name|person name|display name|contact",
        "phone": "phone|phone number|telephone|mobile|mobile phone|mobile phone number|work phone|person phone"
        "|person phone work|tel|telefon|phone 1 value",
        "company": f"{_COMPANY}|person organization|organization 1 name",
        "title": "title|job title|position|role|person job title|jobtitle|organization title|organization 1 title",
        "notes": "notes|note|comments|description|background",
        "created_at": f"{_CREATED}|person created|person person created",
    },
    "company": {
        "external_id": "record id|company id|organization id|organisation id|account id|id|hs object id",
        "name": f"company name|name|{_COMPANY}",
        "domain": "domain|company domain name|company domain|website|website url|web site|url|domains"
        "|organization website",
        "industry": "industry|sector|branch|branche|organization industry",
        "size": "size|number of employees|employees|employee count|company size|headcount|organization employee count",
    },
    "deal": {
        "external_id": "record id|deal id|opportunity id|id|hs object id",
        "name": "deal name|deal title|opportunity name|deal|opportunity|name|title|deal deal title",
        "amount": "amount|deal amount|value|deal value|deal value amount|amount in company currency|total|betrag|wert",
        "currency": "currency|deal currency|deal currency of value|currency of value|opportunity currency"
        "|amount currency",
        "stage": "stage|deal stage|stage name|pipeline stage|sales stage|phase",
        "owner": f"{_OWNER}|deal deal owner",
        "contact_email": f"associated contact email|primary contact email|{_EMAIL}",
        "company": f"{_COMPANY}|deal organization",
        "close_date": "close date|expected close date|deal expected close date|closing date|closedate|deal close date"
        "|deal closed|won time",
        "last_activity_at": "last activity date|last activity|last activity at|deal last activity date|last contacted"
        "|deal last activity",
        "created_at": f"{_CREATED}|deal created|deal deal created|deal create date",
    },
    "ticket": {
        "external_id": "ticket id|id|ticket|ticket number|number|case number|case id|issue key|key|record id|ticket no"
        "|external id|issue id|conversation id|request id|task id|ticket ext id|ticketnummer|nummer",
        "title": "subject|ticket name|title|ticket subject|summary|short description|name|betreff|titel|objet|asunto",
        "description": "description|ticket description|body|content|details|message|message body|text|beschreibung",
        "queue": "queue|group|group name|assignment group|team|department|pipeline|project name|project|ticket pipeline"
        "|project key|category|gruppe|abteilung|warteschlange|groupe|groep",
        "assignee": "assignee|assignee name|agent|agent name|assigned to|ticket owner|case owner|responder"
        "|assignee email|owner|bearbeiter|zugewiesen an|zuständig|assigné à",
        "priority": "priority|ticket priority|priority name|urgency|severity|priorität|dringlichkeit"
        "|priorité|prioriteit|prioridad",
        "status": "status|ticket status|case status|state|conversation state|statut|estado",
        "requester_email": "requester email|requester e mail|contact email|customer email|reporter email|creator email"
        f"|message author email|from|{_EMAIL}",
        "requester_name": "requester|requester name|reporter|reporter name|customer|customer name|associated contact"
        "|contact name|full name|caller|caller id|author|message author name|contact|kunde|anforderer|demandeur|melder",
        "requester_id": "requester id|reporter id|customer id|customer number|contact id|associated contact ids|user id"
        "|unique external id|kundennummer|author username|message author user id|contact ext id",
        "created_at": f"{_CREATED}|ticket created|reported at|requested|requested at|request date"
        "|conversation started at|conversation created at|submitted at",
        "updated_at": _UPDATED,
    },
}
_ONCE_KNOWN: dict[RecordKind, dict[str, str]] = {
    "ticket": {"description": "notes", "queue": "projects|section column", "requester_name": "creator"},
}
"""Further spellings that say nothing of what a table holds, and are read once that is known."""
_DECISIVE: dict[RecordKind, tuple[str, ...]] = {
    "deal": ("amount", "stage", "close_date"),
    "ticket": ("title", "description", "queue", "assignee", "priority", "status", "requester_email", "requester_name"),
    "contact": ("email", "first_name", "last_name", "phone", "name"),
    "company": ("domain", "industry", "size"),
}
_NEEDED: dict[RecordKind, tuple[tuple[str, ...], ...]] = {
    "deal": (("name",), ("amount", "stage", "close_date")),
    "ticket": (("title", "description"), ("status", "priority", "requester_email", "queue", "assignee")),
    "contact": (("email", "name", "first_name", "last_name"), ("email", "phone")),
    "company": (("name",), ("domain", "industry", "size")),
}
_SAYS: dict[RecordKind, re.Pattern[str]] = {
    "deal": re.compile(r"\b(?:deals?|opportunit(?:y|ies)|pipeline)\b"),
    "ticket": re.compile(r"\b(?:tickets?|issues?|cases?|requester|assignee|agent)\b"),
    "contact": re.compile(r"\b(?:contacts?|persons?|people|leads?|first name|last name)\b"),
    "company": re.compile(r"\b(?:compan(?:y|ies)|organi[sz]ations?|accounts?|employees)\b"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """What a table holds: its kind, and the column of each of our fields."""

    kind: RecordKind
    columns: dict[str, int]


def layout_of(headers: Sequence[str], *, file_name: str) -> Layout | None:
    """Tell what a table holds by its headers (and its name where they leave it open); None where it cannot be told."""
    plain = [named(header) for header in headers]
    name = normal(PurePath(file_name).stem)
    best: Layout | None = None
    best_score = 0.0
    for kind in SPELLINGS:
        columns = _columns(kind, plain)
        if not all(any(field in columns for field in group) for group in _NEEDED[kind]):
            continue
        score = float(sum(field in columns for field in _DECISIVE[kind]))
        score += 0.5 * len(columns) + 1.5 * min(3, sum(bool(_SAYS[kind].search(cell)) for cell in plain))
        score += 3 if _SAYS[kind].search(name) else 0
        if score > best_score:
            best, best_score = Layout(kind, _all_columns(kind, plain)), score
    return best


def named(header: str) -> str:
    """Return what a column is called, without the zone that stands behind it: `Created (UTC)` is `created`."""
    if header.strip() == "#":
        return "number"
    return normal(header.rpartition(header_zone(header))[0] if header_zone(header) else header)


def normal(header: str) -> str:
    """Return a header in lower case with single spaces."""
    return " ".join(_NOISE.sub(" ", header).lower().split())[:80]


def layout_as(kind: RecordKind, headers: Sequence[str]) -> Layout:
    """Return the columns of a table that is known to hold a kind."""
    return Layout(kind, _all_columns(kind, [named(header) for header in headers]))


def _all_columns(kind: RecordKind, plain: Sequence[str]) -> dict[str, int]:
    found = _columns(kind, plain)
    for field, place in _columns_in(_ONCE_KNOWN.get(kind, {}), plain).items():
        if field not in found and place not in found.values():
            found[field] = place
    return {field: found[field] for field in SPELLINGS[kind] if field in found}


def _columns(kind: RecordKind, plain: Sequence[str]) -> dict[str, int]:
    return _columns_in(SPELLINGS[kind], plain)


def _columns_in(known: Mapping[str, str], plain: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for field, spellings in known.items():
        for spelling in spellings.split("|"):
            if spelling in plain:
                found[field] = plain.index(spelling)
                break
    return found

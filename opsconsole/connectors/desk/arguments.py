"""Schemas of the desk's tools. Limits are those of a tidy record, so that crafted input stops at the edge."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from opsconsole.domain.mailaddress import MailAddress
from opsconsole.domain.priority import Priority, priority_of

Line = Annotated[str, Field(max_length=300)]
Short = Annotated[str, Field(max_length=120)]
Body = Annotated[str, Field(max_length=50_000)]
Simulated = Annotated[str, Field(pattern=r"^sim:\d+/\d+\.\d+$")]
Number = Annotated[int, Field(ge=1)] | Simulated
"""A record's number, or the stand-in of one that a run only simulated."""
Urgency = Annotated[Priority, BeforeValidator(lambda said: priority_of(str(said)) or said)]
"""Another system's word is taken for ours: `Medium` is `normal`."""
Kind = Literal["contact", "company", "deal", "ticket", "task", "note", "mail"]


class Arguments(BaseModel):
    """Strict about names; numbers that arrive as text are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ByEmail(Arguments):
    """Look up by address."""

    email: Short


class ById(Arguments):
    """Look up by number."""

    id: Number


class FindCompany(Arguments):
    """By domain, or by name."""

    domain: Short = ""
    name: Short = ""


class FindDeals(Arguments):
    """Deals of a contact or company; open ones only unless told otherwise."""

    email: Short = ""
    company: Short = ""
    stage: Short = ""
    is_open: bool = True


class FindTickets(Arguments):
    """Tickets of a requester or a thread."""

    email: Short = ""
    thread: Line = ""
    status: Short = ""


class Thread(Arguments):
    """Mails of a thread; empty takes the event's own."""

    thread: Line = ""


class Search(Arguments):
    """Full-text search over the desk."""

    text: Line
    kind: Kind | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class History(Arguments):
    """Who changed a record, and how."""

    kind: Kind
    id: Number


class CreateTicket(Arguments):
    """A new ticket."""

    title: Line
    description: Body = ""
    queue: Short = ""
    assignee: Short = ""
    priority: Urgency = "normal"
    requester_email: Short = ""


class UpdateTicket(Arguments):
    """Fields that are given are changed."""

    id: Number
    queue: Short | None = None
    assignee: Short | None = None
    priority: Urgency | None = None
    status: Literal["open", "waiting", "solved", "closed"] | None = None


class CreateTask(Arguments):
    """A to-do for a colleague. `due` is a date (2026-12-01) or a number of days from now (`+2`)."""

    title: Line
    assignee: Short = ""
    due: Annotated[str, Field(pattern=r"^$|^\d{4}-\d{2}-\d{2}$|^\+\d{1,3}$")] = ""
    about: Line = ""


class AddNote(Arguments):
    """A note on a record, `contact:12`; empty is the event's subject."""

    text: Body
    about: Line = ""


class CreateContact(Arguments):
    """A new contact."""

    email: MailAddress
    name: Line = ""
    company: Short = ""
    title: Short = ""
    phone: Short = ""


class UpdateContact(Arguments):
    """Fields that are given are changed."""

    id: Number
    name: Line | None = None
    company: Short | None = None
    title: Short | None = None
    phone: Short | None = None
    tags: Line | None = None


class CreateDeal(Arguments):
    """A new deal."""

    name: Line
    contact_email: Short = ""
    company: Short = ""
    amount: Annotated[float, Field(ge=0)] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    stage: Short = "new"
    owner: Short = ""


class UpdateDeal(Arguments):
    """Fields that are given are changed."""

    id: Number
    stage: Short | None = None
    owner: Short | None = None
    amount: Annotated[float, Field(ge=0)] | None = None
    close_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


class MoveMail(Arguments):
    """Move the event's mail to a folder."""

    folder: Annotated[str, Field(min_length=1, max_length=120)]


class TagMail(Arguments):
    """Tag the event's mail."""

    tag: Annotated[str, Field(pattern=r"^[\w-]{1,40}$")]


class Reply(Arguments):
    """Reply in the thread. `to` is the sender unless told otherwise."""

    to: MailAddress
    text: Annotated[str, Field(min_length=1, max_length=50_000)]
    subject: Line = ""


class Draft(Arguments):
    """A reply laid into Drafts; nothing leaves."""

    text: Annotated[str, Field(min_length=1, max_length=50_000)]
    to: Short = ""
    subject: Line = ""


class SendMail(Arguments):
    """A new mail."""

    to: MailAddress
    subject: Annotated[str, Field(min_length=1, max_length=300)]
    text: Annotated[str, Field(min_length=1, max_length=50_000)]


class Forward(Arguments):
    """Forward the event's mail."""

    to: MailAddress
    text: Body = ""


class GiveCredit(Arguments):
    """A credit note to a customer."""

    contact_email: MailAddress
    amount: Annotated[float, Field(gt=0, le=100_000)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    reason: Line = ""

"""Schemas of a mailbox's tools. Limits stop crafted input at the edge."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from opsconsole.domain.mailaddress import MailAddress

Line = Annotated[str, Field(max_length=300)]
Body = Annotated[str, Field(max_length=50_000)]
Text = Annotated[str, Field(min_length=1, max_length=50_000)]
Folder = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f*%]+$", min_length=1, max_length=120)]


class Arguments(BaseModel):
    """Strict about names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reply(Arguments):
    """Reply in the thread of the event's mail."""

    to: MailAddress
    text: Text
    subject: Line = ""


class Send(Arguments):
    """A new mail."""

    to: MailAddress
    subject: Annotated[str, Field(min_length=1, max_length=300)]
    text: Text


class Forward(Arguments):
    """Forward the event's mail whole, as an attachment."""

    to: MailAddress
    text: Body = ""


class Draft(Arguments):
    """A reply laid into Drafts; nothing leaves."""

    text: Text
    to: Annotated[str, Field(pattern=r"^([^@\s,;<>]+@[^@\s,;<>]+)?$", max_length=254)] = ""
    subject: Line = ""


class Move(Arguments):
    """Move the event's mail to a folder."""

    folder: Folder


class Flag(Arguments):
    """Mark the event's mail, or take the mark away."""

    flag: Literal["flagged", "seen", "answered"] | Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
    is_on: bool = True


class Archive(Arguments):
    """Move the event's mail to the archive."""


class Thread(Arguments):
    """Mails of a thread; empty takes the event's own."""

    thread: Annotated[str, Field(max_length=1000)] = ""


class History(Arguments):
    """Mails from and to a person, newest first."""

    address: MailAddress
    limit: Annotated[int, Field(ge=1, le=50)] = 10


class Search(Arguments):
    """Mails that hold a text, newest first."""

    text: Annotated[str, Field(min_length=1, max_length=200)]
    limit: Annotated[int, Field(ge=1, le=50)] = 10

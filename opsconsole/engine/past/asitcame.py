"""A past event as it was when it came: without what people made of it since."""

from dataclasses import replace
from datetime import timedelta

from opsconsole.domain.event import Event

# fmt: off
HIDDEN = frozenset((
    "folder", "folders", "mailbox", "flags", "flag", "flagged", "seen", "read", "unread", "answered", "label",
    "labels", "gmail_labels", "keywords", "tag", "tags", "category", "categories", "status", "state",
    "resolution", "queue", "team", "group", "assignee", "assigned_to", "owner", "priority", "severity", "stage",
    "outcome", "closed_at", "resolved_at", "solved_at", "updated_at", "moved_to", "deleted", "sorted_at",
))
"""Fields of a past mail or ticket that hold what people made of it later; when it came they were not set."""
OF_A_MAIL = frozenset((
    "message_id", "in_reply_to", "references", "to", "cc", "reply_to", "attachments", "is_auto", "full_text",
    "title", "sender", "mail_id", "ticket_id", "external_id", "arrived_at", "digest", "size",
))
"""Fields that a mail or ticket brings along itself."""
# fmt: on
AT_ONCE = timedelta(minutes=15)
"""What was taken in so soon after it happened tells nothing that people made of it later."""


def as_it_came(event: Event) -> Event:
    """Return an event without what people did with it later.

    Of a mail or ticket that was brought in long after, no field is shown that it may have got meanwhile.
    """
    if not event.kind.startswith(("mail.", "ticket.")):
        return event
    is_late = event.received_at - event.occurred_at > AT_ONCE
    fields = {
        name: value
        for name, value in event.fields.items()
        if _plain(name) not in HIDDEN and (not is_late or name in OF_A_MAIL)
    }
    if event.kind.startswith("mail."):
        fields["folder"] = "Inbox"
    return replace(event, fields=fields)


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_").removeprefix("x_")

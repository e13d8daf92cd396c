"""The kinds of connections, in words."""

from opsconsole.ui.widgets.basics import Tone

KINDS = {
    "desk": "Built-in desk",
    "mail": "Mailbox",
    "model": "Language model",
    "webhook": "Webhook",
    "http": "REST system",
    "texts": "Text messages of the sample",
}
SOURCES = ("mail", "webhook")
"""Kinds through which events come in from outside."""
INSIDE = {
    "desk": "Mail, tickets, contacts and deals that live in this workspace; imports land here.",
    "texts": "Only plays a text-message gateway: nothing leaves this computer. Long messages are not confirmed.",
}
"""Kinds that reach nothing outside, and so always work → what they are."""
FORMS = {"mail": "mail", "model": "model", "webhook": "webhook", "http": "rest"}
"""The form that changes a connection, by its kind."""
HEALTH: dict[str, tuple[str, Tone]] = {"ok": ("Works", "ok"), "trouble": ("In trouble", "danger")}

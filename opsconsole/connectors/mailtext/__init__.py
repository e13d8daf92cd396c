"""Mail as bytes to mail as words. Never raises on any bytes, never loads anything from outside."""

from opsconsole.connectors.mailtext.event import mail_event, thread_subject
from opsconsole.connectors.mailtext.model import Attachment, MailText
from opsconsole.connectors.mailtext.read import read_mail

__all__ = ["Attachment", "MailText", "mail_event", "read_mail", "thread_subject"]

"""What can be read and done in a mailbox, and what the gate must know of it."""

from opsconsole.connectors.mail import arguments as a
from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import Comparison, Effect, Reversibility

_HOUR = 3600.0
_DAY = 24 * _HOUR
_TEXT = {"text": Comparison.TEXT, "subject": Comparison.TEXT}
DRAFT_ARRIVAL_S = 35.0
"""A draft whose laying down was not answered is there by then or never: the server is given 30 seconds."""


def mail_tools(name: str, *, arrival_s: float) -> tuple[ActionType, ...]:
    """Return the tools under the connection's name; `arrival_s` is the account's own."""
    return (*_reads(name), *_outside(name, arrival_s), *_inside(name, arrival_s))


def _reads(name: str) -> tuple[ActionType, ...]:
    def read(verb: str, title: str, arguments: type[a.Arguments]) -> ActionType:
        return ActionType(
            name=f"{name}.{verb}", title=title, effect=Effect.READ, arguments=arguments, is_untrusted=True
        )

    return (
        read("thread", "read a mail thread", a.Thread),
        read("history", "read the mails with a person", a.History),
        read("search", "search the mailbox", a.Search),
    )


def _outside(name: str, arrival_s: float) -> tuple[ActionType, ...]:
    def send(
        verb: str, title: str, arguments: type[a.Arguments], sentence: str, *, repeat_s: float = _HOUR,
        is_reply: bool = False, is_template_reply: bool = False, max_age_s: float | None = 3 * _DAY,
    ) -> ActionType:  # fmt: skip
        return ActionType(
            name=f"{name}.{verb}",
            title=title,
            effect=Effect.EXTERNAL,
            reversibility=Reversibility.IRREVERSIBLE,
            arguments=arguments,
            sentence=sentence,
            destinations=("to",),
            compare=_TEXT,
            repeat_window_s=repeat_s,
            max_age_s=max_age_s,
            is_reply=is_reply,
            is_template_reply=is_template_reply,
            message="text" if "text" in arguments.model_fields else "",
            is_findable=True,
            arrival_s=arrival_s,
        )

    return (
        send("reply", "reply in the thread", a.Reply, "Reply to {to}", is_reply=True),
        send(
            "acknowledge",
            "acknowledge by template",
            a.Reply,
            "Acknowledge to {to}",
            repeat_s=_DAY,
            is_reply=True,
            is_template_reply=True,
        ),
        send("send", "send a new mail", a.Send, "Write to {to}: {subject}"),
        send("forward", "forward the mail", a.Forward, "Forward the mail to {to}"),
    )


def _inside(name: str, arrival_s: float) -> tuple[ActionType, ...]:
    def file(verb: str, title: str, arguments: type[a.Arguments], sentence: str, undo: str) -> ActionType:
        return ActionType(
            name=f"{name}.{verb}",
            title=title,
            effect=Effect.INTERNAL,
            arguments=arguments,
            sentence=sentence,
            undo=undo,
            compare={"folder": Comparison.FOLDER} if verb == "move" else {},
            is_idempotent=True,  # by nature: a mail that lies there, or is marked, is left as it is
        )

    return (
        ActionType(
            name=f"{name}.draft",
            title="draft a reply",
            effect=Effect.INTERNAL,
            arguments=a.Draft,
            sentence="Lay a draft reply into Drafts",
            undo="the draft is removed, unless somebody changed it since",
            compare=_TEXT,
            repeat_window_s=_HOUR,
            is_findable=True,
            arrival_s=min(arrival_s, DRAFT_ARRIVAL_S),
        ),
        file("move", "move the mail", a.Move, "Move the mail to {folder}", "the mail goes back to where it lay"),
        file("archive", "archive the mail", a.Archive, "Archive the mail", "the mail goes back to where it lay"),
        file("flag", "mark the mail", a.Flag, "Mark the mail {flag}", "the mark is as it was"),
    )

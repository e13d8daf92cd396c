"""What can be read and done on the desk, and what the gate must know of it."""

from opsconsole.connectors.desk import arguments as a
from opsconsole.connectors.desk.acts import CHANGED, CREATED
from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import Comparison, Effect, Reversibility

_HOUR = 3600.0
_DAY = 24 * _HOUR
_TEXT = {
    **dict.fromkeys(("text", "description", "title", "subject"), Comparison.TEXT),
    "priority": Comparison.PRIORITY,
}


def _read(name: str, title: str, arguments: type[a.Arguments]) -> ActionType:
    """Any field may hold a stranger's words: agents and people copy them from mails onto the desk."""
    return ActionType(name=name, title=title, effect=Effect.READ, arguments=arguments, is_untrusted=True)


def _inside(
    name: str, title: str, arguments: type[a.Arguments], sentence: str, undo: str, *, repeat_s: float | None = None
) -> ActionType:
    verb, _, kind = name.rpartition(".")[2].partition("_")
    changed = CHANGED.get(kind, ()) if verb == "update" else ()
    created = next((names for made, names in CREATED.values() if made == f"{verb}_{kind}"), ())
    return ActionType(
        name=name,
        title=title,
        effect=Effect.INTERNAL,
        arguments=arguments,
        sentence=sentence,
        undo=undo,
        compare=_TEXT,
        told=changed or created,
        sets_fields_of="id" if changed else "",
        repeat_window_s=repeat_s,
        is_idempotent=True,
        is_findable=True,
    )


def _outside(
    name: str,
    title: str,
    arguments: type[a.Arguments],
    sentence: str,
    *,
    repeat_s: float | None = None,
    template: bool = False,
) -> ActionType:
    return ActionType(
        name=name,
        title=title,
        effect=Effect.EXTERNAL,
        reversibility=Reversibility.IRREVERSIBLE,
        arguments=arguments,
        sentence=sentence,
        destinations=("to",),
        compare=_TEXT,
        repeat_window_s=repeat_s,
        max_age_s=3 * _DAY,
        is_template_reply=template,
        message="text" if "text" in arguments.model_fields else "",
        is_reply=name.endswith((".reply", ".acknowledge")),
        is_idempotent=True,
        is_findable=True,
    )


def desk_tools(desk: str = "desk") -> tuple[ActionType, ...]:
    """Return the desk's tools under the connection's name."""
    return (*_reads(desk), *_records(desk), *_mails(desk))


def _reads(desk: str) -> tuple[ActionType, ...]:
    return (
        _read(f"{desk}.find_contact", "find a contact by address", a.ByEmail),
        _read(f"{desk}.find_company", "find a company", a.FindCompany),
        _read(f"{desk}.find_deals", "find deals", a.FindDeals),
        _read(f"{desk}.get_deal", "read a deal", a.ById),
        _read(f"{desk}.find_tickets", "find tickets", a.FindTickets),
        _read(f"{desk}.get_ticket", "read a ticket", a.ById),
        _read(f"{desk}.thread", "read a mail thread", a.Thread),
        _read(f"{desk}.search", "search the desk", a.Search),
        _read(f"{desk}.history", "read who changed a record", a.History),
    )


def _records(desk: str) -> tuple[ActionType, ...]:
    return (
        _inside(
            f"{desk}.create_ticket",
            "create a ticket",
            a.CreateTicket,
            "Create a ticket in {queue}: {title}",
            "the ticket is closed as made by mistake",
            repeat_s=_DAY,
        ),
        _inside(
            f"{desk}.update_ticket",
            "change a ticket",
            a.UpdateTicket,
            "Change ticket {id}",
            "the earlier values come back",
        ),
        _inside(
            f"{desk}.create_task",
            "create a task",
            a.CreateTask,
            "Give {assignee} a task: {title}",
            "the task is closed as made by mistake",
            repeat_s=_DAY,
        ),
        _inside(f"{desk}.add_note", "add a note", a.AddNote, "Add a note", "the note is removed"),
        _inside(
            f"{desk}.create_contact",
            "create a contact",
            a.CreateContact,
            "Create a contact for {email}",
            "the contact is removed",
        ),
        _inside(
            f"{desk}.update_contact",
            "change a contact",
            a.UpdateContact,
            "Change contact {id}",
            "the earlier values come back",
        ),
        _inside(
            f"{desk}.create_deal",
            "create a deal",
            a.CreateDeal,
            "Create a deal: {name}",
            "the deal is closed as made by mistake",
            repeat_s=_DAY,
        ),
        _inside(
            f"{desk}.update_deal", "change a deal", a.UpdateDeal, "Change deal {id}", "the earlier values come back"
        ),
    )


def _mails(desk: str) -> tuple[ActionType, ...]:
    return (
        _inside(f"{desk}.move_mail", "move the mail", a.MoveMail, "Move the mail to {folder}", "the mail goes back"),
        _inside(f"{desk}.tag_mail", "tag the mail", a.TagMail, "Tag the mail {tag}", "the tag is removed"),
        _inside(
            f"{desk}.draft_reply", "draft a reply", a.Draft, "Lay a draft reply into Drafts", "the draft is removed"
        ),
        _outside(f"{desk}.reply", "reply in the thread", a.Reply, "Reply to {to}", repeat_s=_HOUR),
        _outside(
            f"{desk}.acknowledge",
            "acknowledge by template",
            a.Reply,
            "Acknowledge to {to}",
            repeat_s=_DAY,
            template=True,
        ),
        _outside(f"{desk}.send_mail", "send a new mail", a.SendMail, "Write to {to}: {subject}", repeat_s=_HOUR),
        _outside(f"{desk}.forward", "forward the mail", a.Forward, "Forward the mail to {to}", repeat_s=_HOUR),
        ActionType(
            name=f"{desk}.give_credit",
            title="give a credit note",
            effect=Effect.INTERNAL,
            reversibility=Reversibility.COMPENSABLE,
            arguments=a.GiveCredit,
            sentence="Credit {amount} {currency} to {contact_email}",
            is_money=True,
            undo="the credit is cancelled by a counter entry",
            compare={"amount": Comparison.NUMBER, "reason": Comparison.TEXT},
            repeat_window_s=7 * _DAY,
            is_idempotent=True,
            is_findable=True,
        ),
    )

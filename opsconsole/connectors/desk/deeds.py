"""What the desk does: each tool as a plan of record changes, so that doing, simulating and undoing agree.

A plan names the record, the fields, and how it is taken back; only `carry_out` writes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from opsconsole.domain.action import Call
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.ports import Overlay
from opsconsole.store.queries import desk as read
from opsconsole.store.rows import Reader
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import desk as write


@dataclass(frozen=True, slots=True)
class Plan:
    """A new record (`record` None) or a change of one."""

    kind: str
    fields: Mapping[str, Any]
    record: int | str | None = None
    closing: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Fields that mark a new record as made by mistake; empty: it is removed."""


def plan(conn: Reader, verb: str, call: Call, overlay: Overlay, *, now: datetime) -> Plan:
    """Say what a call would change.

    Raises:
        PermanentError: it cannot be done: no such tool, no such record.
    """
    make = _PLANS.get(verb)
    if make is None:
        raise PermanentError(f"the desk cannot do {verb}")
    return make(conn, call, overlay, now)


def carry_out(tx: Transaction, verb: str, call: Call, *, now: datetime) -> dict[str, Any]:
    """Do it, once per idempotency key.

    Raises:
        PermanentError: it cannot be done; nothing was changed.
    """
    if (earlier := read.done_by(tx.conn, call.key)) is not None:
        return earlier
    wanted = plan(tx.conn, verb, call, {}, now=now)
    if wanted.record is None:
        record = write.create(tx, wanted.kind, wanted.fields, actor=call.actor, now=now)
        result: dict[str, Any] = {"id": record}
        undo: dict[str, Any] = {"kind": wanted.kind, "id": record, "fields": dict(wanted.closing)}
    else:
        if isinstance(wanted.record, str):
            raise PermanentError("this names a record that a run only simulated")
        was = write.update(tx, wanted.kind, wanted.record, wanted.fields, actor=call.actor, now=now)
        result = {"id": wanted.record, "changed": len(was)}
        undo = {"kind": wanted.kind, "id": wanted.record, "fields": was, "is_change": True}
    _touch_deal(tx, wanted, now)
    write.remember(tx, call.key, result=result, undo=undo)
    return result


def take_back(tx: Transaction, call: Call, *, now: datetime) -> None:
    """Undo what a key did: earlier values come back, a new record is closed or removed."""
    undo = read.undo_of(tx.conn, call.key)
    if undo is None:
        raise PermanentError("there is nothing on the desk that this action did")
    kind, record, fields = undo["kind"], undo["id"], undo["fields"]
    if fields:
        write.update(tx, kind, record, fields, actor=call.actor, now=now)
    elif not undo.get("is_change"):
        write.remove(tx, kind, record, actor=call.actor, now=now)


def _touch_deal(tx: Transaction, wanted: Plan, now: datetime) -> None:
    if wanted.kind == "deal" and isinstance(wanted.record, int):
        write.update(tx, "deal", wanted.record, {"last_activity_at": to_micros(now)}, actor="desk", now=now)


def _given(args: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: args[name] for name in names if args.get(name) is not None}


def _change(kind: str, *names: str) -> Callable[[Reader, Call, Overlay, datetime], Plan]:
    def make(conn: Reader, call: Call, overlay: Overlay, now: datetime) -> Plan:
        record = call.args["id"]
        is_there = (
            f"{kind}:{record}" in overlay if isinstance(record, str) else read.get(conn, kind, record) is not None
        )
        if not is_there:
            raise PermanentError(f"there is no {kind} {record} on the desk")
        return Plan(kind, _given(call.args, *names), record)

    return make


def _create_ticket(conn: Reader, call: Call, overlay: Overlay, now: datetime) -> Plan:
    fields = _given(call.args, "title", "description", "queue", "assignee", "priority")
    fields |= {
        "requester_email": call.args.get("requester_email", "").lower(),
        "status": "open",
        "thread": call.subject,
    }
    return Plan("ticket", fields, closing={"status": "closed"})


def _create_task(conn: Reader, call: Call, overlay: Overlay, now: datetime) -> Plan:
    due = call.args.get("due", "")
    if due.startswith("+"):
        due = (now + timedelta(days=int(due[1:]))).date().isoformat()
    about = call.args.get("about") or call.subject
    return Plan(
        "task", {**_given(call.args, "title", "assignee"), "due": due, "about": about}, closing={"status": "closed"}
    )


def _add_note(conn: Reader, call: Call, overlay: Overlay, now: datetime) -> Plan:
    return Plan("note", {"text": call.args["text"], "about": call.args.get("about") or call.subject})


def _create_contact(conn: Reader, call: Call, overlay: Overlay, now: datetime) -> Plan:
    email = call.args["email"].lower()
    is_simulated = any(key.startswith("contact:sim:") and one.get("email") == email for key, one in overlay.items())
    if is_simulated or read.find(conn, "contact", email=email, limit=1):
        raise PermanentError("there is a contact with this address already")
    return Plan("contact", {**_given(call.args, "name", "company", "title", "phone"), "email": email})


def _create_deal(conn: Reader, call: Call, overlay: Overlay, now: datetime) -> Plan:
    fields = _given(call.args, "name", "company", "amount", "currency", "stage", "owner")
    fields |= {"contact_email": call.args.get("contact_email", "").lower(), "last_activity_at": to_micros(now)}
    return Plan("deal", fields, closing={"stage": "closed"})


def _own_mail(conn: Reader, call: Call) -> dict[str, Any]:
    number = call.fields.get("mail_id")
    found = read.get(conn, "mail", number) if isinstance(number, int) else None
    if found is None:
        raise PermanentError("the event is no mail in this mailbox")
    return found


def _move_mail(conn: Reader, call: Call, overlay: Overlay, now: datetime) -> Plan:
    return Plan("mail", {"folder": call.args["folder"]}, _own_mail(conn, call)["id"])


def _tag_mail(conn: Reader, call: Call, overlay: Overlay, now: datetime) -> Plan:
    mail = _own_mail(conn, call)
    present = overlay.get(f"mail:{mail['id']}", {}).get("tags", mail["tags"])
    tags = [tag for tag in str(present).split() if tag]
    return Plan("mail", {"tags": " ".join(sorted({*tags, call.args["tag"]}))}, mail["id"])


def _mail_out(direction: str, folder: str) -> Callable[[Reader, Call, Overlay, datetime], Plan]:
    def make(conn: Reader, call: Call, overlay: Overlay, now: datetime) -> Plan:
        args = call.args
        fields = {
            "thread": call.subject,
            "direction": direction,
            "folder": folder,
            "sender": call.actor,
            "recipients": str(args.get("to", "")).lower(),
            "subject": args.get("subject", ""),
            "text": args.get("text", ""),
            "in_reply_to": str(call.fields.get("message_id", "")),
            "sent_at": to_micros(now),
        }
        return Plan("mail", fields)

    return make


def _give_credit(conn: Reader, call: Call, overlay: Overlay, now: datetime) -> Plan:
    fields = {**_given(call.args, "amount", "currency", "reason"), "contact_email": call.args["contact_email"].lower()}
    return Plan("credit", fields, closing={"amount": 0.0})


_PLANS: dict[str, Callable[[Reader, Call, Overlay, datetime], Plan]] = {
    "create_ticket": _create_ticket,
    "update_ticket": _change("ticket", "queue", "assignee", "priority", "status"),
    "create_task": _create_task,
    "add_note": _add_note,
    "create_contact": _create_contact,
    "update_contact": _change("contact", "name", "company", "title", "phone", "tags"),
    "create_deal": _create_deal,
    "update_deal": _change("deal", "stage", "owner", "amount", "close_date"),
    "move_mail": _move_mail,
    "tag_mail": _tag_mail,
    "draft_reply": _mail_out("draft", "Drafts"),
    "reply": _mail_out("out", "Sent"),
    "acknowledge": _mail_out("out", "Sent"),
    "send_mail": _mail_out("out", "Sent"),
    "forward": _mail_out("out", "Sent"),
    "give_credit": _give_credit,
}

"""What the desk does: each tool as a plan of record changes, so that doing, simulating and undoing agree.

A plan names the record, the fields, and how it is taken back; only `carry_out` writes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from opsconsole.domain.action import Call
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.ports.connector import Overlay
from opsconsole.store.queries.desk import records as read
from opsconsole.store.queries.desk.view import Present, View
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
    added: Mapping[str, str] = field(default_factory=dict[str, str])
    """Words that a change adds to a field of words; only they are taken back."""


def plan(conn: Reader, verb: str, call: Call, overlay: Overlay, *, now: datetime, desk: View | None = None) -> Plan:
    """Say what a call would change; with `desk`, on the desk as it was.

    Raises:
        PermanentError: it cannot be done: no such tool, no such record.
    """
    make = _PLANS.get(verb)
    if make is None:
        raise PermanentError(f"the desk cannot do {verb}")
    return make(desk or Present(conn), call, overlay, now)


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
        undo = {"kind": wanted.kind, "id": wanted.record, "is_change": True}
        undo["fields"] = {name: value for name, value in was.items() if name not in wanted.added}
        undo["set"] = {name: wanted.fields[name] for name in undo["fields"]}
        undo["added"] = {name: word for name, word in wanted.added.items() if name in was}
    _touch_deal(tx, wanted, now)
    write.remember(tx, call.key, result=result, undo=undo)
    return result


def take_back(tx: Transaction, call: Call, *, now: datetime) -> list[str]:
    """Undo what a key did, once per undo key: earlier values come back, a new record is closed or removed.

    What somebody changed since is theirs and stays; gives the names of those fields.

    Raises:
        PermanentError: there is nothing to take back, or all of it was changed since; nothing was changed.
    """
    if (earlier := read.done_by(tx.conn, call.undo_key)) is not None:
        return earlier["left"]
    undo = read.undo_of(tx.conn, call.key)
    if undo is None:
        raise PermanentError("there is nothing on the desk that this action did")
    left = _back(tx, call, undo, now) if undo.get("is_change") else _close(tx, call, undo, now)
    write.remember(tx, call.undo_key, result={"left": left}, undo={})
    return left


def _back(tx: Transaction, call: Call, undo: Mapping[str, Any], now: datetime) -> list[str]:
    kind, record, was = undo["kind"], undo["id"], undo["fields"]
    present = read.get(tx.conn, kind, record)
    if present is None:
        raise PermanentError(f"{kind} {record} is not on the desk any more")
    ours = undo.get("set", {name: present[name] for name in was})
    back = {name: value for name, value in was.items() if present[name] == ours[name]}
    for name, word in undo.get("added", {}).items():
        back[name] = " ".join(part for part in str(present[name]).split() if part != word)
    left = sorted(name for name, value in was.items() if name not in back and present[name] != value)
    if left and not back:
        raise PermanentError(f"{kind} {record} was changed since ({', '.join(left)}); it was left as it is")
    write.update(tx, kind, record, back, actor=call.actor, now=now)
    return left


def _close(tx: Transaction, call: Call, undo: Mapping[str, Any], now: datetime) -> list[str]:
    """Close or remove a record we made; not where somebody worked on what that would undo."""
    kind, record, closing = undo["kind"], undo["id"], undo["fields"]
    if read.get(tx.conn, kind, record) is None:
        return []
    changed = {line["field"] for line in read.history(tx.conn, kind, record) if line["field"]}
    if (theirs := changed & set(closing) if closing else changed) != set():
        raise PermanentError(f"{kind} {record} was changed since ({', '.join(sorted(theirs))}); it was left as it is")
    if closing:
        write.update(tx, kind, record, closing, actor=call.actor, now=now)
    else:
        write.remove(tx, kind, record, actor=call.actor, now=now)
    return []


def laid_over(wanted: Plan, *, now: datetime) -> dict[str, Any]:
    """Return the fields that later look-ups of a run see where a plan was only simulated."""
    is_touched = wanted.kind == "deal" and wanted.record is not None
    return {**wanted.fields, **({"last_activity_at": to_micros(now)} if is_touched else {})}


def _touch_deal(tx: Transaction, wanted: Plan, now: datetime) -> None:
    if wanted.kind == "deal" and isinstance(wanted.record, int):
        write.update(tx, "deal", wanted.record, {"last_activity_at": to_micros(now)}, actor="desk", now=now)


def _given(args: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: args[name] for name in names if args.get(name) is not None}


def _change(kind: str, *names: str) -> Callable[[View, Call, Overlay, datetime], Plan]:
    def make(desk: View, call: Call, overlay: Overlay, now: datetime) -> Plan:
        record = call.args["id"]
        is_there = f"{kind}:{record}" in overlay if isinstance(record, str) else desk.get(kind, record) is not None
        if not is_there:
            raise PermanentError(f"there is no {kind} {record} on the desk")
        return Plan(kind, _given(call.args, *names), record)

    return make


def _create_ticket(desk: View, call: Call, overlay: Overlay, now: datetime) -> Plan:
    fields = _given(call.args, "title", "description", "queue", "assignee", "priority")
    fields |= {
        "requester_email": call.args.get("requester_email", "").lower(),
        "status": "open",
        "thread": call.subject,
    }
    return Plan("ticket", fields, closing={"status": "closed"})


def _create_task(desk: View, call: Call, overlay: Overlay, now: datetime) -> Plan:
    due = call.args.get("due", "")
    if due.startswith("+"):
        due = (now + timedelta(days=int(due[1:]))).date().isoformat()
    about = call.args.get("about") or call.subject
    return Plan(
        "task", {**_given(call.args, "title", "assignee"), "due": due, "about": about}, closing={"status": "closed"}
    )


def _add_note(desk: View, call: Call, overlay: Overlay, now: datetime) -> Plan:
    return Plan("note", {"text": call.args["text"], "about": call.args.get("about") or call.subject})


def _create_contact(desk: View, call: Call, overlay: Overlay, now: datetime) -> Plan:
    email = call.args["email"].lower()
    is_simulated = any(
        key.startswith("contact:sim:") and contact.get("email") == email for key, contact in overlay.items()
    )
    if is_simulated or desk.find("contact", email=email, limit=1):
        raise PermanentError("there is a contact with this address already")
    return Plan("contact", {**_given(call.args, "name", "company", "title", "phone"), "email": email})


def _create_deal(desk: View, call: Call, overlay: Overlay, now: datetime) -> Plan:
    fields = _given(call.args, "name", "company", "amount", "currency", "stage", "owner")
    fields |= {"contact_email": call.args.get("contact_email", "").lower(), "last_activity_at": to_micros(now)}
    return Plan("deal", fields, closing={"stage": "closed"})


def _own_mail(desk: View, call: Call) -> dict[str, Any]:
    number = call.fields.get("mail_id")
    found = desk.get("mail", number) if isinstance(number, int) else None
    if found is None:
        raise PermanentError("the event is no mail in this mailbox")
    return found


def _move_mail(desk: View, call: Call, overlay: Overlay, now: datetime) -> Plan:
    return Plan("mail", {"folder": call.args["folder"]}, _own_mail(desk, call)["id"])


def _tag_mail(desk: View, call: Call, overlay: Overlay, now: datetime) -> Plan:
    mail = _own_mail(desk, call)
    present = overlay.get(f"mail:{mail['id']}", {}).get("tags", mail["tags"])
    tag = call.args["tag"]
    return Plan("mail", {"tags": " ".join(sorted({*str(present).split(), tag}))}, mail["id"], added={"tags": tag})


def _mail_out(direction: str, folder: str) -> Callable[[View, Call, Overlay, datetime], Plan]:
    def make(desk: View, call: Call, overlay: Overlay, now: datetime) -> Plan:
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


def _give_credit(desk: View, call: Call, overlay: Overlay, now: datetime) -> Plan:
    fields = {**_given(call.args, "amount", "currency", "reason"), "contact_email": call.args["contact_email"].lower()}
    return Plan("credit", fields, closing={"amount": 0.0})


_PLANS: dict[str, Callable[[View, Call, Overlay, datetime], Plan]] = {
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

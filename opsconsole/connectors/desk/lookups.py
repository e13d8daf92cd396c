"""What the desk answers when it is asked, as it is or as it was, with a run's simulated writes laid over."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from opsconsole.domain.action import Call, Result
from opsconsole.domain.errors import PermanentError
from opsconsole.engine.ports.connector import Overlay
from opsconsole.store.queries.desk import records as read
from opsconsole.store.queries.desk.view import View
from opsconsole.store.times import from_micros

_CONTACT = ("id", "name", "email", "company", "title", "phone", "zone", "tags")
_DEAL = ("id", "name", "amount", "currency", "stage", "owner", "contact_email", "company")
_TICKET = ("id", "title", "queue", "assignee", "priority", "status")


def look_up(desk: View, verb: str, call: Call, overlay: Overlay, *, now: datetime) -> Result:
    """Answer one look-up, as of the view of the desk that is given; `now` is that time.

    Raises:
        PermanentError: the desk has no such look-up.
    """
    answer = _LOOKUPS.get(verb)
    if answer is None:
        raise PermanentError(f"the desk has no look-up called {verb}")
    return Result(is_ok=True, data=answer(desk, call, overlay, now))


def merged(desk: View, kind: str, overlay: Overlay, *, newest_first: bool = True, **equal: Any) -> list[dict[str, Any]]:
    """Find records, with simulated changes laid over before they are compared; simulated new ones come first."""
    changed: dict[int | str, dict[str, Any]] = {}
    for key in overlay:
        name, _, identity = key.partition(":")
        if name == kind:
            number = identity if identity.startswith("sim:") else int(identity)
            if (record := _one(desk, kind, number, overlay)) is not None:
                changed[number] = record
    fits = [
        record for record in changed.values() if all(_low(record.get(name)) == _low(v) for name, v in equal.items())
    ]
    new = [fit for fit in fits if isinstance(fit["id"], str)]
    real = [record for record in desk.find(kind, newest_first=newest_first, **equal) if record["id"] not in changed]
    real += [fit for fit in fits if not isinstance(fit["id"], str)]
    return new[::-1] + sorted(real, key=lambda record: desk.place(kind, record), reverse=newest_first)


def _one(desk: View, kind: str, identity: Any, overlay: Overlay) -> dict[str, Any] | None:
    laid_over = overlay.get(f"{kind}:{identity}", {})
    record = None if isinstance(identity, str) else desk.get(kind, identity)
    if record is None:
        return (
            {**dict.fromkeys((*read.COLUMNS[kind], "updated_at"), ""), **laid_over, "id": identity}
            if laid_over
            else None
        )
    return {**record, **laid_over}


def _low(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _pick(record: Mapping[str, Any] | None, names: tuple[str, ...]) -> dict[str, Any]:
    if record is None:
        return {"found": False, **dict.fromkeys(names, "")}
    return {"found": True, **{name: record[name] for name in names}}


def _find_contact(desk: View, call: Call, overlay: Overlay, now: datetime) -> dict[str, Any]:
    email = call.args["email"].lower()
    found = merged(desk, "contact", overlay, newest_first=False, email=email)
    return _pick(found[0] if found else None, _CONTACT)


def _find_company(desk: View, call: Call, overlay: Overlay, now: datetime) -> dict[str, Any]:
    for field in ("domain", "name"):
        value = call.args.get(field, "")
        wanted = value.lower() if field == "domain" else value
        if value and (found := merged(desk, "company", overlay, **{field: wanted})):
            return _pick(found[0], ("id", "name", "domain", "industry", "size"))
    return _pick(None, ("id", "name", "domain", "industry", "size"))


def _find_deals(desk: View, call: Call, overlay: Overlay, now: datetime) -> dict[str, Any]:
    args = call.args
    equal = {
        "contact_email": args.get("email", "").lower(),
        "company": args.get("company", ""),
        "stage": args.get("stage", ""),
    }
    equal = {name: value for name, value in equal.items() if value}
    found = merged(desk, "deal", overlay, **equal) if equal else []
    if args.get("is_open", True):
        found = [deal for deal in found if str(deal["stage"]).lower() not in read.CLOSED_STAGES]
    first = found[0] if found else dict.fromkeys(_DEAL, "")
    deals = [{name: deal[name] for name in _DEAL} for deal in found]
    return {
        "count": len(found),
        "deals": deals,
        **{name: first[name] for name in ("id", "name", "stage", "owner", "amount")},
    }


def _get_deal(desk: View, call: Call, overlay: Overlay, now: datetime) -> dict[str, Any]:
    record = _one(desk, "deal", call.args["id"], overlay)
    if record is not None:
        last = record["last_activity_at"] or record["updated_at"]
        record["idle_days"] = max(0, (now - from_micros(int(last))).days) if last else ""
    return _pick(record, (*_DEAL, "close_date", "idle_days"))


def _find_tickets(desk: View, call: Call, overlay: Overlay, now: datetime) -> dict[str, Any]:
    args = call.args
    equal = {
        "requester_email": args.get("email", "").lower(),
        "thread": args.get("thread", ""),
        "status": args.get("status", ""),
    }
    equal = {name: value for name, value in equal.items() if value}
    found = merged(desk, "ticket", overlay, **equal) if equal else []
    first = found[0] if found else dict.fromkeys(_TICKET, "")
    tickets = [{name: ticket[name] for name in _TICKET} for ticket in found]
    return {
        "count": len(found),
        "tickets": tickets,
        **{name: first[name] for name in ("id", "status", "priority", "assignee")},
    }


def _get_ticket(desk: View, call: Call, overlay: Overlay, now: datetime) -> dict[str, Any]:
    record = _one(desk, "ticket", call.args["id"], overlay)
    return _pick(record, (*_TICKET, "description", "requester_email"))


def _thread(desk: View, call: Call, overlay: Overlay, now: datetime) -> dict[str, Any]:
    thread = call.args.get("thread") or call.subject
    found = merged(desk, "mail", overlay, newest_first=False, thread=thread)
    found.sort(key=lambda message: (message["sent_at"] or 0, isinstance(message["id"], str)))
    mails = [
        {
            "from": message["sender"],
            "subject": message["subject"],
            "text": message["text"][:4000],
            "direction": message["direction"],
            "sent_at": "" if not message["sent_at"] else from_micros(message["sent_at"]).isoformat(),
        }
        for message in found
    ]
    has_reply = any(message["direction"] == "out" for message in found)
    return {
        "count": len(mails),
        "mails": mails,
        "last_from": mails[-1]["from"] if mails else "",
        "has_our_reply": has_reply,
    }


def _search(desk: View, call: Call, overlay: Overlay, now: datetime) -> dict[str, Any]:
    hits = desk.search(call.args["text"], kind=call.args.get("kind"), limit=call.args.get("limit", 10))
    return {"count": len(hits), "hits": hits}


def _history(desk: View, call: Call, overlay: Overlay, now: datetime) -> dict[str, Any]:
    if isinstance(call.args["id"], str):
        return {"count": 0, "entries": []}
    lines = desk.history(call.args["kind"], call.args["id"])
    entries = [_line(line) for line in lines]
    return {"count": len(entries), "entries": entries}


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a change with its times as every other lookup tells them."""
    told = {**line, "at": from_micros(line["at"]).isoformat()}
    if str(line["field"]).endswith("_at"):
        for name in ("was", "now"):
            if str(line[name] or "").isdigit():
                told[name] = from_micros(int(line[name])).isoformat()
    return told


_LOOKUPS: dict[str, Callable[[View, Call, Overlay, datetime], dict[str, Any]]] = {
    "find_contact": _find_contact,
    "find_company": _find_company,
    "find_deals": _find_deals,
    "get_deal": _get_deal,
    "find_tickets": _find_tickets,
    "get_ticket": _get_ticket,
    "thread": _thread,
    "search": _search,
    "history": _history,
}

"""What people changed on the desk, by its own history, as acts in the words of its tools.

A line of the history names who made it: `person:lena` is a person; agents, imports, the desk itself and what takes an
agent's deed back (`person`, without a name) are not.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opsconsole.domain.humanact import HumanAct
from opsconsole.store.queries.desk import records as read
from opsconsole.store.queries.desk.records import Line
from opsconsole.store.rows import Reader
from opsconsole.store.times import from_micros

CHANGED: Mapping[str, tuple[str, ...]] = {
    "ticket": ("queue", "assignee", "priority", "status"),
    "deal": ("stage", "owner", "amount", "close_date"),
    "contact": ("name", "company", "title", "phone", "tags"),
}
"""Fields that a tool changes (`update_ticket`); others are nobody's act."""
CREATED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "ticket": ("create_ticket", ("title", "description", "queue", "assignee", "priority", "requester_email")),
    "task": ("create_task", ("title", "assignee", "due", "about")),
    "note": ("add_note", ("text", "about")),
    "contact": ("create_contact", ("email", "name", "company", "title", "phone")),
    "deal": ("create_deal", ("name", "contact_email", "company", "amount", "currency", "stage", "owner")),
    "credit": ("give_credit", ("contact_email", "amount", "currency", "reason")),
}


def acts(conn: Reader, desk: str, lines: Sequence[Line]) -> Iterator[HumanAct]:
    """Yield the acts that lines of the history are: what was changed at once in one record is one act."""
    groups: dict[tuple[Any, ...], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.kind, line.record, line.actor, line.at, line.field == ""), []).append(line)
    for group in groups.values():
        record = read.get(conn, group[0].kind, group[0].record)
        if record is not None:  # else it was removed since, and with it what it was about
            yield from _acts(desk, group, record)


def _acts(desk: str, group: Sequence[Line], record: Mapping[str, Any]) -> Iterator[HumanAct]:
    first = group[0]
    about = _about(first.kind, record)
    for verb, args in _deeds(group, record):
        yield HumanAct(
            external_id=f"desk:{first.id}:{verb}:{'-'.join(map(str, args.values())) if verb == 'tag_mail' else ''}",
            subject=_subject(first.kind, record),
            tool=f"{desk}.{verb}",
            args=args,
            actor=first.actor,
            at=from_micros(first.at),
            about=about,
        )


def _deeds(group: Sequence[Line], record: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    kind, new = group[0].kind, {line.field: record[line.field] for line in group if line.field in record}
    if group[0].field == "":
        if group[0].now == "created":
            yield from _created(kind, record)
    elif kind == "mail":
        if "folder" in new:
            yield "move_mail", {"folder": _said(group, "folder")}
        for tag in sorted(set(_said(group, "tags").split()) - set(_was(group, "tags").split())):
            yield "tag_mail", {"tag": tag}
    elif known := [name for name in CHANGED.get(kind, ()) if name in new]:
        yield (
            f"update_{kind}",
            {"id": record["id"], **{name: _typed(record[name], _said(group, name)) for name in known}},
        )


def _created(kind: str, record: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if kind == "mail":
        if record["direction"] == "in":
            return
        to, answers = str(record["recipients"]).partition(",")[0].strip(), bool(record["in_reply_to"])
        args = {"to": to, "text": record["text"]} if to else {"text": record["text"]}
        if record["direction"] == "draft":
            yield "draft_reply", args
        elif to:
            yield ("reply", args) if answers else ("send_mail", {**args, "subject": record["subject"]})
    elif kind in CREATED:
        verb, names = CREATED[kind]
        yield verb, {name: record[name] for name in names if record[name] not in (None, "")}


def _subject(kind: str, record: Mapping[str, Any]) -> str:
    """What an event about it would be about: the thread of a mail, else the record itself."""
    named = str(record.get("thread") or record.get("about") or "")
    return named if ":" in named else f"{kind}:{record['id']}"


def _about(kind: str, record: Mapping[str, Any]) -> str:
    if kind != "mail":
        return ""
    return str(record["external_id"] or "") if record["direction"] == "in" else str(record["in_reply_to"])


def _said(group: Sequence[Line], name: str) -> str:
    return next((line.now or "" for line in reversed(group) if line.field == name), "")


def _was(group: Sequence[Line], name: str) -> str:
    return next((line.was or "" for line in group if line.field == name), "")


def _typed(present: Any, said: str) -> Any:
    """The history holds words; a number is one again."""
    return float(said) if isinstance(present, float) and said not in ("", "None") else said

"""What can be done with what comes in, by the tools that there really are; and as steps of an agent's file."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from opsconsole.domain.errors import UserError
from opsconsole.engine.blank.answers import CategoryAnswer, clean
from opsconsole.engine.registry import Registry

DRAFT = (
    "Hello{% if event.sender_name %} {{ event.sender_name }}{% endif %},",
    "",
    "[answer here]",
    "",
    "Kind regards",
)
LAST_SHORT = 0xFFFF
"""Characters up to here are escaped by four digits."""
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
TELL, LEAVE = "tell", "leave"
_CREATE = "desk.create_ticket"


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may happen."""

    id: str
    words: str
    """For a person who chooses: `Move it to Cards`."""


@dataclass(frozen=True, slots=True)
class StepText:
    """A step as the file has it."""

    tool: str
    """Empty where it does nothing outside."""
    lines: tuple[str, ...]
    """YAML, without indentation."""


def offered(registry: Registry, connection: str, kind: str, category: CategoryAnswer) -> tuple[Offer, ...]:
    """Return what may happen with events of a kind and category, what people did first."""
    found: list[Offer] = []
    where = _putting(registry, connection, kind, category)
    drafts = _draft(registry, connection) if kind == "mail.received" else ""
    if where is not None:
        found.append(Offer("put", where[2]))
        if drafts:
            found.append(Offer("put+draft", f"{where[2]}, and draft a reply"))
    if drafts:
        found.append(Offer("draft", "Draft a reply"))
    if registry.type(_CREATE) is not None and kind != "ticket.created":
        found.append(Offer("ticket", "Make a ticket"))
        if drafts:
            found.append(Offer("ticket+draft", "Make a ticket, and draft a reply"))
    return (*found, Offer(TELL, "Only tell a person"), Offer(LEAVE, "Leave it alone"))


def steps(registry: Registry, connection: str, kind: str, category: CategoryAnswer) -> tuple[StepText, ...]:
    """Return the steps of what was chosen.

    Raises:
        UserError: it cannot be done with what is connected: a name that no folder can have, a tool that has gone.
    """
    if category.deed not in {offer.id for offer in offered(registry, connection, kind, category)}:
        name = clean(category.name)
        raise UserError(f"What you chose for “{name}” cannot be done with that name, or not any more. Choose again.")
    found: list[StepText] = []
    for part in category.deed.split("+"):
        where = _putting(registry, connection, kind, category)
        if part == "put" and where is not None:
            found.append(StepText(where[0], (f"- {{do: {where[0]}, with: {_flow(where[1])}}}",)))
        elif part == "draft":
            tool = _draft(registry, connection)
            text = tuple(f"      {line}".rstrip() for line in DRAFT)
            found.append(StepText(tool, (f"- do: {tool}", "  with:", "    text: |-", *text)))
        elif part == "ticket":
            found.append(_ticket(category))
        elif part == TELL:
            found.append(_tell(category))
        elif part == LEAVE:
            found.append(StepText("", ("- {stop: Nothing to do.}",)))
    return tuple(found)


def _ticket(category: CategoryAnswer) -> StepText:
    args = {
        "title": "{{ event.title or 'Without a subject' }}",
        "description": "{{ event.text }}",
        "queue": as_it_is(clean(category.name)),
        "requester_email": "{{ event.sender }}",
    }
    return StepText(_CREATE, (f"- do: {_CREATE}", "  with:", *(f"    {name}: {scalar(args[name])}" for name in args)))


def _tell(category: CategoryAnswer) -> StepText:
    text = f"“{{{{ event.title }}}}” came in: {as_it_is(clean(category.name))}. Who takes it?"
    return StepText("", (f"- ask: {scalar(text)}", "  options: [I do, Somebody else, Nobody needs to]"))


def _putting(
    registry: Registry, connection: str, kind: str, category: CategoryAnswer
) -> tuple[str, Mapping[str, Any], str] | None:
    """Return (tool, arguments, words) of putting an event where people put such ones; None where nothing can."""
    for tool, args, words in _places(connection, kind, category):
        declared = registry.type(f"{connection}.{tool}")
        if declared is None:
            continue
        try:
            declared.arguments.model_validate({name: 1 if name == "id" else value for name, value in args.items()})
        except ValidationError:
            continue
        shown = {name: value if name == "id" else as_it_is(value) for name, value in args.items()}
        return f"{connection}.{tool}", shown, words
    return None


def _places(connection: str, kind: str, category: CategoryAnswer) -> Iterator[tuple[str, dict[str, str], str]]:
    place = category.place or clean(category.name)
    shown = clean(place) or clean(category.name)
    field = category.field or ("folder" if kind == "mail.received" else "queue")
    if kind == "mail.received" and field == "folder":
        yield from ((tool, {"folder": place}, f"Move it to {shown}") for tool in ("move", "move_mail"))
    elif kind == "mail.received" and field == "tag":
        yield "tag_mail", {"tag": place}, f"Tag it {shown}"
        yield "flag", {"flag": place}, f"Mark it {shown}"
    elif kind == "ticket.created" and field == "queue":
        yield "update_ticket", {"id": "{{ event.fields.ticket_id }}", "queue": place}, f"Give it to {shown}"


def _draft(registry: Registry, connection: str) -> str:
    names = (f"{connection}.draft", f"{connection}.draft_reply")
    return next((name for name in names if registry.type(name) is not None), "")


def as_it_is(text: str) -> str:
    """Return a text so that a step takes it word for word, also where it looks like a slot."""
    return f"{{{{ {json.dumps(text, ensure_ascii=False)} }}}}" if "{{" in text or "{%" in text or "{#" in text else text


def scalar(text: str) -> str:
    """Return a text as YAML has it on one line, in a list or a mapping too; what cannot be seen, as an escape."""
    if not text.isprintable():
        return '"' + "".join(map(_escaped, text)) + '"'
    listed = yaml.safe_dump([text], default_flow_style=True, allow_unicode=True, width=10**9)
    return str(listed).strip()[1:-1]


def _escaped(sign: str) -> str:
    if (short := _SHORT.get(sign)) is not None:
        return short
    if sign.isprintable():
        return sign
    return f"\\U{ord(sign):08X}" if ord(sign) > LAST_SHORT else f"\\u{ord(sign):04X}"


def _flow(args: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {scalar(str(value))}" for name, value in args.items()) + "}"

"""What people did with past events, told by where things lie and what was answered, and what a brain learns of it."""

import heapq
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.event import Event
from opsconsole.domain.humanact import HumanAct
from opsconsole.domain.priority import priority_of
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.pairs.category import category_of
from opsconsole.policy.windows import window_end
from opsconsole.store.queries import past as read
from opsconsole.store.queries.pairs import acts

MOVED_AFTER = timedelta(hours=1)
"""An export does not tell when a mail was moved or a ticket sorted; it counts as so long after it came."""
_TOLD, _FOUND = "history:", "found:"
TRIAGE = ("queue", "assignee", "priority")
UNSORTED = frozenset(
    ("", "inbox", "all mail", "archive", "archives", "archived", "posteingang", "archiv", "alle nachrichten")
)
"""Folders in which lies what nobody sorted."""
_ABOVE = re.compile(r"^(?:\[(?:gmail|google mail)\]|inbox)[/.]")


class Learner(Protocol):
    """What takes lessons in."""

    def know(self, agent: str, category: str, text: str) -> None:
        """Take in what people made of a past event."""
        ...


class PastCases:
    """What people made of past events, told to the brain once they had done it and not before."""

    def __init__(self, spec: AgentSpec, brain: Learner) -> None:
        self._spec = spec
        self._brain = brain
        self._waiting: list[tuple[datetime, int, str, str]] = []
        self._count = itertools.count()

    def hear(self, event: Event, acts: tuple[HumanAct, ...]) -> None:
        """Note what an event turned out to be."""
        if acts and (category := category_of(self._spec, [act.args for act in acts])) is not None:
            is_dated = all(act.is_time_known for act in acts)
            self.add(acts[-1].at if is_dated else window_end(event.occurred_at), category, event.precedent)

    def add(self, at: datetime, category: str, text: str) -> None:
        """Note a lesson of a time; one of a category that the playbook does not have teaches nothing."""
        if self._spec.category(category) is not None:
            heapq.heappush(self._waiting, (at, next(self._count), category, text))

    def tell_until(self, at: datetime) -> None:
        """Tell what was done before a time."""
        while self._waiting and self._waiting[0][0] < at:
            _, _, category, text = heapq.heappop(self._waiting)
            self._brain.know(self._spec.agent, category, text)


def human_acts(kernel: Kernel, event: Event) -> tuple[HumanAct, ...]:
    """Return what people did with a past event, in order: where it lies, what was answered, how a ticket was sorted."""
    found = [*_moved(kernel, event), *_answered(kernel, event), *_sorted_ticket(kernel, event), *_seen(kernel, event)]
    return tuple(sorted(found, key=lambda act: (act.at, act.external_id)))


def _act(event: Event, what: str, tool: str, args: Mapping[str, Any], at: datetime | None, actor: str) -> HumanAct:
    """Return an act of the past; without a time it counts as done a while after the event came."""
    return HumanAct(
        external_id=f"{_TOLD}{event.external_id}:{what}",
        subject=event.subject,
        tool=f"{event.connection}.{tool}",
        args=args,
        actor=actor,
        at=at or event.occurred_at + MOVED_AFTER,
        about=event.external_id,
        is_time_known=at is not None,
        source="imported",
    )


def _seen(kernel: Kernel, event: Event) -> Iterator[HumanAct]:
    """What was seen, or noted by hand, when it happened."""
    end = window_end(event.occurred_at)
    rows = acts(kernel.reader, event.subject_id, event=event.external_id, after=event.occurred_at, until=end)
    for row in rows:
        if not row.external_id.startswith(_TOLD):  # else it is told anew
            yield HumanAct(
                external_id=row.external_id,
                subject=event.subject,
                tool=row.tool,
                args=row.args,
                actor=row.actor,
                at=row.at,
                about=event.external_id,
                is_time_known=not row.external_id.startswith(_FOUND),
                source=row.source,
            )


def _said(name: str, value: str) -> str:
    """Return what people gave in our words: `Medium` of another system is `normal`."""
    return (priority_of(value) or value) if name == "priority" else value


def _moved(kernel: Kernel, event: Event) -> Iterator[HumanAct]:
    """A mailbox calls it `move`, the desk `move_mail`."""
    folder = str(event.fields.get("folder") or "")
    if event.kind == "mail.received" and not is_unsorted(folder):
        yield _act(event, "moved", _move(kernel, event), {"folder": folder}, None, "somebody")


def _move(kernel: Kernel, event: Event) -> str:
    return "move" if kernel.registry.type(f"{event.connection}.move") else "move_mail"


def is_unsorted(folder: str) -> bool:
    """Return whether a folder holds what nobody sorted."""
    return _ABOVE.sub("", folder.casefold()) in UNSORTED


def found_in(kernel: Kernel, event: Event, folder: str) -> HumanAct | None:
    """Return the act that another copy of a known mail tells, found in a folder: somebody had sorted it after all."""
    if event.kind != "mail.received" or is_unsorted(folder) or not is_unsorted(str(event.fields.get("folder") or "")):
        return None
    act = _act(event, "moved", _move(kernel, event), {"folder": folder}, None, "somebody")
    return replace(act, external_id=f"{_FOUND}{event.external_id}")


def _answered(kernel: Kernel, event: Event) -> Iterator[HumanAct]:
    if event.kind != "mail.received":
        return
    name, until = str(event.fields.get("message_id") or ""), window_end(event.occurred_at)
    for sent in read.sent_on(kernel.reader, event.subject_id, after=event.occurred_at, until=until):
        answers = str(sent.fields.get("in_reply_to") or "")
        if answers != name and not (not answers and event.sender in sent.recipients):
            continue
        if is_machines(sent):
            continue
        to = event.sender if event.sender in sent.recipients else next(iter(sent.recipients), "")
        args = {"to": to, "text": sent.text}
        yield _act(event, f"answered:{sent.external_id}", "reply", args, sent.occurred_at, f"account:{sent.sender}")


def is_machines(sent: Event) -> bool:
    """Return whether a sent mail is no person's: an autoresponder's or an agent's, whose mails have ids of ours."""
    return bool(sent.fields.get("is_auto")) or str(sent.fields.get("message_id") or "").startswith("<ops.")


def is_machine_answered(kernel: Kernel, event: Event) -> bool:
    """Return whether a machine answered a past mail: people may have left it alone because of that."""
    name, until = str(event.fields.get("message_id") or ""), window_end(event.occurred_at)
    every = read.sent_on(kernel.reader, event.subject_id, after=event.occurred_at, until=until)
    return any(is_machines(sent) and sent.fields.get("in_reply_to") == name for sent in every)


def tells_triage(event: Event) -> bool:
    """Return whether the table of a ticket has a column for what people made of it."""
    return bool({*TRIAGE} & {*(event.fields.get("columns") or ())})


def _sorted_ticket(kernel: Kernel, event: Event) -> Iterator[HumanAct]:
    """Yield the triage of a ticket: how it stands, at the time its table tells or else a while after it came."""
    if event.kind != "ticket.created" or not isinstance(event.fields.get("ticket_id"), int):
        return
    ticket = read.ticket_by_people(kernel.reader, event.fields["ticket_id"])
    told = event.fields.get("columns") or ()
    args = {
        name: _said(name, str(ticket.get(name) or ""))
        for name in TRIAGE
        if ticket.get(name) or name in told  # an empty cell of a column says that nobody gave it
    }
    if any(args.values()):
        given = {"id": event.fields["ticket_id"], **args}
        sorted_at = str(event.fields.get("sorted_at") or "")
        at = max(datetime.fromisoformat(sorted_at), event.occurred_at) if sorted_at else None
        yield _act(event, "sorted", "update_ticket", given, at, "somebody")

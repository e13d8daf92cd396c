"""What is written of a pair: both sides as they are compared, the pair, and its line in the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import Agreement
from opsconsole.domain.event import Event
from opsconsole.domain.humanact import HumanAct
from opsconsole.policy.comparison import Compared, ComparedAction, compare
from opsconsole.store import cases
from opsconsole.store.queries import pairs as read
from opsconsole.store.queries import versions
from opsconsole.store.queries.pairs import ActRow
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import pairs as write

WORKED_BEFORE = "another version worked this event before"
ADJUDICATED = "adjudicated"
"""Source of the cases that come of a person's word on a pair."""
FEWEST, MOST_OF = 30, 0.6
"""An example of at least so many characters is an event's text where the one holds so much of the other."""
EXAMPLE = 300
"""So long a text is taken into a playbook as an example, in characters."""
TAUGHT = "the agent's own file holds it as an example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a pair comes of: who worked its event, and how."""

    source: str
    """live, history or file."""
    agent: str
    version: int | None
    run: int | None
    category: str
    confidence: float | None
    is_blind: bool
    is_failed: bool
    excluded: str = ""
    because: str = ""
    """The agent's own reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What a pair joins."""

    agent: Sequence[ComparedAction]
    human: Sequence[ComparedAction]
    acts: Sequence[ActRow | HumanAct]
    """What `human` was made of, act by act; empty where that is not known."""
    event: Event
    origin: Origin


@dataclass(frozen=True, slots=True)
class Made:
    """A pair that was written."""

    number: int
    agreement: Agreement
    is_failed: bool
    excluded: str


def keep(tx: Transaction, sides: Sides, *, now: datetime) -> Made | None:
    """Compare, store the pair, and write it into the record; None where there is one already."""
    new = _new(tx, sides)
    kept = write.add_pair(tx, new, now=now)
    if kept is None:
        return None
    _record(tx, "pair.made", kept[0], kept[1], new, now=now)
    return Made(kept[0], new.agreement, new.is_failed, new.excluded)


def keep_anew(tx: Transaction, pair: int, sides: Sides, *, now: datetime) -> None:
    """Compare again what people did more about; what was said of the pair was said of less, and is taken back."""
    new = _new(tx, sides)
    content = write.change_pair(tx, pair, new)
    _record(tx, "pair.remade", pair, content, new, now=now)
    while write.take_back_adjudication(tx, pair, is_repeat=False):
        tx.audit("pair.reopened", at=now, actor="engine", pair=pair)
    for case in cases.of_event(tx.conn, f"{sides.event.id}", scope=sides.origin.agent, source=ADJUDICATED):
        cases.retire_case(tx.conn, case, retired_at=to_micros(now))
        tx.touch("cases")
        tx.audit("case.retired", at=now, actor="engine", case=case, agent=sides.origin.agent)


def is_taught(spec: AgentSpec, event: Event) -> bool:
    """Return whether an event stands in the playbook as an example: that its agent knows it proves nothing."""
    forms = {" ".join(text.casefold().split()) for text in (event.title, event.text, example_of(event))} - {""}
    for category in spec.playbook.categories:
        for text in category.examples:
            plain = " ".join(text.casefold().split())
            if plain[:EXAMPLE] in {form[:EXAMPLE] for form in forms} or any(_is_part(plain, form) for form in forms):
                return True
    return False


def _is_part(example: str, text: str) -> bool:
    """An example that is most of a text, or the other way round, is that text cut or gone on with."""
    short, long = sorted((example, text), key=len)
    return len(short) >= max(FEWEST, MOST_OF * len(long)) and short in long


def example_of(event: Event) -> str:
    """Return an event as an example of its category."""
    return " ".join(f"{event.title}. {event.text}".split())[:EXAMPLE]


def _new(tx: Transaction, sides: Sides) -> write.NewPair:
    event, origin = sides.event, sides.origin
    found = compare(sides.agent, sides.human)
    same = frozenset[int]() if origin.version is None else versions.alike(tx.conn, origin.version)
    before = [version for version in read.worked_by(tx.conn, event.id, origin.agent) if version < (origin.version or 0)]
    return write.NewPair(
        source=origin.source,
        agent=origin.agent,
        version=origin.version,
        run=origin.run,
        category=origin.category,
        confidence=origin.confidence,
        is_blind=origin.is_blind,
        is_failed=origin.is_failed,
        excluded=origin.excluded or (WORKED_BEFORE if {*before} - same else ""),
        event=event.id,
        subject=event.subject_id,
        about=write.salted(tx, _customer(event)),
        occurred_at=event.occurred_at,
        agreement=found.agreement,
        severity=found.severity,
        body=_body(sides, found),
    )


def _customer(event: Event) -> str:
    """Return whose event it is: an address without what stands after its +, else a customer's number or name.

    Mails of nobody are one's; a ticket of nobody stands for itself, as its table does not tell whose it is.
    """
    local, at, domain = event.sender.casefold().rpartition("@")
    if at:
        return f"{local.partition('+')[0] or local}@{domain}"
    number = str(event.fields.get("requester_id") or "").strip().casefold()
    named = event.sender or number or " ".join(event.sender_name.casefold().split())
    return named or (f"nobody:{event.connection}" if event.kind.startswith("mail.") else event.subject)


def _record(tx: Transaction, kind: str, pair: int, content: int, new: write.NewPair, *, now: datetime) -> None:
    tx.audit(
        kind,
        at=now,
        actor="engine",
        pair=pair,
        run=new.run,
        agent=new.agent,
        version=new.version,
        event=new.event,
        category=new.category or None,
        verdict=new.agreement.value,
        severity=new.severity.name.lower(),
        blind=new.is_blind,
        failed=new.is_failed or None,
        excluded=new.excluded or None,
        source=new.source,
        about=new.about,
        occurred=to_micros(new.occurred_at),
        content=tx.content_digest(content),
    )


def _body(sides: Sides, found: Compared) -> dict[str, Any]:
    matches = [
        {
            "agent": match.agent,
            "human": match.human,
            "same": match.is_same,
            "elsewhere": match.is_elsewhere,
            "fields": [diff.to_json() for diff in match.fields],
        }
        for match in found.matches
    ]
    did = [
        {"at": act.at.isoformat(), "actor": act.actor, "source": act.source}
        | ({"time": "unknown"} if isinstance(act, HumanAct) and not act.is_time_known else {})
        for act in sides.acts
    ]
    return {
        "agent": [{"tool": action.tool, "args": dict(action.args)} for action in sides.agent],
        "human": [
            {"tool": action.tool, "args": dict(action.args), **(did[place] if place < len(did) else {})}
            for place, action in enumerate(sides.human)
        ],
        "matches": matches,
        "because": sides.origin.because,
    }

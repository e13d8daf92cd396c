"""A card with what the window needs beside it, and what in it deserves a second look."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import ApprovalKind, Reversibility
from opsconsole.domain.errors import NotFoundError
from opsconsole.domain.lookalike import disguise
from opsconsole.engine.commands.cards import CardView, Claim, card
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import approvals, runs
from opsconsole.store.rows import present
from opsconsole.ui.panels.approvals.rows import amount
from opsconsole.ui.widgets.diff.words import FieldRow
from opsconsole.ui.widgets.plain import readable
from opsconsole.ui.widgets.words import spoken

Weight = Literal["danger", "warn"]
MOST_FIELD = 60_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A card, its action type, and when it was read."""

    view: CardView
    type: ActionType | None
    amount: str

    @property
    def is_question(self) -> bool:
        """The agent asks; there is nothing to approve."""
        return self.view.kind is ApprovalKind.QUESTION

    @property
    def face(self) -> object:
        """What a person judged by: where it differs, another card is shown."""
        view = self.view
        return view.id, view.digest, view.subject_changes, view.changes, view.expires_at


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to look at before deciding."""

    text: str
    weight: Weight = "warn"


async def load_cards(kernel: Kernel, ids: Sequence[int]) -> tuple[Shown, ...]:
    """Read cards, and what they would change in other systems; one that is gone meanwhile is left out."""
    found: list[Shown] = []
    for number in ids:
        try:
            view = await card(kernel, number)
        except NotFoundError:
            continue
        kind = kernel.registry.type(view.tool)
        asked = present(approvals.approval(kernel.reader, number), str(number))
        action = present(runs.action(kernel.reader, asked.action_id), asked.action_id)
        found.append(Shown(view, kind, amount(kind, action)))
    return tuple(found)


def notices(shown: Shown) -> list[Notice]:
    """Return what tells a bad request from a good one, the gravest first."""
    found = [*_of_sender(shown), *_of_destination(shown), *_of_change(shown), *_of_claims(shown)]
    return sorted(found, key=lambda notice: notice.weight != "danger")


def _of_sender(shown: Shown) -> Iterator[Notice]:
    event = shown.view.event
    if not event["is_verified"]:
        yield Notice(f"Sender not verified: {event['from'] or 'unknown'}", "danger")
    if odd := disguise(str(event["from"])):
        yield Notice(f"The sender's address fools the eye: {odd}", "danger")
    for problem in event["problems"]:
        yield Notice(f"The event: {problem}")


def _of_destination(shown: Shown) -> Iterator[Notice]:
    view, sender = shown.view, str(shown.view.event["from"]).casefold()
    for name in () if shown.type is None else shown.type.destinations:
        value = str(view.args.get(name) or "")
        if value and value.casefold() != sender:
            yield Notice(f"Goes to {value}, who did not send the event", "danger")
        if odd := disguise(value):
            yield Notice(f"It goes to an address that fools the eye: {odd}", "danger")
    if view.kind is ApprovalKind.UNKNOWN:
        yield Notice("It is not known whether this was done. Look in the other system first", "danger")
    if shown.type is not None and (shown.type.is_money or shown.amount):
        yield Notice(f"Money: {shown.amount or 'the amount is not given'}", "danger" if shown.type.is_money else "warn")
    if shown.is_question:
        return
    if shown.type is None or shown.type.reversibility is Reversibility.IRREVERSIBLE:
        yield Notice("Cannot be undone once it is done")


def _of_change(shown: Shown) -> Iterator[Notice]:
    if shown.view.is_escalated:
        yield Notice("Nobody answered in time; asked a second time")
    for change in shown.view.changes:
        if change.field == "!":
            yield Notice(f"What would change {change.after}", "danger")


def _of_claims(shown: Shown) -> Iterator[Notice]:
    bare = [claim for claim in facts_claimed(shown) if claim.state != "found"]
    if bare:
        quoted = ", ".join(f"“{claim.text.strip(' ,')[:40]}”" for claim in bare[:2])
        more = f" and {len(bare) - 2} more" if len(bare) > 2 else ""
        yield Notice(f"Stands in no source: {quoted}{more}")


def facts_claimed(shown: Shown) -> tuple[Claim, ...]:
    """Return the claims a person can check; a question claims nothing."""
    return () if shown.is_question else shown.view.claims


def _told(text: str) -> str:
    return readable(text, MOST_FIELD)


def fields(shown: Shown) -> tuple[FieldRow, ...]:
    """Return what the table shows: destinations first, then what changes, then what else is handed over."""
    view = shown.view
    changes = {change.field: change for change in view.changes if change.field != "!"}
    has_now = any(change.now for change in changes.values())
    first = () if shown.type is None else shown.type.destinations
    names = [*(name for name in first if name in view.args), *changes, *view.args]
    found: list[FieldRow] = []
    for name in dict.fromkeys(names):
        if name in changes:
            found.append(FieldRow(spoken(name), _told(changes[name].now), _told(changes[name].after)))
        elif view.args[name] not in (None, ""):
            found.append(FieldRow(spoken(name), "", _told(str(view.args[name])), is_changed=not has_now))
    return tuple(found)

"""A card with what the window needs beside it, and what in it deserves a second look."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import ApprovalKind, Reversibility
from opsconsole.domain.errors import DecisionError, NotFoundError
from opsconsole.domain.lookalike import disguise
from opsconsole.engine.commands.cards import CardView, Claim, card
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ladder.beside import beside
from opsconsole.engine.ladder.marks import MarkBook
from opsconsole.store.queries import approvals, runs
from opsconsole.store.rows import present
from opsconsole.ui.panels.approvals.rows import amount
from opsconsole.ui.panels.approvals.sides import line_of
from opsconsole.ui.widgets.diff.words import FieldRow
from opsconsole.ui.widgets.plain import one_line, readable
from opsconsole.ui.widgets.texts import whole_words
from opsconsole.ui.widgets.words import spoken

Weight = Literal["danger", "warn"]
MOST_FIELD = 60_000
_GREETING = re.compile(
    r"(?i:hello|hi|hey|dear|good (?:morning|afternoon|evening)|hallo|guten tag|liebe[rs]?|sehr geehrte[rs]?"
    r"|goedendag|beste|geachte|bonjour|bonsoir|chère?|hola|buenos días|estimad[oa])"
    r"(?: (?:there|all|team|[^\W\d_a-zà-ÿ][^\W\d_]*[.'’-]?[^\W\d_]*\.?)){0,4}\s?[,!.:]?"
)
"""A greeting alone in its line: nothing but names follows."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A card, its action type, and when it was read."""

    view: CardView
    type: ActionType | None
    amount: str
    is_without_evidence: bool = False
    """What its agent does here is live though nothing proves that it may."""
    own: str = ""
    """Where a person decided it before they saw it: what they would do, and what the agent wants, in a line."""
    is_same: bool = False
    """Both are the same then."""

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
    """Read cards, and what they would change in other systems; one that is gone meanwhile is left out.

    So is one that is to be decided before it is seen.
    """
    found, marks = list[Shown](), MarkBook(kernel)
    for number in ids:
        try:
            view = await card(kernel, number)
        except (NotFoundError, DecisionError):
            continue
        kind = kernel.registry.type(view.tool)
        asked = present(approvals.approval(kernel.reader, number), str(number))
        action = present(runs.action(kernel.reader, asked.action_id), asked.action_id)
        is_bare = marks.is_without_evidence(view.agent_id, view.category, view.tool)
        sides = beside(kernel, kernel.reader, action.run_id)
        own = ("", False) if sides is None else (line_of(sides, view.agent), sides.is_same)
        found.append(Shown(view, kind, amount(kind, action), is_bare, *own))
    return tuple(found)


def notices(shown: Shown) -> list[Notice]:
    """Return what tells a bad request from a good one, the gravest first."""
    found = [*_of_doubt(shown), *_of_sender(shown), *_of_destination(shown), *_of_change(shown), *_of_claims(shown)]
    return sorted(found, key=lambda notice: notice.weight != "danger")


def _of_doubt(shown: Shown) -> Iterator[Notice]:
    if shown.view.kind is ApprovalKind.UNKNOWN:
        yield Notice("It is not known whether this was done. Look in the other system first", "danger")
    elif shown.view.is_perhaps_done:
        yield Notice("It may have been done already. Look there before you approve, which does it again", "danger")


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
    if shown.type is not None and (shown.type.is_money or shown.amount):
        yield from _of_money(shown, "danger" if shown.type.is_money else "warn")
    if shown.is_question:
        return
    if shown.type is None or shown.type.reversibility is Reversibility.IRREVERSIBLE:
        has_way_back = shown.type is not None and shown.type.undo is not None
        yield Notice(
            "Counts as final, though it has a way back" if has_way_back else "Cannot be undone once it is done"
        )


def _of_money(shown: Shown, weight: Weight) -> Iterator[Notice]:
    origins = shown.view.money
    for origin in origins:
        amount = shown.amount if origin.argument == "amount" else f"{spoken(origin.argument)} {origin.value}"
        yield Notice(f"Money: {amount}, {origin.words}", weight if origin.is_found else "danger")
    if not origins:
        yield Notice(f"Money: {shown.amount or 'the amount is not given'}", weight)


def _of_change(shown: Shown) -> Iterator[Notice]:
    if shown.view.is_escalated:
        yield Notice("Nobody answered in time; asked a second time")
    for change in shown.view.changes:
        if change.field == "!":
            yield Notice(f"What would change {change.after}", "danger")


def _of_claims(shown: Shown) -> Iterator[Notice]:
    bare = [claim for claim in facts_claimed(shown) if claim.state != "found"]
    if bare:
        quoted = ", ".join(f"“{quoted_briefly(claim.text, 40)}”" for claim in bare[:2])
        more = f" and {len(bare) - 2} more" if len(bare) > 2 else ""
        yield Notice(f"Stands in no source: {quoted}{more}")


def facts_claimed(shown: Shown) -> tuple[Claim, ...]:
    """Return the claims a person can check; a question claims nothing, and neither does an empty text or a greeting."""
    return () if shown.is_question else tuple(claim for claim in shown.view.claims if _claims_something(claim.text))


def quoted_briefly(text: str, most: int) -> str:
    """Return the beginning of a quote on one line, which ends no word in its midst."""
    line = one_line(text.strip(" ,"))
    begun = whole_words(line, most)
    return begun if begun == line else f"{begun.rstrip(' ,')}…"


def _claims_something(text: str) -> bool:
    """Whether a text says anything that could be true or not: a greeting with a name does not."""
    return any(sign.isalnum() for sign in text) and _GREETING.fullmatch(text.strip()) is None


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

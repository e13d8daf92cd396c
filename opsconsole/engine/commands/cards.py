"""The card a person decides on: all it shows is read from what is stored, bound by one digest."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import ApprovalKind, Risk
from opsconsole.domain.errors import ConnectorError, DecisionError, NotFoundError
from opsconsole.domain.naming import ASK, spoken, tool_words
from opsconsole.engine.commands.changes import changes_since
from opsconsole.engine.commands.money import MoneyOrigin, money_origins
from opsconsole.engine.commands.risks import risk_of
from opsconsole.engine.kernel import Kernel
from opsconsole.engine.ports.connector import Change
from opsconsole.engine.runstate.loaded import Loaded, call_of, load, shown
from opsconsole.store.queries import approvals, runs
from opsconsole.store.queries.ladder import is_undecided
from opsconsole.store.queries.views import feed
from opsconsole.store.queries.views.unseen import DRAWN
from opsconsole.store.rows import ActionRow, ApprovalRow, Reader, present

PREVIEW_S = 5.0
"""Another system has so long to say what would change there, in seconds; a silent one holds up no card."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something the action relies on, and where it was found. Three honest states: found, asserted, uncited."""

    argument: str
    text: str
    state: str
    source: str


@dataclass(frozen=True, slots=True)
class CardView:
    """A card in plain values."""

    id: int
    digest: str
    kind: ApprovalKind
    state: str
    agent_id: str
    agent: str
    """Its name."""
    category: str
    category_name: str
    """As the agent's file calls it."""
    intent: str
    tool: str
    args: Mapping[str, Any]
    changes: tuple[Change, ...]
    claims: tuple[Claim, ...]
    money: tuple[MoneyOrigin, ...]
    """What each argument that is money rests on; `claims` says nothing of these."""
    precedents: tuple[Mapping[str, Any], ...]
    because: str
    is_in_doubt: bool
    """A call of it may have done it."""
    agents_reason: str
    reversibility: str
    risk: Risk
    if_live: str
    asked_at: datetime
    expires_at: datetime | None
    is_escalated: bool
    subject_changes: tuple[str, ...]
    event: Mapping[str, Any]
    decisions: tuple[Mapping[str, Any], ...]

    @property
    def is_perhaps_done(self) -> bool:
        """It was on its way once, and nobody knows what became of it."""
        return self.kind is ApprovalKind.UNKNOWN or self.is_in_doubt

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        body = asdict(self)
        for name in ("asked_at", "expires_at"):
            body[name] = None if body[name] is None else body[name].isoformat()
        for decision in body["decisions"]:
            decision["at"] = decision["at"].isoformat()
        return body


async def card(kernel: Kernel, approval_id: int) -> CardView:
    """Make the card of a request.

    Raises:
        NotFoundError: there is none of that number.
        DecisionError: a person is to decide its event before seeing it.
    """
    conn = kernel.reader
    approval, action = _asked(conn, approval_id)
    loaded = load(kernel, conn, action.run_id)
    kind = kernel.registry.type(action.tool)
    turn = loaded.turns[action.turn]
    proposal = turn.proposals[action.position]
    ruling, money = runs.rulings(conn, action.id), money_origins(kind, loaded, action)
    told = frozenset(origin.argument for origin in money)
    named = {category.id: category.name for category in loaded.version.spec.playbook.categories}
    return CardView(
        id=approval.id,
        digest=approval.digest,
        kind=approval.kind,
        state=approval.state.value,
        agent_id=approval.agent_id,
        agent=loaded.version.spec.name,
        category=action.category or "",
        category_name=named.get(action.category or "") or spoken(action.category or ""),
        intent=intent(kind, action, approval),
        tool=action.tool,
        args=action.args,
        changes=await _changes(kernel, loaded, action, approval),
        claims=(*_quotes(turn.quotes), *_claims(loaded, action, proposal.slots, without=told)),
        money=money,
        precedents=tuple(_called(precedent, named) for precedent in turn.quotes if "case" in precedent),
        because=approval.because,
        is_in_doubt=action.is_in_doubt,
        agents_reason=proposal.because or turn.rationale,
        reversibility=reversibility(kind, loaded.version.spec.approvals.veto_s),
        risk=risk_of(kernel, action),
        if_live=ruling[-1].if_live or "" if ruling else "",
        asked_at=approval.created_at,
        expires_at=approval.expires_at,
        is_escalated=approval.is_escalated,
        subject_changes=changes_since(kernel, conn, action, approval),
        event={
            "id": loaded.event.id,
            "kind": loaded.event.kind,
            "from": loaded.event.sender,
            "title": loaded.event.title,
            "text": loaded.event.text,
            "is_verified": loaded.event.is_verified,
            "problems": list(loaded.event.problems),
        },
        decisions=tuple(feed.decisions_of(conn, action.id)),
    )


def _asked(conn: Reader, approval_id: int) -> tuple[ApprovalRow, ActionRow]:
    approval = approvals.approval(conn, approval_id)
    if approval is None:
        raise NotFoundError(f"There is no request {approval_id}.", hint="`opsconsole approvals list` shows what waits.")
    action = present(runs.action(conn, approval.action_id), approval.action_id)
    if is_undecided(conn, action.run_id):
        raise DecisionError(
            f"Request {approval_id} was {DRAWN}.",
            hint=f"`opsconsole ladder decide {action.run_id} …`, or see it all the same with --anyway.",
        )
    return approval, action


def intent(kind: ActionType | None, action: ActionRow, approval: ApprovalRow | None = None) -> str:
    """Return the action in one line."""
    if action.tool == ASK:
        return str(action.args.get("question", "a question"))
    line = tool_words(action.tool)
    if kind is not None:
        line = kind.title[:1].upper() + kind.title[1:]
        if kind.sentence:
            filled = {
                name: str(action.args.get(name) or "—").replace("\n", " ")[:80] for name in kind.arguments.model_fields
            }
            line = kind.sentence.format_map(filled)
    if approval is not None and approval.kind is ApprovalKind.UNKNOWN:
        return f"Was this done? {line}"
    if approval is not None and action.is_in_doubt:
        return f"Perhaps done already: {line}"
    return line


def reversibility(kind: ActionType | None, veto_s: float) -> str:
    """Say in words what can be taken back."""
    window = f"can be stopped for {veto_s:g} s after you approve" if veto_s else "is done at once when you approve"
    if kind is None or kind.undo is None:
        return f"{window}; cannot be undone after that"
    return f"{window}; can be undone later: {kind.undo}"


async def _changes(kernel: Kernel, loaded: Loaded, action: ActionRow, approval: ApprovalRow) -> tuple[Change, ...]:
    if approval.kind is ApprovalKind.QUESTION:
        return ()
    actor, connection = kernel.registry.actor(action.tool), action.tool.partition(".")[0]
    if kernel.registry.type(action.tool) is None:
        return (Change("!", "", f"cannot be shown: {connection} is not connected, so this cannot be done now"),)
    if actor is None:
        return ()
    try:
        async with asyncio.timeout(PREVIEW_S):
            return tuple(await actor.preview(call_of(loaded, action)))
    except TimeoutError:
        return (Change("!", "", f"cannot be shown: {connection} does not answer"),)
    except ConnectorError as error:
        return (Change("!", "", f"cannot be shown: {error}"),)


def _quotes(quotes: tuple[Mapping[str, Any], ...]) -> tuple[Claim, ...]:
    """Return the quotes that a model named; whether they stand where it says was checked when it said so."""
    return tuple(
        Claim("quote", quote["quote"][:200], "found" if quote["state"] == "found" else "asserted", quote["source"])
        for quote in quotes
        if "state" in quote
    )


def _claims(
    loaded: Loaded, action: ActionRow, slots: Mapping[str, tuple[str, ...]], *, without: Collection[str]
) -> tuple[Claim, ...]:
    sources = [
        ("the event", f"{loaded.event.title}\n{loaded.event.text}"),
        ("the event's sender", f"{loaded.event.sender}\n{loaded.event.sender_name}"),
        ("the event's fields", str(dict(loaded.event.fields))),
    ]
    for earlier in loaded.actions:
        if earlier.turn < action.turn and earlier.result:
            sources.append((earlier.tool, str(shown(earlier.result))))
    claims: list[Claim] = []
    for name, value in action.args.items():
        if name in without:
            continue
        values = slots.get(name)
        if values is None:
            values = (str(value),) if isinstance(value, str | int | float) and not isinstance(value, bool) else ()
        for text in values:
            where = next((source for source, body in sources if text and text in body), None)
            state = "found" if where is not None else "asserted" if name in slots else "uncited"
            claims.append(Claim(name, text[:200], state, where or ""))
    return tuple(claims)


def _called(precedent: Mapping[str, Any], named: Mapping[str, str]) -> Mapping[str, Any]:
    category = str(precedent.get("category", ""))
    return {**precedent, "category_name": named.get(category) or spoken(category)}

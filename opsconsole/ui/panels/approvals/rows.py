"""The rows of the list, as one query gives them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.action import ActionType
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.lookalike import disguise
from opsconsole.engine.commands.cards import intent
from opsconsole.engine.commands.risks import risk_of
from opsconsole.engine.kernel import Kernel
from opsconsole.store.queries import approvals, events, runs
from opsconsole.store.rows import ActionRow, ApprovalRow, present
from opsconsole.ui.widgets.basics import Tone
from opsconsole.ui.widgets.words import spoken

RISKS: dict[str, tuple[str, Tone]] = {
    "high": ("High", "danger"),
    "medium": ("Medium", "warn"),
    "low": ("Low", "plain"),
    "ask": ("Question", "accent"),
    "first": ("Decide first", "accent"),
}
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
_LEVEL = re.compile(r"^autonomy level \d for .+: act with approval$")
_FINAL = re.compile(r"^.+ cannot be undone$")
_TOOL = re.compile(r"^(?:\w+\.\w+|[a-z][a-z ]*?) (?=moves )")
BY_LEVEL = "Autonomy level 2: you approve each of these"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request in the list."""

    id: int
    """Of the request; of a decision to make first, its run's, below 0."""
    kind: ApprovalKind
    title: str
    because: str
    about: str
    """The event's title, and who sent it: for the filter."""
    risk: str
    agent_id: str
    agent: str
    """Its name. Two agents may have one."""
    action: str
    """Id of the action that is asked for; the same where it is asked again."""
    tool: str
    category: str
    args: Mapping[str, Any]
    amount: str
    asked_at: datetime
    digest: str
    until: datetime | None
    """Put off until then."""
    ends_at: datetime | None = None
    """To be decided by then."""
    deed: str = ""
    """What kind of action it is, in words."""
    is_verified: bool = True
    is_perhaps_done: bool = False
    """Approving may do it a second time."""
    odd: str = ""
    """What in the sender's address fools the eye."""
    category_name: str = ""
    """As the agent's file calls it."""

    @property
    def batch(self) -> tuple[str, str, str]:
        """What it is decided together by; questions, by what is asked and what can be answered."""
        if self.kind is ApprovalKind.QUESTION:
            return self.agent_id, self.tool, f"{self.title}\n{self.args.get('options')}"
        return self.agent_id, self.tool, self.category

    def matches(self, text: str) -> bool:
        """It has every word of a filter."""
        agent = f"{self.agent} {spoken(self.agent_id)}"
        hay = f"{self.title} {self.because} {self.about} {agent} {self.category} {self.amount}".casefold()
        return all(word in hay for word in text.casefold().split())


def rows_of(kernel: Kernel, numbers: Sequence[int]) -> dict[int, Waiting]:
    """Query requests by their numbers."""
    found = (approvals.approval(kernel.reader, number) for number in numbers)
    return {asked.id: _row_or_word(kernel, asked) for asked in found if asked is not None}


def _row_or_word(kernel: Kernel, asked: ApprovalRow) -> Waiting:
    """Return the row; one that cannot be read must not hide the others."""
    try:
        return _row(kernel, asked)
    except (ValueError, LookupError, TypeError, AttributeError):
        return Waiting(
            id=asked.id, kind=asked.kind, title=f"Request {asked.id} cannot be read",
            because="Verify the record in Audit", about="", risk="high", agent_id=asked.agent_id,
            agent=spoken(asked.agent_id),
            action=asked.action_id, tool="", category="", args={}, amount="",
            asked_at=asked.created_at,
            digest=asked.digest, until=asked.snoozed_until, ends_at=asked.expires_at, deed="Not readable",
        )  # fmt: skip


def _row(kernel: Kernel, asked: ApprovalRow) -> Waiting:
    conn = kernel.reader
    action = present(runs.action(conn, asked.action_id), asked.action_id)
    run = present(runs.run(conn, action.run_id), str(action.run_id))
    event, spec = events.event(conn, run.event_id), kernel.roster.version(conn, run.version_id).spec
    kind = kernel.registry.type(action.tool)
    is_question = asked.kind is ApprovalKind.QUESTION
    title = split_question(intent(kind, action, asked))[0] if is_question else intent(kind, action, asked)
    about = "" if event is None else event.title
    return Waiting(
        id=asked.id,
        kind=asked.kind,
        title=title,
        because=_line(about, asked, is_question=is_question),
        about=about if event is None else f"{about} {event.sender} {event.sender_name}",
        risk="ask" if is_question else risk_of(kernel, action).value,
        agent_id=asked.agent_id,
        agent=spec.name,
        action=asked.action_id,
        tool=action.tool,
        category=action.category or "",
        category_name=next((known.name for known in spec.playbook.categories if known.id == action.category), "")
        or spoken(action.category or ""),
        args=action.args,
        amount=amount(kind, action),
        asked_at=asked.created_at,
        digest=asked.digest,
        until=asked.snoozed_until,
        ends_at=asked.expires_at,
        deed="Question" if is_question else action.tool if kind is None else kind.title,
        is_verified=event is not None and event.is_verified,
        is_perhaps_done=asked.kind is ApprovalKind.UNKNOWN or action.is_in_doubt,
        odd="" if event is None else disguise(event.sender),
    )


def _line(about: str, asked: ApprovalRow, *, is_question: bool) -> str:
    """Return the rule that binds; where it says nothing of this one, what the event is about."""
    why = reasons(asked.because)[0]
    return about if about and (is_question or why == BY_LEVEL) else why


def split_question(text: str) -> tuple[str, str]:
    """Part a question from what the playbook says beside it."""
    head, mark, rest = text.partition("? ")
    return (head + "?", rest) if mark else (text, "")


def reasons(because: str) -> list[str]:
    """Return the rules that bind in plain words, the most telling first."""
    parts = [_TOOL.sub("It ", part.strip()) for part in because.split(";") if part.strip()]
    special = [part[:1].upper() + part[1:] for part in parts if not _LEVEL.match(part) and not _FINAL.match(part)]
    final = ["It cannot be undone"] if any(map(_FINAL.match, parts)) else []
    general = [BY_LEVEL] if any(map(_LEVEL.match, parts)) else []
    return special + final + general or ["A person is asked"]


def amount(kind: ActionType | None, action: ActionRow) -> str:
    """Return the money an action is about, with its currency; empty where there is none."""
    value = action.args.get("amount")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    field = None if kind is None else kind.arguments.model_fields.get("currency")
    currency = str(action.args.get("currency") or (field.default if field is not None else "") or "")
    return f"{SIGNS.get(currency, currency)} {value:,.2f}".strip()

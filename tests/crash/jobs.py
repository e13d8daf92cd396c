"""What the worker works in a crash test: agents, events, a brain and a person, and what must have come of it.

`MixedJob` is made so that every path of the journal is walked; `tests.crash.samplejob` works the shipped sample.
"""

import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.domain.action import Proposal
from opsconsole.domain.agent import AgentSpec
from opsconsole.domain.enums import ApprovalKind
from opsconsole.domain.errors import TransientError
from opsconsole.domain.event import IncomingEvent
from opsconsole.doubles.outsideconnector import OutsideConnector
from opsconsole.engine.agents.file import AgentFile, apply_agent
from opsconsole.engine.commands import approvals
from opsconsole.engine.engine import Engine
from opsconsole.engine.kernel import Kernel, Writes
from opsconsole.engine.ports.brain import ASK_PERSON, Brain, CaseExample, Outcome, RunView, Turn
from opsconsole.engine.ports.connector import Connector
from opsconsole.store.rows import ActionRow, ApprovalRow, Reader
from opsconsole.store.transaction import Transaction

PERSON = "person:crash"
ANN = "ann@harbour.example"


class ShiftedClock:
    """The machine's clock, some seconds off."""

    def __init__(self, offset_s: float = 0.0) -> None:
        self._offset = timedelta(seconds=offset_s)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset


class Job(ABC):
    """One piece of work; every process that takes part makes its own from the same arguments."""

    def __init__(self, *, case: str, count: int, port: int, mode: str, offset_s: float) -> None:
        self.case = case
        self.count = count
        self.port = port
        self.mode = mode
        self.clock = ShiftedClock(offset_s)

    @abstractmethod
    def connectors(self, reader: Reader, writes: Writes) -> list[Connector]: ...

    @abstractmethod
    def brain(self, reader: Reader) -> Brain: ...

    @abstractmethod
    async def set_up(self, engine: Engine) -> None:
        """Hire the agents; may be called again."""

    @abstractmethod
    def events(self, reader: Reader) -> Sequence[IncomingEvent]: ...

    @abstractmethod
    def decide(self, kernel: Kernel, tx: Transaction, asked: ApprovalRow, action: ActionRow) -> None:
        """Be the person: always the same answer to the same request."""

    def leaves(self, asked: ApprovalRow) -> bool:
        """Return whether the person never answers this one."""
        return False

    def afterthoughts(self, reader: Reader) -> Sequence[int]:
        """Return the approvals whose effects the person wants undone by now."""
        return ()

    def expected(self) -> Counter[str] | None:
        """Return every deed that must have been done outside, by its mark; None where only the journal can tell."""
        return None

    def findings(self, reader: Reader) -> list[str]:
        """Return what is wrong inside the workspace; asked only when every run is finished."""
        return []

    @abstractmethod
    def mark(self, tool: str, action: str, args: Mapping[str, Any]) -> str | None:
        """Return the mark of an action's deed outside; None for what is not done there."""


def spec(name: str, *, level: int = 3, **changes: Any) -> AgentSpec:
    body: dict[str, Any] = {
        "agent": name,
        "name": name.title(),
        "subscribes": [{"kinds": ["mail.received"]}],
        "stage": {"default": "full"},
        "autonomy": {"default": level},
        "limits": {"attempts": 10},
        "approvals": {"veto_s": 0},
        "playbook": {"purpose": "a crash test", "categories": [{"id": "case", "name": "Case"}]},
    }
    return AgentSpec.model_validate(body | changes)


RAISED = [
    {"action": "outside.send", "ceiling": ceiling, "reason": "notices go out by themselves"}
    for ceiling in ("irreversible", "first_contact")
]
AGENTS = (
    spec("mira"),
    spec("otto", raised=RAISED, approvals={"veto_s": 0.01}),
    spec("lena", approvals={"expires_h": 0.05 / 3600, "on_expiry": "escalate"}),
    spec("shade", stage={"default": "shadow"}),
)
"""mira asks before she sends; otto sends by himself after a veto window; nobody answers lena; shade only records."""


class MixedJob(Job):
    """Reads, deeds inside and outside, requests, questions, edits, rejections, failures, an undoing, shadow."""

    def connectors(self, reader: Reader, writes: Writes) -> list[Connector]:
        desk = DeskConnector(reader, writes, self.clock, stalled_after_days=None)
        return [desk, OutsideConnector(self.port, self.mode)]

    def brain(self, reader: Reader) -> Brain:
        return MixedBrain()

    async def set_up(self, engine: Engine) -> None:
        for spec in AGENTS:
            file, now = AgentFile(spec, ""), self.clock.now()
            await engine.writer.write(
                lambda tx, f=file, n=now: apply_agent(tx, f, engine.registry, actor=PERSON, now=n), name="agent.apply"
            )

    def events(self, reader: Reader) -> Sequence[IncomingEvent]:
        now = self.clock.now()
        return [
            IncomingEvent(
                external_id=f"{self.case}-{number}", kind="mail.received", subject=f"thread:{number}", occurred_at=now,
                title=f"Question {number}", text="Could you have a look, please?", sender=ANN, is_verified=True,
                is_untrusted=number % 2 == 0, fields={"number": number, "base": f"{self.case}-{number}"},
            )
            for number in range(self.count)
        ]  # fmt: skip

    def leaves(self, asked: ApprovalRow) -> bool:
        return asked.agent_id == "lena"

    def decide(self, kernel: Kernel, tx: Transaction, asked: ApprovalRow, action: ActionRow) -> None:
        if asked.kind is ApprovalKind.QUESTION:
            approvals.respond(kernel, tx, asked.id, actor=PERSON, answer="Yes, please.")
            return
        what = str(action.args.get("what", ""))
        answer = answer_to(what) if action.tool == "outside.send" and what.endswith("/send") else "approve"
        if answer == "reject":
            approvals.reject(kernel, tx, asked.id, actor=PERSON, reason="Not this way.")
        elif answer == "edit":
            approvals.approve(
                kernel, tx, asked.id, actor=PERSON, digest=asked.digest, edited={"what": f"{what} (edited)"}
            )
        else:
            approvals.approve(kernel, tx, asked.id, actor=PERSON, digest=asked.digest)

    def afterthoughts(self, reader: Reader) -> Sequence[int]:
        rows = reader.execute(
            "SELECT e.approval_id, v.external_id FROM effect e JOIN action a ON a.id = e.action_id"
            " JOIN run r ON r.id = a.run_id JOIN event v ON v.id = r.event_id"
            " WHERE a.tool = 'desk.give_credit' AND e.state = 'done'"
            " AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.kind = 'undo' AND t.ref = e.id)"
        ).fetchall()
        return [row[0] for row in rows if int(row[1].rpartition("-")[2]) % 6 == 0]

    def expected(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for number in range(self.count):
            base = f"{self.case}-{number}"
            found[f"{base}/record{trouble(number)}"] = 1
            answer = answer_to(f"{base}/send")
            found[{"approve": f"{base}/send", "edit": f"{base}/send (edited)", "reject": f"{base}/sorry"}[answer]] = 1
            if number % 2:
                found[f"{base}/notice"] = 1
        return found

    def findings(self, reader: Reader) -> list[str]:
        numbers = range(self.count)
        wanted = {
            "desk_note": self.count,
            "desk_task": sum(number % 2 for number in numbers),
            "desk_credit WHERE amount <> 0": sum(number % 6 == 3 for number in numbers),
            "desk_credit WHERE amount = 0": sum(number % 6 == 0 for number in numbers),
            "desk_ticket": 0,
        }
        counts = {what: _count(reader, what) for what in wanted}
        return [f"{counts[what]} of {what}, not {number}" for what, number in wanted.items() if counts[what] != number]

    def mark(self, tool: str, action: str, args: Mapping[str, Any]) -> str | None:
        return str(args["what"]) if tool.startswith("outside.") else None


def _count(reader: Reader, what: str) -> int:
    return int(reader.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


def answer_to(what: str) -> str:
    """Return what the person says to sending `what`."""
    return ("approve", "edit", "reject")[hashlib.sha256(what.encode()).digest()[0] % 3]


def trouble(number: int) -> str:
    """Return the trouble that recording for this event meets outside."""
    return {2: "!hang", 4: "!busy"}.get(number % 6, "")


class SlowJob(MixedJob):
    """One event, whose first deed is under way for a while."""

    def events(self, reader: Reader) -> Sequence[IncomingEvent]:
        return [replace(event, fields={**event.fields, "is_slow": True}) for event in super().events(reader)]

    def expected(self) -> Counter[str]:
        return Counter({f"{mark}!slow" if mark.endswith("/record") else mark: 1 for mark in super().expected()})


class MixedBrain:
    """Holds no state but one: an event's first thought may fail, once in a process."""

    def __init__(self) -> None:
        self._tried: set[int] = set()

    def learn(self, lesson: CaseExample) -> None:
        """It learns nothing."""

    def forget(self, cases: object) -> None:
        """It has learnt nothing."""

    async def close(self) -> None:
        """Nothing is open."""

    async def turn(self, view: RunView) -> Turn:
        number = int(view.event.fields["number"])
        if view.agent.agent == "mira" and number % 6 == 5 and not view.past and view.run_id not in self._tried:
            self._tried.add(view.run_id)
            raise TransientError("busy", retry_after_s=0.02)
        base, is_slow = str(view.event.fields["base"]), bool(view.event.fields.get("is_slow"))
        proposals = _next(_plan(view.agent.agent, number, base, is_slow=is_slow), view)
        final = None if proposals else "done"
        return Turn(category="case", confidence=1.0, proposals=proposals, final=final, is_by_playbook=True)


def _next(plan: Sequence[tuple[Proposal, ...]], view: RunView) -> tuple[Proposal, ...]:
    done, again = 0, ()
    for turn in view.past:
        again = tuple(outcome.proposal for outcome in turn.outcomes if _was_not_done(outcome))
        done += not again
    if again:
        return again
    if done < len(plan):
        return plan[done]
    if done == len(plan) and any(outcome.state == "rejected" for turn in view.past for outcome in turn.outcomes):
        return (call("outside.record", what=f"{view.event.fields['base']}/sorry"),)
    return ()


def _was_not_done(outcome: Outcome) -> bool:
    """A person looked and says that it was not done: it is wanted again, as a new action."""
    return bool(outcome.result.get("by_person")) and not outcome.result.get("ok")


def call(tool: str, **args: Any) -> Proposal:
    return Proposal(tool=tool, args=args, step="case#0", slots=dict.fromkeys(args, ()))


def _plan(agent: str, number: int, base: str, *, is_slow: bool) -> list[tuple[Proposal, ...]]:
    if agent == "shade":
        shadow = (call("outside.send", what=f"{base}/shadow", to=ANN), call("desk.create_ticket", title="Shadow"))
        return [shadow] if number % 2 == 0 else []
    if agent == "lena":
        return [(call(ASK_PERSON, question="Anyone?"),)] if number % 6 == 1 else []
    if agent == "otto":
        notice = (call("outside.send", what=f"{base}/notice", to=ANN), call("desk.create_task", title="Look"))
        return [notice] if number % 2 else []
    plan: list[tuple[Proposal, ...]] = []
    if number % 2 == 0:
        plan.append((call("desk.find_contact", email=ANN), call("desk.thread")))
    recorded = f"{base}/record{'!slow' if is_slow else trouble(number)}"
    plan.append((call("outside.record", what=recorded), call("desk.add_note", text=base)))
    if number % 4 == 0:
        plan.append((call(ASK_PERSON, question="Shall we?"),))
    if number % 5 == 0:
        plan.append((call("desk.update_ticket", id=987_654_321, status="closed"),))
    if number % 3 == 0:
        plan.append((call("desk.give_credit", amount=5.0, currency="EUR", reason="late", contact_email=ANN),))
    plan.append((call("outside.send", what=f"{base}/send", to=ANN),))
    return plan

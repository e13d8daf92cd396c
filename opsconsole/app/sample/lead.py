"""The sample's lead at work: what she says to each request, to recommendations and of pairs, by the real commands."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsconsole.app.sample.company import SampleEvent, load_yaml
from opsconsole.domain.enums import ActionState, Adjudication, ApprovalKind
from opsconsole.engine.commands import approvals, recommendations
from opsconsole.engine.commands.results import DecisionOutcome
from opsconsole.engine.engine import Engine
from opsconsole.engine.ladder import draws, verdicts
from opsconsole.engine.ladder.draws import OwnAct
from opsconsole.engine.pairs import judging
from opsconsole.engine.runstate.loaded import load
from opsconsole.store.queries import approvals as asked
from opsconsole.store.queries import ladder, pairs, past, runs
from opsconsole.store.rows import ActionRow, ApprovalRow, Reader, present
from opsconsole.store.transaction import Transaction

DECISION_S = 12.0
"""She takes about so long over one thing, in seconds: no longer than the windows in which it can be stopped."""


@dataclass(frozen=True, slots=True)
class Words:
    """What she says, by the sample's name of the event; to all else she says yes."""

    name: str
    left: frozenset[str]
    """`event tool`: still waits for whoever opens the sample; `event doubt`: what was done in doubt."""
    rejected: Mapping[str, str]
    """`event tool` → why not."""
    let_go: frozenset[str]
    """`event tool`: she lets it lapse."""
    edited: Mapping[str, Mapping[str, Any]]
    """`event tool` → what she changes."""
    answers: Mapping[str, str]
    """Event → her answer to what the agent asks of it; what kind it is she sees by herself."""
    usual: Sequence[str]
    """Her answer where none is named: the first of these that is offered."""
    judged: Mapping[str, Mapping[str, str]]
    """Event → who was right, and a note."""
    not_done: frozenset[str]
    """Events whose recommendations wait; the others she did herself."""
    not_right: Mapping[str, str]
    """Event → why its recommendation is not right."""
    decided_first: Mapping[str, Sequence[OwnAct]]
    """Event that is drawn → what she would do; what is not named she looks at without deciding it first."""


def words_of(folder: Path) -> Words:
    """Read what she says from the sample's folder."""
    told = load_yaml(folder / "lead.yaml")
    return Words(
        name=told["name"],
        left=frozenset(told["left"]),
        rejected=told["rejected"],
        let_go=frozenset(told["let_go"]),
        edited=told["edited"],
        answers=told["answers"],
        usual=told["usual"],
        judged=told["judged"],
        not_done=frozenset(told["not_done"]),
        not_right=told["not_right"],
        decided_first={
            event: [OwnAct(act["tool"], act["with"]) for act in acts] for event, acts in told["decided_first"].items()
        },
    )


class Lead:
    """Decides what waits; `settle` is awaited after each decision, so that what it sets going is done."""

    def __init__(
        self,
        engine: Engine,
        words: Words,
        events: Sequence[SampleEvent],
        settle: Callable[[float], Awaitable[None]],
    ) -> None:
        self._engine, self._words, self._settle = engine, words, settle
        self._labels = {event.incoming.external_id: event.label for event in events}
        self._actor = f"person:{words.name}"

    async def clear(self) -> None:
        """Decide everything that waits and is hers to decide, and what comes of that; first what is drawn."""
        for drawn in ladder.open_draws(self._engine.reader, most=1000):
            await self._decide_first(drawn.run)
        while True:
            waiting = [request for request in asked.waiting_approvals(self._engine.reader) if self._is_hers(request)]
            if not waiting:
                return
            for request in waiting:
                await self._write(lambda tx, request=request: self._decide(tx, request), "decide")
                await self._settle(DECISION_S)

    async def _decide_first(self, run: int) -> None:
        """Decide a drawn event before seeing what the agent did."""
        kernel = self._engine.kernel
        event = short(load(kernel, self._engine.reader, run).event.external_id)
        acts = self._words.decided_first.get(event)
        if acts is None:
            await self._write(lambda tx: judging.mark_seen(kernel, tx, run, actor=self._actor), "look")
            return
        await self._write(lambda tx: draws.answer(kernel, tx, run, acts=acts, actor=self._actor), "decide_first")
        await self._settle(DECISION_S)

    async def look_back(self) -> None:
        """Judge the pairs she has a word for, and answer the recommendations."""
        for pair in pairs.pairs(self._engine.reader, newest_first=False, limit=1000):
            event = self._event_of(pair.event_id)
            if pair.said is None and (word := self._words.judged.get(event)) is not None:
                await self._write(lambda tx, pair=pair.id, word=word: self._judge(tx, pair, word), "judge")
        for advised in recommendations.not_executed(self._engine.kernel, ActionState.RECOMMENDED):
            if (event := self._event_of(advised.row.event_id)) not in self._words.not_done:
                action = advised.row.action_id
                await self._write(lambda tx, event=event, action=action: self._advised(tx, action, event), "advised")

    async def _write(self, job: Callable[[Transaction], object], name: str) -> None:
        await self._engine.writer.write(job, name=f"sample.{name}")

    def _event_of(self, number: int) -> str:
        return short(past.event(self._engine.reader, number).external_id)

    def _place(self, conn: Reader, request: ApprovalRow) -> tuple[ActionRow, str, str]:
        action = present(runs.action(conn, request.action_id), request.action_id)
        event = load(self._engine.kernel, conn, action.run_id).event.external_id
        return action, event, f"{short(event)} {about(request, action)}"

    def _is_hers(self, request: ApprovalRow) -> bool:
        return self._place(self._engine.reader, request)[2] not in self._words.left

    def _decide(self, tx: Transaction, request: ApprovalRow) -> None:
        kernel, who = self._engine.kernel, self._actor
        action, event, place = self._place(tx.conn, request)
        if request.kind is ApprovalKind.QUESTION:
            answer = self._answer(event, action.args)
            approvals.respond(kernel, tx, request.id, actor=who, answer=answer)
        elif place in self._words.rejected:
            approvals.reject(kernel, tx, request.id, actor=who, reason=self._words.rejected[place])
        elif place in self._words.let_go:
            approvals.ignore(kernel, tx, request.id, actor=who)
        else:
            edited = self._words.edited.get(place)
            said = approvals.approve(kernel, tx, request.id, actor=who, edited=edited)
            if said.outcome is DecisionOutcome.CHANGED:  # she looks at what changed, and says it again
                digest = present(asked.approval(tx.conn, request.id), f"request {request.id}").digest
                approvals.approve(kernel, tx, request.id, actor=who, edited=edited, digest=digest)

    def _answer(self, event: str, question: Mapping[str, Any]) -> str:
        if (named := self._words.answers.get(short(event))) is not None and (
            named in question["options"] or named == "none"
        ):
            return named
        if question.get("about") == "category":
            return self._labels[event]
        return next(usual for usual in self._words.usual if usual in question["options"])

    def _judge(self, tx: Transaction, pair: int, word: Mapping[str, str]) -> None:
        who = Adjudication(word["right"])
        note = word.get("note", "")
        verdicts.judge(self._engine.kernel, tx, pair, who, actor=self._actor, note=note)

    def _advised(self, tx: Transaction, action: str, event: str) -> None:
        if (why := self._words.not_right.get(event)) is None:
            recommendations.did_it(self._engine.kernel, tx, action, actor=self._actor)
        else:
            recommendations.not_right(self._engine.kernel, tx, action, actor=self._actor, reason=why)


def about(request: ApprovalRow, action: ActionRow) -> str:
    """Return what a request is about, in the words of her file: `desk.reply`, `category`, `doubt`."""
    if request.kind is ApprovalKind.UNKNOWN:
        return "doubt"
    return "category" if action.args.get("about") == "category" else action.tool


def short(name: str) -> str:
    """Return the sample's name of an event: `<cu-sync@sample.example>` → `cu-sync`."""
    return name.strip("<>").partition("@")[0]

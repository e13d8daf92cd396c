"""The shipped sample as the work of a crash test: its mails leave through the outside system."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from opsconsole.app.place import resources
from opsconsole.app.sample import company
from opsconsole.app.session import playbook_brain
from opsconsole.connectors.desk.connector import DeskConnector
from opsconsole.connectors.texts.connector import TextsConnector
from opsconsole.domain.action import ActionType, Call, Result
from opsconsole.domain.enums import ApprovalKind, Effect
from opsconsole.domain.errors import DecisionError
from opsconsole.domain.event import IncomingEvent
from opsconsole.doubles.outside import SLOW_S
from opsconsole.doubles.outsideconnector import OutsideConnector
from opsconsole.engine.agents.file import AgentFile, apply_agent, read_agent
from opsconsole.engine.commands import approvals
from opsconsole.engine.engine import Engine
from opsconsole.engine.kernel import Kernel, Writes
from opsconsole.engine.ports.brain import Brain
from opsconsole.engine.ports.connector import Connector
from opsconsole.engine.ports.machine import Clock
from opsconsole.store.queries import limits
from opsconsole.store.rows import ActionRow, ApprovalRow, Reader
from opsconsole.store.transaction import Transaction
from tests.crash.jobs import PERSON, Job, answer_to


class OutsideDesk(DeskConnector):
    """The desk, but what is external is done by the outside double, under the mark `case:action`."""

    def __init__(self, reader: Reader, writes: Writes, clock: Clock, *, case: str, port: int, mode: str) -> None:
        super().__init__(reader, writes, clock, stalled_after_days=None)
        self._case = case
        self._outside = OutsideConnector(port, mode)
        self._is_idempotent, self._is_findable = mode == "honour", mode in ("honour", "lookup")

    def action_types(self) -> Sequence[ActionType]:
        return [
            replace(kind, is_idempotent=self._is_idempotent, is_findable=self._is_findable, arrival_s=2 * SLOW_S)
            if kind.effect is Effect.EXTERNAL
            else kind
            for kind in super().action_types()
        ]

    async def execute(self, call: Call) -> Result:
        if call.tool not in OUTGOING:
            return await super().execute(call)
        return await self._outside.execute(replace(call, args={"what": f"{self._case}:{call.action_id}"}))

    async def find(self, call: Call) -> Result | None:
        return await (self._outside.find(call) if call.tool in OUTGOING else super().find(call))


def _hasty(file: AgentFile) -> AgentFile:
    """Return the agent with veto windows that a test can wait for."""
    rules = file.spec.approvals.model_copy(update={"veto_s": 0.02})
    return AgentFile(file.spec.model_copy(update={"approvals": rules}), file.source)


OUTGOING = frozenset(f"desk.{verb}" for verb in ("reply", "acknowledge", "send_mail", "forward"))


class SampleJob(Job):
    """`count` of the sample's events, spread over its two weeks; the sample's agents, triage and steps."""

    def connectors(self, reader: Reader, writes: Writes) -> list[Connector]:
        desk = OutsideDesk(reader, writes, self.clock, case=self.case, port=self.port, mode=self.mode)
        return [desk, TextsConnector()]

    def brain(self, reader: Reader) -> Brain:
        return playbook_brain(reader)

    async def set_up(self, engine: Engine) -> None:
        if limits.setting(engine.reader, "sample") is not None:
            return
        folder, now = resources() / "sample", self.clock.now()

        def job(tx: Transaction) -> None:
            company.fill_desk(tx, folder, now=now)
            for path in sorted((folder / "agents").glob("*.yaml")):
                file = _hasty(read_agent(path, engine.registry))
                apply_agent(tx, file, engine.registry, actor=PERSON, now=now)
                company.teach(tx, folder, path.stem, actor=PERSON, now=now)

        await engine.writer.write(job, name="sample.hire")

    def events(self, reader: Reader) -> Sequence[IncomingEvent]:
        deals = company.deals_by_name(reader)
        found = company.events(resources() / "sample", now=self.clock.now(), deals=deals)
        return [event.incoming for event in found[:: max(1, len(found) // self.count)]]

    def decide(self, kernel: Kernel, tx: Transaction, asked: ApprovalRow, action: ActionRow) -> None:
        if asked.kind is ApprovalKind.QUESTION:
            options = [str(option) for option in action.args.get("options", ())] or ["Yes"]
            answer = options[sum(asked.action_id.encode()) % len(options)]
            approvals.respond(kernel, tx, asked.id, actor=PERSON, answer=answer)
            return
        answer = answer_to(asked.action_id)
        if answer == "reject":
            approvals.reject(kernel, tx, asked.id, actor=PERSON, reason="Not this way.")
            return
        texts = {"text": "Edited by a person."} if answer == "edit" and "text" in action.args else None
        try:
            approvals.approve(kernel, tx, asked.id, actor=PERSON, digest=asked.digest, edited=texts)
        except DecisionError:
            approvals.reject(kernel, tx, asked.id, actor=PERSON, reason="It does not fit.")

    def mark(self, tool: str, action: str, args: Mapping[str, Any]) -> str | None:
        return f"{self.case}:{action}" if tool in OUTGOING else None
